"""`python -m runtime.sandbox`: build what the sandbox starts from, and try whether it holds here."""

from __future__ import annotations

import sys

from .engines import all_engines
from .probing import probe


def main() -> int:
    with all_engines() as engine:
        result = probe(engine)
    print(f"sandbox: {result.isolation}: {result.summary}")  # noqa: T201 - its purpose
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())
