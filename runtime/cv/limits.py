"""How large a CV may be. Apart from the reading, because whoever only checks a request has no PDF reader."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_CHARS: Final = 100_000
