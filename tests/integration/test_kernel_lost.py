"""What the kernel engine prepared is lost while it runs: our loss, and never the candidate's verdict."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.sandbox import CodeRun, Submission, TestCase, execute
from runtime.sandbox.engine import Program, TestInput
from runtime.sandbox.kernel import KernelEngine, toolchains
from runtime.sandbox.kernel.toolchains import gcc, java
from runtime.sandbox.submission import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")

SOURCES = {
    "c": '#include <stdio.h>\nint main(void) { int a; scanf("%d", &a); printf("%d", a * 2); }',
    "cpp": "#include <iostream>\nint main() { int a; std::cin >> a; std::cout << a * 2; }",
    "java": "import java.util.*; public class Main { public static void main(String[] a) "
    "{ System.out.print(new Scanner(System.in).nextInt() * 2); } }",
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def engine(directory: Path) -> Iterator[KernelEngine]:
    with pytest.MonkeyPatch.context() as patched:
        # Go takes a minute to prepare, and loses its folder in the same way.
        patched.setattr(toolchains, "_FINDERS", (gcc.C, gcc.CPP, java.JAVA))
        with KernelEngine(workers=2, directory=directory) as engine:
            yield engine


def doubled(engine: KernelEngine, language: str) -> CodeRun:
    if language not in {known.name for known in engine.languages()}:
        pytest.skip(f"{language} is not here: {engine.missing.get(language)}")
    tests = (TestCase(stdin="21", expected="42"),)
    return execute(engine, Submission(language=language, code=SOURCES[language], tests=tests))


def passed(run: CodeRun) -> bool:
    return [result.verdict for result in run.results] == ["AC"]


@pytest.mark.parametrize(
    ("language", "kind"), [("c", "kernel-c"), ("cpp", "kernel-c"), ("java", "kernel-java")]
)
def test_a_lost_folder_is_prepared_again_and_the_program_passes(
    engine: KernelEngine, directory: Path, language: str, kind: str
) -> None:
    assert passed(doubled(engine, language))
    for folder in directory.glob(f"{kind}-*"):
        shutil.rmtree(folder)
    for _ in range(2):  # a virtual machine that was started ahead has not lost anything yet
        run = doubled(engine, language)
        assert passed(run), run
    assert list(directory.glob(f"{kind}-*/ready"))


def test_a_lost_file_is_noticed_by_what_fails_without_it(engine: KernelEngine, directory: Path) -> None:
    assert passed(doubled(engine, "c"))
    (bounds,) = directory.glob("kernel-c-*/bounds.o")
    bounds.unlink()
    run = doubled(engine, "c")
    assert passed(run), run


def test_a_submission_that_runs_meanwhile_goes_on(engine: KernelEngine, directory: Path) -> None:
    doubled(engine, "c")
    inputs = [TestInput(stdin="1"), TestInput(stdin="2")]
    running = engine.run(Program("c", SOURCES["c"]), inputs, Limits())
    assert next(running).stdout == "2"
    for folder in directory.glob("kernel-c-*"):
        shutil.rmtree(folder)
    assert passed(doubled(engine, "c"))
    assert next(running).stdout == "4"


def test_every_folder_that_a_language_starts_from_is_watched() -> None:
    with KernelEngine(workers=1) as engine:
        engine.languages()
        kept = engine._folder.resolve()
        for chain in engine._known().values():
            ours = {Path(path) for path in chain.paths if Path(path).is_relative_to(kept)}
            assert ours == {folder.folder for folder in chain.prepared}
