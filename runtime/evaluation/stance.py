"""What a candidate says without standing behind it: doubts, other people's claims, questions, and what they call wrong.

Somebody unsure of their own claim ("I think", "I'm not sure, but probably") still makes it. Somebody who passes on what
others say and keeps away from it does not, however much of it they pass on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from runtime.evaluation.language import denied, opposed, sentences
from runtime.evaluation.matching import Passage

# "needless": what nobody has to do is denied, whether or not its words are denied one by one.
type Stance = Literal["open", "wrong", "needless"]

_DONT = r"(?:do not|don['’]t|did not|didn['’]t|can not|cannot|can['’]t|could not|couldn['’]t)"
_SAY = (
    r"(?:say|says|said|saying|claim(?:s|ed|ing)?|thinks?|thought|believe[sd]?|assume[sd]?|argue[sd]?"
    r"|tells?|told"
    r"|state[sd]?|insist(?:s|ed)?|conclude[sd]?|suppose[sd]?)"
)
_FALSELY = r"(?:wrongly|falsely|incorrectly|mistakenly|erroneously)"
_DOUBT = re.compile(
    rf"\b(?:i (?:\w+ )?doubt|it is doubtful|i['’]?m (?:\w+ )?(?:sceptical|skeptical|unconvinced)|(?:i am"
    rf"|i['’]m) not (?:\w+ )?convinced"
    rf"|i (?:\w+ )?{_DONT} (?:\w+ )?(?:know|say|tell|judge) (?:if|whether)|(?:no idea|no clue) (?:if"
    rf"|whether)|i wonder (?:if|whether)"
    r"|is it (?:that|because|true that)|could it be that|are you (?:asking|saying) (?:if|whether|that)"
    r"|do you mean that)\b",
    re.IGNORECASE,
)
_WRONGLY = re.compile(
    rf"\b(?:{_FALSELY} {_SAY}|{_SAY} {_FALSELY}"
    r"|(?:misconception|myth|misunderstanding|fallacy|wrong idea|false claim|lie) (?:is |was "
    r"|would be )?that"
    r"|(?:following|this|these|below)(?: \w+){0,3} (?:is|are) (?:all |simply |just )?(?:wrong|false"
    r"|untrue|nonsense|incorrect|not true|not correct)"
    r"|none of (?:the following|this|these|what follows))\b",
    re.IGNORECASE,
)
_NEEDLESS = re.compile(
    rf"\b(?:no need (?:to|for)|never (?:need|have)s? to|(?:does not|doesn['’]t|{_DONT}) (?:need|have) to|need not"
    r"|(?:unnecessary|needless|pointless|superfluous) (?:to|that|for)|no (?:reason|point) (?:to|in))\b",
    re.IGNORECASE,
)
_NEEDLESS_UNTIL = re.compile(r",|\b(?:because|since|so|as|while|but|and)\b", re.IGNORECASE)
_OTHERS = re.compile(
    rf"\b(?:(?:i(?:['’]ve| have)? )?(?:once )?(?:heard|read)|(?:people|some|somebody|someone|others|many"
    rf"|they|everyone|everybody|colleagues?"
    rf"|(?:the |a |my )?(?:book|blog|internet|article|teacher|friend)s?)(?: \w+){{0,3}}? {_SAY}"
    rf"|supposedly|allegedly|rumou?r has it"
    r"|it is (?:said|claimed)|according to (?:some|others|people)|the following|what follows)\b",
    re.IGNORECASE,
)
_DISTANCE = re.compile(
    rf"(?:\bno (?:idea|clue)\b|\bi (?:\w+ )?{_DONT} (?:\w+ )?(?:think so|agree|understand|buy (?:it"
    rf"|that)|stand behind"
    r"|(?:believe|think) (?:it|that|them|so|this|a word|any|they|those)|know (?:if|whether|what (?:it"
    r"|that|this|any|they)))"
    r"|\bi (?:disagree|doubt)\b|\b(?:not|never) my (?:own )?(?:view|opinion|claim|words|idea)\b"
    r"|\bwithout (?:understanding|knowing)\b"
    r"|\bwhatever (?:that|it|this) means\b|\bnot (?:saying|claiming) (?:it|that|this|any)\b)",
    re.IGNORECASE,
)
_REJECTS = re.compile(
    rf"^\W*(?:but |and |well |though )?(?:i (?:\w+ )?{_DONT} (?:\w+ )?(?:think so|agree|believe (?:it"
    rf"|that|so|them|this)|buy (?:it|that))"
    r"|i (?:disagree|doubt (?:it|that|this))|(?:that|this|it|which|they|these|those)(?:['’]s| is|['’]re"
    r"| are)"
    r" (?:\w+ )?(?:wrong|false|untrue|nonsense|not true|not right|not correct|a myth))\W*$",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:(?:but|and|so|well|now) (?:actually|in fact|in reality)|in my (?:own )?(?:experience|opinion"
    r"|view|projects?)|my (?:own )?(?:guess|answer|view)"
    r"|what i (?:do |really )?know|i (?:do |myself |personally |would |really )?(?:think|believe|guess"
    r"|know|say|suppose)|i['’]d say|i would"
    r"|here (?:is|['’]s) (?:what|how) i)\b|\b(?:probably|perhaps|maybe)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"\bbut\b", re.IGNORECASE)
_FOLLOWING = re.compile(r"\b(?:following|what follows)\b", re.IGNORECASE)
_ACTUALLY = re.compile(r"^\W*(?:actually|in fact|in reality)\b", re.IGNORECASE)
_INTERROGATIVE = re.compile(
    r"^\W*(?:(?:and|but|so|or|well|then|um|uh|hm|maybe|perhaps|okay|sorry) )*(?:is|are|was|were|isn['’]t"
    r"|aren['’]t|does|do|did|doesn['’]t|don['’]t"
    r"|can|could|should|would|will|shall|may|might|has|have|had|what|why|how|when|where|who|which"
    r"|whether)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|exactly|right|correct|of course|sure|absolutely|definitely|it (?:is|does|can))\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no|nope|wrong|of course not|not at all|definitely not|absolutely not)\b", re.IGNORECASE
)
# Further apart than this, what somebody else says and "I don't know" are two matters.
_NEAR = 300


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    stance: Stance


def owned(passage: Passage, text: str) -> Passage:
    """The passage without what its speaker leaves open; what they call wrong is in it as denied."""
    spans = tuple(_spans(text))
    kept = []
    for clause in passage.clauses:
        # A clause may begin within the words that disown it, and what it then says belongs to them.
        stances = {span.stance for span in spans if clause.start < span.end and span.start < clause.end}
        if "open" in stances:
            continue
        if stances:
            kept.append(denied(clause) if "wrong" in stances else opposed(clause))
        else:
            kept.append(clause)
    return replace(passage, clauses=tuple(kept))


def _spans(text: str) -> Iterator[_Span]:
    rows = list(sentences(text))
    governing: Stance | None = None
    for at, (start, end) in enumerate(rows):
        said = text[start:end]
        ended_by = text[end : end + 1]
        following = text[slice(*rows[at + 1])] if at + 1 < len(rows) else ""
        if governing and (_own_claim(said, 0) is not None or _ACTUALLY.match(said)):
            governing = None
        found = None if governing else _disowned(said, following, ended_by)
        if found is None:
            if governing:
                yield _Span(start, end, governing)
            for needless in _NEEDLESS.finditer(said):
                until = _NEEDLESS_UNTIL.search(said, needless.end())
                ends = until.start() if until else len(said)
                yield _Span(start + needless.start(), start + ends, "needless")
            continue
        begins, ends, stance = found
        yield _Span(start + begins, start + ends, stance)
        opens = ended_by == ":" or _FOLLOWING.search(said)
        if opens and ends == len(said):
            governing = stance


def _disowned(said: str, following: str, ended_by: str) -> tuple[int, int, Stance] | None:
    """Which part of a sentence is not the speaker's own claim, if any, and how they stand to it."""
    if ended_by == "?" and _INTERROGATIVE.match(said):
        # Who answers yes to their own question has made a statement of it.
        return None if _YES.match(following) else (0, len(said), "wrong" if _NO.match(following) else "open")
    if wrongly := _WRONGLY.search(said):
        return wrongly.start(), _until_own(said, wrongly.end()), "wrong"
    if others := _OTHERS.search(said):
        before = _DISTANCE.search(said, 0, others.start())
        distance = before or _DISTANCE.search(said, others.end(), others.end() + _NEAR)
        if distance:
            first, last = sorted((others.span(), distance.span()))
            return first[0], _until_own(said, last[1]), "open"
        if _REJECTS.match(following):
            return others.start(), len(said), "open"
    doubt = _DOUBT.search(said) or (_DISTANCE.search(said) if ended_by == ":" else None)
    return (doubt.start(), _until_own(said, doubt.end()), "open") if doubt else None


def _own_claim(said: str, start: int) -> int | None:
    own = _WITHDRAWN.search(said, start)
    return own.start() if own is not None else None


def _until_own(said: str, start: int) -> int:
    """Where the speaker's own claim begins again after `start`, or the sentence's end."""
    own = _own_claim(said, start)
    but = _BUT.search(said, start)
    return min(
        (place for place in (own, but.start() if but else None) if place is not None), default=len(said)
    )
