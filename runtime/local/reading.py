"""CVs are read in processes of their own: a document that breaks the reader must not take the server along.

PDFium is native code. A document that crashes it, or makes it take all memory or time, ends one child process, and its
sender reads why. In AWS the analyzer's function is that box.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from runtime.cv import errors
from runtime.cv.analysis import analyze
from runtime.cv.limits import MOST_MB, hold, hold_memory
from runtime.cv.result import CvResult

_log = logging.getLogger(__name__)

_CPU_S: Final = 15
_WITHIN_S: Final = 20.0
# A laptop has few cores, and the interviews need theirs.
_AT_ONCE: Final = 2
_LARGEST_ANSWER: Final = 32 * 1024 * 1024
_WAY_OUT: Final = "export it again from the program that made it, or send the CV as a text document."
_TOO_LONG: Final = f"Reading this document takes too long; {_WAY_OUT}"
_TOO_MUCH: Final = f"Reading this document takes more than {MOST_MB} MB of memory; {_WAY_OUT}"
_BROKEN: Final = f"This document breaks the reader, or takes more memory than any CV; {_WAY_OUT}"


class Answer(BaseModel):
    """What a child says: a result, or the kind and the words of a refusal, or where the reader itself is at fault."""

    result: CvResult | None = None
    refusal: str = ""
    detail: str = ""
    fault: str = ""


class SeparateReader:
    """A `CvAnalyzer`: each document in a child that is forked from a process which has the readers loaded.

    The first document waits for that process, half a second; `warm` starts it before. It ends with this one.
    """

    def __init__(self, *, within_s: float = _WITHIN_S) -> None:
        self._within_s = within_s
        self._seats = threading.BoundedSemaphore(_AT_ONCE)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(
            [__name__, "runtime.cv.pdf", "runtime.cv.docx", "runtime.cli.main"]
        )

    def warm(self) -> None:
        """Have the readers loaded."""
        process = self._processes.Process(target=_nothing)
        process.start()
        process.join()

    def __call__(self, document: bytes, filename: str, /, *, key: str | None = None) -> CvResult:  # noqa: ARG002 - it is here already
        """See `CvAnalyzer`."""
        with self._seats:
            answer = self._read(document, filename)
        if answer.result is not None:
            return answer.result
        if answer.fault:
            _log.error("a reader failed: %s", answer.fault)
            raise errors.UnreadableDocument(_BROKEN)
        raise getattr(errors, answer.refusal)(answer.detail)

    def _read(self, document: bytes, filename: str) -> Answer:
        ours, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(target=_answer, args=(document, filename, theirs), daemon=True)
        with ours:
            try:
                process.start()
                theirs.close()
                if not ours.poll(self._within_s):
                    return _refused(errors.UnreadableDocument, _TOO_LONG)
                # JSON and not pickle: what reads a hostile document may say anything.
                return Answer.model_validate_json(ours.recv_bytes(_LARGEST_ANSWER))
            except (EOFError, OSError, ValidationError):
                process.join(1)
                return _ended(process.exitcode)
            finally:
                process.kill()
                process.join()
                process.close()


def _ended(exitcode: int | None) -> Answer:
    """The child was gone before it had answered."""
    _log.warning("a reader ended with %s", exitcode)
    if exitcode == -signal.SIGXCPU:
        return _refused(errors.UnreadableDocument, _TOO_LONG)
    return _refused(errors.UnreadableDocument, _BROKEN)


def _refused(kind: type[errors.CvError], detail: str) -> Answer:
    return Answer(refusal=kind.__name__, detail=detail)


# In the child


def _nothing() -> None:
    pass


def _answer(document: bytes, filename: str, to: Connection[Any, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with to:
        try:
            answer = read_limited(document, filename)
        except Exception as error:  # noqa: BLE001 - its words may be the document's: they stay here
            where = "".join(traceback.format_tb(error.__traceback__))
            answer = Answer(fault=f"{type(error).__name__}\n{where}")
        to.send_bytes(answer.model_dump_json().encode())


def read_limited(document: bytes, filename: str) -> Answer:
    """Read a document within limits that hold for the rest of this process."""
    hold(resource.RLIMIT_CPU, _CPU_S)
    hold(resource.RLIMIT_CORE, 0)
    hold_memory()
    try:
        return Answer(result=analyze(document, filename))
    except errors.CvError as error:
        return _refused(type(error), str(error))
    except MemoryError:
        return _refused(errors.DocumentTooLarge, _TOO_MUCH)
