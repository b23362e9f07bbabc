"""What candidates ask for, as they type it and as a recogniser writes it, and the answers that only sound like it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.interview import intents
from runtime.interview.intents import Intent, intent_of
from runtime.knowledge import load_bank

VOCABULARY = load_bank().vocabulary

REQUESTS = {
    Intent.REPEAT: """
        Can you repeat the question?
        could you repeat that please
        Sorry, could you say that again?
        sorry i didnt catch that could you repeat the question please
        um can you can you rephrase that
        What was the question again?
        I don't understand the question.
        i do not understand
        Pardon?
        sorry
        come again
        what did you say
        Could you please ask that in other words?
        would you mind repeating the last part
        I'm not sure I understood the question
        im not sure what you mean could you rephrase it
        You broke up. Once more, please.
        the connection dropped what was the question
        could you explain the question
        Can I hear the question again?
        uh sorry i missed that
        I forgot the question.
        Could you read the task out loud?
    """,
    Intent.CLARIFICATION: """
        what do you mean by that
        What do you mean by problems?
        what do you mean
        Do you mean the reads or the writes?
        do you mean in production or on my machine
        Sorry, what exactly do you mean?
        What does sharding mean here?
        Are you asking about the database?
        Is this about my current job?
        Could you clarify what you mean by scale?
        can you be more specific
        Which kind of cache do you mean?
        Can you tell me what you mean by that?
        in what sense
        Did you mean the client side?
    """,
    Intent.HESITATION: """
        hmm
        um
        Umm...
        ok
        Okay.
        ok so
        well
        Uh, well, um.
        hello
        Hi there!
        so um okay
        Thank you.
        Good question.
        That's a hard question.
        oh
        you know
    """,
    Intent.IDENTITY: """
        Are you human?
        are you a real person
        Who are you?
        Am I talking to a bot?
        are you a robot
        Is this an AI?
        is this a real person
        Are you a human or a machine?
        am I speaking with a human being
        Hi, are you an AI?
        what are you
        are you chatgpt
        Sorry, who am I talking to?
        what is your name
        Are you really a person?
        Can I talk to a human?
    """,
    Intent.ASK_RECORDING: """
        Are you recording?
        are you recording this
        Is this being recorded?
        am i being recorded
        Are you recording me right now?
        Is my voice being recorded?
        do you record this
        do you keep my audio
        Is there a recording?
        What happens to my recording?
        Who will hear this?
        is the recording on
        sorry are you still recording
    """,
    Intent.STOP_RECORDING: """
        Stop recording me.
        please don't record this
        stop recording
        Could you stop recording, please?
        I don't want to be recorded.
        please stop the recording
        dont record my voice
        do not record me
        Can you turn off the recording?
        I do not want you to record this.
        I withdraw my consent to the recording.
        I'd rather not be recorded.
        please delete the recording
        no recording please
    """,
    Intent.UNWELL: """
        I feel sick.
        I feel sick, can we stop?
        i am not feeling well
        I don't feel well, can I take a break?
        im feeling dizzy
        I am so stressed.
        Sorry, I'm very nervous.
        i cant do this
        I'm overwhelmed.
        I have a headache.
        this is too much for me
        sorry i feel really bad
        im a bit anxious
    """,
    Intent.BREAK: """
        I need a break.
        Can we take a break?
        could i have a short break please
        can we pause
        I'd like a break.
        Can we take a quick break?
        I need to use the bathroom.
        can we pause the interview
        may I get a glass of water
        be right back
        Someone is at the door.
        i could use a pause
    """,
    Intent.STOP: """
        Can we stop?
        can we stop please
        stop
        Could we end this?
        Do I have to continue?
        i dont want to continue
        I don't want to do this anymore.
        please stop
        lets stop
        can we just stop
        I do not want to go on.
        can i quit
    """,
    Intent.RESCHEDULE: """
        Can we reschedule?
        can we reschedule the interview
        Could we postpone this?
        Can we do this another time?
        i need to reschedule
        Can we continue tomorrow?
        could we finish this another day
        Is it possible to reschedule?
        I'd like to reschedule this.
        can we move it to next week
        can i do it later
        sorry can we postpone the interview
    """,
    Intent.PRESENCE: """
        hello? are you there?
        Are you still there?
        can you hear me
        Can you hear me now?
        is anyone there
        Hello, can you hear me?
        are you listening
        do you hear me
        Is my microphone working?
        still there
        um hello are you there
        am I muted
    """,
    Intent.CONNECTION: """
        My connection is bad.
        my connection is bad sorry
        the connection is really slow
        I have a bad connection.
        The line is bad.
        you're breaking up
        my internet is unstable
        The sound is terrible.
        i can barely hear you
        im having problems with my microphone
        My wifi keeps dropping.
        sorry my internet connection is very slow
    """,
    Intent.WAIT: """
        Give me a minute.
        give me a moment please
        Can I have a minute to think?
        could i have a few seconds to think about it
        Let me think.
        um let me think about that for a second
        Hold on.
        hang on a second
        Just a moment, please.
        One moment.
        ok wait
        I need some time to think about this.
        i need a bit more time
        Bear with me.
        let me gather my thoughts
        can you give me two minutes
        I'd like a moment to think.
        still thinking
        Can I have more time?
        I need a bit longer.
        could i get some extra time
        Good question. Let me think about it.
        well let me see
        please wait a moment
        I'm still thinking, one moment please.
    """,
    Intent.SKIP: """
        Skip
        skip this one please
        Can we skip this question?
        lets skip it
        Next question please
        next
        Pass.
        i'll pass on this one
        Could we move on to the next question?
        lets move on
        Let's go to the next one.
        I'd rather skip that.
        um can we go on
        please skip this task
        I don't know, can we skip that one?
        honestly no idea lets move on
        could i get another question
        Can we come back to this later?
        ask me something else
        I would rather not answer that.
        okay next question
        not sure next one
    """,
    Intent.DONT_KNOW: """
        I don't know.
        i dont know
        I really don't know, sorry.
        um i dont know the answer to that
        No idea.
        i have no idea
        I have absolutely no clue.
        not sure
        Honestly, I'm not sure about that.
        sorry i have never heard of it
        I haven't worked with that before.
        dunno
        I can't answer that.
        i cant remember
        well i do not know how to do that
        To be honest I'm not familiar with that.
        I don't know anything about it
        i dont really know
        Not a clue.
        I don't know how that works.
        my mind went blank
        i give up
        hmm idk
        I, I don't know
    """,
    Intent.END: """
        End the interview.
        please end the interview now
        Can we stop the interview here?
        could you end the session please
        I want to stop the interview.
        lets stop here
        I would like to end this interview now.
        stop here please
        Let's call it a day.
        i have to go
        I need to leave now, sorry.
        im done with this interview
        can we finish here
        quit the interview
    """,
    Intent.DONE: """
        I'm done.
        im done
        Done!
        That's it.
        thats all from me
        That's all I know.
        okay i am finished with the task
        I think I'm done with the code.
        finished
        my solution is ready
        I have finished my code
        nothing more to add
        that's my answer
        That's all, next question please.
        all done
        ok i think thats it
        I'm done, everything works.
        im finished and all tests pass
        My code works now.
    """,
    Intent.ASK_RESULT: """
        How am I doing so far?
        how did i do
        Was that right?
        is that correct
        was my answer good enough
        What is my score?
        whats my score so far
        Did I pass?
        did i get that right
        Can you give me some feedback?
        could you tell me my score please
        What did you think of my answer?
        how was that
        can i see my result
        so is it correct
    """,
    Intent.ASK_ANSWER: """
        What is the answer?
        whats the answer
        Can you tell me the answer?
        could you just give me the solution please
        Show me the hidden tests.
        can i have a hint
        Give me a hint, please.
        what's the right answer to this question
        Can you show me the rubric?
        what are the key points for this question
        how would you answer that
        what should i say
        please tell me the expected answer
        I don't know. What is the correct answer?
        can you solve it for me
        what answer do you want
    """,
    Intent.ASK_COMPANY: """
        What is the salary?
        whats the salary for this position
        How big is the team?
        how many people are in the team
        When will I hear back?
        what are the next steps
        Is this job remote?
        Do you offer remote work?
        what are the benefits
        Can you tell me about the company?
        who will be my manager
        how much does it pay
        what is the hiring process like
        can you tell me more about the team
    """,
    Intent.GIBBERISH: """
        asdf
        asdfasdf qwer zxcv
        kjhkjh sdfsdf
        sdkfjhskdjfh
        aaaaaaaa
        ...
        ?!
        lkjlkjlkj asdfasdf sdfsdf qwerqwer
        dfgdfg hjkhjk
        hhhhhhh jjjjjjj
        xcvbxcvb
        ghjghj dfg
    """,
}  # fmt: skip

# Everything here answers something. One to a line, as typed or as a recogniser writes it.
ANSWERS = """
    I don't know exactly, but I think an index is a sorted copy of a column.
    i dont know the exact number but it is in the order of milliseconds
    I'm not sure about that, but a hash map gives constant time lookups.
    no idea what it is called but you put a queue in between
    I have no idea how the kernel does it, I only know the API
    pass by reference means the callee sees the same object
    pass by value copies it
    Skip lists are a probabilistic alternative to balanced trees.
    skip the cache when the header says no store
    Wait time is what a request spends in the queue.
    wait and notify are used to coordinate threads
    I'm done when the tests pass and the reviewer is happy.
    done means deployed and monitored
    That's all there is to a mutex, one thread at a time.
    We repeat the measurement three times and take the median.
    repeat the request with exponential backoff
    Repeatable read prevents non repeatable reads.
    next I would look at the query plan
    the next question the team asked was how to roll it back
    Next.js
    stop the world garbage collection pauses all threads
    Stop the container, then remove the volume.
    I would stop the deployment and roll back
    the answer is that it depends on the workload
    what is the answer depends on the load, so I would measure first
    I asked them what is the answer they expected and wrote it down as a test
    end to end tests
    end the transaction as early as possible
    finish the request before you close the connection
    Give me a lock and I will give you a deadlock.
    give the pod a minute to start and then check the probe
    a minute is too long for a health check
    I need a moment of downtime to swap the tables
    time to live
    two seconds
    hold on to the lock for as short a time as you can
    leave it to the database to enforce the constraint
    move on to the next server when one fails, that is round robin
    again and again we saw the same deadlock
    What matters is the order of the columns.
    what I did was split the service
    is it correct to say that UDP has no ordering guarantee, yes
    I was not sure what the customer wanted, so I asked them.
    I did not understand the code at first, so I wrote tests around it.
    I didn't get it right the first time, and then we changed the schema
    tell me the answer is what the client sends in a GET request
    The team was small and the manager wanted the salary report by Friday.
    how big the team is decides how you split the services
    I would tell my manager that the deadline cannot be met.
    sorry for the delay, an index speeds up reads and slows down writes
    Yes, and it also costs memory.
    well it depends
    B-trees
    Kubernetes
    O(n)
    O(n log n)
    yes
    no
    Yes.
    maybe
    42
    0
    3.14
    TCP
    mqtt
    HTTPS
    NGINX
    GRPC, MQTT, AMQP
    C++
    map
    null
    true
    SELECT name FROM users
    rm -rf
    git stash
    kubectl get pods
    def f(x): return x + 1
    skip()
    next()
    NASDAQ
    strengths
    Postgres
    fsync
    xfs
    rhythm
    Ein Index ist eine sortierte Kopie der Spalte.
    Das kommt auf den Anwendungsfall an.
    Der Wert steht im Speicher.
    Geschichtsschreibung
    Je ne sais pas exactement mais je pense que oui
    El índice acelera las consultas.
    Зависит от нагрузки
    索引
    an idnex is lke a sortd copy of teh colum
    i thikn it deppends on teh qurey
    i wud use a has map
    Wojciechowski
    No.
    yeah
    well, yes
    Right.
    two
    Do you mean reads? They are served by replicas.
    Do you mean consistency? It means that every reader sees the newest write.
    we stopped recording the session when the user said no
    please record the metrics every minute
    stop recording metrics and the dashboard goes blank
    Are you sure the cache is warm? I would check it first.
    The connection is bad when packets are dropped.
    my connection pool is exhausted
    I would take a break before I review my own code
    I was nervous, but I told my manager the truth.
    I felt sick of the manual work, so I automated it.
    a person is a row in the table
    who are you depends on the token the client sends
    you stop the service and then restart it
    everything works until the disk is full
    it is a robot that reads the shelves
    reschedule the job on another node
    I would reschedule the deployment for the next day
    postpone the write until the lock is free
    more time is spent waiting than computing
    What do you mean by problems is what I would ask the customer first.
    is this about reads or writes is the first thing to find out
"""


def lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


requests = pytest.mark.parametrize(
    ("intent", "said"), [(intent, said) for intent, block in REQUESTS.items() for said in lines(block)]
)


def test_the_table_is_broad() -> None:
    assert set(REQUESTS) == set(Intent) - {Intent.ANSWER}
    assert all(len(lines(block)) >= 12 for block in REQUESTS.values())
    assert len(lines(ANSWERS)) >= 60


@requests
def test_a_request_is_understood(intent: Intent, said: str) -> None:
    assert intent_of(said, VOCABULARY) is intent


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        (intent, said)
        for intent, block in REQUESTS.items()
        if intent is not Intent.GIBBERISH
        for said in lines(block)
    ],
)
def test_a_request_is_understood_without_punctuation_and_apostrophes(intent: Intent, said: str) -> None:
    assert intent_of(re.sub(r"[^\w\s]", "", said).lower(), VOCABULARY) is intent


@requests
def test_a_request_is_no_answer_to_the_report_either(intent: Intent, said: str) -> None:
    # Reports read without a vocabulary, so that a bank's words do not change what was said.
    assert intent_of(said, frozenset()) is intent


@pytest.mark.parametrize("said", lines(ANSWERS))
def test_an_answer_is_an_answer(said: str) -> None:
    assert intent_of(said, VOCABULARY) is Intent.ANSWER


@pytest.mark.parametrize("question", load_bank().questions, ids=lambda question: question.id)
def test_no_text_of_the_bank_is_a_request(question: object) -> None:
    claims = [point.claim for point in question.key_points]  # type: ignore[attr-defined]
    anchors = question.anchors  # type: ignore[attr-defined]

    for text in (*claims, anchors.weak, anchors.fair, anchors.strong, claims[0].lower().rstrip(".")):
        assert intent_of(text, VOCABULARY) is Intent.ANSWER


@pytest.mark.parametrize(
    "said",
    [
        "I don't know. I would guess it is a cache.",
        "That's all. A mutex is a lock.",
        "Can you repeat that? A mutex is a lock.",
        "skip this one because the index is not used",
    ],
)
def test_a_request_beside_an_answer_is_an_answer(said: str) -> None:
    assert intent_of(said, VOCABULARY) is Intent.ANSWER


@given(text=st.text(max_size=300))
def test_any_text_has_one_intent_and_case_and_space_around_it_do_not_matter(text: str) -> None:
    intent = intent_of(text, VOCABULARY)

    assert intent_of(f"  {text}\n", VOCABULARY) is intent


@pytest.mark.parametrize(
    "hostile",
    [
        "please " * 15_000,
        "can you " * 15_000,
        "i dont know " * 9_000,
        "a" * 100_000,
        "not really " * 9_000,
        "\t" * 100_000,
        "." * 100_000,
        "🦜" * 100_000,
        "ab" * 50_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_long_utterance_never_meets_the_phrases(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What bounds the time: the phrases only see short utterances of few words; the rest is read once.
    monkeypatch.setattr(intents, "_requests", None)
    monkeypatch.setattr(intents, "_FILLER", None)

    intent_of(hostile, VOCABULARY)


@pytest.mark.parametrize("length", [intents._LONGEST_REQUEST, intents._MOST_WORDS])
def test_the_longest_utterance_the_phrases_see_is_read_to_its_end(length: int) -> None:
    for word in ("please ", "i really ", "can you please just ", "what is the ", "not so ", "a bit of "):
        assert intent_of((word * 99)[: length - 2] + "zz", VOCABULARY) is Intent.ANSWER
