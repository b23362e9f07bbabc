"""AWS in this process: moto's table and bucket behind a wire that tests can cut."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any, cast

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from moto import mock_aws
from moto.core.models import botocore_stubber

from runtime.aws.store import DynamoStore

TABLE, BUCKET, REGION = "prepai-test-events", "prepai-test-data", "eu-west-1"
RETENTION_DAYS = 30


@cache
def _session() -> boto3.session.Session:
    """One for all tests: it reads each service's model once, which takes longer than any of them."""
    return boto3.session.Session("testing", "testing")


type Answer = Callable[[], AWSResponse]
type Fault = Callable[[Answer], AWSResponse]
"""What happens on the wire in place of an answer; calling its argument lets the service do its work."""


@dataclass
class Wire:
    """Carries requests to moto, one at a time: its transactions are not isolated from each other as DynamoDB's are."""

    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    requests: list[tuple[str, AWSPreparedRequest]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = event_name.rpartition(".")[2]

        def answer() -> AWSResponse:
            answered = botocore_stubber(event_name, request)
            assert answered is not None, "this would have left the machine"
            return answered

        with self._lock:
            self.requests.append((operation, request))
            waiting = self.faults.get(operation)
            return waiting.popleft()(answer) if waiting else answer()

    def breaks(self, operation: str, *faults: Fault) -> None:
        """The next requests of an operation meet these, in turn."""
        self.faults[operation] = deque(faults)

    def bodies(self, operation: str) -> list[Any]:
        """What was sent to an operation of DynamoDB, in order."""
        return [
            json.loads(cast("bytes", request.body)) for name, request in self.requests if name == operation
        ]


def refused(code: str, *, status: int = 400, **more: Any) -> Fault:
    """The service answers with an error and does nothing."""

    def fault(_: Answer) -> AWSResponse:
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more})
        # DynamoDB's codes end so, and S3's do not.
        in_json = code.endswith(("Exception", "ServerError"))
        xml = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        return answers(body if in_json else xml, status=status)(_)

    return fault


def answers(body: str, *, status: int = 200) -> Fault:
    """The service does nothing and says this."""
    return lambda _: AWSResponse("https://aws.test", status, {}, _Raw(body.encode()))  # type: ignore[arg-type]


def raises_before(error: Exception) -> Fault:
    """The request never reaches the service."""

    def fault(_: Answer) -> AWSResponse:
        raise error

    return fault


def raises_after(error: Exception) -> Fault:
    """The service does its work, and its answer is lost."""

    def fault(answer: Answer) -> AWSResponse:
        assert answer().status_code == 200
        raise error

    return fault


def works(answer: Answer) -> AWSResponse:
    return answer()


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@dataclass
class Aws:
    wire: Wire = field(default_factory=Wire)

    def client(self, service: str, *, attempts: int = 1) -> Any:
        config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
        client: Any = _session().client(service, region_name=REGION, config=config)  # type: ignore[call-overload]
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send", self.wire)
        return client

    def store(
        self, clock: Callable[[], datetime], *, attempts: int = 1, page: int | None = None
    ) -> DynamoStore:
        """A store of its own clients; `page` items at most come at once."""
        dynamodb, s3 = self.client("dynamodb", attempts=attempts), self.client("s3", attempts=attempts)
        if page is not None:
            dynamodb.meta.events.register(
                "provide-client-params.dynamodb.Query", lambda params, **_: params.update(Limit=page)
            )
            s3.meta.events.register(
                "provide-client-params.s3.ListObjectVersions", lambda params, **_: params.update(MaxKeys=page)
            )
        return DynamoStore(
            table=TABLE, bucket=BUCKET, retention_days=RETENTION_DAYS, dynamodb=dynamodb, s3=s3, clock=clock
        )

    def build(self) -> None:
        """The table and the bucket as the data stack makes them."""
        self.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("pk", "sk", "owner", "listing", "created")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [
                        {"AttributeName": key, "KeyType": "HASH"},
                        {"AttributeName": "created", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index, key in (("by_owner", "owner"), ("by_date", "listing"))
            ],
        )
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def items(self, partition: str = "") -> list[dict[str, Any]]:
        """Everything in the table, or in the partitions whose key begins so."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
        return [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(partition)]

    def versions(self) -> list[str]:
        """The key of every version and delete marker in the bucket."""
        pages = self.client("s3").get_paginator("list_object_versions").paginate(Bucket=BUCKET)
        return [
            one["Key"]
            for page in pages
            for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        ]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    # Nothing of this machine's own account may be met, whatever its environment says.
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        account = Aws()
        account.build()
        account.wire.requests.clear()
        yield account
