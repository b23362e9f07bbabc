"""One move being put into words: a model's while it is in time and within bounds, else the authored ones.

The candidate hears a move in any case, and its question to the letter. The log hears what was said and by whom.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from runtime.interview.events import Lapse, MoveSaid
from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import (
    AuthoredInterviewer,
    Interviewer,
    InterviewerError,
    InterviewerRestrained,
)
from runtime.interview.plan import Plan
from runtime.interview.restraint import Restraint
from runtime.interview.sentences import sentences

_log = logging.getLogger(__name__)

_MARKUP: Final = re.compile(r"[*`]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a model is waited for, in seconds, and how much it may say.

    Endpointing and recognition have taken about a second when a move is decided, and people take a pause of three to
    four for a broken line: 2.5 s are what is left for the first sentence. The next one is needed when the sound of the
    first has been heard, which takes about three. So a model holds the question up for 5.5 s at most.
    """

    first_sentence_s: float = 2.5
    next_sentence_s: float = 3.0
    sentences: int = 2


class Delivery:
    """The opening of one move, said once. The fixed words after it are the caller's to say."""

    def __init__(
        self,
        *,
        interviewer: Interviewer,
        move: Move,
        interview: Interview,
        plan: Plan | None,
        patience: Patience = Patience(),
    ) -> None:
        self._interviewer = interviewer
        self._move = move
        self._interview = interview
        self._patience = patience
        self._restraint = Restraint(plan)
        self._sentences: list[str] = []
        self._lapse: Lapse | None = None

    @property
    def said(self) -> MoveSaid | None:
        """What the log must hear of the words said so far; None while they are the authored ones, as they should be."""
        if not self._sentences and self._lapse is None:
            return None
        model_said = bool(self._sentences)
        opening = "".join(self._sentences) if model_said else self._move.opening
        return MoveSaid(
            item_id=self._move.item_id,
            opening=opening if self._move.fixed else opening.rstrip(),
            said_by=self._interviewer.name if model_said else AuthoredInterviewer.name,
            lapse=self._lapse,
        )

    async def opening(self) -> AsyncGenerator[str]:
        """The sentences before the fixed words, each with the white space that follows it.

        Waits no longer than its `Patience`. A move that was said before is said in the same words again.
        """
        move = self._move
        if not self._interviewer.is_model or not move.can_be_opened or move.said_by is not None:
            yield move.said.removesuffix(move.fixed)
            return
        try:
            async with aclosing(self._from_model()) as said:
                async for sentence in said:
                    self._sentences.append(sentence)
                    yield sentence
        except InterviewerError as error:
            restrained = isinstance(error, InterviewerRestrained)
            self._lapsed("off_limits" if restrained else "failed", str(error))
        if not self._sentences:
            if self._lapse is None and move.opening:
                self._lapsed("silent", "it said nothing")
            yield move.opening

    async def _from_model(self) -> AsyncGenerator[str]:
        patience = self._patience
        async with (
            aclosing(self._interviewer.say(self._move, self._interview)) as pieces,
            aclosing(sentences(pieces)) as cut,
        ):
            for number in range(patience.sentences):
                try:
                    async with asyncio.timeout(
                        patience.next_sentence_s if number else patience.first_sentence_s
                    ):
                        said = await anext(cut, None)
                except TimeoutError:
                    self._lapsed("late", "it took too long")
                    return
                sentence = self._spoken(said or "")
                if not sentence:
                    return
                if refusal := self._restraint.refuses(sentence):
                    self._lapsed("off_limits", f"it said {refusal}")
                    return
                yield sentence

    def _spoken(self, sentence: str) -> str:
        """A model's sentence as a voice says it: one line without markup, ended, and a space before what follows."""
        plain = " ".join(_MARKUP.sub("", sentence).split())
        if not plain:
            return ""
        ended = plain if plain[-1] in ".!?…:\"'”" else f"{plain}."
        return f"{ended} "

    def _lapsed(self, lapse: Lapse, reason: str) -> None:
        self._lapse = lapse
        rest = "what is fixed" if self._sentences else "the authored text"
        _log.warning(
            "interview %s: %s did not say all of move %s (%s): %s; %s follows",
            self._interview.interview_id,
            self._interviewer.name,
            self._move.item_id,
            lapse,
            reason,
            rest,
        )
