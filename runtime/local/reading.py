"""CVs are read in processes of their own: a document that breaks the reader must not take the server along.

PDFium is native code. A document that crashes it, or makes it take all memory or time, ends one child process, and its
sender reads why. In AWS the analyzer's function is that box.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError

from runtime.cv.analysis import analyze
from runtime.cv.errors import (
    AnalyzerUnavailable,
    DocumentRefused,
    DocumentTooLarge,
    UnreadableDocument,
    UnsupportedDocument,
)
from runtime.cv.limits import MOST_MB, hold, hold_memory
from runtime.cv.refinement import ProfileModel
from runtime.cv.result import CvResult

_log = logging.getLogger(__name__)

_CPU_S: Final = 15
_WITHIN_S: Final = 20.0
# A model on a laptop takes up to a minute and a half, see `cv_model`.
_WITH_A_MODEL_S: Final = 120.0
# A laptop has few cores, and the interviews need theirs.
_AT_ONCE: Final = 2
_LARGEST_ANSWER: Final = 32 * 1024 * 1024
_WAY_OUT: Final = "export it again from the program that made it, or send the CV as a text document."
_TOO_LONG: Final = f"Reading this document takes too long; {_WAY_OUT}"
_TOO_MUCH: Final = f"Reading this document takes more than {MOST_MB} MB of memory; {_WAY_OUT}"
_BROKEN: Final = f"This document breaks the reader, or takes more memory than any CV; {_WAY_OUT}"
_OURS: Final = (
    "The CV could not be analysed because of a fault of ours, which the server's log names. Send it again, or go on "
    "without it."
)

type _Maker = Callable[[], ProfileModel]
type _Refusal = Literal["UnsupportedDocument", "DocumentTooLarge", "UnreadableDocument"]
_REFUSALS: Final[dict[_Refusal, type[DocumentRefused]]] = {
    "UnsupportedDocument": UnsupportedDocument,
    "DocumentTooLarge": DocumentTooLarge,
    "UnreadableDocument": UnreadableDocument,
}


class Answer(BaseModel):
    """What a child says: a result, or the kind and the words of a refusal, or where the reader itself is at fault."""

    result: CvResult | None = None
    refusal: _Refusal | None = None
    detail: str = ""
    fault: str = ""


class SeparateReader:
    """A `CvAnalyzer`: each document in a child that is forked from a process which has the readers loaded.

    The first document waits for that process, half a second; `warm` starts it before. It ends with this one.
    `model` makes, in the child, who reads each CV a second time; see `refinement`. It must be picklable.
    """

    def __init__(self, *, within_s: float | None = None, model: _Maker | None = None) -> None:
        if within_s is None:
            within_s = _WITHIN_S if model is None else _WITH_A_MODEL_S
        self._within_s = within_s
        self._model = model
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

    def __call__(
        self,
        document: bytes,
        filename: str,
        /,
        *,
        as_of: dt.date | None = None,
        key: str | None = None,  # noqa: ARG002 - it is here already
    ) -> CvResult:
        """See `CvAnalyzer`."""
        with self._seats:
            answer = self._read(document, filename, as_of)
        if answer.result is not None:
            return answer.result
        if answer.refusal is not None:
            raise _REFUSALS[answer.refusal](answer.detail)
        _log.error("a reader failed: %s", answer.fault)
        raise AnalyzerUnavailable(_OURS)

    def _read(self, document: bytes, filename: str, as_of: dt.date | None) -> Answer:
        ours, theirs = self._processes.Pipe(duplex=False)
        process = self._processes.Process(
            target=_answer, args=(document, filename, as_of, self._model, theirs), daemon=True
        )
        with ours:
            try:
                process.start()
            except (EOFError, OSError) as error:
                theirs.close()
                _log.error("no reader could be started: %s", type(error).__name__)
                raise AnalyzerUnavailable(_OURS) from None
            try:
                theirs.close()
                if not ours.poll(self._within_s):
                    return Answer(refusal="UnreadableDocument", detail=_TOO_LONG)
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
    return Answer(refusal="UnreadableDocument", detail=_TOO_LONG if exitcode == -signal.SIGXCPU else _BROKEN)


# In the child


def _nothing() -> None:
    pass


def _answer(
    document: bytes,
    filename: str,
    as_of: dt.date | None,
    model: _Maker | None,
    to: Connection[Any, Any],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with to:
        try:
            answer = read_limited(document, filename, as_of=as_of, model=model)
        except Exception as error:  # noqa: BLE001 - its words may be the document's: they stay here
            where = "".join(traceback.format_tb(error.__traceback__))
            answer = Answer(fault=f"{type(error).__name__}\n{where}")
        to.send_bytes(answer.model_dump_json().encode())


def read_limited(
    document: bytes, filename: str, *, as_of: dt.date | None = None, model: _Maker | None = None
) -> Answer:
    """Read a document within limits that hold for the rest of this process."""
    hold(resource.RLIMIT_CPU, _CPU_S)
    hold(resource.RLIMIT_CORE, 0)
    hold_memory()
    try:
        return Answer(result=analyze(document, filename, as_of=as_of, model=model() if model else None))
    except DocumentRefused as error:
        kind = next(
            (kind for kind, raised in _REFUSALS.items() if isinstance(error, raised)), "UnreadableDocument"
        )
        return Answer(refusal=kind, detail=str(error))
    except MemoryError:
        return Answer(refusal="DocumentTooLarge", detail=_TOO_MUCH)
