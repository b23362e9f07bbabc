"""The CV analyzer as a tool: what it answers, and the port through which a stored document is read."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Final, Protocol

from runtime.cv.analysis import analyze, analyze_text
from runtime.cv.errors import DocumentNotFound, StoreNotConfigured, UnreadableDocument
from runtime.cv.ocr import OcrReader
from runtime.cv.refinement import ProfileModel
from runtime.cv.request import CvAnalyzerRequest
from runtime.cv.result import CvResult


class DocumentSource(Protocol):
    """Where uploaded CVs lie; one bucket, chosen by configuration and never by the caller."""

    @property
    def bucket(self) -> str:
        """The name by which callers may state which store they mean."""

    def read(self, key: str) -> bytes:
        """The document under `key`. Raises `DocumentNotFound`, `DocumentTooLarge` and `StoreUnavailable`."""


def answer(
    request: CvAnalyzerRequest,
    source: DocumentSource | None = None,
    ocr: OcrReader | None = None,
    model: ProfileModel | None = None,
) -> CvResult:
    """The profile in the requested CV; without `ocr`, one that is made of pictures only says so. `model` reads it a
    second time, see `refinement`.

    Raises `CvError`, whose message is meant for the caller, and `StoreUnavailable`.
    """
    key: str | None
    if request.cv_text is not None:
        return analyze_text(
            request.cv_text, as_of=request.as_of, extract_skills=request.extract_skills, model=model
        )
    if request.document is not None and request.file_name is not None:
        document, name, key = _decoded(request.document), request.file_name, None
    else:
        key = request.s3_key or ""
        if source is None:
            raise StoreNotConfigured(
                "s3Key cannot be read: this process has no bucket configured. "
                "Send the CV itself as document (base64, with fileName) or as cvText."
            )
        if request.s3_bucket not in {None, source.bucket}:
            raise StoreNotConfigured(
                "s3Bucket names another bucket than the configured one; leave it out, or send document or"
                " cvText."
            )
        document, name = source.read(key), key
        if request.sha256 not in {None, hashlib.sha256(document).hexdigest()}:
            raise DocumentNotFound("The document under that key is another one by now; ask again.")
    return analyze(
        document,
        name,
        as_of=request.as_of,
        extract_skills=request.extract_skills,
        ocr=ocr,
        key=key,
        model=model,
    )


def _decoded(document: str) -> bytes:
    try:
        return base64.b64decode(document, validate=True)
    except binascii.Error:
        raise UnreadableDocument(
            "document is not valid base64; encode the file's bytes and send again."
        ) from None


# What tells where something stands, and nothing else.
_PLACES: Final = frozenset({"evidence", "text"})


def values_only(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with every leaf reduced to its value, for a model that needs no places and has little
    room."""
    return {key: _bare(value) for key, value in answer.items()}


def _bare(node: object) -> object:
    if isinstance(node, dict):
        return (
            node["value"]
            if "raw" in node and "value" in node
            else {key: _bare(item) for key, item in node.items() if key not in _PLACES}
        )
    return [_bare(item) for item in node] if isinstance(node, list) else node
