"""How large a CV may be, and what reading one may take.

Apart from the reading, because whoever only checks a request has no PDF reader.
"""

from __future__ import annotations

import resource
from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_CHARS: Final = 100_000
MOST_MB: Final = 400
"""What reading may allocate. With the libraries' own pages a process stays below 512 MB."""


def hold(limit: int, most: int) -> None:
    """Hold this process to `most` of one of `resource`'s limits for the rest of its life."""
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def hold_memory() -> None:
    """Let this process allocate `MOST_MB` and no more: Python raises `MemoryError`, and PDFium aborts.

    RLIMIT_DATA and not RLIMIT_AS, because libraries reserve addresses that they never use. macOS counts neither.
    """
    hold(resource.RLIMIT_DATA, MOST_MB * 1024 * 1024)
