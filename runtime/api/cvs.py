"""/api/interviews/{id}: the CV, sent along or posted by a form, and what it says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urljoin

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from runtime.api.access import Caller, Platform
from runtime.api.gate import MAX_CV_BYTES, TOO_LARGE_TO_SEND
from runtime.api.interviews import IdempotencyKey, InterviewId
from runtime.api.problems import responses
from runtime.api.schemas import AsOf, CvFile, CvForm, CvKey, CvProfileIn, CvProfileOut
from runtime.api.versions import Read, matched
from runtime.cv.errors import DocumentTooLarge
from runtime.people import Access
from runtime.services.cv import Profile

router = APIRouter(prefix="/api/interviews/{interview_id}", tags=["cv"])

_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary", "title": "File"},
                        "as_of": TypeAdapter(AsOf).json_schema() | {"title": "As Of"},
                    },
                    "required": ["file"],
                }
            },
            "application/json": {"schema": CvKey.model_json_schema()},
        },
    }
}


@dataclass(frozen=True, slots=True)
class _SentCv:
    document: bytes
    filename: str
    as_of: dt.date | None


_AS_OF: Final[TypeAdapter[dt.date]] = TypeAdapter(AsOf)


async def _sent(request: Request) -> _SentCv | CvKey:
    """What upload-cv was given: the file itself, or the key of one that was posted."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        try:
            return CvKey.model_validate_json(await request.body())
        except ValidationError as error:
            raise _invalid(error) from None
    async with request.form(max_files=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise RequestValidationError(
                [
                    {
                        "loc": ("body", "file"),
                        "msg": "expected the CV as the form's field file, or {key} as JSON",
                    }
                ]
            )
        document = await file.read(MAX_CV_BYTES + 1)
        if len(document) > MAX_CV_BYTES:
            raise DocumentTooLarge(f"expected a CV of at most 4 MB; {TOO_LARGE_TO_SEND}")
        try:
            as_of = _AS_OF.validate_python(form["as_of"]) if "as_of" in form else None
        except ValidationError as error:
            raise _invalid(error, "as_of") from None
        return _SentCv(document, file.filename or "", as_of)


def _invalid(error: ValidationError, *field: str) -> RequestValidationError:
    faults = error.errors(include_url=False)
    return RequestValidationError([{**fault, "loc": ("body", *field, *fault["loc"])} for fault in faults])


@router.post("/cv-uploads", responses=responses(404, 409, 415))
def create_cv_upload(
    interview_id: InterviewId,
    body: CvFile,
    platform: Platform,
    caller: Caller,
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> CvForm:
    """Get a form by which a CV of up to 10 MB can be posted. Then send its key to upload-cv."""
    interview = platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    form = platform.profiles.form(
        interview, body.filename, body.content_type, body.size, repeats=idempotency_key
    )
    return CvForm(
        url=urljoin(str(request.base_url), form.url),
        fields=form.fields,
        key=form.key,
        expires_in=form.expires_in,
    )


@router.post(
    "/upload-cv",
    responses=responses(404, 409, 415),
    response_model_exclude_none=True,
    openapi_extra=_UPLOAD,
)
def upload_cv(
    interview_id: InterviewId,
    platform: Platform,
    caller: Caller,
    sent: Annotated[_SentCv | CvKey, Depends(_sent)],
    response: Response,
) -> CvProfileOut:
    """Read what a CV says (PDF, DOCX, text, Markdown): of a file of at most 4 MB, or of what was posted under a key.

    Current jobs count up to the document's own date, or up to `as_of`. What was not read through no fault of the
    document's (503) is kept: the same key can be sent again.
    """
    interview = platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    if isinstance(sent, CvKey):
        profile = platform.profiles.take(
            interview, sent.key, sent.filename, as_of=sent.as_of, actor=caller.id
        )
    else:
        profile = platform.profiles.upload(
            interview_id, sent.document, sent.filename, as_of=sent.as_of, actor=caller.id
        )
    return _with_etag(profile, response)


@router.get("/cv-analysis", responses=responses(304, 404), response_model_exclude_none=True)
def get_cv_analysis(
    interview_id: InterviewId,
    platform: Platform,
    caller: Caller,
    read: Read,
    version: Annotated[int | None, Query(ge=1, description="Which version; without it the newest.")] = None,
) -> CvProfileOut:
    """Read what the CV says: the newest version, or any that was kept, such as the one before it was corrected."""
    profile = platform.profiles.profile(platform.interviews.get(interview_id, caller), version)
    read.at(profile.version)
    return CvProfileOut.of(profile)


@router.put("/cv-analysis", responses=responses(404, 409, 412, 428), response_model_exclude_none=True)
def put_cv_analysis(
    interview_id: InterviewId,
    body: CvProfileIn,
    platform: Platform,
    caller: Caller,
    response: Response,
    if_match: Annotated[
        str | None, Header(max_length=1000, description="The ETag of the version that is corrected.")
    ] = None,
) -> CvProfileOut:
    """Correct the profile. `If-Match` names the version that was read; both versions are kept.

    A value that is sent as it was read keeps its place in the document; any other is the candidate's own. The analysis
    (years, degrees, skills, gaps) is worked out anew, with current jobs counted up to `as_of`, if that is given.
    """
    interview = platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    current = platform.profiles.profile(interview)
    profile = platform.profiles.edit(
        interview_id,
        body.resume,
        as_of=body.as_of,
        expected=matched(if_match, current.version),
        actor=caller.id,
    )
    return _with_etag(profile, response)


def _with_etag(profile: Profile, response: Response) -> CvProfileOut:
    response.headers["ETag"] = f'"{profile.version}"'
    return CvProfileOut.of(profile)
