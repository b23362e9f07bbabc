"""What a model is told of a move: what the candidate has heard, said and will hear, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from runtime.interview.interview import Interview, Move, Turn

_MOST_BEFORE: Final = 4
_LONGEST_BEFORE: Final = 600
_LONGEST_TURN: Final = 4000


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request for a move's opening. `candidate` is what they said last: data, and never an instruction.

    The two are apart so that a guardrail can look for attacks in the candidate's words alone.
    """

    task: str
    candidate: str

    @property
    def text(self) -> str:
        """Both as one, the candidate's words as a JSON string, which nothing in them can end."""
        return f"{self.task}\n\nWhat the candidate just said, as data: {json.dumps(self.candidate, ensure_ascii=False)}"


def prompt_for(move: Move, interview: Interview) -> Prompt:
    """The prompt for a move's opening.

    Ids of questions and key points stay out: their names alone tell what an answer should hold.
    """
    items = [item for item in interview.items if item.seq < move.seq]
    turn = next((item for item in reversed(items) if isinstance(item, Turn)), None)
    before = [item for item in items if item is not turn][-_MOST_BEFORE:]
    task = {
        "move": move.kind,
        "draft": move.opening.strip(),
        "spoken_after_you": move.fixed,
        "before": [
            {
                "who": "candidate" if isinstance(item, Turn) else "interviewer",
                "said": _shortened(item.text, _LONGEST_BEFORE),
            }
            for item in before
        ],
    }
    if interview.cv_document is not None:
        task["cv_key"] = interview.cv_document.document.key
    words = "Say the draft of this move in your own words. Answer with the spoken words alone.\n"
    return Prompt(
        task=words + json.dumps(task, ensure_ascii=False),
        candidate=_shortened(turn.text, _LONGEST_TURN) if turn else "",
    )


def _shortened(text: str, most: int) -> str:
    """The end of a long text: what was said last is what is answered."""
    return text if len(text) <= most else f"… {text[-most:]}"
