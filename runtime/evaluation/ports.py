"""The port to whoever evaluates an interview for the platform: in this process, or a function of its own."""

from __future__ import annotations

from typing import Protocol

from runtime.evaluation.inputs import EvaluationInput
from runtime.evaluation.report import Report


class EvaluationFailedError(Exception):
    """The evaluator could not be reached, or answered with something that is no report."""


class Evaluator(Protocol):
    """An interview's input to its report; `runtime.evaluation.evaluate` is one."""

    def __call__(self, given: EvaluationInput, /) -> Report:
        """The report. Raises `EvaluationFailedError` when it is made elsewhere and does not come."""
