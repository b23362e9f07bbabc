"""What a candidate's words ask of the interviewer, when they are not an answer.

Deliberately narrow: an answer taken for a request costs the candidate their answer, a request taken for an answer
costs one extra turn. So every pattern must match the whole of a short utterance, or its clear beginning.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class Intent(Enum):
    """What the candidate wants."""

    ANSWER = "answer"
    REPEAT = "repeat"
    WAIT = "wait"
    SKIP = "skip"
    DONT_KNOW = "dont_know"
    END = "end"
    DONE = "done"
    ASK_RESULT = "ask_result"
    ASK_ANSWER = "ask_answer"
    ASK_COMPANY = "ask_company"
    GIBBERISH = "gibberish"


_LEAD: Final = (
    r"^(?:(?:um+|uh+|er+|erm|hm+|well|so|ok|okay|oh|sorry|yes|yeah|no|hey|and|but|please|wait|actually"
    r"|excuse me|pardon me|i'?m sorry|i think|maybe|honestly|to be honest|look)[\s,.]+)*"
)
_CAN_YOU: Final = r"(?:(?:can|could|would|will|may) (?:you|we|i)(?: please)?(?: just)? |please |let'?s |i(?:'d| would) (?:like|love) (?:to|you to) |i want (?:to|you to) )?"

# In the order they are tried. Each is matched against the lower-cased, trimmed utterance.
_PATTERNS: Final[tuple[tuple[Intent, re.Pattern[str]], ...]] = tuple(
    (intent, re.compile(_LEAD + pattern))
    for intent, pattern in (
        (
            Intent.REPEAT,
            _CAN_YOU
            + r"(?:repeat|say|ask|rephrase|reword|read|hear)(?: that| it| this| the question| the last (?:question|part|bit)| your question)"
            r"(?: (?:again|once more|one more time|another way|in other words|differently|out loud|for me|please))*[?.! ]*$",
        ),
        (Intent.REPEAT, _CAN_YOU + r"(?:repeat|rephrase)(?: please)?[?.! ]*$"),
        (
            Intent.REPEAT,
            r"(?:(?:what|pardon|come again|say again|what was (?:that|the question)(?: again)?|what did you (?:say|ask)"
            r"|what'?s the question(?: again)?|one more time|once more|again please"
            r"|i (?:didn'?t|did not|couldn'?t|could not) (?:catch|hear|get|understand)(?: (?:that|it|you|the question))?"
            r"|i don'?t understand(?: the question| what you mean)?|what do you mean)(?: please)?)[?.! ]*$",
        ),
        (
            Intent.WAIT,
            _CAN_YOU
            + r"(?:give me|have|take|need|i need|i'?ll need|let me have|let me take|just|i'?d like)? ?(?:just )?"
            r"(?:a|one|another|some|two|a few|a couple of|half a) (?:more )?(?:minutes?|moments?|seconds?|secs?|time)"
            r"(?: (?:please|to think|to think about (?:it|that|this)|to gather my thoughts|for (?:that|this)))*[?.! ]*$",
        ),
        (Intent.WAIT, r"let me think(?: (?:about (?:it|that|this)|for a (?:moment|second|minute|bit)))?[?.! ]*$"),
        (Intent.WAIT, r"(?:hold on|hang on|bear with me|one sec|just a sec|give me time)(?: (?:please|a (?:moment|second|minute|sec)))*[?.! ]*$"),
        (
            Intent.SKIP,
            _CAN_YOU
            + r"(?:skip|pass|move on|go on|next question|next|go to the next(?: one| question)?|leave (?:it|that|this))"
            r"(?: (?:this|that|it|the)(?: one| question| task)?)?(?: (?:on|to the next(?: one| question)?|please|for now|with this one))*[?.! ]*$",
        ),
        (
            Intent.END,
            _CAN_YOU
            + r"(?:(?:stop|end|finish|quit|terminate|abort)(?: (?:the|this|our))?(?: interview| session| call| conversation)"
            r"(?: (?:here|now|please|early))*|(?:stop|end it|finish|quit)(?: (?:here|now))+)[?.! ]*$",
        ),
        (
            Intent.DONT_KNOW,
            r"(?:i (?:really |honestly |just |simply )*(?:don'?t|do not|didn'?t|wouldn'?t)(?: really| actually| even)? (?:know|have (?:an|any) (?:answer|idea))"
            r"|i have (?:no|absolutely no) (?:idea|clue)|no (?:idea|clue)|not sure|i'?m not (?:really )?sure|i'?ve no idea|i have not (?:heard of|worked with|used) (?:it|that|this)"
            r"|i haven'?t (?:heard of|worked with|used) (?:it|that|this)|never heard of (?:it|that|this)|beats me|dunno|idk|i can'?t answer (?:that|this))"
            r"(?: (?:that|this|it|about that|about this|about it|the answer(?: to (?:that|this))?|to be honest|honestly|sorry|how|that one|this one|anything about (?:it|that|this)|at all|how to (?:answer|do) (?:that|this|it)))*"
            r"[?.!, ]*(?:(?:sorry|to be honest)[?.! ]*)?$",
        ),
        (
            Intent.DONE,
            r"(?:i'?m|i am|i think i'?m|that'?s|it'?s|we'?re) (?:all )?(?:done|finished|complete|ready)"
            r"(?: (?:with|now|here|i think)(?: (?:the|this|that|it|my)(?: task| code| exercise| one| solution)?)?)*[?.! ]*$",
        ),
        (Intent.DONE, r"(?:done|finished|that'?s it|that'?s all|that is all|i have finished|i finished)[?.! ]*$"),
        (
            Intent.ASK_RESULT,
            r"(?:how (?:am i doing|did i do|was (?:that|my answer|i)|is it going for me)|(?:was|is) (?:that|it|my answer) (?:right|correct|good|ok|okay|wrong)"
            r"|what(?:'s| is| was) my (?:score|grade|result|rating)|did i (?:pass|get (?:it|that) right)|give me (?:a|my) (?:score|grade|feedback))"
            r"(?: (?:so far|there|then|please|enough))*[?.! ]*$",
        ),
        (
            Intent.ASK_COMPANY,
            r"(?:(?:what(?:'s| is| are)|how (?:much|big|many)|when (?:will|would|can|do)|who (?:will|would)|do you|is (?:it|this|the)|can (?:you tell me|i ask) about)\b.{0,60}"
            r"\b(?:salary|pay|paid|compensation|benefits|remote|team|company|office|hear back|next steps?|hiring process|start date|vacation|manager)\b.{0,40})\?*$",
        ),
        (
            Intent.ASK_ANSWER,
            _CAN_YOU
            + r"(?:tell|give|show|reveal|share)(?: to)?(?: me)? (?:me )?(?:the|your|a) (?:right |correct |good |expected |model |ideal |hidden )*"
            r"(?:answer|answers|solution|key points?|rubric|tests|hint|criteria)\b.{0,80}$",
        ),
        (
            Intent.ASK_ANSWER,
            r"what(?:'s| is| would be| are| were)? (?:the|your|a) (?:right |correct |good |expected |model |ideal |hidden )*"
            r"(?:answer|answers|solution|key points?|rubric|tests|hint|criteria)\b.{0,80}$",
        ),
    )
)  # fmt: skip

_LONGEST_REQUEST: Final = 160
_VOWELS: Final = re.compile(r"[aeiouyàâäéèêëíìîïóòôöúùûüåæø]", re.IGNORECASE)


def intent_of(text: str, vocabulary: frozenset[str]) -> Intent:
    """What `text` wants. `vocabulary` holds lower-case words a real answer would have some of."""
    said = " ".join(text.lower().replace("’", "'").split())
    if not re.search(r"\w", said):
        return Intent.GIBBERISH
    if len(said) <= _LONGEST_REQUEST:
        for intent, pattern in _PATTERNS:
            if pattern.match(said):
                return intent
    return Intent.GIBBERISH if _is_gibberish(said, vocabulary) else Intent.ANSWER


def _is_gibberish(said: str, vocabulary: frozenset[str]) -> bool:
    """No known word, or next to none, and letters as a keyboard gives them rather than a language.

    Only letters are judged: a name, a number or another script is never gibberish.
    """
    words = re.findall(r"[^\W\d_]+", said)
    if not words or any(not word.isascii() for word in words):
        return False
    known = sum(word in vocabulary for word in words)
    if len(words) >= 3:
        return known / len(words) < 0.15
    return known == 0 and all(_is_mashed(word) for word in words)


def _is_mashed(word: str) -> bool:
    """Letters no language strings together: no vowel in four or more, one letter four times, five consonants."""
    return (
        (len(word) >= 4 and not _VOWELS.search(word))
        or re.search(r"(.)\1{3}", word) is not None
        or re.search(r"[bcdfghjklmnpqrstvwxz]{6}", word) is not None
        or word in {"asdf", "asdfgh", "qwer", "qwert", "qwerty", "zxcv", "hjkl", "asd", "sdf", "jkl"}
    )
