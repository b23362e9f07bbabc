# ruff: noqa: N818 - refusals named as the HTTP answers they become
"""Why the sandbox did not take a submission. Nothing here is ever the verdict on a candidate's code."""

from __future__ import annotations

from typing import ClassVar


class SandboxError(Exception):
    """Base of every refusal of this room; `kind` is its name on the wire."""

    kind: ClassVar[str]


class UnsupportedLanguage(SandboxError):
    """No engine here runs the language (HTTP 422)."""

    kind = "unsupported_language"

    def __init__(self, language: str, supported: tuple[str, ...]) -> None:
        super().__init__(f"expected one of the languages {', '.join(supported)}; got {language[:40]!r}")
        self.language = language
        self.supported = supported


class SubmissionTooLarge(SandboxError):
    """Source or tests are over the limits of `Submission` (HTTP 413)."""

    kind = "submission_too_large"


class SandboxBusy(SandboxError):
    """Every worker is taken and the queue is full, or waiting took too long (HTTP 503 with Retry-After)."""

    kind = "sandbox_busy"


class SandboxUnavailable(SandboxError):
    """Nothing here holds candidate code, so nothing runs it (HTTP 503). It is never run natively instead."""

    kind = "sandbox_unavailable"
