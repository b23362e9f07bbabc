"""The deletion table: every place that keeps anything, what a DELETE does there, and when the last copy is gone.

A resource that keeps something and does not stand here fails synthesis (infra/rules/data.py); `docs/operations.md`
shows the table (`make operations`), and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "operations.md"
BEGIN: Final = "<!-- deletion table: written by `make operations` from infra/places.py -->\n"
END: Final = "<!-- end of deletion table -->"

_LOG: Final = "AWS::Logs::LogGroup"
_FORGOTTEN: Final = "nothing to remove"
_RETENTION: Final = "`log_retention_days` after it was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of the table.

    kind: the CloudFormation type.
    where: matches the logical id without the hash at its end.
    days: after how many days a copy that nobody asked for is gone, where the resource itself counts them; `last_copy`
        says the same in words. Logs have the environment's.
    retained: whether production keeps it when its stack goes, because it cannot be made again.
    """

    name: str
    kind: str
    where: str
    holds: str
    deleted: str
    last_copy: str
    days: int | None = None
    retained: bool = False


PLACES: Final = (
    Place(
        name="Candidates' bucket",
        kind="AWS::S3::Bucket",
        where="CandidatesBucket",
        holds="sound, CVs, code, plans, reports, under `sessions/`, `cvs/` and `reports/`",
        deleted="every version below the interview's three prefixes, by name, uploads that wait to be read included; "
        "what is posted afterwards, by a form of the last 15 minutes, goes by itself",
        last_copy="at once; what was overwritten before, 7 days after; an upload goes when it was read, and 8 days "
        "after it was posted when nobody read it; unasked, 7 days after S3 swept what is "
        "`candidate_data_days` old, which takes it a day or two",
        days=7,
        retained=True,
    ),
    Place(
        name="Access log of that bucket",
        kind="AWS::S3::Bucket",
        where="CandidatesAccessLog",
        holds="who read which object: roles, keys (an interview's id), times, remote addresses and user agents",
        deleted="stays, because it is the proof of who read what; no word of a candidate is in it",
        last_copy="365 days after it was written",
        days=365,
        retained=True,
    ),
    Place(
        name="Event log",
        kind="AWS::DynamoDB::GlobalTable",
        where="EventsTable",
        holds="the interview's events: words, consent, code between runs; for minutes, tickets "
        "and how often who called",
        deleted="every item of the interview; a tombstone with its id and the date stays",
        last_copy="7 days later, when point-in-time recovery forgets; unasked, 7 days after DynamoDB swept what is "
        "`candidate_data_days` old, which takes it a few days",
        days=7,
        retained=True,
    ),
    Place(
        name="User pool",
        kind="AWS::Cognito::UserPool",
        where="IdentityPool",
        holds="the address, the groups and the sign-in data of people",
        deleted="not part of an interview: an administrator removes the person (`admin-delete-user`)",
        last_copy="at once",
        retained=True,
    ),
    Place(
        name="Logs of the functions",
        kind=_LOG,
        where="(Rest|((CodeExecutor|CvAnalyzer|PerformanceEvaluator|Ingestion)Function))Log",
        holds="ids, kinds of failure, times, counts; no words, CVs or code (`runtime/aws/telemetry.py`)",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Logs of the voice server",
        kind=_LOG,
        where="Voice(Live|Default)Log",
        holds="the same of live interviews",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Logs of the speech engines",
        kind=_LOG,
        where="(Whisper|Tts)(Endpoint|Component)Log",
        holds="requests and times of the engines; no sound and no words",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Access log of the API",
        kind=_LOG,
        where="ApiAccessLog",
        holds="routes, an interview's id in the path, the caller's id, times; no query and no address",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Access log of the distribution",
        kind=_LOG,
        where="Site(Watch)?Log",
        holds="paths with an interview's id, addresses of callers, times; no query and no cookie",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Log of the firewall",
        kind=_LOG,
        where="FirewallLog",
        holds="blocked requests: address, path, rule; query, token and cookie are blanked",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Logs of deployments and of ingestion",
        kind=_LOG,
        where="(Upload|SiteDeployment|Ingestion)Log",
        holds="names of the bank's documents and of the page's files; nothing of a candidate",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
    Place(
        name="Ingestion's queues",
        kind="AWS::SQS::Queue",
        where="Ingestion(Queue|DeadLetters)",
        holds='the words "documents: changed"; nothing of a candidate',
        deleted=_FORGOTTEN,
        last_copy="14 days after it was sent",
        days=14,
    ),
    Place(
        name="Documents of the knowledge base",
        kind="AWS::S3::Bucket",
        where="KnowledgeBucket",
        holds="the question bank and what a team adds to it; nothing of a candidate",
        deleted=_FORGOTTEN,
        last_copy="7 days after a document was replaced",
        days=7,
        retained=True,
    ),
    Place(
        name="Index of the knowledge base",
        kind="AWS::S3Vectors::Index",
        where="KnowledgeIndex",
        holds="vectors of the same documents",
        deleted=_FORGOTTEN,
        last_copy="with the stack",
    ),
    Place(
        name="The page's bucket",
        kind="AWS::S3::Bucket",
        where="SitePage",
        holds="the page's files; nothing of a candidate",
        deleted=_FORGOTTEN,
        last_copy="with the stack",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCopy:
    """What a service keeps by itself of what it is given: a line of the table that is no resource of ours.

    calls: the operations by which it gets it, as IAM knows them.
    """

    name: str
    calls: tuple[str, ...]
    holds: str
    deleted: str
    last_copy: str


_BY_ITSELF: Final = "nothing: it is AWS's own copy"

SERVICE_COPIES: Final = (
    ServiceCopy(
        name="Amazon Textract",
        calls=("textract:StartDocumentTextDetection",),
        holds="the text of a scanned CV of several pages, under an id that only this account can ask for",
        deleted=_BY_ITSELF,
        last_copy="7 days after the scan",
    ),
    ServiceCopy(
        name="Transcribe, Polly and Textract, to improve themselves",
        calls=("transcribe:TranscribeAudio", "polly:SynthesizeSpeech", "textract:DetectDocumentText"),
        holds="sound, spoken text and scans, unless the account is opted out (see below)",
        deleted=_BY_ITSELF,
        last_copy="when the account is opted out; AWS names no other date",
    ),
    ServiceCopy(
        name="Session of the Bedrock agent",
        calls=("bedrock:InvokeAgent",),
        holds="the turns of an interview, as long as its session is open",
        deleted=_BY_ITSELF,
        last_copy="10 minutes after the last turn",
    ),
)


def table() -> str:
    """The table in Markdown, as `docs/operations.md` has it."""
    head = "| Place | What it holds | What DELETE does | When the last copy is gone |\n|---|---|---|---|\n"
    lines: tuple[Place | ServiceCopy, ...] = (*PLACES, *SERVICE_COPIES)
    return head + "".join(f"| {p.name} | {p.holds} | {p.deleted} | {p.last_copy} |\n" for p in lines)


def written(document: str) -> str:
    """The document with the table as it is now. Raises `ValueError` where it has no place for one."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected {BEGIN.strip()!r} and {END!r} in {DOCUMENT.name}; put them back")
    return f"{before}{begin}\n{table()}\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
