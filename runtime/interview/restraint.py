"""What a model may not say to a candidate, checked before it is spoken.

A model is told all of this, too, but being told is not being held to it: the candidate talks to it, and may talk it out
of anything. The cost of a check that is too strict is one authored phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from runtime.interview.plan import PersonalStep, Plan, QuestionStep, TaskStep

# So many words of a key point in its order give it away; fewer are anybody's.
_RUN: Final = 6
# A claim shorter than that is given away by all of it, unless it is a mere term.
_SHORTEST_CLAIM: Final = 4
_LONGEST_SENTENCE: Final = 300
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# An answer is neither praised nor judged, in practice not before the feedback and in an assessment never.
_JUDGES: Final = re.compile(
    r"\b(?:great|excellent|perfect(?:ly)?|fantastic|brilliant|impressive|amazing|wonderful|awesome|superb|outstanding"
    r"|correct(?:ly)?|incorrect(?:ly)?|wrong(?:ly)?|mistaken|mistake|well done|spot on|exactly"
    r"|(?:good|nice|strong|weak|solid|poor|bad) (?:answer|point|job|work|thinking|explanation|start|example|question)"
    r"|(?:you(?:['’]re| are)|that(?:['’]s| is)) (?:quite |absolutely |completely )?(?:right|true))\b",
    re.IGNORECASE,
)
# Nor does the interviewer speak of what judges it.
_TELLS: Final = re.compile(
    r"\b(?:scor(?:e|es|ed|ing)|rat(?:ed|ings?)|graded?|grading|rubrics?|key points?|hidden tests?|model answers?"
    r"|out of (?:10|ten)|hired?|recommend(?:ed|ation)?|instructions?|system prompt)\b",
    re.IGNORECASE,
)

type _Run = tuple[str, ...]


class Restraint:
    """Holds a model's words to what the candidate of one plan may hear. Remembers what was said before in the move."""

    def __init__(self, plan: Plan | None) -> None:
        self._undisclosed = _undisclosed(plan) if plan else frozenset[_Run]()
        self._said: list[str] = []

    def refuses(self, sentence: str) -> str | None:
        """Why the sentence, said after those before it, is not for the candidate; None when it may be said."""
        if len(sentence) > _LONGEST_SENTENCE:
            return f"a sentence of {len(sentence)} characters where at most {_LONGEST_SENTENCE} were expected"
        if "?" in sentence:
            return "a question of its own, where only the plan's are asked"
        if _JUDGES.search(sentence):
            return "a judgement of an answer"
        if _TELLS.search(sentence):
            return "something about how answers are judged"
        said = [*self._said, *_words(sentence)]
        if any(
            run in self._undisclosed
            for length in range(_SHORTEST_CLAIM, _RUN + 1)
            for run in _runs(said, length)
        ):
            return "words of a key point"
        self._said = said
        return None


def _undisclosed(plan: Plan) -> frozenset[_Run]:
    """The runs of words that give a key point away, less those that a question says itself."""
    hidden: set[_Run] = set()
    heard: set[_Run] = set()
    for step in plan.steps:
        match step:
            case QuestionStep(question=question):
                claims = [point.claim for point in question.key_points]
                claims += [wrong.claim for wrong in question.misconceptions]
                anchors = question.anchors
                hidden |= _all_runs([*claims, anchors.weak, anchors.fair, anchors.strong])
                follow_ups = [follow_up.text for follow_up in question.follow_ups]
                heard |= _all_runs([question.text, question.rephrased, *follow_ups])
            case TaskStep(task=task):
                heard |= _all_runs([task.text, task.statement])
            case PersonalStep():
                heard |= _all_runs([step.text, step.rephrased])
    return frozenset(hidden - heard)


def _all_runs(texts: Iterable[str]) -> set[_Run]:
    runs: set[_Run] = set()
    for text in texts:
        words = _words(text)
        if len(words) >= _SHORTEST_CLAIM:
            runs.update(_runs(words, min(_RUN, len(words))))
    return runs


def _runs(words: list[str], length: int) -> Iterator[_Run]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def _words(text: str) -> list[str]:
    return [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
