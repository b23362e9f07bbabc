"""How long anything is kept: the deletion table's days, the templates' and the ones that a receipt promises."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from infra.environments import COMMITTED
from infra.places import PLACES
from infra.rules.data import KEEPING, place, tables_forget_and_recover
from infra.rules.template import Template
from runtime.aws.store import DynamoStore
from runtime.interview.events import Event, InterviewCreated, TurnCommitted
from runtime.interview.store import BLOB_ROOTS, Header
from tests.contract.conftest import RETENTION_DAYS, Aws, aws
from tests.infra.conftest import Resource, Stack, Stacks

__all__ = ["aws"]  # a fixture: account, wire and clients of moto

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLE: Final = "AWS::DynamoDB::GlobalTable"
# What CreateTable takes under the name that CloudFormation has for it.
SCHEMA: Final = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
_QUEUES_DAY_S: Final = 86_400
# Candidates' words are in a recovery until then, so a receipt may not say less; more would be kept for nothing.
RECOVERED: Final = ("Candidates' bucket", "Event log", "Documents of the knowledge base")
HEADER: Final = Header(
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


def kept(stacks: Stacks) -> Iterator[tuple[str, Stack, Resource]]:
    """What keeps anything, with the deletion table's name for it."""
    for stack in stacks.values():
        for name, resource in stack.resources.items():
            if resource["Type"] in KEEPING:
                found = place(name, resource["Type"])
                assert found, f"{name} stands in no line of the deletion table"
                yield found.name, stack, resource


def days_of(resource: Resource) -> set[float]:
    """After how many days a resource lets go of what it may let go of everywhere alike."""
    properties: dict[str, Any] = resource["Properties"]
    match resource["Type"]:
        case "AWS::S3::Bucket":
            rules = properties.get("LifecycleConfiguration", {}).get("Rules", ())
            enabled = [rule for rule in rules if rule["Status"] == "Enabled"]
            return {r["NoncurrentVersionExpiration"]["NoncurrentDays"] for r in enabled if _versions(r)} | {
                r["ExpirationInDays"]
                for r in enabled
                if "ExpirationInDays" in r and not {"Prefix", "TagFilters"} & set(r)
            }
        case "AWS::DynamoDB::GlobalTable":
            return {
                replica["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"]
                for replica in properties["Replicas"]
            }
        case "AWS::SQS::Queue":
            return {properties["MessageRetentionPeriod"] / _QUEUES_DAY_S}
        case "AWS::Logs::LogGroup":
            return {properties["RetentionInDays"]}
    return set()


def _versions(rule: dict[str, Any]) -> bool:
    return "NoncurrentVersionExpiration" in rule


def test_every_place_forgets_after_the_days_that_the_deletion_table_says(stacks: Stacks) -> None:
    said = {p.name: set() if p.days is None else {p.days} for p in PLACES}
    logs = {COMMITTED[stacks["data"].environment].log_retention_days}

    for name, _, resource in kept(stacks):
        expected = logs if resource["Type"] == "AWS::Logs::LogGroup" else said[name]
        assert days_of(resource) == expected, name


def test_the_tables_words_and_its_days_are_the_same() -> None:
    for each in PLACES:
        if each.days is not None:
            assert f"{each.days} days" in each.last_copy, each.name
        elif each.kind == "AWS::Logs::LogGroup":
            assert "`log_retention_days`" in each.last_copy, each.name
        else:
            assert " days" not in each.last_copy, each.name


def test_everything_that_can_be_brought_back_is_gone_on_the_day_that_a_receipt_says(
    aws: Aws, stacks: Stacks
) -> None:
    store = aws.store(lambda: NOON)
    written(store)

    receipt = {line.place: line.gone_by - NOON for line in store.delete("i-1")}

    promised = receipt["event log"].days
    assert receipt["event log"] == timedelta(days=promised)
    assert {p.days for p in PLACES if p.name in RECOVERED} == {promised}
    found = {name: days_of(resource) for name, _, resource in kept(stacks) if name in RECOVERED}
    assert found == {name: {promised} for name in RECOVERED}


def test_a_recovery_of_one_day_more_than_a_receipt_says_is_not_synthesised(
    synthesise: Callable[..., Stacks],
) -> None:
    data = copy.deepcopy(synthesise("prod")["data"].template)
    assert not list(tables_forget_and_recover(Template(data)))

    for resource in data["Resources"].values():
        if resource["Type"] == TABLE:
            resource["Properties"]["Replicas"][0]["PointInTimeRecoverySpecification"][
                "RecoveryPeriodInDays"
            ] += 1

    assert list(tables_forget_and_recover(Template(data)))


def test_proof_of_who_read_a_cv_outlives_every_cv_and_not_by_years(stacks: Stacks) -> None:
    environment = COMMITTED[stacks["data"].environment]
    log = next(r for name, _, r in kept(stacks) if name == "Access log of that bucket")
    recovery = next(p.days for p in PLACES if p.name == "Candidates' bucket")
    assert recovery

    (days,) = days_of(log)

    assert environment.candidate_data_days + recovery < days <= 366


def test_every_root_of_blobs_and_nothing_else_is_forgotten_by_the_environments_days(stacks: Stacks) -> None:
    bucket = next(r for name, _, r in kept(stacks) if name == "Candidates' bucket")
    expiring = {
        rule["Prefix"]: (rule["Status"], rule["ExpirationInDays"])
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        if "Prefix" in rule
    }

    days = COMMITTED[stacks["data"].environment].candidate_data_days
    assert expiring == {f"{root}/": ("Enabled", days) for root in BLOB_ROOTS}


# The table as the store in AWS uses it


@pytest.fixture
def table(synthesise: Callable[..., Stacks]) -> dict[str, Any]:
    """The table's properties in production."""
    return synthesise("prod")["data"].one(TABLE)


@pytest.fixture
def store(aws: Aws, table: dict[str, Any]) -> DynamoStore:
    """The store over a table made as the data stack makes it."""
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(**{key: table[key] for key in ("TableName", *SCHEMA)})
    s3 = aws.client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    return DynamoStore(
        table=table["TableName"],
        bucket=bucket,
        retention_days=RETENTION_DAYS,
        dynamodb=dynamodb,
        s3=s3,
        clock=lambda: NOON,
    )


def written(store: DynamoStore) -> None:
    """An interview, a value that is held, and one that was dropped."""
    events: list[Event] = [
        InterviewCreated(owner="ada", candidate_name="Ada", interview_type="backend"),
        TurnCommitted(item_id="t1", text="An index is a sorted copy.", modality="text"),
    ]
    store.append("i-1", events, expected=0, actor="ada", header=HEADER)
    store.put_once("ticket", "x", ttl_s=60)
    store.put_once("lease", "mine", ttl_s=60)
    store.swap("lease", expected="mine", value=None, ttl_s=60)


def test_an_interview_is_kept_listed_and_deleted_in_the_table_that_is_deployed(store: DynamoStore) -> None:
    written(store)

    assert [each.seq for each in store.read("i-1")] == [1, 2]
    assert [h.interview_id for h in store.headers(owner="ada", limit=5, cursor=None).items] == ["i-1"]
    assert [h.interview_id for h in store.headers(owner=None, limit=5, cursor=None).items] == ["i-1"]
    assert not store.headers(owner="bob", limit=5, cursor=None).items
    assert store.held("ticket") == "x"
    assert {line.place: line.count for line in store.delete("i-1")}["event log"] == 2


def test_every_item_that_the_store_writes_dies_by_the_attribute_that_the_table_forgets_by(
    aws: Aws, store: DynamoStore, table: dict[str, Any]
) -> None:
    written(store)
    store.append(
        "i-1",
        [TurnCommitted(item_id="t2", text="Yes.", modality="text")],
        expected=2,
        actor="a",
        header=HEADER,
    )
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table["TableName"])
    items = [item for page in pages for item in page["Items"]]

    forgets_by = table["TimeToLiveSpecification"]["AttributeName"]
    latest = NOON + timedelta(days=RETENTION_DAYS)
    assert len(items) == 7
    for item in items:
        # Whole seconds since 1970 in a number: DynamoDB passes over anything else.
        dies = datetime.fromtimestamp(int(item[forgets_by]["N"]), UTC)
        assert NOON <= dies <= latest, item["sk"]


def test_a_tombstone_dies_as_well(aws: Aws, store: DynamoStore, table: dict[str, Any]) -> None:
    written(store)
    store.delete("i-1")

    key = {"pk": {"S": "interview#i-1"}, "sk": {"S": "head"}}
    item = aws.client("dynamodb").get_item(TableName=table["TableName"], Key=key)["Item"]

    assert int(item[table["TimeToLiveSpecification"]["AttributeName"]]["N"]) > NOON.timestamp()


def test_the_table_that_the_stores_contract_is_proved_on_is_the_one_that_is_deployed(
    aws: Aws, table: dict[str, Any]
) -> None:
    name = next(n for n in aws.client("dynamodb").list_tables()["TableNames"] if n != table["TableName"])
    proved = aws.client("dynamodb").describe_table(TableName=name)["Table"]

    assert _keys(proved) == _keys(table)
    assert {i["IndexName"]: _keys(i) for i in proved["GlobalSecondaryIndexes"]} == {
        i["IndexName"]: _keys(i) for i in table["GlobalSecondaryIndexes"]
    }
    assert {i["Projection"]["ProjectionType"] for i in table["GlobalSecondaryIndexes"]} == {"ALL"}


def _keys(schema: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key["AttributeName"], key["KeyType"]) for key in schema["KeySchema"]]
