"""What a behavioural question is about, and the words that stories about it are told in.

Somebody who tells of a mistake seldom says "mistake"; they say what they deleted, who was affected and how they put it
right. Each line holds the words of a question that call it, and the words that tell of it; general English.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from runtime.evaluation.language import clauses
from runtime.evaluation.lexicon import stem
from runtime.evaluation.matching import Passage, similarity

_LINES = """
mistake wrong: mistake error wrong wrongly accident accidentally delete overlook forget break crash outage miss lose
 apologise apologize restore rollback revert undo refund typo mistaken fault bug blame admit should
disagree: disagree argue argument opinion convince persuade prefer instead object objection against compromise pro con
 insist debate sceptical skeptical doubt other side worry agree measure compare both
conflict: conflict argue argument fight shout tension mediate misunderstanding between both calm quarrel blame listen
 disagree apologise apologize
criticism feedback: criticism criticise criticize feedback review hurt upset defensive honest harsh unfair admit improve
 manager offend comment remark rude
deadline: deadline late overtime priority prioritise prioritize scope postpone delay cut week day urgent finish left
 drop deliver schedule
unclear vague: unclear vague ambiguous requirement clarify specification spec draft prototype mockup nobody ask assume
 assumption question misunderstand understand mean need interview example
news: news tell delay cancel late prepare disappoint disappointed bad honest truth customer apologise apologize meeting
 upset angry explain
help helped: help teach show pair mentor coach junior explain guide intern beginner struggle practise practice alone
 feedback onboarding sit report
stuck: stuck help ask colleague expert senior forum advice hours documentation explain describe tried
learn: learn course tutorial book documentation read new framework language practise practice exercise video try example
 unfamiliar week expert
explain complicated: explain example picture drawing draw diagram simple analogy compare jargon understand layman
 non-technical customer manager question metaphor
reversed mind: decide decision reverse revert change mind wrong rethink switch back instead realise realize evidence
 measure admit drop
influence manager win: convince persuade pilot demo show adopt agree team listen workshop example volunteer sceptical
 skeptical support present benefit
failed: fail failure cancel stop stopped abandon scrap late budget lose shut never wrong missed underestimate postmortem
 retrospective
right: right wrong privacy personal data consent dark honest mislead hide secret user unfair manipulate legal raise
 refuse stop report concern
enjoyed proud: enjoy proud project build make create develop design part feature app system product launch
"""
# One such word may stand in any story; two of them are what it is about.
_ENOUGH = 2


def tied(question: str, claims: Sequence[str], passages: Sequence[Passage]) -> bool:
    """Whether a story is about what the question asks for, by words that such stories are told in.

    A question that calls no line is held against its own words and those of its key points.
    """
    about = _subject(question) or frozenset(
        token.stem
        for text in (question, *claims)
        for clause in clauses(text)
        for token in clause.tokens
        if token.weight >= 0.5
    )
    said = {token.stem for passage in passages for clause in passage.clauses for token in clause.tokens}
    return sum(any(similarity(word, one) >= 0.75 for word in about) for one in said) >= _ENOUGH


@functools.lru_cache(maxsize=256)
def _subject(question: str) -> frozenset[str]:
    asked = {token.stem for clause in clauses(question) for token in clause.tokens}
    return frozenset(word for called, words in _subjects() if called & asked for word in words)


@functools.cache
def _subjects() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    lines = _LINES.replace("\n ", " ").strip().splitlines()
    return tuple(
        (frozenset(map(stem, called.split())), frozenset(map(stem, words.split())))
        for called, _, words in (line.partition(":") for line in lines)
    )
