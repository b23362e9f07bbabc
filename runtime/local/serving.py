"""Whether another process serves a data folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from runtime.interview.store import StoreUnavailableError


@contextlib.contextmanager
def only_server(folder: Path) -> Iterator[bool]:
    """Stand as a server of `folder`; whether no other process does. Raises `StoreUnavailableError`.

    The system lets go of the lock when a process ends, however it ends; whoever came second serves without it.
    """
    try:
        file = os.fdopen(os.open(folder / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnavailableError(f"cannot keep data in {folder}: {error}") from error
    with file:
        yield _locked(file.fileno())


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Another has it, or the file system knows no locks: either way nobody can tell that they are alone.
        return False
    return True
