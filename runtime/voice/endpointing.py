"""When a candidate's turn is over: a state machine over "speech" and "no speech", without clock or I/O.

Being cut off while thinking is the first complaint about every voice agent, dead air the second. Both are
decided here: how long a silence may last (`patience`), when it may last longer (a granted pause), and when it
may not (`LATEST_END_MS`, so that a dead microphone can never hang an interview).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from runtime.knowledge.bank import Patience

LATEST_END_MS: Final = 8_000
"""A turn ends at the latest this long after its last speech, granted pauses excepted."""

LONGEST_GRANT_MS: Final = 120_000
"""A granted pause ends at the latest this long after it was granted."""

MIN_SPEECH_MS: Final = 120
"""Less than this is a click, a chair or a cough; the shortest answer ("no") has about twice as much voice."""

MAX_GAP_MS: Final = 100
"""Silence inside one sound: a stop consonant closes the mouth for up to about this long."""

STOP_MS: Final = 200
"""Silence after which speech has tentatively stopped: too long for a consonant, early enough to act."""

PADDING_MS: Final = 240
"""Sound to keep on either side of a turn when cutting it out: a voice gate opens late on soft consonants."""

PATIENCE_MS: Final[dict[Patience, int]] = {"short": 900, "normal": 1_400, "long": 2_200}
_SHORTEST_PATIENCE_MS: Final = 300


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A turn has begun; `at_ms` is its first speech, which lies at least MIN_SPEECH_MS back."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """Speech has paused, perhaps for good, at `at_ms`. SpeechResumed or TurnEnded follows."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The pause was none: the same turn goes on; `at_ms` is its first speech after the pause."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn's first and last speech, and the moment this was decided. Always preceded by SpeechStopped."""

    start_ms: int
    end_ms: int
    decided_ms: int


type Signal = SpeechStarted | SpeechStopped | SpeechResumed | TurnEnded


@dataclass(slots=True)
class _Turn:
    start: int
    last_speech: int
    stopped: bool = False


@dataclass(slots=True)
class _Sound:
    start: int
    end: int = 0
    voiced: int = 0


class Endpointing:
    """Turns speech and silence into turns.

    Time is the stream's own: the sum of what `advance` was given. When frames stop arriving, the caller
    advances by the time that went by, `speech=False`, so that a dead network ends a turn as silence does.

    Every turn is SpeechStarted, SpeechStopped, (SpeechResumed, SpeechStopped)*, TurnEnded. Turns never
    overlap. Speech counts once MIN_SPEECH_MS of it lie close together; nothing shorter starts or resumes one.
    """

    def __init__(self, patience_ms: int = PATIENCE_MS["normal"]) -> None:
        self._now = 0
        self._patience = 0
        self._granted_until: int | None = None
        self._turn: _Turn | None = None
        self._sound: _Sound | None = None
        self.set_patience(patience_ms)

    @property
    def now_ms(self) -> int:
        """The stream's time: everything advanced so far."""
        return self._now

    @property
    def in_turn(self) -> bool:
        """Whether a turn is open, its pauses included."""
        return self._turn is not None

    @property
    def granted_until_ms(self) -> int | None:
        """The end of a granted pause that no speech has used up yet."""
        return self._granted_until

    def set_patience(self, patience_ms: int) -> None:
        """How long silence may last before the turn ends; applies to the silence that is running, too."""
        self._patience = min(max(patience_ms, _SHORTEST_PATIENCE_MS), LATEST_END_MS)

    def grant_pause(self, pause_ms: int) -> None:
        """Let silence last `pause_ms` from now ("give me a minute"), at most LONGEST_GRANT_MS.

        Speech uses the grant up.
        """
        self._granted_until = self._now + min(max(pause_ms, 0), LONGEST_GRANT_MS)

    def advance(self, duration_ms: int, speech: bool) -> list[Signal]:
        """Let `duration_ms` of the stream go by, all speech or all not. ValueError when negative."""
        if duration_ms < 0:
            raise ValueError(f"expected a duration of 0 ms or more, got {duration_ms}")
        signals = self._speech(self._now + duration_ms) if speech else self._silence(self._now + duration_ms)
        self._now += duration_ms
        return signals

    def finish(self) -> list[Signal]:
        """End the open turn now ("I'm done", a closed stream); nothing when none is open."""
        turn = self._turn
        if turn is None:
            return []
        signals: list[Signal] = []
        if self._sound is not None:
            signals += self._confirm(self._sound)
        if not turn.stopped:
            signals.append(SpeechStopped(turn.last_speech))
        return [*signals, self._end(turn, self._now)]

    def _speech(self, until: int) -> list[Signal]:
        if self._turn is not None and not self._turn.stopped:
            self._turn.last_speech = until
            return []
        signals = self._end_when_due(self._now)
        sound = self._sound or _Sound(start=self._now)
        sound.voiced += until - self._now
        sound.end = until
        self._sound = sound
        counts_from = until - (sound.voiced - MIN_SPEECH_MS)
        # A sound that is still too short to count cannot hold a turn open past its latest end.
        signals += self._end_when_due(min(until, counts_from))
        if sound.voiced >= MIN_SPEECH_MS:
            signals += self._confirm(sound)
        return signals

    def _silence(self, until: int) -> list[Signal]:
        signals: list[Signal] = []
        turn = self._turn
        if turn is not None and not turn.stopped and until - turn.last_speech >= STOP_MS:
            turn.stopped = True
            signals.append(SpeechStopped(turn.last_speech))
        dismissed = 0
        if self._sound is not None and until - self._sound.end > MAX_GAP_MS:
            dismissed = self._sound.end + MAX_GAP_MS
            signals += self._end_when_due(dismissed)
            self._sound = None
        return signals + self._end_when_due(until, not_before=dismissed)

    def _end_when_due(self, at: int, *, not_before: int = 0) -> list[Signal]:
        """`not_before`: until then a sound was waited for that proved to be none."""
        turn = self._turn
        if turn is None or not turn.stopped:
            return []
        granted = self._granted_until or 0
        # A sound that may yet prove to be speech is waited for, though not past the latest end.
        silence = LATEST_END_MS if self._sound is not None else self._patience
        due = max(turn.last_speech + silence, granted)
        return [self._end(turn, max(due, self._now, not_before))] if at >= due else []

    def _end(self, turn: _Turn, at: int) -> TurnEnded:
        self._turn = None
        return TurnEnded(turn.start, turn.last_speech, at)

    def _confirm(self, sound: _Sound) -> list[Signal]:
        self._sound = None
        self._granted_until = None
        if self._turn is None:
            self._turn = _Turn(start=sound.start, last_speech=sound.end)
            return [SpeechStarted(sound.start)]
        self._turn.last_speech = sound.end
        self._turn.stopped = False
        return [SpeechResumed(sound.start)]


_FILLERS = r"um+|uh+|er+m?|hm+|mm+|ah"
_OPENERS = (
    r"and|or|but|because|cause|so|if|when|while|although|though|since|unless|until|then|than|which|whose|that"
    r"|the|a|an|my|our|your|their|its|to|of|in|on|at|by|for|from|with|without|into|about|like|as|also|plus|where|who"
)
_UNFINISHED = re.compile(rf"(?:,|;|:|-|–|—|\.\.\.|…|\b(?:{_OPENERS}|{_FILLERS})[.…]*)$", re.IGNORECASE)
_UNFINISHED_ANYWHERE = re.compile(r"(?:,|;|:|-|–|—|\.\.\.|…)$")
_WHOLE = re.compile(
    r"\b(?:think|hope|guess|believe|suppose|say|said|like that|do that|did that|about that|it) so$"
)
_CLOSING = re.compile(
    r"\b(?:that(?:'s| is| was|s) (?:about |basically |pretty much )?(?:it|all|everything|my answer|the end)"
    r"|i(?:'m| am) (?:done|finished)|nothing (?:else|more)|that(?:'s| is) all (?:i|from)\b.*)[.!]?$",
    re.IGNORECASE,
)
_LONGEST_PATIENCE_MS: Final = 5_000


def patience_for(question: Patience, trailing_text: str, *, language: str = "en") -> int:
    """How long to wait, in milliseconds, after a question of this class and the words heard last.

    Twice as long when the sentence is plainly unfinished ("and", "because", a comma, "um"), half as long
    after a closing ("that's all"). Both are guesses about English; of other languages only
    the punctuation is read.
    """
    base = PATIENCE_MS[question]
    text = trailing_text.strip()[-80:]
    if not language.lower().startswith("en"):
        return min(base * 2, _LONGEST_PATIENCE_MS) if _UNFINISHED_ANYWHERE.search(text) else base
    if _CLOSING.search(text):
        return base // 2
    if _UNFINISHED.search(text) and not _WHOLE.search(text.lower()):
        return min(base * 2, _LONGEST_PATIENCE_MS)
    return base
