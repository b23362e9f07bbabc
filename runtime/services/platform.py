"""The use cases of one platform, put together over the ports that a composition root chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from runtime.cv import CvAnalyzer
from runtime.evaluation import Evaluator, PdfWriter
from runtime.interview.store import Store
from runtime.interview.uploads import Uploads
from runtime.knowledge.bank import Bank
from runtime.knowledge.phrases import Phrases
from runtime.sandbox import CodeExecutor
from runtime.services.code import CodeRuns
from runtime.services.cv import CvProfiles
from runtime.services.interviews import Interviews
from runtime.services.plans import Plans
from runtime.services.reports import Reports
from runtime.services.turns import Turns


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Tools:
    """The work that is done in functions of its own in AWS, and by the rooms themselves on a laptop.

    `code` None: nothing holds untrusted code here, so none is run.
    """

    code: CodeExecutor | None
    cv: CvAnalyzer
    evaluation: Evaluator
    pdf: PdfWriter


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
        tools: Tools,
        uploads: Uploads,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> Self:
        """The use cases over one store, with their tools; `uploads`: where large files come in."""
        profiles = CvProfiles(store, tools.cv, uploads)
        plans = Plans(store, bank, phrases, profiles)
        return cls(
            interviews=Interviews(store),
            turns=Turns(store, plans, clock=clock),
            plans=plans,
            profiles=profiles,
            code=CodeRuns(store, plans, tools.code),
            reports=Reports(store, plans, tools.evaluation, tools.pdf),
        )
