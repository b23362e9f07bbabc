"""The port by which a file comes that is too large for a request: a form to post it with, and what was posted.

One contract suite (`tests/contract/test_uploads.py`) holds every adapter to these words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

FORM_TTL_S: Final = 900
"""How long a form is good, in seconds: ten megabytes over a slow line, and a second thought."""
WAITING_S: Final = 24 * 60 * 60
"""After so many seconds a file that nobody took is in nobody's way any more: the adapter lets go of it."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\.[a-z]{2,8}")


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form: `fields`, then the file as `file`, go to `url` as multipart/form-data within `expires_in` seconds.

    `url` may be a path on the server that answered. Whoever has the form may post; it names one key, one kind of
    content and one size.
    """

    url: str
    fields: dict[str, str]
    key: str
    expires_in: int


class Uploads(Protocol):
    """Where posted files wait until they are taken. Implementations are safe to call from several threads."""

    def form(self, key: str, *, media_type: str, size: int) -> UploadForm:
        """A form by which exactly `size` bytes, said to be `media_type`, can be posted under `key`.

        Raises `StoreUnavailableError`, and `ValueError` for what is no key of an upload.
        """
        ...

    def read(self, key: str) -> bytes:
        """What was posted under `key`. Raises `UnknownBlobError` when nothing is there (any more)."""
        ...

    def discard(self, key: str) -> None:
        """Let go of what was posted under `key`; nothing there is no fault."""
        ...


def upload_key(interview_id: str, name: str) -> str:
    """Where an upload of an interview waits. Raises `ValueError` for a name that is none."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a name such as 0f3a.pdf, got {name!r}")
    return f"cvs/{interview_id}/uploads/{name}"


def is_upload_of(key: str, interview_id: str) -> bool:
    """Whether `key` is one that `upload_key` gives for this interview."""
    prefix = f"cvs/{interview_id}/uploads/"
    return key.startswith(prefix) and _NAME.fullmatch(key.removeprefix(prefix)) is not None
