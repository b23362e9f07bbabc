"""Uploads on a laptop: an address of this server that takes one file, once, by the form that S3 would take."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from runtime.cv.errors import UnreadableDocument
from runtime.interview.events import BlobRef
from runtime.interview.store import UnknownBlobError, blob_owner
from runtime.interview.uploads import FORM_TTL_S, WAITING_S, UploadForm
from runtime.local.store import SqliteStore

_MOST_FIELDS: Final = 10


class LocalUploads:
    """`Uploads` in the laptop's own store. `path`: where `receive` is served, with the token behind it.

    A form is good for one file; what waits lies with the interview's other blobs, and goes when it is deleted, when it
    is taken, and when the next form is made a day later.
    """

    def __init__(self, store: SqliteStore, *, path: str, ttl_s: float = FORM_TTL_S) -> None:
        self._store = store
        self._path = path
        self._ttl_s = ttl_s

    def form(self, key: str, *, media_type: str, size: int) -> UploadForm:
        """See `Uploads`."""
        blob_owner(key)
        self._store.remove_blobs("cvs/*/uploads/*", older_than=time.time() - WAITING_S)
        token = secrets.token_urlsafe(32)
        expected = {"key": key, "media_type": media_type, "size": size}
        self._store.put_once(_form(token), json.dumps(expected), ttl_s=self._ttl_s)
        fields = {"key": key, "Content-Type": media_type}
        return UploadForm(f"{self._path}{token}", fields, key, int(self._ttl_s))

    def read(self, key: str) -> bytes:
        """See `Uploads`."""
        kept = self._store.held(_arrived(key))
        if kept is None:
            raise UnknownBlobError("nothing lies under this key")
        return self._store.blob(BlobRef.model_validate_json(kept))

    def discard(self, key: str) -> None:
        """See `Uploads`."""
        self._forget(key)
        self._store.remove_blobs(key)

    def receive(self) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint that forms lead to. It raises as the API's own endpoints do."""

        async def endpoint(request: Request) -> Response:
            token = request.path_params["token"]
            async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
                await self._receive(token, form)
            return Response(status_code=204)

        return endpoint

    async def _receive(self, token: str, form: FormData) -> None:
        written = self._store.held(_form(token))
        if written is None:
            raise UnknownBlobError("this form was used before, or has expired; ask for another one")
        expected = json.loads(written)
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise UnreadableDocument("expected the file as the form's last field, `file`")
        for name, value in (("key", expected["key"]), ("Content-Type", expected["media_type"])):
            if form.get(name) != value:
                raise UnreadableDocument(f"expected the field {name} as it was given")
        body = await file.read()
        if len(body) != expected["size"]:
            raise UnreadableDocument(
                f"expected a file of {expected['size']} bytes, as was announced; got {len(body)}"
            )
        # Several at once: one of them is first.
        if not self._store.swap(_form(token), expected=written, value=None, ttl_s=0):
            raise UnknownBlobError("this form was used before; ask for another one")
        await run_in_threadpool(self._keep, expected["key"], body, expected["media_type"])

    def _keep(self, key: str, body: bytes, media_type: str) -> None:
        kept = self._store.put_blob(key, body, media_type=media_type)
        self._forget(key)
        self._store.put_once(_arrived(key), kept.model_dump_json(), ttl_s=WAITING_S)

    def _forget(self, key: str) -> None:
        # Not `drop`: other keys begin with this one.
        if (kept := self._store.held(_arrived(key))) is not None:
            self._store.swap(_arrived(key), expected=kept, value=None, ttl_s=0)


def _form(token: str) -> str:
    # The store keeps no token that would open anything.
    return f"upload-form/{hashlib.sha256(token.encode()).hexdigest()}"


def _arrived(key: str) -> str:
    return f"upload-arrived/{key}"
