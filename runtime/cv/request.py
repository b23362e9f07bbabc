"""The CV analyzer's request. Apart from the work, because whoever only asks for it has no PDF reader."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from runtime.cv.limits import MAX_BYTES, MAX_CHARS


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
    sha256: Annotated[
        str | None,
        Field(pattern="^[0-9a-f]{64}$", description="Of the document under s3Key; another one is not read."),
    ] = None
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
