"""The hostile programs of the attack suites in one list, for whoever runs them in another way than the suites do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.integration import test_kernel_attacks as kernel
from tests.integration import test_sandbox_attacks as python
from tests.integration import test_sandbox_attacks_wasm as wasm


@dataclass(frozen=True, slots=True)
class Attack:
    """One program. `function`: what is called, or None for a program or a query."""

    engine: Literal["wasm", "kernel"]
    language: str
    name: str
    source: str
    function: str | None

    def against(self, secret: Path, port: int) -> str:
        """The source, told what it is after: a file that holds a secret, a port that listens."""
        quoted = f"'{secret}'" if self.language == "sql" else f'"{secret}"'
        named = self.source.replace("SECRET_FILE", quoted).replace("SECRET_PATH", str(secret))
        return named.replace("SECRET_NAME", str(secret)).replace("PORT", str(port))


def all_attacks() -> Iterator[Attack]:
    """Every program of the suites, as the suites send them."""
    for language, sources, function in (
        ("python", {**python.ATTACKS, **python.SURVIVORS}, "f"),
        ("javascript", {**wasm.JAVASCRIPT, **wasm.SURVIVORS}, "f"),
        ("typescript", wasm.TYPESCRIPT, "f"),
        ("sql", wasm.SQL, None),
    ):
        for name, source in sources.items():
            yield Attack("wasm", language, name, textwrap.dedent(source), function)
    yield from _kernel("c", {name: kernel.C_HEAD + code for name, code in kernel.C_ATTACKS.items()})
    yield from _kernel("c", {name: kernel.C_HEAD + code for name, code in kernel.C_SOURCES.items()})
    yield from _kernel("cpp", kernel.CPP_ATTACKS)
    yield from _kernel("cpp", kernel.CPP_FUNCTIONS, "f")
    yield from _kernel("java", {name: kernel.in_java(code) for name, code in kernel.JAVA_ATTACKS.items()})
    yield from _kernel("go", {name: kernel.in_go(code) for name, code in kernel.GO_ATTACKS.items()})
    yield from _kernel("go", kernel.GO_SOURCES)
    yield from _kernel("python", kernel.PYTHON_ATTACKS)
    yield from _kernel("python", kernel.PYTHON_FUNCTIONS, "f")


def _kernel(language: str, sources: Mapping[str, str], function: str | None = None) -> Iterator[Attack]:
    for name, source in sources.items():
        yield Attack("kernel", language, name, textwrap.dedent(source), function)
