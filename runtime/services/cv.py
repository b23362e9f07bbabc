"""CVs: taken in, analysed, edited by the candidate, and read by the plan."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from runtime.cv import Claim, CvAnalyzer, CvResult, claims
from runtime.cv.correction import CorrectedResume
from runtime.cv.errors import DocumentRefused, DocumentTooLarge
from runtime.cv.kinds import MEDIA_TYPES, UNNAMED, announced
from runtime.cv.limits import MAX_BYTES
from runtime.interview.events import BlobRef, CvAnalyzed, CvEdited, CvUploaded, Event
from runtime.interview.interview import CvVersion, Interview
from runtime.interview.log import amend, load
from runtime.interview.store import Store, UnknownBlobError
from runtime.interview.uploads import UploadForm, Uploads, is_upload_of, upload_key
from runtime.services.errors import InterviewEndedError, NotThereError, RefusedError, StaleVersionError

# Of an upload whose name says nothing: keys have a suffix.
_ANY_SUFFIX: Final = ".bin"
_NOTHING_THERE: Final = (
    "nothing has arrived under this key; post the file by the form that came with it, or, if the form has expired, ask "
    "for another one (cv-uploads)"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of what a CV says: the analyzer's, or the candidate's correction of it.

    `edited`: of all versions that are kept, oldest first, whether the candidate made it.
    """

    version: int
    body: dict[str, Any]
    edited: tuple[bool, ...]


class CvProfiles:
    """The CVs of all interviews."""

    def __init__(self, store: Store, analyze: CvAnalyzer, uploads: Uploads) -> None:
        self._store = store
        self._analyze = analyze
        self._uploads = uploads

    def upload(
        self, interview_id: str, document: bytes, filename: str, *, as_of: dt.date | None = None, actor: str
    ) -> Profile:
        """Analyse and keep a CV. The same document again, up to the same day, gives the same version.

        `as_of`: the day up to which a current job counts, where the document's own is not meant.
        Raises `CvError`, before anything is stored.
        """
        return self._take(interview_id, document, filename, None, as_of=as_of, actor=actor)

    def form(
        self, interview: Interview, filename: str, media_type: str, size: int, *, repeats: str | None
    ) -> UploadForm:
        """A form to post a CV of `size` bytes with; the same key again for the same `repeats` (an Idempotency-Key).

        Raises `UnsupportedDocument`, `DocumentTooLarge`, `InterviewEndedError`.
        """
        _refuse_ended(interview)
        suffix, media_type = announced(filename, media_type)
        if not 1 <= size <= MAX_BYTES:
            raise DocumentTooLarge(
                f"expected a CV of 1 byte to {MAX_BYTES // 1_048_576} MB; send one without pictures"
            )
        name = (
            hashlib.sha256(json.dumps([repeats, suffix, media_type, size]).encode()).hexdigest()[:40]
            if repeats
            else secrets.token_hex(20)
        )
        key = upload_key(interview.interview_id, f"{name}{suffix or _ANY_SUFFIX}")
        return self._uploads.form(key, media_type=media_type, size=size)

    def take(
        self,
        interview: Interview,
        key: str,
        filename: str | None,
        *,
        as_of: dt.date | None = None,
        actor: str,
    ) -> Profile:
        """Analyse and keep what was posted under `key`, and let go of the upload. The same key again gives the same.

        A scan whose text was not recognised (in time) is kept where it is: asking again tries again.
        Raises as `upload` does; `NotThereError` when nothing has arrived, and for a key of anything else;
        `RefusedError` when it was read already, up to another day than `as_of`.
        """
        interview_id = interview.interview_id
        if not is_upload_of(key, interview_id):
            raise NotThereError("this is no key of an upload of this interview; cv-uploads gives one")
        if _was_taken(interview, key) and _is_read(interview):
            self._refuse_another_day(interview, as_of)
            return self._profile(interview)
        _refuse_ended(interview)
        try:
            document = self._uploads.read(key)
        except UnknownBlobError:
            # Somebody who asked at the same time may have taken it since.
            interview = load(self._store, interview_id)
            if _was_taken(interview, key):
                self._refuse_another_day(interview, as_of)
                return self._profile(interview)
            raise NotThereError(_NOTHING_THERE) from None
        try:
            profile = self._take(
                interview_id, document, filename or _name_of(key), key, as_of=as_of, actor=actor
            )
        except DocumentRefused:
            # Whatever else can go wrong is not its fault, and asking again will find it.
            self._uploads.discard(key)
            raise
        if profile.body["analysis"]["status"] == "ok":
            self._uploads.discard(key)
        return profile

    def _take(
        self,
        interview_id: str,
        document: bytes,
        filename: str,
        upload: str | None,
        *,
        as_of: dt.date | None,
        actor: str,
    ) -> Profile:
        result = self._analyze(document, filename, as_of=as_of, key=upload)
        body = result.model_dump(mode="json", exclude_none=True)
        raw = json.dumps(body, ensure_ascii=False).encode()
        suffix = PurePath(filename).suffix.lower()
        digest = hashlib.sha256(document).hexdigest()
        media_type = MEDIA_TYPES.get(suffix)
        name = f"{digest[:16]}{suffix}" if media_type else digest[:16]

        def decide(interview: Interview) -> Sequence[Event]:
            _refuse_ended(interview)
            known = interview.cv_document
            more = result.analysis.status == "ok" and (
                not _is_read(interview) or not self._counts_to(interview, as_of)
            )
            if upload and _was_taken(interview, upload) and not more:
                return []
            same = known is not None and known.document.sha256 == digest
            if same and interview.cv and not interview.cv.edited and not more:
                return []
            version = len(interview.cv_versions) + 1
            stored = self._store.put_blob(
                f"cvs/{interview_id}/{name}", document, media_type=media_type or UNNAMED
            )
            analysis = self._put_analysis(interview_id, raw)
            return [
                CvUploaded(document=stored, filename=filename[-200:], upload=upload),
                CvAnalyzed(analysis=analysis, status=result.analysis.status, version=version),
            ]

        return self._profile(amend(self._store, interview_id, decide, actor=actor))

    def profile(self, interview: Interview, version: int | None = None) -> Profile:
        """A version, or the newest. Raises `NotThereError` when no CV was uploaded, or there is no such version."""
        if version is None:
            return self._profile(interview)
        for kept in interview.cv_versions:
            if kept.version == version:
                return self._read(interview, kept)
        raise NotThereError(
            f"there is no version {version} of this interview's CV; it has {len(interview.cv_versions)}"
        )

    def edit(
        self,
        interview_id: str,
        resume: CorrectedResume,
        *,
        as_of: dt.date | None = None,
        expected: int,
        actor: str,
    ) -> Profile:
        """Keep the candidate's corrected résumé, and what follows from it, as a new version.

        `as_of`: the day up to which a current job counts; by default the one of the version before.
        Raises `StaleVersionError` unless `expected` is the newest version, `NotThereError` without a CV.
        """
        # Working out what follows knows all skills by name, which only whoever corrects a CV should wait for.
        from runtime.cv.corrected import corrected  # noqa: PLC0415

        def decide(interview: Interview) -> Sequence[Event]:
            _refuse_ended(interview)
            current = _newest(interview)
            if current.version != expected:
                raise StaleVersionError(
                    f"the profile is at version {current.version}, the edit was made on {expected}; read it again"
                )
            read = self._result(_newest_read(interview))
            edited = corrected(self._result(current), resume, read=read, as_of=as_of)
            raw = json.dumps(edited.model_dump(mode="json", exclude_none=True), ensure_ascii=False).encode()
            return [CvEdited(analysis=self._put_analysis(interview_id, raw), version=current.version + 1)]

        return self._profile(amend(self._store, interview_id, decide, actor=actor))

    def claims(self, interview: Interview) -> tuple[Claim, ...]:
        """What stands in the CV that is worth a question; nothing without a readable CV."""
        if interview.cv is None or interview.cv.status != "ok":
            return ()
        return claims(self._result(interview.cv))

    def _counts_to(self, interview: Interview, as_of: dt.date | None) -> bool:
        """Whether the analyzer's newest version counts up to `as_of`; up to any day will do where none is given."""
        if as_of is None:
            return True
        return self._result(_newest_read(interview)).analysis.as_of == as_of.isoformat()

    def _refuse_another_day(self, interview: Interview, as_of: dt.date | None) -> None:
        # The upload is gone, and reading the document anew would undo what was corrected since.
        if not self._counts_to(interview, as_of):
            raise RefusedError(
                f"this CV was read already, and not up to {as_of}; correct as_of by PUT cv-analysis, or upload the CV "
                "again"
            )

    def _put_analysis(self, interview_id: str, raw: bytes) -> BlobRef:
        # Named by its digest: of two made at once, each event names the one it means.
        name = f"analysis-{hashlib.sha256(raw).hexdigest()[:16]}.json"
        return self._store.put_blob(f"cvs/{interview_id}/{name}", raw, media_type="application/json")

    def _profile(self, interview: Interview) -> Profile:
        return self._read(interview, _newest(interview))

    def _read(self, interview: Interview, kept: CvVersion) -> Profile:
        edited = tuple(version.edited for version in interview.cv_versions)
        return Profile(kept.version, json.loads(self._store.blob(kept.analysis)), edited)

    def _result(self, kept: CvVersion) -> CvResult:
        return CvResult.model_validate_json(self._store.blob(kept.analysis))


def _name_of(key: str) -> str:
    return f"cv{PurePath(key).suffix}".removesuffix(_ANY_SUFFIX)


def _was_taken(interview: Interview, key: str) -> bool:
    return interview.cv_document is not None and interview.cv_document.upload == key


def _is_read(interview: Interview) -> bool:
    """Whether something was read in the CV, by whoever it was."""
    return interview.cv is not None and interview.cv.status == "ok"


def _newest(interview: Interview) -> CvVersion:
    if interview.cv is None:
        raise NotThereError("no CV was uploaded for this interview; upload one first")
    return interview.cv


def _newest_read(interview: Interview) -> CvVersion:
    """What the analyzer read last, which is where every correction began."""
    return next(version for version in reversed(interview.cv_versions) if not version.edited)


def _refuse_ended(interview: Interview) -> None:
    if interview.ended:
        raise InterviewEndedError("this interview has ended; its CV cannot be changed any more")
