"""Whether `shown` means shown: answers as people speak, with what a fair reviewer would say they show.

The labels were written from the key points and before any output was looked at. `FITTED` was looked at while the
extractor was changed; `HELD_OUT` was not. Run with `-s` for the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from runtime.evaluation import (
    Answer,
    AnswerTurn,
    EvaluationInput,
    LexicalExtractor,
    Rubric,
    check_quotes,
    evaluate,
)
from runtime.knowledge import load_bank


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer and the ids of the key points it shows; every other one of the question it does not show."""

    question_id: str
    shows: frozenset[str]
    turns: tuple[str, ...]


def said(question_id: str, shows: str, *turns: str) -> Labelled:
    return Labelled(question_id, frozenset(shows.split()), turns)


FITTED = (
    said(
        "backend-cache-problems",
        "stale invalidation stampede",
        "The cache may return stale data, because the source changes while the cached copy does not."
        " So you have to decide when an entry becomes invalid, for example by an expiry time.",
        "When somebody edits the record I would remove the entry from the cache in the same place where the data is"
        " written.",
        "When a popular entry expires, many requests miss at once and all of them hit the database.",
    ),
    said(
        "backend-cache-problems",
        "stale eviction cache-down",
        "well the obvious thing is that you can get old data out of it the database has changed already and the cache"
        " still has the copy from before also you only have so much memory so at some point it has to throw things out"
        " i would throw out what was not used for the longest time and then if the cache goes down all the load"
        " suddenly lands on the database and it might just fall over",
    ),
    said(
        "backend-cache-problems",
        "",
        "I think caching is mostly good. You have another system to run and to monitor, and the team has to know"
        " about the entries and the data in the cache. The cache makes the database query faster for the user, so"
        " you need to test it well.",
    ),
    said(
        "backend-index-tradeoff",
        "faster-reads slower-writes",
        "so without an index the database has to go through all of the rows one by one to find the ones you want and"
        " with the index it can jump to them directly so the select gets a lot quicker the downside is every time you"
        " insert or update something the index has to be updated too so writing gets slower",
    ),
    said(
        "backend-index-tradeoff",
        "extra-storage check-plan",
        "It costs disk space, sometimes as much as the table itself. I would run explain on the query before and after"
        " to see if the new index is really used. The table was large in my last project and a colleague added an"
        " index to nearly each column, it was a mess.",
    ),
    said(
        "data-joins",
        "inner-drops left-join",
        "um they probably used an inner join so only customers who have an order come back the ones with no orders are"
        " just gone i would use a left join instead and then those customers stay and the order fields are null",
    ),
    said(
        "data-joins",
        "left-join where-undoes",
        "Take a left join so that all customers stay. But watch out, if you filter on an order column in the where"
        " clause afterwards, you throw the null rows away again, so put the filter into the on part. Counting"
        " customers with their orders is something we did every week.",
    ),
    said(
        "data-idempotent-load",
        "idempotent replace-partition",
        "the load must be idempotent meaning you can run it twice for one day and get the same thing as if you ran it"
        " once what i do is delete the partition of that day first and write it new instead of appending so there are"
        " no duplicates",
    ),
    said(
        "devops-health-probes",
        "liveness readiness",
        "alive just means the process is running and not stuck and if that check fails kubernetes restarts the pod"
        " ready means it can handle requests right now and if it isn't ready it gets taken out of the load balancer but"
        " it is not restarted the service should check its own things on start and on shutdown",
    ),
    said(
        "frontend-event-loop",
        "blocking worker chunks",
        "while the calculation is running the browser can't react to clicks or draw anything so the page looks frozen"
        " you can put the calculation in a web worker that runs in a different thread and posts the result back or you"
        " cut it up into little pieces and give control back in between with set timeout",
    ),
    said(
        "frontend-event-loop",
        "blocking async-not-parallel",
        "The page hangs, nothing can be clicked until it is done. People often think that making the function async"
        " helps, but it doesn't, a promise still runs on that same main thread, just later. I would measure the long"
        " task in the browser and make the calculation smaller.",
    ),
    said(
        "frontend-slow-typing",
        "out-of-order debounce",
        "I guess the answers come back in another order than they were sent, so an old slow one overwrites the result"
        " of the newer search. I would put a debounce on the input, so it only asks once the user stops typing for"
        " three hundred milliseconds. The requests of the search box and the results should be tested in the browser.",
    ),
    said(
        "general-technical-debt",
        "interest leave-some along-the-way",
        "i look at where the debt hurts the most like files that we touch every week and that slow us down or where"
        " most of the bugs come from if nobody ever touches a module then i just leave it as it is and i don't ask for"
        " a big rewrite we clean up a little with every feature that we build there anyway",
    ),
    said(
        "ml-accuracy-trap",
        "imbalance recall",
        "If only one percent of the cases are fraud, then a model that always says no fraud is also right in ninety"
        " nine percent. I would look at recall, so how many of the real frauds it actually catches. Then I would"
        " compare the detector with other models in all cases, accuracy alone is not what I report.",
    ),
    said(
        "ml-accuracy-trap",
        "precision costs",
        "look at precision so of all the cases we flag how many are actually fraud and then it depends on money i mean"
        " what does a missed fraud cost us against annoying a good customer with a false alarm",
    ),
    said(
        "qa-bug-report",
        "steps expected-actual environment",
        "I write down the steps to reproduce it one after the other, starting from a clean login. Then what I expected"
        " to see and what I saw instead. And which version and which browser it was on.",
    ),
    said(
        "qa-bug-report",
        "evidence impact",
        "a screenshot or the log helps a lot and how many users are affected and how bad it is so they know how urgent"
        " it is a report should be short and say what the fault is and the developer should fix the fault quickly",
    ),
    said(
        "general-own-mistake",
        "situation action learning",
        "Two years ago I deleted a table in production because I thought I was on staging. The order page was down for"
        " forty minutes. I told my lead and the support team straight away and I restored the table from the backup."
        " Since then I have a red prompt in production and I need a second person for every delete.",
    ),
    said(
        "general-own-mistake",
        "",
        "Last year at my company we built a new warehouse in the north. I was responsible for the shelves. I ordered"
        " sixty shelves and I planned where they stand, and I built them with three students. In the end everything"
        " was ready on time and we saved ten percent. I learned a lot about wood.",
    ),
    said(
        "general-disagreement",
        "situation action result",
        "My colleague wanted to write the parser by hand and I wanted to use a library, because I was afraid of the"
        " edge cases. I asked him why and he was worried about speed. So we measured both with real files for one day."
        " The library was fast enough, so in the end we took the library and he wrote the tests for it.",
    ),
)

HELD_OUT = (
    said(
        "backend-job-twice",
        "crash-before-ack idempotent-consumer dedupe",
        "so the worker could finish the job and then die before it sends the ack so the queue thinks nobody did it and"
        " gives it out again what i'd do is make the handling idempotent so doing it twice doesn't change anything and"
        " i would save the message id in a table in the same transaction and if it's already there i skip it",
    ),
    said(
        "backend-job-twice",
        "at-least-once dead-letter",
        "Most queues only promise at least once delivery, if the acknowledgement does not come in time they send the"
        " message again. And if a message fails say five times I move it to a dead letter queue so that it doesn't go"
        " round for ever. The worker takes jobs from the queue and the message is a job.",
    ),
    said(
        "backend-job-twice",
        "",
        "i have worked with a queue once the worker takes the message and does the job and the message has an id i"
        " think you should be careful with the same job and log it and look at the queue",
    ),
    said(
        "backend-spreading-failure",
        "exhaustion timeouts isolate",
        "my guess is all the threads were waiting for that one slow supplier until there were none left in the pool and"
        " then other requests had to wait too even if they didn't need the supplier so i would put a short timeout on"
        " that call and give each supplier its own pool plus a circuit breaker",
    ),
    said(
        "backend-spreading-failure",
        "timeline degrade",
        "First I look at the metrics and traces of last night and write down what got slow first and what came after."
        " Then I would change the checkout so that it simply continues without this supplier and we do that part"
        " later. I would also talk to the supplier about the orders and why their calls are slow.",
    ),
    said(
        "data-average-misleads",
        "skew percentiles segments",
        "the average can be two days because most of the deliveries come in one day and a few take two weeks so the"
        " average hides the long tail i'd look at the median and the ninety fifth percentile and i would also break it"
        " down by region and by carrier maybe it's just one that's bad",
    ),
    said(
        "data-average-misleads",
        "measurement",
        "Maybe the report counts from when the parcel leaves the warehouse, but the customer counts from the moment"
        " they ordered. Customers who complain are also louder than the many others, so I would read the complaints"
        " and look at the average again for longer deliveries.",
    ),
    said(
        "devops-secrets",
        "rotate history-not-enough secret-store",
        "change the password right away because you have to assume that somebody has seen it just deleting it in a new"
        " commit doesn't help because it's still in the history and in everyone's clone and later the service should"
        " get it from a vault or a secrets manager when it runs",
    ),
    said(
        "devops-secrets",
        "check-use scan",
        "I would look into the access logs of the database whether someone used the password from outside. And I would"
        " install a scanner that looks for secrets before each commit is pushed. The repository should be private and"
        " a service needs a good password for the database.",
    ),
    said(
        "frontend-script-injection",
        "script-runs escape-output",
        "if you put the comment into the page as html then somebody can write a script tag in it and it runs in the"
        " browser of everybody who reads it that is cross site scripting so you need to escape the text on output react"
        " does that for you by default",
    ),
    said(
        "frontend-script-injection",
        "what-it-can-do cookies content-policy",
        "Such a script can do everything the logged-in user can, for example send requests in their name or steal the"
        " session. I would set the session cookie to http only so scripts can't read it, and a content security policy"
        " that says which scripts are allowed. And visitors should be careful with comments on the site.",
    ),
    said(
        "general-code-review",
        "purpose-first correctness automate-style",
        "i first try to get what the change wants to do and if it does that then i look at edge cases and error"
        " handling and are there tests formatting i don't look at that's what the linter is for",
    ),
    said(
        "general-code-review",
        "tone weight-of-comments",
        "I talk about the code and never about the person, and I rather ask a question like why did you choose this."
        " I also mark things as nit when they are optional so it's clear what has to be changed and what is just a"
        " suggestion. In my team each change needs a review and I look at the code for a long time.",
    ),
    said(
        "ml-overfitting",
        "memorised validation regularise",
        "it's overfitting the model learned the noise in the training set by heart and doesn't generalise you see it"
        " when you hold out a validation set and compare and then i'd add dropout or early stopping or just take a"
        " smaller model",
    ),
    said(
        "ml-overfitting",
        "more-data other-causes",
        "Get more training data or use augmentation, then it is harder for it to memorise. But it doesn't have to be"
        " overfitting, there could also be a leak or the new data simply looks different from the training data. The"
        " model should be perfect on new data and not just on what it was trained on.",
    ),
    said(
        "qa-flaky-test",
        "repeat-many timing shared-state",
        "i would run it like a hundred times in a loop alone and together with the others to see when it fails often"
        " it's timing so somebody wrote sleep two seconds and you should wait for the element instead or it depends on"
        " data that another test left behind",
    ),
    said(
        "qa-flaky-test",
        "real-bug quarantine",
        "It can also be a real race condition in our product, so then the test is right and we have to fix the code."
        " Until we know I put it in quarantine with somebody's name on it and a date, instead of just pressing rerun."
        " One test that fails is still a test, and nobody should run it automatically for twenty runs.",
    ),
    said(
        "general-tight-deadline",
        "situation action result",
        "Before the fair in march we had three weeks for the new app and about six weeks of work. I sorted the features"
        " by what visitors would really see and in the first week I told my boss that the export will not be done. We"
        " delivered the catalogue and the search, the export came in april and sales was fine with that.",
    ),
    said(
        "general-helped-colleague",
        "situation action result",
        "A new colleague was afraid of writing sql, she always came to me for her reports. I sat next to her and let"
        " her type, and I only asked what she would try next. After a month she wrote her own reports and even helped"
        " others.",
    ),
    said(
        "general-helped-colleague",
        "",
        "In my last project I built a service that imports orders. I was responsible for the database. I wrote a script"
        " that checked each order, and then I removed the duplicates. As a result the import took two hours and not"
        " five. I learned to measure first.",
    ),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often `shown` is right, and how much of what was shown is found."""

    precision: float
    recall: float
    wrong: tuple[str, ...]
    missed: tuple[str, ...]
    labels: int


def measured(answers: Sequence[Labelled]) -> Figures:
    questions = {question.id: question for question in load_bank().questions}
    right, labels = 0, 0
    wrong: list[str] = []
    missed: list[str] = []
    for labelled in answers:
        rubric = Rubric.of(questions[labelled.question_id])
        assert labelled.shows <= {claim.id for claim in rubric.claims}
        turns = tuple(AnswerTurn(turn_id=f"turn-{n}", text=text) for n, text in enumerate(labelled.turns))
        for point in check_quotes(LexicalExtractor().extract(rubric, turns), turns).key_points:
            labels += 1
            shown, name = point.status == "shown", f"{labelled.question_id}/{point.key_point_id}"
            right += shown and point.key_point_id in labelled.shows
            if shown and point.key_point_id not in labelled.shows:
                wrong.append(f"{name}: {point.quotes[0].text}")
            if not shown and point.key_point_id in labelled.shows:
                missed.append(name)
    return Figures(
        precision=right / (right + len(wrong)) if right or wrong else 0.0,
        recall=right / (right + len(missed)),
        wrong=tuple(wrong),
        missed=tuple(missed),
        labels=labels,
    )


@pytest.mark.parametrize("answers", [FITTED, HELD_OUT], ids=["fitted", "held out"])
def test_what_is_called_shown_was_shown_and_most_of_what_was_shown_is_found(
    answers: Sequence[Labelled],
) -> None:
    figures = measured(answers)
    print(f"{figures.labels} labels: precision {figures.precision:.3f}, recall {figures.recall:.3f}")
    assert figures.precision >= 0.85, figures.wrong
    assert figures.recall >= 0.7, figures.missed


def test_the_labels_are_many_and_balanced() -> None:
    questions = {question.id: question for question in load_bank().questions}
    everything = (*FITTED, *HELD_OUT)
    shown = sum(len(labelled.shows) for labelled in everything)
    labels = sum(len(questions[labelled.question_id].key_points) for labelled in everything)
    assert labels >= 80
    assert 0.35 <= shown / labels <= 0.65


def statuses(question_id: str, *turns: str) -> dict[str, str]:
    question = next(question for question in load_bank().questions if question.id == question_id)
    answer = Answer(
        question=question,
        turns=tuple(AnswerTurn(turn_id=f"turn-{n}", text=text) for n, text in enumerate(turns)),
    )
    report = evaluate(EvaluationInput(interview_id="i", answers=(answer,)))
    return {point.key_point_id: point.status for point in report.evidence[0].key_points}


@pytest.mark.parametrize(
    ("key_point", "text"),
    [
        ("keys", "The cache may return stale data."),
        (
            "eviction",
            "When somebody edits the record I would remove the entry from the cache where it is written.",
        ),
        ("stampede", "You must decide when an entry becomes invalid, for example by an expiry time."),
    ],
)
def test_words_that_key_points_share_do_not_show_one(key_point: str, text: str) -> None:
    assert statuses("backend-cache-problems", text)[key_point] in {"touched", "absent"}


OFF_SUBJECT = next(one.turns for one in FITTED if one.question_id == "general-own-mistake" and not one.shows)
ON_SUBJECT = next(one.turns for one in FITTED if one.question_id == "general-own-mistake" and one.shows)


def test_a_fluent_story_about_something_else_touches_and_shows_nothing() -> None:
    found = statuses("general-own-mistake", *OFF_SUBJECT)
    assert "shown" not in found.values()
    assert "touched" in found.values()


def test_a_story_about_something_else_scores_nothing_for_values() -> None:
    question = next(question for question in load_bank().questions if question.id == "general-own-mistake")

    def values(turns: Sequence[str]) -> float | None:
        answer = Answer(
            question=question,
            turns=tuple(AnswerTurn(turn_id=f"t-{n}", text=text) for n, text in enumerate(turns)),
        )
        report = evaluate(EvaluationInput(interview_id="i", answers=(answer,)))
        return report.scores.cultural_fit

    told = values(ON_SUBJECT)
    assert told is not None
    assert told >= 6
    assert values(OFF_SUBJECT) is None


def test_what_was_touched_is_no_strength_and_pays_little() -> None:
    question = next(question for question in load_bank().questions if question.id == "backend-cache-problems")
    turns = tuple(AnswerTurn(turn_id=f"t-{n}", text=text) for n, text in enumerate(FITTED[0].turns))
    report = evaluate(EvaluationInput(interview_id="i", answers=(Answer(question=question, turns=turns),)))
    touched = [point for point in report.evidence[0].key_points if point.status == "touched"]
    assert touched
    assert all(point.quotes and point.strength < 0.6 for point in touched)
    assert not {point.claim for point in touched} & {strength.text for strength in report.strengths}
    assert report.coverage.key_points_shown == 3
