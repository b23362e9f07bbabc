"""The CV analyzer as a tool: its request, and the port through which a stored document is read."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Annotated, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from runtime.cv.analysis import analyze, analyze_text
from runtime.cv.document import MAX_BYTES, MAX_CHARS
from runtime.cv.errors import DocumentNotFound, StoreNotConfigured, UnreadableDocument
from runtime.cv.result import CvResult

__all__ = [
    "CvAnalyzerRequest",
    "DocumentNotFound",
    "DocumentSource",
    "StoreNotConfigured",
    "answer",
    "values_only",
]


class DocumentSource(Protocol):
    """Where uploaded CVs lie; one bucket, chosen by configuration and never by the caller."""

    @property
    def bucket(self) -> str:
        """The name by which callers may state which store they mean."""

    def read(self, key: str) -> bytes:
        """The document under `key`. Raises `DocumentNotFound`."""


class CvAnalyzerRequest(BaseModel):
    """One CV to analyse: as text, as a document in base64, or by its key in the configured bucket."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    cv_text: Annotated[str | None, Field(max_length=MAX_CHARS, description="The CV as plain text.")] = None
    document: Annotated[
        str | None,
        Field(max_length=MAX_BYTES * 4 // 3 + 4, description="The CV's file in base64; needs fileName."),
    ] = None
    file_name: Annotated[
        str | None, Field(max_length=255, description="The file's name with its suffix.")
    ] = None
    s3_bucket: Annotated[
        str | None, Field(max_length=63, description="May state the configured bucket; no other is read.")
    ] = None
    s3_key: Annotated[str | None, Field(max_length=1024, description="The key of an uploaded CV.")] = None
    extract_skills: Annotated[bool, Field(description="Whether to list the declared skills.")] = True
    as_of: Annotated[dt.date | None, Field(description="The day up to which a current job counts.")] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("cv_text", "document", "s3_key") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "expected exactly one of cvText, document (with fileName) or s3Key, "
                f"got {', '.join(to_camel(name) for name in given) or 'none'}"
            )
        if self.document is not None and self.file_name is None:
            raise ValueError("document needs fileName, the name with its suffix, such as cv.pdf")
        return self


def answer(request: CvAnalyzerRequest, source: DocumentSource | None = None) -> CvResult:
    """The profile in the requested CV. Raises `CvError`, whose message is meant for the caller."""
    if request.cv_text is not None:
        return analyze_text(request.cv_text, as_of=request.as_of, extract_skills=request.extract_skills)
    if request.document is not None and request.file_name is not None:
        document, name = _decoded(request.document), request.file_name
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
    return analyze(document, name, as_of=request.as_of, extract_skills=request.extract_skills)


def _decoded(document: str) -> bytes:
    try:
        return base64.b64decode(document, validate=True)
    except binascii.Error:
        raise UnreadableDocument(
            "document is not valid base64; encode the file's bytes and send again."
        ) from None


def values_only(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with every leaf reduced to its value, for a model that needs no places and has little
    room."""
    return {key: _bare(value) for key, value in answer.items()}


def _bare(node: object) -> object:
    if isinstance(node, dict):
        return (
            node["value"]
            if "raw" in node and "value" in node
            else {key: _bare(item) for key, item in node.items()}
        )
    return [_bare(item) for item in node] if isinstance(node, list) else node
