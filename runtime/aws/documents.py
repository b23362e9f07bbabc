"""Uploaded CVs in S3, as the CV analyzer reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from runtime.cv.errors import DocumentNotFound, DocumentTooLarge, StoreUnavailable
from runtime.cv.limits import MAX_BYTES

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_PREFIXES: Final = ("cvs/", "sessions/")
_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})


class S3Documents:
    """A `DocumentSource`: one bucket, and of it what belongs to interviews."""

    def __init__(self, *, bucket: str, client: S3Client) -> None:
        self._bucket = bucket
        self._client = client

    @property
    def bucket(self) -> str:
        """The one bucket that is read."""
        return self._bucket

    def read(self, key: str) -> bytes:
        """The document under `key`.

        Raises `DocumentNotFound`, `DocumentTooLarge` before a byte is read, and `StoreUnavailable`.
        """
        if not key.startswith(_PREFIXES):
            raise DocumentNotFound(f"expected a key under {' or '.join(_PREFIXES)}; upload the CV first.")
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            with answer["Body"] as body:
                size = answer["ContentLength"]
                if size > MAX_BYTES:
                    raise DocumentTooLarge(
                        f"The file has {size / 1_048_576:.1f} MB, a CV may have {MAX_BYTES // 1_048_576}; "
                        "export it with smaller pictures."
                    )
                return body.read()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an unknown error")
            if code in _MISSING:
                raise DocumentNotFound("No document lies under that key; upload it first.") from None
            raise StoreUnavailable(
                f"The store of documents answered {code}: check the bucket's name and this role's permission to "
                "read it, or try again in a moment."
            ) from error
        except BotoCoreError as error:
            raise StoreUnavailable(
                f"The store of documents does not answer ({type(error).__name__}). Try again in a moment."
            ) from error
