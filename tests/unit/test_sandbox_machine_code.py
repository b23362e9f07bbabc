"""What engines start from is built, found whole, kept and removed as one folder."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.sandbox import SandboxUnavailable
from runtime.sandbox.machine_code import ensure, used


class Build:
    """Lays two files into a folder, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        (folder / "library").mkdir()
        (folder / "library" / "abc.py").write_text("import sys")
        (folder / "code").write_bytes(b"machine code")


@pytest.fixture
def build() -> Build:
    return Build()


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


def test_the_same_facts_are_built_once_and_others_anew(tmp_path: Path, build: Build) -> None:
    first = ensure(tmp_path / "c", "python", "1", build=build)
    assert ensure(tmp_path / "c", "python", "1", build=build) == first
    assert ensure(tmp_path / "c", "python", "2", build=build) != first
    assert build.times == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "code").unlink(),
        lambda folder: (folder / "code").write_bytes(b"half"),
        lambda folder: (folder / "library" / "abc.py").unlink(),
        lambda folder: (folder / "ready").unlink(),
    ],
    ids=["no code", "half of the code", "no library", "a build cut off"],
)
def test_a_folder_that_lost_a_file_is_built_again(
    tmp_path: Path, build: Build, spoil: Callable[[Path], object]
) -> None:
    folder = ensure(tmp_path / "c", "python", "1", build=build)
    spoil(folder)
    assert ensure(tmp_path / "c", "python", "1", build=build) == folder
    assert build.times == 2
    assert (folder / "code").read_bytes() == b"machine code"
    assert (folder / "library" / "abc.py").exists()


def test_a_build_that_fails_leaves_nothing_and_is_tried_again(tmp_path: Path, build: Build) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("")
        raise SandboxUnavailable("no room")

    with pytest.raises(SandboxUnavailable, match="no room"):
        ensure(tmp_path / "c", "python", "1", build=fail)
    assert [path.suffix for path in (tmp_path / "c").iterdir()] == [".lock"]
    ensure(tmp_path / "c", "python", "1", build=build)


def test_whatever_the_umask_nobody_else_can_write_it(tmp_path: Path, build: Build, open_umask: None) -> None:
    # The first to come may be any engine: whoever makes the directory makes it for all of them.
    folder = ensure(tmp_path / "c", "kernel-c", "1", build=build)
    ensure(tmp_path / "c", "python", "1", build=build)
    for path in (folder.parent, folder, *folder.rglob("*")):
        assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path


def test_what_others_can_write_is_refused(tmp_path: Path, build: Build) -> None:
    folder = ensure(tmp_path / "c", "python", "1", build=build)
    for path in (folder, folder.parent):
        path.chmod(0o775)
        with pytest.raises(SandboxUnavailable, match="writable by nobody else"):
            ensure(tmp_path / "c", "python", "1", build=build)
        path.chmod(0o755)


def test_a_month_without_a_start_and_a_new_version_remove_a_folder_whole(
    tmp_path: Path, build: Build
) -> None:
    directory = tmp_path / "c"
    old, started = (ensure(directory, "python", version, build=build) for version in "12")
    (directory / "python-of-0.1.snapshot").write_text("")
    kept = ensure(directory, "kernel-c", "1", build=build)
    month = time.time() - 31 * 24 * 3600
    for path in (old / "ready", started / "ready", directory / "python-of-0.1.snapshot", kept / "ready"):
        os.utime(path, (month, month))
    used(started)
    new = ensure(directory, "python", "3", build=build)
    assert {path for path in directory.iterdir() if path.suffix != ".lock"} == {started, kept, new}


def test_a_start_from_a_folder_that_is_gone_is_refused(tmp_path: Path, build: Build) -> None:
    folder = ensure(tmp_path / "c", "python", "1", build=build)
    (folder / "ready").unlink()
    with pytest.raises(SandboxUnavailable, match="no longer there"):
        used(folder)


def test_one_builds_while_others_wait(tmp_path: Path, build: Build) -> None:
    found: list[Path] = []

    def slow(folder: Path) -> None:
        time.sleep(0.05)
        build(folder)

    threads = [
        threading.Thread(target=lambda: found.append(ensure(tmp_path / "c", "python", "1", build=slow)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert build.times == 1
    assert len(set(found)) == 1 and len(found) == 4
