"""What a submission's source is like, beside what it does."""

from __future__ import annotations

import io
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

_Count = Annotated[int, Field(ge=0)]

# What measures them (`_metrics_guest.py`). Found faults are of Python alone: no linter of another language is as small.
PACKAGES: Final = ("lizard_core", "lizard_ext", "lizard_languages", "pyflakes")

# In the others lines are all that is counted.
MEASURED: Final = frozenset({"python", "javascript", "typescript", "java", "c", "cpp", "go"})


class Metrics(BaseModel):
    """Measures of source text; null for what is not measured in its language, or could not be.

    lines: those with anything on them.
    complexity: the highest cyclomatic complexity of a function (McCabe's: 1 and one for each decision).
    functions: how many there are.
    lint: what a linter found, such as names that are not defined or never used.
    """

    model_config = ConfigDict(frozen=True)

    lines: _Count
    complexity: _Count | None = None
    functions: _Count | None = None
    lint: _Count | None = None


def lines_of(source: str) -> int:
    # Not `splitlines`, which also ends lines where no language does, such as at a form feed.
    return sum(1 for line in io.StringIO(source, newline=None) if line.strip())
