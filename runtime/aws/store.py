"""The store in AWS: one DynamoDB table for logs, lists and values written once, one S3 bucket for blobs."""

from __future__ import annotations

import base64
import hashlib
import math
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter
from urllib3.exceptions import HTTPError

from runtime.interview.events import EVENT, BlobRef, Event, StoredEvent, event_body
from runtime.interview.store import (
    BLOB_ROOTS,
    ConflictError,
    Header,
    HeaderPage,
    Removed,
    StoreUnavailableError,
    UnknownBlobError,
    UnknownInterviewError,
    blob_owner,
    read_cursor,
    write_cursor,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef
    from types_boto3_s3.client import S3Client

# DynamoDB takes 100 actions in a transaction; two are the log's head and the line in lists. Their bytes never get
# near the other limit of 4 MB: an event has 4 KB.
_MOST_EVENTS: Final = 98
_BATCH: Final = 25
"""The most that BatchWriteItem takes."""
_DELETE_BATCH: Final = 1000
"""The most that DeleteObjects takes, and that ListObjectVersions gives in a page."""
# The same as the table's recovery period in `infra`: until then a backup could bring back what was deleted.
_RECOVERY: Final = timedelta(days=7)
# How often something is looked at again that others change meanwhile, the pause doubling from 20 ms: 0.6 s in all.
_LOOKS: Final = 6
_FIRST_PAUSE_S: Final = 0.02
_EVERYONE: Final = "all"
_HEADER: Final = TypeAdapter(Header)
# What botocore raises, and what it lets through from the connection while a body is read.
_SDK_ERRORS: Final = (ClientError, BotoCoreError, HTTPError, OSError)

_THROTTLED: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})

_OPEN: Final = "open"
_DELETING: Final = "deleting"
_DELETED: Final = "deleted"

type _Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Head:
    """What guards a log: where it ends, whether it may still grow, and when it dies by itself (epoch seconds)."""

    last_seq: int
    life: str
    expires_at: int


def _now() -> datetime:
    return datetime.now(UTC)


class DynamoStore:
    """A `Store` in one table and one versioned bucket.

    **Items.** An interview's are one partition (`pk` = `interview#ID`): `event#0000000001` and on, `head` (where the
    log ends, and whether it is open, being deleted or deleted: then it is the tombstone) and `line`, its header. Only
    the line has the attributes that `by_owner` and `by_date` are keyed by, so an index holds lines and nothing else,
    and an append that leaves the header as it was costs the indexes nothing. That is why `by_date` can have the one
    partition "all": an interview changes its line a handful of times, a partition takes 1,000 writes a second, and a
    partition by month would take the same writes (all are of this month) while a page could span empty ones. A value
    written once is `once#KEY` / `value`. Indexes are eventually consistent: a new interview is listed some
    milliseconds after it exists.

    **Appending** is one transaction on the condition that the head still stands at `expected`. Each carries its own
    token, in the request (ClientRequestToken) and in the events. botocore repeats a request after a throttle, a timeout
    or a 5xx by itself, with the same token, and DynamoDB answers a repetition of what succeeded with success for ten
    minutes. botocore does not repeat a transaction that was cancelled because one item was throttled; this adapter
    does. Where that was not enough, the log is asked whose event stands at the place. A caller's own repetition has
    another token and meets the head further on: a conflict, never a second copy.

    **Reading** is strongly consistent, but a query may see half of a transaction that is being committed. So no event
    behind the head's place is given out, and a log shorter than its head says is looked at again.

    **Retention.** Everything of an interview expires together, `retention_days` after it was created, not after each
    item was written: a log that loses its head before its tail would fold to nonsense while it dies. DynamoDB removes
    what has expired within days; until then the clock hides it. The bucket's lifecycle does the same for blobs.

    **Deleting** can fail anywhere and be repeated, by the one who was allowed to: the first event goes last, so the
    log keeps saying whose it is until nothing else is left.

    1. The head says "deleting": no append or blob is taken from here on, so what is removed stays removed.
    2. Every version and delete marker under the three prefixes goes, again until a look finds none.
    3. Events 2 and on go, then blobs are looked for once more.
    4. In one transaction event 1 and the line go, and the head becomes the tombstone.

    `put_blob` looks at the head before it writes and again after, and takes its own version away when the interview
    went meanwhile: either it sees "deleting", or its write came before and step 2 or 3 finds it. What is left is a
    process that dies between its write and its second look while steps 2 and 3 pass by; the bucket's lifecycle has that
    body. Counts in a receipt are of what this call removed.

    Safe for several threads, as the clients are. Raises `StoreUnavailableError` for whatever the services refuse.
    """

    def __init__(
        self,
        *,
        table: str,
        bucket: str,
        retention_days: int,
        dynamodb: DynamoDBClient,
        s3: S3Client,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._table = table
        self._bucket = bucket
        self._retention = timedelta(days=retention_days)
        self._dynamodb = dynamodb
        self._s3 = s3
        self._clock = clock

    # The log

    def append(
        self, interview_id: str, events: Sequence[Event], *, expected: int, actor: str, header: Header
    ) -> tuple[StoredEvent, ...]:
        """As the port says; at most 98 events at once, or `ValueError`."""
        if not 1 <= len(events) <= _MOST_EVENTS:
            raise ValueError(
                f"expected 1 to {_MOST_EVENTS} events in one append, got {len(events)}; DynamoDB writes no more at "
                "once, so append them in parts that each make sense alone"
            )
        at = self._clock()
        if expected == 0:
            header = replace(header, created_at=at)
        stored = tuple(
            StoredEvent(seq=seq, at=at, actor=actor, event=event)
            for seq, event in enumerate(events, start=expected + 1)
        )
        token = uuid.uuid4().hex
        failure = self._transact(self._appending(interview_id, stored, expected, header, token), token)
        if failure is not None:
            self._settle(interview_id, expected, token, failure)
        return stored

    def read(self, interview_id: str, *, after: int = 0) -> tuple[StoredEvent, ...]:
        events: list[StoredEvent] = []
        last = after
        for _ in _looks():
            head = None
            for item in self._items(interview_id, first=_event_key(last + 1), last="head"):
                if item["sk"]["S"] == "head":
                    head = _read_head(item)
                elif _seq(item) == last + 1:
                    events.append(_read_event(item))
                    last += 1
            if head is None or head.life == _DELETED or self._is_over(head):
                raise UnknownInterviewError(f"there is no interview {interview_id}")
            if last >= head.last_seq or head.life == _DELETING:
                return tuple(event for event in events if event.seq <= head.last_seq)
        raise StoreUnavailableError(f"the log of {interview_id} has no event {last + 1} now; read it again")

    def headers(self, *, owner: str | None, limit: int, cursor: str | None) -> HeaderPage:
        index, key, value = (
            ("by_date", "listing", _EVERYONE) if owner is None else ("by_owner", "owner", owner)
        )
        condition, names = "#key = :key", {"#key": key, "#expires_at": "expires_at"}
        values: dict[str, Any] = {":key": {"S": value}, ":now": _seconds(self._clock().timestamp())}
        if cursor is not None:
            condition, names["#created"] = f"{condition} AND #created < :last", "created"
            values[":last"] = {"S": _created(*read_cursor(cursor))}
        found: list[Header] = []
        start: dict[str, Any] = {}
        while len(found) <= limit:
            with self._failing_clearly():
                page = self._dynamodb.query(
                    TableName=self._table,
                    IndexName=index,
                    KeyConditionExpression=condition,
                    FilterExpression="#expires_at > :now",
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=values,
                    ScanIndexForward=False,
                    Limit=limit + 1,
                    **start,
                )
            found += (_HEADER.validate_json(item["body"]["S"]) for item in page["Items"])
            if not page.get("LastEvaluatedKey"):
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        items = tuple(found[:limit])
        return HeaderPage(items, write_cursor(items[-1]) if len(found) > limit else None)

    def delete(self, interview_id: str) -> tuple[Removed, ...]:
        at = self._clock()
        self._close(interview_id)
        blobs: Counter[str] = Counter()
        self._remove_blobs(interview_id, blobs)
        events = self._remove_events(interview_id)
        self._remove_blobs(interview_id, blobs)
        self._leave_tombstone(interview_id, at)
        # The recovery period is of the table alone: a version of an object that was removed is gone.
        return (
            Removed("event log", events + 1, at + _RECOVERY),
            *(Removed(f"blobs/{root}", blobs[root], at) for root in BLOB_ROOTS),
        )

    # Values written once

    def put_once(self, key: str, value: str, *, ttl_s: float) -> bool:
        now = self._clock().timestamp()
        token = uuid.uuid4().hex
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={
                    **_once_key(key),
                    "content": {"S": value},
                    "held_until": _seconds(now + ttl_s),
                    "expires_at": _whole_seconds(now + ttl_s),
                    "token": {"S": token},
                },
                ConditionExpression="attribute_not_exists(pk) OR held_until <= :now",
                ExpressionAttributeValues={":now": _seconds(now)},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except _SDK_ERRORS as error:
            return self._was_written(error, token)
        return True

    def held(self, key: str) -> str | None:
        now = self._clock().timestamp()
        with self._failing_clearly():
            item = self._dynamodb.get_item(
                TableName=self._table, Key=_once_key(key), ConsistentRead=True
            ).get("Item")
        # DynamoDB removes what has expired within days, not at once.
        return item["content"]["S"] if item and float(item["held_until"]["N"]) > now else None

    def swap(self, key: str, *, expected: str, value: str | None, ttl_s: float) -> bool:
        now = self._clock().timestamp()
        token = uuid.uuid4().hex
        # Dropped is over at once, not removed: a repetition after a lost answer finds its own token there, and knows.
        until = now + ttl_s if value is not None else 0
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_once_key(key),
                UpdateExpression="SET content = :value, held_until = :until, expires_at = :dies, #token = :token",
                ConditionExpression="content = :expected AND held_until > :now",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues={
                    ":value": {"S": value or ""},
                    ":until": _seconds(until),
                    ":dies": _whole_seconds(max(until, now)),
                    ":token": {"S": token},
                    ":expected": {"S": expected},
                    ":now": _seconds(now),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except _SDK_ERRORS as error:
            return self._was_written(error, token)
        return True

    # Blobs

    def put_blob(self, key: str, body: bytes, *, media_type: str) -> BlobRef:
        interview_id = blob_owner(key)
        digest = hashlib.sha256(body)
        self._refuse_deleted(interview_id)
        with self._failing_clearly():
            version = self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=media_type,
                # S3 refuses a body that does not arrive as it left.
                ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
            ).get("VersionId", "null")  # what S3 calls the version in a bucket without versions
        try:
            self._refuse_deleted(interview_id)
        except (UnknownInterviewError, StoreUnavailableError):
            # Not knowing is no ground for leaving it there: the caller puts it again.
            with self._failing_clearly():
                self._s3.delete_object(Bucket=self._bucket, Key=key, VersionId=version)
            raise
        return BlobRef(key=key, sha256=digest.hexdigest(), size=len(body), media_type=media_type)

    def blob(self, ref: BlobRef) -> bytes:
        blob_owner(ref.key)
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=ref.key)["Body"].read()
        except _SDK_ERRORS as error:
            if _code(error) == "NoSuchKey":
                raise UnknownBlobError(f"there is no blob {ref.key}") from None
            raise self._unavailable(error) from error
        if hashlib.sha256(body).hexdigest() != ref.sha256:
            raise UnknownBlobError(f"blob {ref.key} is not the one that the log names: its SHA-256 differs")
        return body

    # Appending

    def _appending(
        self,
        interview_id: str,
        stored: Sequence[StoredEvent],
        expected: int,
        header: Header,
        token: str,
    ) -> list[TransactWriteItemTypeDef]:
        partition = {"S": _partition(interview_id)}
        expires_at = _whole_seconds((header.created_at + self._retention).timestamp())
        head: Any = {
            "TableName": self._table,
            "Item": {
                "pk": partition,
                "sk": {"S": "head"},
                "last_seq": {"N": str(stored[-1].seq)},
                "life": {"S": _OPEN},
                "expires_at": expires_at,
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if expected:
            head["ConditionExpression"] = "last_seq = :expected AND life = :open AND expires_at > :now"
            head["ExpressionAttributeValues"] = {
                ":expected": {"N": str(expected)},
                ":open": {"S": _OPEN},
                ":now": _seconds(self._clock().timestamp()),
            }
        line = {
            "pk": partition,
            "sk": {"S": "line"},
            "owner": {"S": header.owner},
            "listing": {"S": _EVERYONE},
            "created": {"S": _created(header.created_at, header.interview_id)},
            "body": {"S": _HEADER.dump_json(header).decode()},
            "expires_at": expires_at,
        }
        events: list[TransactWriteItemTypeDef] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {
                        "pk": partition,
                        "sk": {"S": _event_key(item.seq)},
                        "at": {"S": item.at.isoformat()},
                        "actor": {"S": item.actor},
                        "body": {"S": event_body(item.event)},
                        "token": {"S": token},
                        "expires_at": expires_at,
                    },
                    # Expired items go in any order: a head may be gone while its events are still there.
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for item in stored
        ]
        return [{"Put": head}, {"Put": {"TableName": self._table, "Item": line}}, *events]

    def _transact(self, items: Sequence[TransactWriteItemTypeDef], token: str) -> Exception | None:
        """Write all of `items` or none; what was answered in place of success, if anything was."""
        failure: Exception | None = None
        for _ in _looks():
            try:
                self._dynamodb.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except _SDK_ERRORS as error:
                failure = error
                reasons = _cancellations(error)
                if not reasons or not reasons <= _THROTTLED:
                    break
            else:
                return None
        return failure

    def _settle(self, interview_id: str, expected: int, token: str, error: Exception) -> None:
        """Return if the append took effect although it was answered with `error`; else raise what the port says."""
        key = {"pk": {"S": _partition(interview_id)}, "sk": {"S": _event_key(expected + 1)}}
        self._refuse_deleted(interview_id)
        with self._failing_clearly():
            item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item and item["token"]["S"] == token:
            return
        reasons = _cancellations(error)
        if "ConditionalCheckFailed" in reasons or "TransactionConflict" in reasons:
            raise ConflictError(
                f"expected the log of {interview_id} at seq {expected}, it is elsewhere or changing"
            ) from error
        raise self._unavailable(error) from error

    # Reading

    def _items(self, interview_id: str, *, first: str, last: str) -> Iterator[_Item]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": {"S": _partition(interview_id)},
                ":first": {"S": first},
                ":last": {"S": last},
            },
            ConsistentRead=True,
        )
        with self._failing_clearly():
            for page in pages:
                yield from page["Items"]

    def _head(self, interview_id: str) -> _Head | None:
        key = {"pk": {"S": _partition(interview_id)}, "sk": {"S": "head"}}
        with self._failing_clearly():
            item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return _read_head(item) if item else None

    def _is_over(self, head: _Head) -> bool:
        return head.expires_at <= self._clock().timestamp()

    def _refuse_deleted(self, interview_id: str) -> None:
        head = self._head(interview_id)
        if head is not None and (head.life != _OPEN or self._is_over(head)):
            raise UnknownInterviewError(f"interview {interview_id} was deleted")

    # Deleting

    def _close(self, interview_id: str) -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": _partition(interview_id)}, "sk": {"S": "head"}},
                UpdateExpression="SET life = :deleting",
                # Repeated, it finds its own mark.
                ConditionExpression="life IN (:open, :deleting)",
                ExpressionAttributeValues={":open": {"S": _OPEN}, ":deleting": {"S": _DELETING}},
            )
        except _SDK_ERRORS as error:
            if _code(error) == "ConditionalCheckFailedException":
                raise UnknownInterviewError(f"there is no interview {interview_id}") from None
            raise self._unavailable(error) from error

    def _remove_blobs(self, interview_id: str, removed: Counter[str]) -> None:
        for root in BLOB_ROOTS:
            for _ in _looks():
                found = 0
                for batch in batched(self._versions(f"{root}/{interview_id}/"), _DELETE_BATCH, strict=False):
                    self._remove_versions([{"Key": key, "VersionId": version} for key, version, _ in batch])
                    removed[root] += sum(is_body for _, _, is_body in batch)
                    found += len(batch)
                if not found:
                    break
            else:
                raise StoreUnavailableError(
                    f"bodies keep arriving under {root}/{interview_id}/; delete again"
                )

    def _versions(self, prefix: str) -> Iterator[tuple[str, str, bool]]:
        """Key, version, and whether it is a body (or a delete marker)."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        with self._failing_clearly():
            for page in pages:
                for version in page.get("Versions", []):
                    yield version["Key"], version["VersionId"], True
                for marker in page.get("DeleteMarkers", []):
                    yield marker["Key"], marker["VersionId"], False

    def _remove_versions(self, objects: list[Any]) -> None:
        with self._failing_clearly():
            answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := answer.get("Errors"):
            codes = ", ".join(sorted({error.get("Code", "no code") for error in errors}))
            raise StoreUnavailableError(
                f"S3 did not remove {len(errors)} of {len(objects)} versions: {codes}"
            )

    def _remove_events(self, interview_id: str) -> int:
        """Remove events 2 and on; how many."""
        keys = [
            {"pk": item["pk"], "sk": item["sk"]}
            for item in self._items(interview_id, first=_event_key(2), last="event$")
        ]
        for batch in batched(keys, _BATCH, strict=False):
            left: Any = {self._table: [{"DeleteRequest": {"Key": key}} for key in batch]}
            for _ in _looks():
                with self._failing_clearly():
                    left = self._dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]
                if not left:
                    break
            else:
                raise StoreUnavailableError(f"DynamoDB left events of {interview_id} in place; delete again")
        return len(keys)

    def _leave_tombstone(self, interview_id: str, at: datetime) -> None:
        partition = {"S": _partition(interview_id)}
        last: list[TransactWriteItemTypeDef] = [
            {"Delete": {"TableName": self._table, "Key": {"pk": partition, "sk": {"S": key}}}}
            for key in (_event_key(1), "line")
        ]
        bury: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": partition, "sk": {"S": "head"}},
                "UpdateExpression": "SET life = :deleted, deleted_at = :at",
                "ConditionExpression": "life = :deleting",
                "ExpressionAttributeValues": {
                    ":deleted": {"S": _DELETED},
                    ":deleting": {"S": _DELETING},
                    ":at": {"S": at.isoformat()},
                },
            }
        }
        failure = self._transact([bury, *last], uuid.uuid4().hex)
        if failure is not None:
            # Done already: by this very request whose answer was lost, or by somebody who deletes beside us.
            head = self._head(interview_id)
            if head is None or head.life != _DELETED:
                raise self._unavailable(failure) from failure

    # What the services answer

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except _SDK_ERRORS as error:
            raise self._unavailable(error) from error

    def _was_written(self, error: Exception, token: str) -> bool:
        """Whether a conditional write that failed met its own earlier attempt; raises when it failed otherwise."""
        if isinstance(error, ClientError) and _code(error) == "ConditionalCheckFailedException":
            met: Any = error.response.get("Item") or {}
            return bool(met.get("token") == {"S": token})
        raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> StoreUnavailableError:
        """Names the operation and the code. The SDK's own words may carry what was sent."""
        operation = f" at {error.operation_name}" if isinstance(error, ClientError) else ""
        reasons = f" ({', '.join(sorted(_cancellations(error)))})" if _cancellations(error) else ""
        return StoreUnavailableError(
            f"the data in table {self._table} and bucket {self._bucket} cannot be used now: "
            f"{_code(error)}{reasons}{operation}"
        )


def _looks() -> Iterator[None]:
    """Look, pause, look again, each pause twice the one before."""
    yield
    for again in range(_LOOKS - 1):
        time.sleep(_FIRST_PAUSE_S * 2**again)
        yield


def _code(error: Exception) -> str:
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    return code or type(error).__name__


def _cancellations(error: Exception) -> set[str]:
    """Why a transaction was cancelled; empty when it failed otherwise."""
    response: Any = error.response if isinstance(error, ClientError) else {}
    codes = {reason.get("Code", "None") for reason in response.get("CancellationReasons", [])}
    return codes - {"None"}


def _partition(interview_id: str) -> str:
    return f"interview#{interview_id}"


def _once_key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"once#{key}"}, "sk": {"S": "value"}}


def _event_key(seq: int) -> str:
    # Ten digits, so that text sorts as numbers do; "event" sorts before "head", which one query brings along.
    return f"event#{seq:010}"


def _seq(item: _Item) -> int:
    return int(item["sk"]["S"].removeprefix("event#"))


def _created(at: datetime, interview_id: str) -> str:
    """Sorts as the moments do: always UTC, always microseconds."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')}#{interview_id}"


def _seconds(moment: float) -> dict[str, str]:
    return {"N": f"{moment:.6f}"}


def _whole_seconds(moment: float) -> dict[str, str]:
    return {"N": str(math.ceil(moment))}


def _read_event(item: _Item) -> StoredEvent:
    return StoredEvent(
        seq=_seq(item),
        at=datetime.fromisoformat(item["at"]["S"]),
        actor=item["actor"]["S"],
        event=EVENT.validate_json(item["body"]["S"]),
    )


def _read_head(item: _Item) -> _Head:
    return _Head(
        last_seq=int(item["last_seq"]["N"]), life=item["life"]["S"], expires_at=int(item["expires_at"]["N"])
    )
