"""`python -m runtime.sandbox [probe]`: build what the sandbox starts from, and try whether it holds here.

`probe` prints everything that was tried as JSON, to be run where it matters: inside a real function or MicroVM.
"""

from __future__ import annotations

import sys

from .engines import all_engines
from .probing import probe


def main() -> int:
    with all_engines() as engine:
        result = probe(engine)
    told = f"sandbox: {result.isolation}: {result.summary}"
    print(result.model_dump_json(indent=1) if sys.argv[1:] == ["probe"] else told)  # noqa: T201 - its purpose
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())
