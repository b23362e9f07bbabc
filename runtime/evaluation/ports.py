"""The ports to whoever evaluates an interview, and prints its report: in this process, or a function of its own."""

from __future__ import annotations

from typing import Protocol

from runtime.evaluation.document import Document
from runtime.evaluation.inputs import EvaluationInput
from runtime.evaluation.report import Report


class EvaluationFailedError(Exception):
    """The evaluator could not be reached, or answered with something that is no report."""


class Evaluator(Protocol):
    """An interview's input to its report; `runtime.evaluation.evaluate` is one."""

    def __call__(self, given: EvaluationInput, /) -> Report:
        """The report. Raises `EvaluationFailedError` when it is made elsewhere and does not come."""


class PdfFailedError(Exception):
    """No PDF came: the printer failed, or could not be reached. The report itself is kept; asking again tries again."""


class PdfWriter(Protocol):
    """A report as a document to a tagged PDF (PDF/UA-1); `runtime.evaluation.pdf.write_pdf` is one.

    The same document gives the same bytes.
    """

    def __call__(self, document: Document, /) -> bytes:
        """The file. Raises `PdfFailedError`."""
