"""The use cases of one platform, put together over the ports that a composition root chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from runtime.interview.store import Store
from runtime.knowledge.bank import Bank
from runtime.knowledge.phrases import Phrases
from runtime.sandbox import Engine
from runtime.services.code import CodeRuns
from runtime.services.cv import CvProfiles
from runtime.services.interviews import Interviews
from runtime.services.plans import Plans
from runtime.services.reports import Reports
from runtime.services.turns import Turns


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that can be done with interviews."""

    interviews: Interviews
    turns: Turns
    plans: Plans
    profiles: CvProfiles
    code: CodeRuns
    reports: Reports

    @classmethod
    def over(
        cls,
        store: Store,
        bank: Bank,
        phrases: Phrases,
        engine: Engine | None,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> Self:
        """The use cases over one store. Without an `engine` no code is run, and it says so."""
        profiles = CvProfiles(store)
        plans = Plans(store, bank, phrases, profiles)
        return cls(
            interviews=Interviews(store),
            turns=Turns(store, plans, clock=clock),
            plans=plans,
            profiles=profiles,
            code=CodeRuns(store, plans, engine),
            reports=Reports(store, plans),
        )
