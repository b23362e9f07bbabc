"""Uploads by S3's presigned POST: the browser's file goes straight to the bucket, under a policy we signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from runtime.interview.store import StoreUnavailableError, UnknownBlobError, blob_owner
from runtime.interview.uploads import FORM_TTL_S, UploadForm

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_SDK_ERRORS: Final = (ClientError, BotoCoreError, HTTPError, OSError)
# The bucket's lifecycle removes what carries it after a day (infra/constructs/candidate_bucket.py): a form stays good
# for minutes after its interview was deleted, and nobody would look for what comes by it then.
_WAITING: Final = "<Tagging><TagSet><Tag><Key>upload</Key><Value>waiting</Value></Tag></TagSet></Tagging>"


class S3Uploads:
    """`Uploads` in one bucket.

    A form allows one key, one content type and one size, to the byte. S3 refuses fields that the policy does not name,
    so no other encryption than the bucket's own can be asked for. It has no forms that serve once: whoever takes an
    upload keeps a copy of what was read, and a second file by the same form changes nothing.
    """

    def __init__(self, *, bucket: str, client: S3Client, ttl_s: int = FORM_TTL_S) -> None:
        self._bucket = bucket
        self._client = client
        self._ttl_s = ttl_s

    def form(self, key: str, *, media_type: str, size: int) -> UploadForm:
        """See `Uploads`."""
        blob_owner(key)
        fields = {"Content-Type": media_type, "tagging": _WAITING}
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        try:
            signed = self._client.generate_presigned_post(
                self._bucket,
                key,
                Fields=fields,
                Conditions=[*conditions, ["content-length-range", size, size]],
                ExpiresIn=self._ttl_s,
            )
        except _SDK_ERRORS as error:
            raise self._unavailable(error) from error
        return UploadForm(signed["url"], dict(signed["fields"]), key, self._ttl_s)

    def read(self, key: str) -> bytes:
        """See `Uploads`. Raises `StoreUnavailableError` besides."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except _SDK_ERRORS as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchKey":
                raise UnknownBlobError("nothing lies under this key") from None
            raise self._unavailable(error) from error

    def discard(self, key: str) -> None:
        """See `Uploads`. Every version goes. Raises `StoreUnavailableError`."""
        try:
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket, Prefix=key
            )
            listed = [
                version
                for page in pages
                for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            ]
            for version in listed:
                # Other keys begin with this one: cv.doc, cv.docx.
                if version["Key"] == key:
                    self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version["VersionId"])
        except _SDK_ERRORS as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> StoreUnavailableError:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        return StoreUnavailableError(f"uploads in bucket {self._bucket} cannot be used now: {code}")
