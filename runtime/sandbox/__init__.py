"""Untrusted code: run where it reaches nothing, graded outside.

`execute(engine, submission)` is the room's work, `CodeExecutor` its port: in this process (`EngineExecutor`) or
elsewhere. The engine (`wasm_python.WasmPython`) is imported where it runs, since most callers only ask for it. When
nothing holds, the room refuses.
"""

from .checking import Checker, same, same_text
from .engine import Engine, Language, Observation, Program, TestInput
from .errors import SandboxBusy, SandboxError, SandboxUnavailable, SubmissionTooLarge, UnsupportedLanguage
from .execution import CodeExecutor, CodeRun, EngineExecutor, LanguageInfo, execute, languages
from .grading import TestResult, Verdict, grade
from .metrics import Metrics
from .submission import CodeRequest, Limits, Submission, TestCase

__all__ = [
    "Checker",
    "CodeExecutor",
    "CodeRequest",
    "CodeRun",
    "Engine",
    "EngineExecutor",
    "Language",
    "LanguageInfo",
    "Limits",
    "Metrics",
    "Observation",
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
    "execute",
    "grade",
    "languages",
    "same",
    "same_text",
]
