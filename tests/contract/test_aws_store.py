"""What only the store in AWS can be asked: its wire, its pages, its expiry, its versions."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from urllib3.exceptions import ProtocolError, SSLError

from runtime.aws.clients import configuration
from runtime.aws.store import DynamoStore
from runtime.interview.events import BlobRef, Event, InterviewCreated, TurnCommitted
from runtime.interview.store import (
    ConflictError,
    Header,
    StoreError,
    StoreUnavailableError,
    UnknownBlobError,
    UnknownInterviewError,
)
from tests.contract.conftest import (
    BUCKET,
    RETENTION_DAYS,
    TABLE,
    Answer,
    Aws,
    Fault,
    answers,
    raises_after,
    raises_before,
    refused,
    works,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMEOUT = ReadTimeoutError(endpoint_url="https://aws.test")
HEADER = Header(
    interview_id="i-1",
    owner="ada",
    candidate_name="Ada",
    interview_type="backend",
    role=None,
    level="mid",
    language="en",
    duration_minutes=30,
    mode="practice",
    status="created",
    created_at=NOON,
)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(aws: Aws, clock: Clock) -> DynamoStore:
    return aws.store(clock)


def turn(number: int, text: str = "An index is a sorted copy.") -> TurnCommitted:
    return TurnCommitted(item_id=f"t{number}", text=text, modality="text")


def begin(store: DynamoStore, interview_id: str = "i-1") -> None:
    first = InterviewCreated(owner="ada", candidate_name="Ada", interview_type="backend")
    header = replace(HEADER, interview_id=interview_id)
    store.append(interview_id, [first], expected=0, actor="ada", header=header)


def add(store: DynamoStore, count: int, *, expected: int, interview_id: str = "i-1") -> None:
    events: list[Event] = [turn(expected + number) for number in range(1, count + 1)]
    header = replace(HEADER, interview_id=interview_id)
    store.append(interview_id, events, expected=expected, actor="ada", header=header)


def cancelled(*reasons: str) -> Fault:
    return refused(
        "TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons]
    )


# Every call, under every fault


CALLS: dict[str, Callable[[DynamoStore, BlobRef], object]] = {
    "append": lambda store, _: add(store, 1, expected=2),
    "read": lambda store, _: store.read("i-1"),
    "headers": lambda store, _: store.headers(owner=None, limit=5, cursor=None),
    "delete": lambda store, _: store.delete("i-1"),
    "put_once": lambda store, _: store.put_once("new", "x", ttl_s=5),
    "held": lambda store, _: store.held("lease"),
    "swap": lambda store, _: store.swap("lease", expected="mine", value="yours", ttl_s=5),
    "put_blob": lambda store, _: store.put_blob("cvs/i-1/b.txt", b"b", media_type="text/plain"),
    "blob": lambda store, ref: store.blob(ref),
}
REQUESTS = [
    ("append", "TransactWriteItems"),
    ("read", "Query"),
    ("headers", "Query"),
    ("delete", "UpdateItem"),
    ("delete", "ListObjectVersions"),
    ("delete", "DeleteObjects"),
    ("delete", "Query"),
    ("delete", "BatchWriteItem"),
    ("delete", "TransactWriteItems"),
    ("put_once", "PutItem"),
    ("held", "GetItem"),
    ("swap", "UpdateItem"),
    ("put_blob", "GetItem"),
    ("put_blob", "PutObject"),
    ("blob", "GetObject"),
]
S3_OPERATIONS = {"ListObjectVersions", "DeleteObjects", "PutObject", "GetObject"}


def faults(operation: str) -> dict[str, Fault]:
    in_s3 = operation in S3_OPERATIONS
    return {
        "throttled": refused("SlowDown", status=503) if in_s3 else refused("ThrottlingException"),
        "failing": refused("InternalError" if in_s3 else "InternalServerError", status=500),
        "forbidden": refused("AccessDenied", status=403) if in_s3 else refused("AccessDeniedException"),
        "silent": raises_before(TIMEOUT),
        "unreachable": raises_before(EndpointConnectionError(endpoint_url="https://aws.test")),
        "slow to connect": raises_before(ConnectTimeoutError(endpoint_url="https://aws.test")),
        "without credentials": raises_before(NoCredentialsError()),
        "cut off": raises_before(ConnectionResetError("reset by peer")),
    }


@pytest.mark.parametrize("fault", faults("Query"))
@pytest.mark.parametrize(("call", "operation"), REQUESTS)
def test_whatever_aws_refuses_is_told_in_the_ports_words_and_the_same_call_works_later(
    aws: Aws, store: DynamoStore, call: str, operation: str, fault: str
) -> None:
    begin(store)
    add(store, 1, expected=1)
    store.put_once("lease", "mine", ttl_s=60)
    ref = store.put_blob("cvs/i-1/a.txt", b"secret words", media_type="text/plain")
    aws.wire.breaks(operation, faults(operation)[fault])

    with pytest.raises(StoreUnavailableError) as refusal:
        CALLS[call](store, ref)

    assert "secret words" not in str(refusal.value)
    assert not aws.wire.faults[operation], "the fault was not met"
    CALLS[call](store, ref)


def test_no_error_of_the_sdk_leaves_an_append_that_cannot_ask_what_became_of_it(
    aws: Aws, store: DynamoStore
) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", raises_before(TIMEOUT))
    aws.wire.breaks("GetItem", raises_before(TIMEOUT))

    with pytest.raises(StoreUnavailableError):
        add(store, 1, expected=1)


# Answers that are lost


def test_an_append_whose_answer_is_lost_is_there_once_and_told_as_done(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", raises_after(TIMEOUT))

    add(store, 2, expected=1)

    assert [item.seq for item in store.read("i-1")] == [1, 2, 3]


def test_an_append_that_never_arrived_is_told_as_not_done(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", raises_before(TIMEOUT))

    with pytest.raises(StoreUnavailableError):
        add(store, 2, expected=1)
    assert len(store.read("i-1")) == 1


def test_an_append_repeated_by_its_caller_after_nobody_knew_is_a_conflict_and_no_second_copy(
    aws: Aws, store: DynamoStore
) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", raises_after(TIMEOUT))
    aws.wire.breaks("GetItem", raises_before(TIMEOUT))
    with pytest.raises(StoreUnavailableError):
        add(store, 1, expected=1)

    with pytest.raises(ConflictError):
        add(store, 1, expected=1)
    assert len(store.read("i-1")) == 2


@pytest.mark.parametrize("lost", [raises_before(TIMEOUT), raises_after(TIMEOUT)], ids=["before", "after"])
def test_the_sdk_repeats_an_append_with_the_same_token(aws: Aws, clock: Clock, lost: Fault) -> None:
    store = aws.store(clock, attempts=2)
    begin(store)
    aws.wire.requests.clear()
    aws.wire.breaks("TransactWriteItems", lost)

    add(store, 1, expected=1)

    tokens = [body["ClientRequestToken"] for body in aws.wire.bodies("TransactWriteItems")]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert len(store.read("i-1")) == 2


def test_each_append_has_a_token_of_its_own(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    add(store, 1, expected=1)

    assert len({body["ClientRequestToken"] for body in aws.wire.bodies("TransactWriteItems")}) == 2


def test_somebody_elses_event_at_the_place_is_not_taken_for_ones_own(
    aws: Aws, store: DynamoStore, clock: Clock
) -> None:
    begin(store)

    def overtaken(_: Answer) -> AWSResponse:
        add(Aws().store(clock), 1, expected=1)
        raise TIMEOUT

    aws.wire.breaks("TransactWriteItems", overtaken)
    with pytest.raises(StoreUnavailableError):
        add(store, 1, expected=1)


@pytest.mark.parametrize("value", ["yours", None], ids=["swap", "drop"])
def test_a_swap_whose_answer_is_lost_and_that_the_sdk_repeats_is_told_as_done(
    aws: Aws, clock: Clock, value: str | None
) -> None:
    store = aws.store(clock, attempts=2)
    store.put_once("lease", "mine", ttl_s=60)
    aws.wire.breaks("UpdateItem", raises_after(TIMEOUT))

    assert store.swap("lease", expected="mine", value=value, ttl_s=60)
    assert store.held("lease") == value
    assert not store.swap("lease", expected="mine", value=value, ttl_s=60)


def test_a_value_whose_answer_is_lost_and_that_the_sdk_puts_again_is_told_as_kept(
    aws: Aws, clock: Clock
) -> None:
    store = aws.store(clock, attempts=2)
    aws.wire.breaks("PutItem", raises_after(TIMEOUT))

    assert store.put_once("ticket", "mine", ttl_s=60)
    assert not store.put_once("ticket", "mine", ttl_s=60)


# Transactions


def test_a_transaction_that_met_another_is_a_conflict(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", cancelled("TransactionConflict", "None", "None"))

    with pytest.raises(ConflictError):
        add(store, 1, expected=1)


def test_of_two_that_write_from_two_processes_one_meets_a_conflict(aws: Aws, clock: Clock) -> None:
    stores = [aws.store(clock), aws.store(clock)]
    begin(stores[0])

    def append(store: DynamoStore) -> bool:
        try:
            add(store, 3, expected=1)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(append, stores)) == [False, True]
    assert len(stores[0].read("i-1")) == 4


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_throttled_at_one_item_is_repeated_with_its_token(
    aws: Aws, store: DynamoStore, reason: str
) -> None:
    begin(store)
    aws.wire.requests.clear()
    aws.wire.breaks("TransactWriteItems", cancelled("None", reason, "None"))

    add(store, 1, expected=1)

    first, second = aws.wire.bodies("TransactWriteItems")
    assert first == second
    assert len(store.read("i-1")) == 2


def test_a_transaction_throttled_for_good_is_unavailable_and_says_why(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", *[cancelled("None", "ThrottlingError", "None")] * 6)

    with pytest.raises(StoreUnavailableError, match="ThrottlingError"):
        add(store, 1, expected=1)


def test_a_transaction_in_progress_is_unavailable(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.breaks("TransactWriteItems", refused("TransactionInProgressException"))

    with pytest.raises(StoreUnavailableError, match="TransactionInProgress"):
        add(store, 1, expected=1)


def test_as_many_events_as_a_transaction_takes_are_appended_and_more_are_refused_whole(
    store: DynamoStore,
) -> None:
    begin(store)

    with pytest.raises(ValueError, match="98"):
        add(store, 99, expected=1)
    assert len(store.read("i-1")) == 1
    add(store, 98, expected=1)
    assert len(store.read("i-1")) == 99


# Reading and its pages


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_a_log_and_lists_are_read_whole_however_small_the_pages(aws: Aws, clock: Clock, page: int) -> None:
    store = aws.store(clock, page=page)
    for number in range(5):
        begin(store, f"i-{number}")
        clock.now += timedelta(seconds=1)
    add(store, 6, expected=1, interview_id="i-0")

    assert [item.seq for item in store.read("i-0")] == list(range(1, 8))
    assert [item.seq for item in store.read("i-0", after=5)] == [6, 7]
    listed = store.headers(owner="ada", limit=4, cursor=None)
    assert [line.interview_id for line in listed.items] == ["i-4", "i-3", "i-2", "i-1"]
    rest = store.headers(owner="ada", limit=4, cursor=listed.next_cursor)
    assert [line.interview_id for line in rest.items] == ["i-0"]


def test_a_log_is_read_consistently(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    aws.wire.requests.clear()

    store.read("i-1")
    store.held("key")

    assert [body["ConsistentRead"] for body in aws.wire.bodies("Query")] == [True]
    assert [body["ConsistentRead"] for body in aws.wire.bodies("GetItem")] == [True]


def test_half_of_an_append_that_is_being_committed_is_not_read(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    add(store, 1, expected=1)
    table = aws.client("dynamodb")
    event = next(item for item in aws.items() if item["sk"]["S"] == "event#0000000002")
    table.put_item(TableName=TABLE, Item={**event, "sk": {"S": "event#0000000003"}})

    assert [item.seq for item in store.read("i-1")] == [1, 2]


def test_a_log_shorter_than_its_head_says_is_looked_at_again(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    add(store, 2, expected=1)
    late = take_out(aws, "event#0000000002")

    def arrives(answer: Answer) -> AWSResponse:
        first_look = answer()
        Aws().client("dynamodb").put_item(TableName=TABLE, Item=late)
        return first_look

    aws.wire.breaks("Query", arrives)
    assert [item.seq for item in store.read("i-1")] == [1, 2, 3]


def test_a_log_with_a_gap_is_not_passed_off_as_whole(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    add(store, 2, expected=1)
    take_out(aws, "event#0000000002")

    with pytest.raises(StoreUnavailableError, match="event 2"):
        store.read("i-1")


def take_out(aws: Aws, sort_key: str) -> dict[str, Any]:
    item = next(item for item in aws.items() if item["sk"]["S"] == sort_key)
    aws.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})
    return item


# Expiry


def test_everything_of_an_interview_expires_together_from_its_creation(
    aws: Aws, store: DynamoStore, clock: Clock
) -> None:
    begin(store)
    clock.now += timedelta(days=RETENTION_DAYS - 1)
    add(store, 2, expected=1)

    items = aws.items("interview#")
    assert len(items) == 5
    expiry = str(int((NOON + timedelta(days=RETENTION_DAYS)).timestamp()))
    assert {item["expires_at"]["N"] for item in items} == {expiry}


def test_a_tombstone_keeps_the_interviews_expiry_and_nothing_of_the_candidate(
    aws: Aws, store: DynamoStore
) -> None:
    begin(store)
    store.delete("i-1")

    (item,) = aws.items()
    assert item["expires_at"]["N"] == str(int((NOON + timedelta(days=RETENTION_DAYS)).timestamp()))
    assert set(item) == {"pk", "sk", "last_seq", "life", "expires_at", "deleted_at"}


def test_a_value_expires_no_sooner_than_its_time_is_over(aws: Aws, store: DynamoStore) -> None:
    store.put_once("ticket", "mine", ttl_s=60.5)

    (item,) = aws.items("once#")
    assert int(item["expires_at"]["N"]) == int(NOON.timestamp()) + 61


def test_an_interview_whose_time_is_over_is_gone_before_dynamodb_removes_it(
    aws: Aws, store: DynamoStore, clock: Clock
) -> None:
    begin(store)
    clock.now += timedelta(days=RETENTION_DAYS)

    assert aws.items()
    assert store.headers(owner=None, limit=5, cursor=None).items == ()
    with pytest.raises(UnknownInterviewError):
        store.read("i-1")
    with pytest.raises(UnknownInterviewError):
        add(store, 1, expected=1)
    with pytest.raises(UnknownInterviewError):
        store.put_blob("cvs/i-1/cv.txt", b"x", media_type="text/plain")


def test_a_log_whose_head_expired_first_is_not_written_over(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    take_out(aws, "head")

    with pytest.raises(ConflictError):
        begin(store)
    assert len(aws.items()) == 2


def test_a_page_is_full_although_expired_interviews_lie_between(aws: Aws, clock: Clock) -> None:
    store = aws.store(clock, page=2)
    table = aws.client("dynamodb")
    for number in range(6):
        clock.now += timedelta(seconds=1)
        begin(store, f"i-{number}")
    for number in (1, 2, 4):
        table.update_item(
            TableName=TABLE,
            Key={"pk": {"S": f"interview#i-{number}"}, "sk": {"S": "line"}},
            UpdateExpression="SET expires_at = :past",
            ExpressionAttributeValues={":past": {"N": "1"}},
        )

    page = store.headers(owner=None, limit=2, cursor=None)
    assert [line.interview_id for line in page.items] == ["i-5", "i-3"]
    page = store.headers(owner=None, limit=2, cursor=page.next_cursor)
    assert [line.interview_id for line in page.items] == ["i-0"]
    assert page.next_cursor is None


def test_lists_hold_lines_and_nothing_else(aws: Aws, store: DynamoStore) -> None:
    begin(store)
    add(store, 3, expected=1)
    store.put_once("key", "value", ttl_s=60)

    indexed = [item["sk"]["S"] for item in aws.items() if {"owner", "listing", "created"} & set(item)]
    assert indexed == ["line"]


# Blobs


def broken_after(raw_error: Exception | None, sent: bytes = b"half") -> Fault:
    """The head of the answer arrives, then `sent`, then the error, or nothing more."""

    class Raw:
        def __init__(self) -> None:
            self.left = [sent]

        def read(self, _amount: int | None = None) -> bytes:
            if self.left and raw_error is None:
                return self.left.pop()
            if raw_error is not None:
                raise raw_error
            return b""

        def close(self) -> None:
            pass

    def fault(answer: Answer) -> AWSResponse:
        whole = answer()
        # Without the checksum, what is noticed is the stream itself.
        headers = {key: value for key, value in whole.headers.items() if "checksum" not in key.lower()}
        return AWSResponse(whole.url, 200, headers | {"content-length": "10"}, Raw())  # type: ignore[arg-type]

    return fault


@pytest.mark.parametrize(
    "error",
    [
        ProtocolError("Connection broken"),
        ConnectionResetError("reset by peer"),
        SSLError("bad record"),
        TimeoutError(),
        None,
    ],
    ids=["protocol", "reset", "tls", "timeout", "short"],
)
def test_a_body_whose_stream_breaks_is_unavailable_and_read_whole_the_next_time(
    aws: Aws, store: DynamoStore, error: Exception | None
) -> None:
    ref = store.put_blob("cvs/i-1/cv.txt", b"0123456789", media_type="text/plain")
    aws.wire.breaks("GetObject", broken_after(error))

    with pytest.raises(StoreUnavailableError):
        store.blob(ref)
    assert store.blob(ref) == b"0123456789"


def test_a_body_is_sent_with_its_digest_and_kept_with_its_type(aws: Aws, store: DynamoStore) -> None:
    ref = store.put_blob("cvs/i-1/cv.txt", b"words", media_type="text/plain")

    (sent,) = (request for operation, request in aws.wire.requests if operation == "PutObject")
    # moto compares no digests; S3 refuses the body that has another.
    assert base64.b64decode(sent.headers["x-amz-checksum-sha256"]) == bytes.fromhex(ref.sha256)
    assert aws.client("s3").head_object(Bucket=BUCKET, Key=ref.key)["ContentType"] == "text/plain"


def test_a_body_that_lifecycle_has_hidden_is_unknown(aws: Aws, store: DynamoStore) -> None:
    ref = store.put_blob("cvs/i-1/cv.txt", b"words", media_type="text/plain")
    aws.client("s3").delete_object(Bucket=BUCKET, Key=ref.key)

    with pytest.raises(UnknownBlobError):
        store.blob(ref)


def deletes_between(aws: Aws, clock: Clock) -> Fault:
    """The interview is deleted after `put_blob` has looked and before its body arrives."""

    def fault(answer: Answer) -> AWSResponse:
        # The wire carries one request at a time, so the deletion takes another.
        aside = Aws()
        aside.store(clock).delete("i-1")
        return answer()

    return fault


def test_a_body_that_arrives_behind_a_deletion_is_taken_away_again(
    aws: Aws, store: DynamoStore, clock: Clock
) -> None:
    begin(store)
    aws.wire.breaks("PutObject", deletes_between(aws, clock))

    with pytest.raises(UnknownInterviewError):
        store.put_blob("cvs/i-1/cv.txt", b"x", media_type="text/plain")
    assert aws.versions() == []


def test_a_body_is_taken_away_when_nobody_knows_whether_its_interview_is_still_there(
    aws: Aws, store: DynamoStore
) -> None:
    begin(store)
    aws.wire.breaks("GetItem", works, raises_before(TIMEOUT))

    with pytest.raises(StoreUnavailableError):
        store.put_blob("cvs/i-1/cv.txt", b"x", media_type="text/plain")
    assert aws.versions() == []


# Deleting


def fill(store: DynamoStore, aws: Aws, interview_id: str = "i-1") -> None:
    begin(store, interview_id)
    add(store, 60, expected=1, interview_id=interview_id)
    for number in range(5):
        for root in ("sessions", "cvs", "reports"):
            key = f"{root}/{interview_id}/part-{number}.txt"
            store.put_blob(key, b"first", media_type="text/plain")
            store.put_blob(key, b"second", media_type="text/plain")
    aws.client("s3").delete_object(Bucket=BUCKET, Key=f"cvs/{interview_id}/part-1.txt")


@pytest.mark.parametrize("page", [1, 4, 1000])
def test_every_event_version_and_marker_goes_however_many_pages_they_take(
    aws: Aws, clock: Clock, page: int
) -> None:
    store = aws.store(clock, page=page)
    fill(store, aws)
    fill(store, aws, "i-10")
    others = len(aws.items("interview#i-10")), sorted(key for key in aws.versions() if "/i-10/" in key)

    receipt = {line.place: line for line in store.delete("i-1")}

    assert {place: line.count for place, line in receipt.items()} == {
        "event log": 61,
        "blobs/sessions": 10,
        "blobs/cvs": 10,
        "blobs/reports": 10,
    }
    assert [
        (item["pk"]["S"], item["life"]["S"]) for item in aws.items() if "i-10" not in item["pk"]["S"]
    ] == [("interview#i-1", "deleted")]
    assert (len(aws.items("interview#i-10")), sorted(aws.versions())) == others


def test_the_receipt_says_how_long_a_backup_could_bring_the_log_back(store: DynamoStore) -> None:
    begin(store)

    dates = {line.place: line.gone_by for line in store.delete("i-1")}

    assert dates["event log"] == NOON + timedelta(days=7)
    assert {dates[f"blobs/{root}"] for root in ("sessions", "cvs", "reports")} == {NOON}


def requests_of_a_deletion() -> list[tuple[str, int]]:
    """Each request of deleting what `fill` makes: its operation, and the how many-th of its kind it is."""
    batches = 3  # of 25, for 60 events
    return [
        ("UpdateItem", 0),
        *(("ListObjectVersions", number) for number in range(9)),
        *(("DeleteObjects", number) for number in range(3)),
        ("Query", 0),
        *(("BatchWriteItem", number) for number in range(batches)),
        ("TransactWriteItems", 0),
    ]


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize(("operation", "number"), requests_of_a_deletion())
def test_a_deletion_interrupted_at_any_request_is_repeated_by_whoever_was_allowed_to(
    aws: Aws, store: DynamoStore, operation: str, number: int, lost: str
) -> None:
    fill(store, aws)
    fault = raises_before(TIMEOUT) if lost == "before" else raises_after(TIMEOUT)
    aws.wire.breaks(operation, *[works] * number, fault)

    if (operation, lost) == ("TransactWriteItems", "after"):
        store.delete("i-1")  # the last request took effect: that is what the head says
    else:
        with pytest.raises(StoreUnavailableError):
            store.delete("i-1")
        if operation != "UpdateItem":
            with pytest.raises(UnknownInterviewError):
                add(store, 1, expected=61)
            with pytest.raises(UnknownInterviewError):
                store.put_blob("cvs/i-1/late.txt", b"x", media_type="text/plain")
        # Who may delete is read from the log, so it must say so until the end.
        assert isinstance(store.read("i-1")[0].event, InterviewCreated)
        store.delete("i-1")

    assert [item["life"]["S"] for item in aws.items()] == ["deleted"]
    assert aws.versions() == []
    with pytest.raises(UnknownInterviewError):
        store.delete("i-1")


def test_a_deletion_makes_the_requests_that_are_interrupted_above(aws: Aws, store: DynamoStore) -> None:
    fill(store, aws)
    aws.wire.requests.clear()

    store.delete("i-1")

    made: dict[str, int] = {}
    for operation, _ in aws.wire.requests:
        made[operation] = made.get(operation, 0) + 1
    assert made == {
        operation: sum(name == operation for name, _ in requests_of_a_deletion())
        for operation, _ in requests_of_a_deletion()
    }


def test_bodies_of_a_process_that_died_before_its_second_look_are_found_however_late_they_arrive(
    aws: Aws, store: DynamoStore
) -> None:
    fill(store, aws)

    def arrives(answer: Answer) -> AWSResponse:
        Aws().client("s3").put_object(Bucket=BUCKET, Key="sessions/i-1/late.txt", Body=b"x")
        return answer()

    aws.wire.breaks("BatchWriteItem", arrives)
    aws.wire.breaks("DeleteObjects", *[works] * 3, arrives)

    store.delete("i-1")
    assert aws.versions() == []


def test_versions_that_s3_did_not_remove_are_named_and_the_deletion_is_repeated(
    aws: Aws, store: DynamoStore
) -> None:
    fill(store, aws)
    errors = "<DeleteResult><Error><Key>k</Key><Code>SlowDown</Code></Error></DeleteResult>"
    aws.wire.breaks("DeleteObjects", answers(errors))

    with pytest.raises(StoreUnavailableError, match="SlowDown"):
        store.delete("i-1")
    store.delete("i-1")
    assert aws.versions() == []


def test_events_that_dynamodb_left_unprocessed_are_removed_by_asking_again(
    aws: Aws, store: DynamoStore
) -> None:
    fill(store, aws)

    aws.wire.breaks("BatchWriteItem", *[unprocessed(aws)] * 2)

    assert store.delete("i-1")[0].count == 61
    assert [item["life"]["S"] for item in aws.items()] == ["deleted"]


def test_events_that_dynamodb_never_processes_leave_a_deletion_to_be_repeated(
    aws: Aws, store: DynamoStore
) -> None:
    fill(store, aws)

    aws.wire.breaks("BatchWriteItem", *[unprocessed(aws)] * 6)

    with pytest.raises(StoreUnavailableError, match="delete again"):
        store.delete("i-1")
    store.delete("i-1")
    assert [item["life"]["S"] for item in aws.items()] == ["deleted"]


def test_of_eight_that_delete_at_once_nothing_is_left_and_nobody_meets_an_sdk_error(
    aws: Aws, store: DynamoStore
) -> None:
    fill(store, aws)

    def delete(_: int) -> bool:
        try:
            store.delete("i-1")
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert any(pool.map(delete, range(8)))
    assert [item["life"]["S"] for item in aws.items()] == ["deleted"]
    assert aws.versions() == []


def unprocessed(aws: Aws) -> Fault:
    """DynamoDB hands back everything it was asked to remove."""

    def fault(answer: Answer) -> AWSResponse:
        asked = aws.wire.bodies("BatchWriteItem")[-1]["RequestItems"]
        return answers(json.dumps({"UnprocessedItems": asked}))(answer)

    return fault


# The clients


def test_a_lost_packet_costs_a_turn_seconds_not_botocores_minute() -> None:
    config: Any = configuration("dynamodb")

    assert config.connect_timeout + config.read_timeout <= 5
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


def test_a_tool_is_not_run_twice_by_the_sdks_own_repetition() -> None:
    config: Any = configuration("lambda")

    assert config.retries["total_max_attempts"] == 1
