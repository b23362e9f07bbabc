"""The port to whoever analyses a CV for the platform: in this process, or a function of its own."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from runtime.cv.result import CvResult


class CvAnalyzer(Protocol):
    """A document to its profile; `runtime.cv.analysis.analyze` is one."""

    def __call__(
        self, document: bytes, filename: str, /, *, as_of: dt.date | None = None, key: str | None = None
    ) -> CvResult:
        """The profile in `document`, which lies under `key` if it is stored: a large one need not travel twice.

        `as_of`: the day up to which a current job counts; by default the document's own, see `analysis.analyze`.

        Raises `DocumentRefused`: what is wrong with the document, in a sentence for its sender; or
        `AnalysisUnavailable`, after which it should be kept and sent again.
        """
