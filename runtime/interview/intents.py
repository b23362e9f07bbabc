"""What a candidate's words ask of the interviewer, when they are not an answer.

Deliberately narrow: an answer taken for a request costs the candidate their answer, a request taken for an answer
costs one extra turn. So a request is an utterance that consists of known phrases and fillers and of nothing else.

The phrases are written as people say them, without punctuation and apostrophes (a recogniser gives neither
reliably): `(a|b)` is a choice, `[a]` may be missing, `*3` stands for up to three words of any kind, and `<name>` is
one of the fragments below.
"""

from __future__ import annotations

import functools
import re
from enum import Enum
from typing import Final


class Intent(Enum):
    """What the candidate wants."""

    ANSWER = "answer"
    HESITATION = "hesitation"
    REPEAT = "repeat"
    CLARIFICATION = "clarification"
    WAIT = "wait"
    BREAK = "break"
    UNWELL = "unwell"
    STOP = "stop"
    RESCHEDULE = "reschedule"
    PRESENCE = "presence"
    CONNECTION = "connection"
    IDENTITY = "identity"
    ASK_RECORDING = "ask_recording"
    STOP_RECORDING = "stop_recording"
    SKIP = "skip"
    DONT_KNOW = "dont_know"
    END = "end"
    DONE = "done"
    ASK_RESULT = "ask_result"
    ASK_ANSWER = "ask_answer"
    ASK_COMPANY = "ask_company"
    GIBBERISH = "gibberish"


_FRAGMENTS: Final = {
    "would you": (
        "((can|could|would|will|may|might|shall) (you|we|i) [please|just|maybe] [please|just]|lets|let us"
        "|id (like|love|prefer) [you|us] to|i would (like|love|prefer) [you|us] to|i (want|wish) [you|us] to"
        "|(would|do) you mind|id rather|i would rather|is it (ok|okay|possible|alright) (to|if (we|i|you)))"
    ),
    "again": "(again|once more|one more time|another time|a second time)",
    "the question": (
        "((that|this|it|the|your) [(last|previous|whole)] [(question|part|bit|sentence|one|task)]"
        "|what you [just] (said|asked)|yourself)"
    ),
    "moment": "(minute|minutes|moment|moments|second|seconds|sec|secs|time|bit)",
    "a moment": (
        "[just|for] (a bit longer|[(some|a little|a bit|a bit of)] (more|extra|additional) time|((a bit|a little) more"
        "|(a|one|another|some|two|three|five|a few|a couple of|half a|a little|a bit of) [(more|quick|little|short|brief)]"
        "|some more) <moment>)"
    ),
    "to think": (
        "(to (think|consider|reflect) [(about|over|on)] [(it|that|this|the question|my answer)] [through]"
        "|to (gather|collect|sort) my thoughts|to work (it|this|that) out|to (read|finish) (it|this|that|the task)"
        "|for (it|that|this [one|question])|before i answer|with (it|that|this [one|question]))"
    ),
    "this one": "(that|this|it|the) [(one|question|task|topic|exercise|part)]",
    "next one": "(the next|another|a different|the following) [(one|question|topic|task|part)]",
    "the interview": "(the|this|our) (interview|session|call|conversation|meeting)",
    "here": "([right] (here|now)|early|at this point)",
    "really": "(really|honestly|just|simply|actually|frankly|truly|quite|even|exactly)",
    "of it": (
        "((it|that|this|these|those|them) [(one|question|topic)]|the (answer|topic|term|subject|concept)"
        " [to (it|that|this) [(one|question)]]|[(much|anything|a lot|enough)] about (it|that|this)"
        "|how (it|that|this) works|how [to (answer|do|solve|explain) (it|that|this)]|what to (say|answer)"
        "|what (it|that|this) (is|means)|what (that|it) stands for)"
    ),
    "the answer": (
        "(the|your|an|a|any|some) [(right|correct|good|expected|model|ideal|hidden|best|real|actual|sample|small)]"
        " (answer|answers|solution|solutions|key points|rubric|tests|test cases|hint|hints|criteria|clue)"
    ),
    "score": "(score|grade|result|results|rating|mark|marks|feedback|performance|report)",
    "what is": "(what is|whats|what are|what was|what were|what would be|what will be)",
    "at work": (
        "(salary|pay|pays|paid|compensation|benefits|bonus|perks|remote|team|teams|company|office|manager|vacation|holidays"
        "|start date|working hours|hiring process|next steps|next step|culture|hear back|work from home)"
    ),
    "the job": "(this|it|the (job|role|position)|this (job|role|position))",
    "machine": (
        "[(a|an)] [(real|actual|living)] (ai|a i|bot|robot|chatbot|machine|computer|program|human being|human|person"
        "|software|model|language model|chatgpt|man|woman|assistant|voice assistant|people)"
    ),
    "sound": (
        "(me|this|us|that|it|everything|all of this|what (i|we) (say|am saying)|<the interview>"
        "|(my|the|our) (voice|audio|sound|answers|words|conversation))"
    ),
    "the recording": "[(the|this|a|my|your|that|any|all|those)] [(audio|voice|sound)] (recording|recordings|tape|tapes|audio|sound files)",
}

_PHRASES: Final[tuple[tuple[Intent, tuple[str, ...]], ...]] = (
    (
        Intent.REPEAT,
        (
            "[please] [<would you>] (repeat|say|ask|rephrase|reword|read|restate|paraphrase|explain|clarify|repeating"
            "|rephrasing|saying|reading) <the question> [to me] [<again>] [another way|in (other|different|simpler) words"
            "|differently|out loud|aloud|for me|[more] slowly|slower|a bit slower]",
            "[please] [<would you>] (repeat|rephrase|repeat please|rephrase please)",
            "[please] [<would you>] (hear|have|get|read|see|go over) <the question> <again>",
            "what|huh|pardon|come again|say again|again|one more time|once more|i beg your pardon|whats that",
            "what (was|is) (that|it|the question|your question|the task) [again]|whats (the|your) question [again]",
            "what did you [just] (say|ask) [again]|what were you (asking|saying)|what was the question [again]",
            "i [<really>] (didnt|did not|couldnt|could not|cant|cannot|dont|do not) [<really>|fully] (catch|hear|get|understand|follow)"
            " [all of] [you|<the question>|what you (mean|are asking|said)|what youre asking]",
            "(im|i am) not [<really>] (following|clear on (that|the question)|sure (i|that i)"
            " (understand|understood|follow|followed|got|heard) [you|<the question>]"
            "|sure what (you (mean|want|are asking [for])|youre asking [for]))",
            "i (missed|lost|forgot|have forgotten) (you|that|the question|your question|what you (said|asked)|the last part|part of that)",
            "you (broke|cut|were breaking|were cutting) (up|out|off)|you froze",
            "the (sound|audio|line|connection) (dropped|broke up|cut out|was bad|was gone)",
        ),
    ),
    (
        Intent.CLARIFICATION,
        (
            "what [exactly] [<really>] (do|did) you mean [exactly] [(by|with|when you say) *6]",
            "what (does|do|is|are|did) *4 (mean|meant by *4) [(here|exactly|in this (context|question|case)|in your question)]",
            "(what|which) [(kind|kinds|sort|type|types|one|ones)] [of] *3 do you (mean|have in mind|want [me] to (talk|hear) about)",
            "(do|did) you [<really>] mean *9",
            "are you (asking|talking|thinking) [me] [(about|of|for|whether|if)] *9|are you (referring|looking) (to|for) *9",
            "is (this|that|it|the question) [<really>] about *8|in (what|which) (sense|context|respect)",
            "[<would you>] (clarify|be more specific|be more precise|specify|define) *8",
            "[<would you>] (explain|say|tell me) what you mean [(by|with) *6]|what do you want (me to (talk about|answer)|to know)",
        ),
    ),
    (
        Intent.IDENTITY,
        (
            "(are|r) you [<really>|still|maybe] <machine> [or <machine>]",
            "is (this|that|it|there) [<really>|just] (<machine>|(a|any) (human|person) [(here|there|listening|on the line)]) [or <machine>]",
            "am i [<really>|now] (talking|speaking|chatting) (to|with) <machine> [or <machine>]",
            "(who|what) are you [<really>|exactly]|(who|what) am i (talking|speaking) (to|with)|who is (this|speaking|asking)",
            "(whats|what is) your name|do you have a name|introduce yourself|[<would you>] (tell me|say) (who|what) you are",
            "[<would you>] (talk|speak) (to|with) <machine>|which (ai|model|llm) (are you|is this)",
            "(youre|you are|you sound like) <machine>",
        ),
    ),
    (
        Intent.STOP_RECORDING,
        (
            "[please] [<would you>] (stop|quit|pause|end|cancel|disable|not) (recording|record|taping|tape|storing|saving|keeping) [<sound>] [anymore|any more]",
            "[please] (dont|do not|never) (record|tape|store|save|keep) (<sound>|<the recording>) [anymore|any more]|[please] (dont|do not) record",
            "[please] [<would you>] (stop|end|pause|cancel|delete|erase|remove|destroy) <the recording>",
            "[please] [<would you>] (turn|switch) (off <the recording>|<the recording> off)|recording off|no recording [please]",
            "i (dont|do not) [<really>] want (to be recorded|<the recording>|you to (record|tape) [<sound>]|<sound> [to be] (recorded|taped|stored|kept))",
            "i (dont|do not|didnt|did not|no longer) (agree|consent) [to] [(the|this|a|being|be|any)] (recording|recorded|be recorded)",
            "i (withdraw|revoke|take back) my (consent|permission|approval) [(to|for) (<the recording>|being recorded|record *2)]",
            "[(id|i would)] (rather|prefer) not [to] be recorded|(id|i would) (prefer|like) not to be recorded",
        ),
    ),
    (
        Intent.ASK_RECORDING,
        (
            "(are|do|will|did|can) (you|we|they) [<really>|still|also] (recording|record|taping|tape|storing|store|saving|save|keeping|keep)"
            " (<sound>|<the recording>)|are you [still] recording [right now]|do you record [this]",
            "(is|are|was|will) <sound> [being|going to be|be|still] (recorded|taped|stored|saved|kept)|am i [being] [still] recorded",
            "is (there|this) <the recording>|is there a recording|is <the recording> [still] (on|off|running)",
            "what (happens|will happen|do you do) (to|with) (<the recording>|my (voice|data|answers))"
            "|who (will|can|is going to) (hear|listen to|see|get) (this|<the recording>|my answers)",
        ),
    ),
    (
        Intent.UNWELL,
        (
            "(im|i am) [<really>|feeling|a bit|very|so|too|getting] [<really>|a bit|very|so|too] (sick|unwell|ill|dizzy|nauseous|faint|stressed|overwhelmed|anxious|upset"
            "|exhausted|panicking|crying|not (well|okay|ok|feeling well))",
            "i (feel|am feeling|started feeling) [<really>|a bit|very|so|too] (sick|unwell|ill|bad|dizzy|nauseous|faint|stressed|overwhelmed|anxious|upset|terrible|awful)",
            "i (dont|do not) feel (well|good|okay|ok|so good|so well|very well)|im having a panic attack|i have a [(bad|terrible)] (headache|migraine)",
            "i (cant|cannot) [<really>] (do|take) this [any more|anymore]|this is [<really>|too] (too much|overwhelming|stressful) [for me]",
            "(im|i am|this makes me) [<really>|so|very|too] (nervous|scared|tired)",
        ),
    ),
    (
        Intent.BREAK,
        (
            "[please] [<would you>] (have|take|make|get|do|need) a [(short|quick|small|little|five minute|brief)] (break|pause) [here]",
            "i [<really>] (need|want|have to take|would like|could use) a [(short|quick|small|little|five minute|brief)] (break|pause)",
            "(id like|ill need|time for) a [(short|quick|small|little|brief)] (break|pause)|[<would you>] pause [<the interview>|this|here|for <a moment>]",
            "(i (need|have) to|<would you>) (go to|use) the (bathroom|toilet|restroom|loo)|<would you> (get|grab) (some|a glass of) water",
            "ill be right back|be right back|brb|(someone|somebody) is at [the|my] door|my (phone|doorbell) is ringing",
        ),
    ),
    (
        Intent.STOP,
        (
            "[please] [<would you>] (stop|end|finish|quit|leave) [(it|this)]",
            "(do|must) (i|we) have to (go on|continue|finish)|[<would you>] not (go on|continue)"
            "|i (dont|do not) want to (go on|continue|do this) [any more|anymore]",
        ),
    ),
    (
        Intent.RESCHEDULE,
        (
            "[please] [<would you>] (reschedule|postpone|move|delay) [(it|this|that|<the interview>)] [(to|for|until) *4]",
            "[please] [<would you>] (do|continue|finish|have|repeat) (it|this|that|<the interview>) (another|a different|some other) (day|time)",
            "[please] [<would you>] (continue|finish|do (it|this)|go on) (tomorrow|later|next week|another (day|time)|some other time)",
            "i [<really>] (need|want|have|would like) to (reschedule|postpone) [(it|this|<the interview>)]",
        ),
    ),
    (
        Intent.PRESENCE,
        (
            "[<really>] (are|r) you [still] (there|here|listening|with me|around)|is (anyone|anybody|someone|somebody) [still] (there|here|listening)",
            "(can|could|do|did) you [still] [<really>] (hear|understand|see) me [(now|well|clearly|okay|ok)] [there]|am i (audible|muted|on mute)",
            "is (my|the) (mic|microphone|sound|audio) (on|working|ok|okay|good)|is (this|it) (on|working)|mic check|testing|test test|still there",
        ),
    ),
    (
        Intent.CONNECTION,
        (
            "(my|the|our) [(internet|network|wifi|web|sound|audio)] (connection|line|internet|network|wifi|sound|audio|signal|microphone|mic)"
            " (is|was|seems|keeps|got|gets) [<really>|very|quite|so|a bit] [to be]"
            " (bad|poor|slow|unstable|terrible|weak|lagging|breaking [up]|dropping [out]|cutting [out]|cracking|broken|not (good|working|great|stable))",
            "i have [<really>] (a [<really>|very]|some) (bad|poor|slow|unstable|terrible) (connection|internet|line|signal)",
            "i (cant|cannot|can barely|can hardly|dont|do not) hear you [(well|clearly|properly|any more|anymore|now|at all)]",
            "(youre|you are|its|it is|im|i am) (lagging|breaking up|cutting out|freezing)",
            "(i (have|am having)|im having|ive got) [some|a few] (problems|issues|trouble) with (my|the) (connection|internet|mic|microphone|sound|audio|line)",
        ),
    ),
    (
        Intent.WAIT,
        (
            "[please] [<would you>] (give me|have|take|need|get|let me have|let me take|spare me|wait|use) <a moment> [<to think>]",
            "(i (need|want|would like|would need|could use)|ill need|id like|id need) <a moment> [<to think>]",
            "<a moment> <to think>",
            "[just] (a|one) [(quick|short)] (minute|moment|second|sec)|a minute please|one moment please",
            "let me [just] (think|see|consider) [(about|over)] [(it|that|this)] [for] [<a moment>]",
            "let me [just] (gather|collect|sort) my thoughts",
            "[<would you>] think [about (it|that|this)] for <a moment>",
            "(im|i am) [still] thinking|still thinking|wait|give me [some] time|bear with me [please]|i need [some|more] time",
            "(hold|hang) on [<a moment>]|wait [for] <a moment>|[please] [<would you>] have longer|is there [(some|any)] more time",
        ),
    ),
    (
        Intent.SKIP,
        (
            "[please] [<would you>] (skip|pass on|pass|leave|drop) <this one> [out]",
            "[please] [<would you>] (skip|pass|next)",
            "[please] [<would you>] (move|go|carry) on [from <this one>] [(to|with) <next one>]",
            "[please] [<would you>] (go|move|continue|jump|proceed|switch|skip) [straight] (to|with) <next one>",
            "[please] [<would you>] (have|do|try|get|see|hear|take) <next one>",
            "[please] [<would you>] ask [me] (<next one>|something else)",
            "next (question|one|topic|task)|the next (question|one)",
            "(i|ill|i will|i would|id|id rather|im going to|i want to|i have to) (pass|skip) [on] [<this one>]",
            "[<would you>] come back to <this one> [later]",
            "(i (dont|do not) want to|id rather not|i would rather not|id prefer not to) (answer|say|talk about) <this one>",
        ),
    ),
    (
        Intent.END,
        (
            "[please] [<would you>] (stop|end|finish|quit|terminate|abort|leave|cancel|conclude|close|exit)"
            " <the interview> [<here>]",
            "[please] [<would you>] (stop|finish|quit|end) [(it|this|things)] <here>",
            "(i want|i have|i need|id like|i would like) to (stop|quit|leave|end it|end this) [<here>]",
            "(im|i am) (done|finished) with <the interview>|end of [<the interview>|interview]|end interview|stop interview",
            "i (have|need) to (go|leave) [now]|[<would you>] call it a day",
        ),
    ),
    (
        Intent.DONT_KNOW,
        (
            "i [<really>] [<really>] (dont|do not|didnt|wouldnt|would not) [<really>] know [<of it>] [at all|either]",
            "i [<really>] (dont|do not) [<really>] have (an answer|any answer|any idea|an idea|a clue|any clue) [(to|about|for) (it|that|this)]",
            "(i have|ive [got]|i [<really>] have) [absolutely] (no|not a|not the slightest) (idea|clue) [<of it>]",
            "[absolutely] no (idea|clue|answer) [at all]|not a clue|dunno|i dunno|idk|beats me|dont know [<of it>]|do not know",
            "[im|i am|i was] not [<really>|so|too|very|entirely|completely] sure [<of it>]",
            "i (cant|cannot|could not|couldnt|am unable to) [<really>] (answer|say|tell|remember|recall|explain) [you] [<of it>]",
            "(im|i am) not able to (answer|explain) (it|that|this)|i (dont|do not) [<really>] (remember|recall) [<of it>]",
            "(never|i (never|have never|have not|havent)|ive (never|not)) [<really>]"
            " (heard of|worked with|used|done|seen|learned|studied|come across|dealt with) (it|that|this|these|those|them) [before|yet]",
            "(im|i am) not [<really>|very|too] familiar with (it|that|this|the (topic|term|subject|concept))",
            "nothing comes to mind|my mind (is|went) blank|that is beyond me|thats beyond me|i forgot|i have forgotten",
            "(id|i would) have to (look (it|that) up|google (it|that)|guess)|i can only guess|i give up",
        ),
    ),
    (
        Intent.DONE,
        (
            "(im|i am|were|we are|i think im|thats|that is|its|it is) [all|already] (done|finished|complete|completed|ready)"
            " [(with|now|here)] [(the|this|that|it|my) [(task|code|exercise|one|solution|answer|question|function)]] [now|i think]",
            "[all] (done|finished|ready) [with (it|this|that|(the|my) (code|task|solution))]",
            "(thats|that is|that was|that would be|this is) (it|all|everything|about it|my (answer|solution))"
            " [(from me|from my side|for me|basically|really|for now|i (have|know|had|got|wrote|(can|could) (say|think of|add|remember)))]",
            "(i have|ive|i) finished [(it|this|the (task|code|exercise)|my (code|solution|answer))]",
            "(the|my) (code|solution|task|function|program) (is|should be) (done|finished|ready|complete)",
            "[and] (everything|all [of] [(it|the tests|tests)]|the tests|(my|the) (code|solution|program|function))"
            " [(now|just|already|should|seems to)] (work|works|pass|passes|passed|run|runs|is (working|green|passing)|are (green|passing)) [fine|now|as expected]",
            "[(i have|ive|theres|there is)] nothing (else|more|further) [to (add|say)] [(to|about) (it|that|this)]",
        ),
    ),
    (
        Intent.ASK_RESULT,
        (
            "how (am i doing|did i do|did i perform|did (it|that) go|was (it|that|my answer|i)|is it going for me|were my answers)"
            " [so far|until now|there|then|today]",
            "(was|is|were) (it|that|this|my answer|my answers|my solution) (right|correct|good enough|good|ok|okay|wrong|enough"
            "|what you (wanted|expected|were looking for)) [so far|then|answer]",
            "(what is|whats|what was|what will be) my [(final|current|overall)] <score> [so far|now]",
            "did i (pass|fail|do (well|ok|okay|good|fine)|get (it|that|this) [right|correct])",
            "[please] [<would you>] (give|tell|show) me (a|my|some|the|any) <score> [so far|now|please]",
            "[please] [<would you>] (know|see|get|have|hear) (my|some|the|any|a) <score> [so far|now]",
            "(will|did|have) i [get|got] (pass|passed|the job|the role)|do you think i (passed|did well|will pass)",
            "what (did|do) you think (of|about) (my answer|my answers|that|it|me)|any feedback [so far|for me]",
            "how many points (did|do) i (get|have)",
        ),
    ),
    (
        Intent.ASK_COMPANY,
        (
            "(<what is>|what about|what kind of|how is|hows|which) *3 <at work> *5",
            "how (much|big|many|large) *2 (is|are|does|do|will|would) *4 <at work> *4",
            "when (will|would|can|do|could) (i|you|we) *2 (<at work>|start [work|working]) *4",
            "who (is|will be|would be|will) [on|be|in] (my|the|your) <at work> *4",
            "(do|does|will|would|can|could) (you|the company|i|we|the team) (offer|pay|allow|work|have) *2 <at work> *4",
            "is <the job> [(a|fully|partly|completely|also)] (remote|hybrid|on site|full time|part time) *4",
            "[<would you>] (tell me|know|ask|talk|say) [something|more|a bit|a little] about (the|your|my) <at work> *4",
            "what does <the job> pay|when (will|do|would|can|could) i hear (back|from you) *4",
        ),
    ),
    (
        Intent.ASK_ANSWER,
        (
            "[please] [<would you>] [just] (tell|give|show|reveal|share|read|see|have|get|know) [to] [me] [what] <the answer>"
            " [is|are] [(to|for|of|that|you|with) *7]",
            "(<what is>|whats) <the answer> [(to|for|of|that|you|in|then|here) *7]",
            "[please] [<would you>] (answer|solve|do) (it|that|this|the question|the task) for me",
            "how would you (answer|solve|do) (it|that|this|the question|the task)",
            "what would you (say|answer|do)|what should i (say|answer)|tell me what to (say|answer)|what do you want to hear",
            "(any|some) (hint|hints|clue|clues)|[<would you>] help me [with (it|that|this|the (question|answer|task))]",
            "[please] [<would you>] [just] tell me|what answer (do you (want|expect)|are you looking for)",
        ),
    ),
)  # fmt: skip

# Said before, between and after what is asked; they change nothing.
_FILLERS: Final = (
    "(hi|hello|hey) there|good (morning|afternoon|evening|day)|(um|umm|uh|uhm|er|erm|ehm|hm|hmm|mm|mhm|ah|oh|well|so|ok|okay|sorry|yes|yeah|yep|no|nope|hey|hi|hello|and|but|or|please"
    "|actually|maybe|perhaps|honestly|look|thanks|then|now|just|right|alright|really|because|cause|unfortunately|sir|madam|(can|could) (you|we|i))",
    "excuse me|pardon me|im sorry|i am sorry|im afraid|i am afraid|i (think|guess|mean|suppose|believe|apologize|apologise)|to be [quite] honest"
    "|you know|thank you [(very|so) much]|all right|for now|if (possible|you can|you could|thats okay|you dont mind|i may)"
    "|(thats|that is|its) (a|an) (good|hard|tough|difficult|interesting|tricky) (question|one)|good question|at the moment|of course|at all",
)
# A filler that answers a question all the same when nothing else is said.
_ANSWERING: Final = frozenset(
    {"yes", "yeah", "yep", "no", "nope", "right", "maybe", "perhaps", "really", "of course"}
)
# Whole utterances that would be fillers elsewhere.
_ALONE: Final = {"sorry": Intent.REPEAT, "excuse me": Intent.REPEAT, "pardon me": Intent.REPEAT}

_ASSENT: Final = frozenset({"yes", "yeah", "yep", "sure", "ok", "okay", "alright"})
_POLITE: Final = frozenset({"please", "thanks", "um", "uh", "oh"})

# Nobody asks for something in more words; it also bounds what the patterns ever see.
_MOST_WORDS: Final = 30
_LONGEST_REQUEST: Final = 240
_TOKEN: Final = re.compile(r"<[a-z ]+>|\*\d|[a-z]+|[()\[\]|]")


def _compiled(phrase: str) -> str:
    """The regular expression of a phrase, over words that each end in a space."""
    parts: list[str] = []
    for token in _TOKEN.findall(phrase):
        match token[0]:
            case "<":
                parts.append(f"(?:{_compiled(_FRAGMENTS[token[1:-1]])})")
            case "*":
                parts.append(rf"(?:\S+ ){{0,{token[1:]}}}")
            case "(" | "[":
                parts.append("(?:")
            case "]":
                parts.append(")?")
            case ")" | "|":
                parts.append(token)
            case _:
                parts.append(f"{token} ")
    return "".join(parts)


@functools.cache
def _requests() -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    """Compiled with the first words that somebody says: it is a tenth of what a function needs to start."""
    return tuple(
        (intent, re.compile(_compiled(phrase))) for intent, phrases in _PHRASES for phrase in phrases
    )


_FILLER: Final = re.compile("|".join(map(_compiled, _FILLERS)))


def intent_of(text: str, vocabulary: frozenset[str]) -> Intent:
    """What `text` wants. `vocabulary` holds lower-case words that a real answer would have some of."""
    if not re.search(r"\w", text):
        return Intent.GIBBERISH
    if len(text) <= _LONGEST_REQUEST:
        words = _words(text)
        asked = _asked(words) if len(words) <= _MOST_WORDS else None
        if asked is Intent.CLARIFICATION and _asked(_words(_last_sentence(text))) is None:
            # "Do you mean reads? They are served by replicas.": the candidate has answered their own question.
            asked = None
        if asked is not None:
            return asked
    return Intent.GIBBERISH if _is_gibberish(text, vocabulary) else Intent.ANSWER


def is_assent(text: str) -> bool:
    """Whether `text` is a yes and nothing else."""
    said = [word for word in _words(text) if word not in _POLITE]
    return bool(said) and all(word in _ASSENT for word in said)


def _last_sentence(text: str) -> str:
    return re.split(r"(?<=[.?!])\s+", text.strip())[-1]


def _said_apart(said: str) -> frozenset[str]:
    return frozenset(said.split()) | ({"of course"} if "of course " in said else set())


def _words(text: str) -> list[str]:
    """Lower-case words without the punctuation around them; a word said twice in a row counts once."""
    words: list[str] = []
    for raw in text.lower().replace("’", "'").replace("…", " ").split():
        word = raw.strip(".,!?;:\"'-–—").replace("'", "")
        if word and words[-1:] != [word]:
            words.append(word)
    return words


def _asked(words: list[str]) -> Intent | None:
    """What is asked when every word belongs to a known phrase; the last request counts."""
    said = "".join(f"{word} " for word in words)
    if alone := _ALONE.get(said.strip()):
        return alone
    asked: list[Intent] = []
    place = 0
    while place < len(said):
        matches = ((intent, pattern.match(said, place)) for intent, pattern in _requests())
        found = [(match.end(), intent) for intent, match in matches if match and match.end() > place]
        if found:
            place, intent = max(found, key=lambda one: one[0])
            asked.append(intent)
        elif (filler := _FILLER.match(said, place)) and filler.end() > place:
            place = filler.end()
        else:
            return None
    if not asked:
        return Intent.HESITATION if words and not _ANSWERING & _said_apart(said) else None
    # Whoever feels unwell hears that first, whatever they ask for in the same breath.
    if Intent.UNWELL in asked and asked[-1] in {Intent.STOP, Intent.BREAK, Intent.WAIT, Intent.RESCHEDULE}:
        return Intent.UNWELL
    # "That's all, next question please" ends an answer; it does not leave the question out.
    return Intent.DONE if asked[-1] is Intent.SKIP and Intent.DONE in asked else asked[-1]


def _is_gibberish(text: str, vocabulary: frozenset[str]) -> bool:
    """Next to no known word, and letters as a hand on a keyboard gives them rather than a language.

    Only letters are judged: a name, a number or another script is never gibberish.
    """
    words = re.findall(r"[^\W\d_]+", text)
    if not words or any(not word.isascii() for word in words):
        return False
    known = sum(word.lower() in vocabulary for word in words)
    mashed = sum(_is_mashed(word) for word in words)
    return known / len(words) < 0.15 and mashed / len(words) >= 0.5


_ROWS: Final = ("asdf", "sdf", "dfg", "ghj", "hjk", "jkl", "qwer", "uiop", "zxc", "xcv", "cvb", "vbn", "bnm")
_KEYBOARD: Final = re.compile("|".join((*_ROWS, *(row[::-1] for row in _ROWS))))
_VOWEL: Final = re.compile(r"[aeiouy]")


def _is_mashed(word: str) -> bool:
    """Letters that no language strings together: neighbours on a keyboard, one letter four times, no vowels."""
    if word.isupper() and len(word) <= 6:
        return False  # an abbreviation
    word = word.lower()
    vowels = len(_VOWEL.findall(word))
    return (
        word == "asd"
        or _KEYBOARD.search(word) is not None
        or re.search(r"(.)\1{3}", word) is not None
        or (len(word) >= 6 and not vowels)
        or (len(word) >= 10 and vowels / len(word) < 1 / 6)
    )
