"""Untrusted code: run where it reaches nothing, graded outside.

`execute(engine, submission)` is the room's work; `WasmPython` is its engine. When nothing holds, it refuses.
"""

from .engine import Engine, Language, Observation, Program, TestInput
from .errors import SandboxBusy, SandboxError, SandboxUnavailable, SubmissionTooLarge, UnsupportedLanguage
from .execution import CodeRun, LanguageInfo, execute, languages
from .grading import TestResult, Verdict, grade, same, same_text
from .probing import Check, ProbeResult, probe
from .submission import CodeRequest, Limits, Submission, TestCase
from .wasm_python import WasmPython

__all__ = [
    "Check",
    "CodeRequest",
    "CodeRun",
    "Engine",
    "Language",
    "LanguageInfo",
    "Limits",
    "Observation",
    "ProbeResult",
    "Program",
    "SandboxBusy",
    "SandboxError",
    "SandboxUnavailable",
    "Submission",
    "SubmissionTooLarge",
    "TestCase",
    "TestInput",
    "TestResult",
    "UnsupportedLanguage",
    "Verdict",
    "WasmPython",
    "execute",
    "grade",
    "languages",
    "probe",
    "same",
    "same_text",
]
