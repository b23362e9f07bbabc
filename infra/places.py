"""The deletion table: every place that keeps anything, what a DELETE does there, and when the last copy is gone.

A resource that keeps something and does not stand here fails synthesis (infra/rules/data.py); `docs/operations.md`
shows the table, and a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LOG: Final = "AWS::Logs::LogGroup"
_FORGOTTEN: Final = "nothing to remove"
_RETENTION: Final = "`log_retention_days` after it was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of the table.

    kind: the CloudFormation type.
    where: matches the logical id without the hash at its end.
    retained: whether production keeps it when its stack goes, because it cannot be made again.
    """

    name: str
    kind: str
    where: str
    holds: str
    deleted: str
    last_copy: str
    retained: bool = False


PLACES: Final = (
    Place(
        name="Candidates' bucket",
        kind="AWS::S3::Bucket",
        where="CandidatesBucket",
        holds="sound, CVs, code, plans, reports, under `sessions/`, `cvs/` and `reports/`",
        deleted="every version below the interview's three prefixes, by name",
        last_copy="at once; what was overwritten before, 7 days after; unasked, `candidate_data_days` and 7 days",
        retained=True,
    ),
    Place(
        name="Access log of that bucket",
        kind="AWS::S3::Bucket",
        where="CandidatesAccessLog",
        holds="who read which object: roles, keys (an interview's id), times",
        deleted="stays, because it is the proof of who read what; no word of a candidate is in it",
        last_copy="365 days after it was written",
        retained=True,
    ),
    Place(
        name="Event log",
        kind="AWS::DynamoDB::GlobalTable",
        where="EventsTable",
        holds="the interview's events: words, consent, code between runs",
        deleted="every item of the interview; a tombstone with its id and the date stays",
        last_copy="7 days later, when point-in-time recovery forgets; unasked, `candidate_data_days` and 7 days",
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
        name="Logs of the speech engines",
        kind=_LOG,
        where="(Whisper|Tts)(Endpoint|Component)Log",
        holds="requests and times of the engines; no sound and no words",
        deleted=_FORGOTTEN,
        last_copy=_RETENTION,
    ),
)


def table() -> str:
    """The table in Markdown, as `docs/operations.md` has it."""
    head = "| Place | What it holds | What DELETE does | When the last copy is gone |\n|---|---|---|---|\n"
    return head + "".join(f"| {p.name} | {p.holds} | {p.deleted} | {p.last_copy} |\n" for p in PLACES)
