"""What the interviewer says besides questions: authored variants by occasion, in `knowledge/phrases.yaml`."""

from __future__ import annotations

import functools
import hashlib
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from runtime.knowledge.bank import BANK_DIR

Occasion = Literal[
    "greeting",
    "greeting_without_role",
    "recording_on",
    "recording_off",
    "human_decides",
    "ways_to_ask",
    "in_english",
    "acknowledgement",
    "acknowledgement_explained",
    "listening",
    "transition",
    "transition_behavioural",
    "take_your_time",
    "break",
    "unwell",
    "offer_end",
    "reschedule",
    "present",
    "connection",
    "identity",
    "recording_asked_on",
    "recording_asked_off",
    "recording_stopped",
    "silence_first",
    "silence_second",
    "silence_last",
    "did_not_catch",
    "elaborate",
    "dont_know",
    "skip",
    "repeat_introduction",
    "clarification",
    "coding_introduction",
    "keep_coding",
    "code_all_passed",
    "code_some_failed",
    "code_not_run",
    "code_walkthrough",
    "code_open_cases",
    "deflect_answer",
    "deflect_score",
    "deflect_company",
    "interrupted",
    "time_nearly_up",
    "resumed",
    "closing",
    "closing_time",
    "closing_early",
    "closing_silent",
    "newest_work",
    "senior_title",
    "evidenced_skill",
    "unevidenced_skill",
]
OCCASIONS: Final[tuple[Occasion, ...]] = get_args(Occasion)

# The values an occasion's variants name, each of them in every variant.
PLACEHOLDERS: Final[dict[Occasion, frozenset[str]]] = {
    "greeting": frozenset({"name", "role", "minutes"}),
    "greeting_without_role": frozenset({"name", "minutes"}),
    "code_some_failed": frozenset({"passed", "total"}),
    "resumed": frozenset({"topic"}),
    "closing": frozenset({"name"}),
    "closing_time": frozenset({"name"}),
    "closing_early": frozenset({"name"}),
    "closing_silent": frozenset({"name"}),
    "newest_work": frozenset({"claim"}),
    "senior_title": frozenset({"claim"}),
    "evidenced_skill": frozenset({"claim"}),
    "unevidenced_skill": frozenset({"claim"}),
}

Template = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=300)]
Variants = Annotated[tuple[Template, ...], Field(min_length=6)]


class Phrases(BaseModel):
    """Every occasion's variants. Complete: an occasion without variants does not load."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variants: dict[Occasion, Variants]

    def say(self, occasion: Occasion, *, seed: str, said: Sequence[str] = (), **values: str) -> str:
        """A variant for `occasion`, with its placeholders filled from `values`.

        `said`: what the interviewer has said so far, oldest first. A variant that stands in none of it comes
        first; once all were said, the one said longest ago. `seed` (the interview's id) orders equals, so
        that the same log gives the same words and two interviews do not sound alike.
        An empty value leaves its place out, together with the comma before it: who has no name to be spoken
        is greeted without one. Raises `ValueError` when a placeholder has no value.
        """
        needed = PLACEHOLDERS.get(occasion, frozenset())
        if missing := needed - values.keys():
            raise ValueError(f"{occasion}: expected values for {sorted(needed)}, missing {sorted(missing)}")
        texts = [_without_empty(template, values).format_map(values) for template in self.variants[occasion]]
        texts.sort(key=lambda text: hashlib.sha256(f"{seed}\n{occasion}\n{text}".encode()).digest())
        return min(texts, key=lambda text: _last_said(text, said))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := set(OCCASIONS) - self.variants.keys():
            raise ValueError(f"expected variants for every occasion, missing {sorted(missing)}")
        for occasion, templates in self.variants.items():
            if len(set(templates)) != len(templates):
                raise ValueError(f"{occasion}: a variant stands twice")
            expected = PLACEHOLDERS.get(occasion, frozenset())
            for template in templates:
                found = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
                if found != expected:
                    got = f"got {sorted(found)} in {template!r}"
                    raise ValueError(f"{occasion}: expected placeholders {sorted(expected)}, {got}")
        return self


RENDERED: Final = "phrases.json"
"""The phrases as a deployed process carries them, in the place of the authors' file; see `bank.RENDERED`."""


@functools.cache
def load_phrases(path: Path = BANK_DIR / "phrases.yaml") -> Phrases:
    """Read the phrases. Raises `ValueError` naming the file when they do not fit."""
    rendered = path.with_name(RENDERED)
    if rendered.exists():
        return Phrases.model_validate_json(rendered.read_bytes())
    import yaml  # noqa: PLC0415 - only where the authors' file is read

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader)
    try:
        return Phrases(variants=raw)
    except ValidationError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _without_empty(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if not value:
            template = re.sub(rf",? \{{{name}\}}", "", template)
    return template


def _last_said(text: str, said: Sequence[str]) -> int:
    # A turn joins several phrases, so a phrase counts as said when it stands inside a turn.
    return max((index for index, turn in enumerate(said) if text in turn), default=-1)
