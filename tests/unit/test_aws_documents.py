from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from runtime.aws.documents import S3Documents
from runtime.cv.errors import DocumentNotFound, DocumentTooLarge, StoreUnavailable
from runtime.cv.limits import MAX_BYTES
from tests.contract.sagemaker_runtime import client

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

BUCKET = "prepai-data"


@pytest.fixture
def s3() -> Iterator[S3Client]:
    import boto3

    with mock_aws():
        made = boto3.client(
            "s3", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y"
        )
        made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made
        made.close()


@pytest.mark.parametrize("key", ["cvs/i-1/cv.pdf", "sessions/i-1/cv.pdf"])
def test_an_uploaded_document_is_read_as_it_is(s3: S3Client, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"%PDF-")
    documents = S3Documents(bucket=BUCKET, client=s3)
    assert documents.read(key) == b"%PDF-"
    assert documents.bucket == BUCKET


def test_a_key_without_a_document_is_not_found(s3: S3Client) -> None:
    with pytest.raises(DocumentNotFound, match="upload it first"):
        S3Documents(bucket=BUCKET, client=s3).read("cvs/i-1/cv.pdf")


@pytest.mark.parametrize("key", ["reports/i-1/report.json", "", "/cvs/i-1/cv.pdf", "CVS/i-1/cv.pdf"])
def test_nothing_else_in_the_bucket_is_read(s3: S3Client, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key or "x", Body=b"secret")
    with pytest.raises(DocumentNotFound, match="expected a key under cvs/ or sessions/"):
        S3Documents(bucket=BUCKET, client=s3).read(key)


class _Unreadable:
    """A body that must not be touched."""

    closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def read(self) -> bytes:
        raise AssertionError("a document over the limit was read")


class _Holding:
    """As much of a client as hands over one body."""

    def __init__(self, size: int) -> None:
        self.body = _Unreadable()
        self._size = size

    def get_object(self, **_: str) -> dict[str, Any]:
        return {"ContentLength": self._size, "Body": self.body}


def test_a_document_over_the_limit_is_refused_before_it_is_read() -> None:
    holding = _Holding(MAX_BYTES + 1)
    with pytest.raises(DocumentTooLarge, match="a CV may have 10"):
        S3Documents(bucket=BUCKET, client=holding).read("cvs/i-1/cv.pdf")  # type: ignore[arg-type]
    assert holding.body.closed


@pytest.mark.parametrize(
    "code", ["AccessDenied", "SlowDown", "InternalError", "NoSuchBucket", "KMS.DisabledException"]
)
def test_a_store_that_fails_is_no_missing_document(code: str) -> None:
    made = client("s3", "http://127.0.0.1:9", retries={"total_max_attempts": 1})
    with Stubber(made) as stub:
        stub.add_client_error("get_object", service_error_code=code, http_status_code=403)
        with pytest.raises(StoreUnavailable, match=code):
            S3Documents(bucket=BUCKET, client=made).read("cvs/i-1/cv.pdf")
    made.close()


def test_a_store_that_cannot_be_reached_is_unavailable() -> None:
    made = client("s3", "http://127.0.0.1:9", retries={"total_max_attempts": 1})
    with pytest.raises(StoreUnavailable, match=EndpointConnectionError.__name__):
        S3Documents(bucket=BUCKET, client=made).read("cvs/i-1/cv.pdf")
    made.close()
