"""The REST contract's bodies. Unknown request fields are ignored."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticSerializationError

from runtime.cv.correction import CorrectedResume
from runtime.cv.result import Analysis, Resume
from runtime.evaluation import Scores
from runtime.evaluation.report import Verdict
from runtime.interview.events import MAX_REASON, Level, Mode, MoveKind, ReportOverridden
from runtime.interview.interview import Interview, Move, Turn
from runtime.interview.store import Header
from runtime.knowledge.bank import Example
from runtime.sandbox import LanguageInfo, Metrics, TestResult
from runtime.services.code import KeptRun
from runtime.services.cv import Profile

# Text as people write it: no NUL, which databases and PDFs choke on, no lone surrogates (pydantic refuses those).
_PLAIN = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PLAIN)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_PLAIN)]
ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_DAY = date(1950, 1, 1)


def _past(given: object) -> date:
    # Pydantic would take a number for seconds since 1970.
    if isinstance(given, str) and _DAY.fullmatch(given):
        with suppress(ValueError):
            day = date.fromisoformat(given)
            # Where the day begins first it is tomorrow by UTC.
            if _FIRST_DAY <= day <= datetime.now(UTC).date() + timedelta(days=1):
                return day
    raise ValueError(f"expected a day as YYYY-MM-DD, from {_FIRST_DAY} to today")


AsOf = Annotated[
    date,
    BeforeValidator(_past),
    Field(description="The day up to which a current job counts; by default the document's own date."),
]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CreateSession(_Body):
    """An interview to be created. `interview_type` is free text; an unknown one gets the general plan."""

    interview_type: Name
    candidate_name: Name
    role: ShortText | None = None
    level: Level = "mid"
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    duration_minutes: Annotated[int, Field(ge=5, le=120)] = 30
    mode: Mode = "assessment"
    job_description: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000, pattern=_PLAIN)] | None
    ) = None
    recording: Annotated[
        bool, Field(strict=True, description="The candidate agrees that the sound of turns is kept.")
    ] = False


class Session(_Body):
    """An interview as lists show it."""

    session_id: str
    interview_type: str
    candidate_name: str
    role: str | None
    level: Level
    language: str
    duration_minutes: int
    mode: Mode
    status: Literal["created", "in_progress", "ended"]
    created_at: datetime

    @classmethod
    def of(cls, header: Header) -> Session:
        return cls.model_validate(
            {
                "session_id": header.interview_id,
                "interview_type": header.interview_type,
                "candidate_name": header.candidate_name,
                "role": header.role,
                "level": header.level,
                "language": header.language,
                "duration_minutes": header.duration_minutes,
                "mode": header.mode,
                "status": header.status,
                "created_at": header.created_at,
            }
        )


class SessionPage(_Body):
    """Interviews, newest first."""

    items: list[Session]
    next_cursor: str | None


class RemovedPlace(_Body):
    """What was removed from one place, and when its last copy is gone."""

    place: str
    count: int
    gone_by: datetime


class DeletionReceipt(_Body):
    """What deleting an interview removed."""

    session_id: str
    deleted: list[RemovedPlace]


class TranscriptItem(_Body):
    """A turn or a move. `original_text` is what was heard, where the candidate corrected it."""

    item_id: str
    role: Literal["interviewer", "candidate"]
    text: str
    at: datetime
    modality: Literal["voice", "text"] | None = None
    original_text: str | None = None
    kind: MoveKind | None = None
    question_id: str | None = None
    interrupted: bool | None = None

    @classmethod
    def of(cls, item: Turn | Move) -> TranscriptItem:
        if isinstance(item, Turn):
            return cls(
                item_id=item.item_id,
                role="candidate",
                text=item.text,
                at=item.at,
                modality=item.modality,
                original_text=item.original if item.corrected else None,
            )
        return cls(
            item_id=item.item_id,
            role="interviewer",
            text=item.text,
            at=item.at,
            kind=item.kind,
            question_id=item.question_id or item.task_id,
            interrupted=item.interrupted or None,
        )


class OpenTask(_Body):
    """The coding task that is open, as the candidate may see it.

    Without `function_name` it asks for a query, and `args` of an example hold one text: the SQL that fills the tables.
    """

    task_id: str
    title: str
    statement: str
    function_name: str | None
    starter: dict[str, str]
    examples: tuple[Example, ...] = ()


class CodeRunOut(_Body):
    """A run's results. Of hidden tests only the verdict is shown."""

    run_id: str
    task_id: str | None
    language: str
    results: list[TestResult]
    isolation: str
    passed: int
    total: int
    tests_by: Literal["task", "candidate", "model", "none"]
    metrics: Metrics | None = None
    at: datetime

    @classmethod
    def of(cls, kept: KeptRun) -> CodeRunOut:
        event = kept.run.event
        return cls(
            run_id=event.run_id,
            task_id=event.task_id,
            language=event.language,
            results=list(kept.outcome.results),
            isolation=event.isolation,
            passed=event.passed,
            total=event.total,
            tests_by=event.tests_by,
            metrics=kept.outcome.metrics,
            at=kept.run.at,
        )


class CodeRunSource(CodeRunOut):
    """A run with the code that was run."""

    code: str

    @classmethod
    def with_code(cls, kept: KeptRun, code: str) -> CodeRunSource:
        return cls(**dict(CodeRunOut.of(kept)), code=code)


class CodeRunList(_Body):
    """An interview's runs, oldest first."""

    items: list[CodeRunOut]


class LanguageList(_Body):
    """What can be run here; empty when nothing holds untrusted code."""

    items: list[LanguageInfo]


class Transcript(_Body):
    """An interview as it was said."""

    session_id: str
    status: Literal["created", "in_progress", "ended"]
    items: list[TranscriptItem]
    task: OpenTask | None = None
    code_runs: list[CodeRunOut] = []

    @classmethod
    def of(cls, interview: Interview, task: OpenTask | None, runs: list[CodeRunOut]) -> Transcript:
        return cls(
            session_id=interview.interview_id,
            status=interview.status,
            items=[TranscriptItem.of(item) for item in interview.items],
            task=task,
            code_runs=runs,
        )


class CvProfileVersion(_Body):
    """A version that is kept: what the analyzer read, or what the candidate made of the one before."""

    version: int
    by: Literal["analyzer", "candidate"]


class CvProfileOut(_Body):
    """What a CV says, which version of it this is, and which there are. What it does not say is left out."""

    resume: Resume
    analysis: Analysis
    version: int
    versions: list[CvProfileVersion]

    @classmethod
    def of(cls, profile: Profile) -> CvProfileOut:
        return cls.model_validate(
            {
                **profile.body,
                "version": profile.version,
                "versions": [
                    {"version": number, "by": "candidate" if edited else "analyzer"}
                    for number, edited in enumerate(profile.edited, 1)
                ],
            }
        )


class CvProfileIn(_Body):
    """The candidate's corrected profile. What follows from it (`analysis`) is worked out anew and not taken; `as_of`
    takes the place of the day up to which current jobs count there."""

    resume: CorrectedResume
    as_of: AsOf | None = None

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        try:
            self.model_dump_json()
        except PydanticSerializationError:
            raise ValueError("expected Unicode text; got half of a character (a lone surrogate)") from None
        return self


class CvFile(_Body):
    """A CV that is about to be posted: what its file is called, what kind it is, how many bytes it has."""

    filename: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_PLAIN)]
    content_type: Annotated[str, StringConstraints(max_length=200, pattern=_PLAIN)] = ""
    size: Annotated[int, Field(ge=1, strict=True, description="Bytes; at most 10 MB.")]


class CvForm(_Body):
    """A form for one file: `fields` in their order, then the file as `file`, posted to `url` as multipart/form-data
    within `expires_in` seconds. Then `key` goes to upload-cv."""

    url: str
    fields: dict[str, str]
    key: str
    expires_in: int


class CvKey(_Body):
    """A CV that was posted by a form of cv-uploads."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_PLAIN)]
    filename: Annotated[str, StringConstraints(max_length=255, pattern=_PLAIN)] | None = None
    as_of: AsOf | None = None


class SocketTicket(_Body):
    """Where to open the socket, and for how many seconds the ticket is good.

    The address carries the ticket already; `session.start` may bring it as well.
    """

    url: str
    ticket: str
    expires_in: int


class SendMessage(_Body):
    """A typed turn. The same `item_id` (or Idempotency-Key) again gives the same reply."""

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=_PLAIN)
    ]
    item_id: ItemId | None = None


class Reply(_Body):
    """What the interviewer says to a turn."""

    item_id: str
    text: str
    kind: MoveKind


class MessageTaken(_Body):
    """The turn is in the log; this is the interviewer's reply to it."""

    item_id: str
    reply: Reply
    status: Literal["created", "in_progress", "ended"]
    task: OpenTask | None = None


class Ended(_Body):
    """The interview is over; the report is at `report_url`."""

    status: Literal["ended"]
    report_url: str


class OverrideReport(_Body):
    """What a person decides in the report's place. `scores`: those that they give other points; all others stay."""

    recommendation: Verdict
    reason: Annotated[
        str,
        # Controls take six bytes each, and an event of the log must hold the reason.
        StringConstraints(
            strip_whitespace=True,
            min_length=10,
            max_length=MAX_REASON,
            pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$",
        ),
    ]
    scores: Scores = Scores()

    def event(self) -> ReportOverridden:
        """The decision as the log keeps it."""
        scores = self.scores.model_dump(exclude_none=True)
        return ReportOverridden(recommendation=self.recommendation, reason=self.reason, scores=scores)


class EnginesOut(_Body):
    """Which engines answer in this process; null: none does here. A session names its own in `session.created`."""

    recognizer: str | None
    synthesizer: str | None
    interviewer: str
    sandbox: str | None


class Health(_Body):
    """The platform answers, and what with."""

    status: Literal["ok"]
    version: str
    engines: EnginesOut
