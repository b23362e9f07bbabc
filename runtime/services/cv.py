"""CVs: taken in, analysed, edited by the candidate, and read by the plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from runtime.cv import Claim, CvAnalyzer, CvResult, claims
from runtime.interview.events import BlobRef, CvAnalyzed, CvEdited, CvUploaded, Event
from runtime.interview.interview import CvVersion, Interview
from runtime.interview.log import amend
from runtime.interview.store import Store
from runtime.services.errors import InterviewEndedError, NotThereError, StaleVersionError

_MEDIA_TYPES: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".md": "text/markdown",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of what a CV says: the analyzer's, or the candidate's correction of it."""

    version: int
    body: dict[str, Any]


class CvProfiles:
    """The CVs of all interviews."""

    def __init__(self, store: Store, analyze: CvAnalyzer) -> None:
        self._store = store
        self._analyze = analyze

    def upload(self, interview_id: str, document: bytes, filename: str, *, actor: str) -> Profile:
        """Analyse and keep a CV. The same document again gives the same version.

        Raises what `runtime.cv` refuses (`CvError`), before anything is stored.
        """
        result = self._analyze(document, filename)
        body = result.model_dump(mode="json", exclude_none=True)
        raw = json.dumps(body, ensure_ascii=False).encode()
        suffix = PurePath(filename).suffix.lower()
        digest = hashlib.sha256(document).hexdigest()
        media_type = _MEDIA_TYPES.get(suffix)
        name = f"{digest[:16]}{suffix}" if media_type else digest[:16]

        def decide(interview: Interview) -> Sequence[Event]:
            _refuse_ended(interview)
            known = interview.cv_document
            if known and known.document.sha256 == digest and interview.cv and not interview.cv.edited:
                return []
            version = len(interview.cv_versions) + 1
            stored = self._store.put_blob(
                f"cvs/{interview_id}/{name}", document, media_type=media_type or "application/octet-stream"
            )
            analysis = self._put_analysis(interview_id, raw)
            return [
                CvUploaded(document=stored, filename=filename[-200:]),
                CvAnalyzed(analysis=analysis, status=result.analysis.status, version=version),
            ]

        return self._profile(amend(self._store, interview_id, decide, actor=actor))

    def profile(self, interview: Interview) -> Profile:
        """The newest version. Raises `NotThereError` when no CV was uploaded."""
        return self._profile(interview)

    def edit(self, interview_id: str, body: dict[str, Any], *, expected: int, actor: str) -> Profile:
        """Keep the candidate's corrected profile as a new version.

        `body` has the analyzer's shape; without `analysis` the one before stays. Raises pydantic's
        `ValidationError`, `StaleVersionError` unless `expected` is the newest version, `NotThereError` without a CV.
        """

        def decide(interview: Interview) -> Sequence[Event]:
            _refuse_ended(interview)
            before = self._profile(interview)
            current = before.version
            if current != expected:
                raise StaleVersionError(
                    f"the profile is at version {current}, the edit was made on {expected}; read it again"
                )
            edited = CvResult.model_validate({"analysis": before.body["analysis"]} | body)
            raw = json.dumps(edited.model_dump(mode="json", exclude_none=True), ensure_ascii=False).encode()
            return [CvEdited(analysis=self._put_analysis(interview_id, raw), version=current + 1)]

        return self._profile(amend(self._store, interview_id, decide, actor=actor))

    def claims(self, interview: Interview) -> tuple[Claim, ...]:
        """What stands in the CV that is worth a question; nothing without a readable CV."""
        if interview.cv is None or interview.cv.status != "ok":
            return ()
        result = CvResult.model_validate(self._profile(interview).body)
        return claims(result)

    def _put_analysis(self, interview_id: str, raw: bytes) -> BlobRef:
        # Named by its digest: of two made at once, each event names the one it means.
        name = f"analysis-{hashlib.sha256(raw).hexdigest()[:16]}.json"
        return self._store.put_blob(f"cvs/{interview_id}/{name}", raw, media_type="application/json")

    def _profile(self, interview: Interview) -> Profile:
        newest = _newest(interview)
        return Profile(newest.version, json.loads(self._store.blob(newest.analysis)))


def _newest(interview: Interview) -> CvVersion:
    if interview.cv is None:
        raise NotThereError("no CV was uploaded for this interview; upload one first")
    return interview.cv


def _refuse_ended(interview: Interview) -> None:
    if interview.ended:
        raise InterviewEndedError("this interview has ended; its CV cannot be changed any more")
