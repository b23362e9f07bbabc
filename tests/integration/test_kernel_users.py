"""The kernel engine as others than the one who runs the tests: an ordinary user, and without namespaces.

A subprocess runs the attack suite; here it is only said as whom. Where the tests run as an ordinary user already,
`test_kernel_attacks.py` is that case, and becoming someone else needs root.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
USER = 54321
QUICK = "(in_c_gains and (reading or fork or killing or descriptors or writing)) or test_every_wall"


def pytest_as(
    user: int | None, folder: Path, *, namespaces: bool, selected: str | None
) -> subprocess.CompletedProcess[str]:
    """Run the attack suite as `user` (None: as we are)."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "--tb=short",
        "-p",
        "no:cacheprovider",
        "--timeout=600",
    ]
    command += ["-o", "addopts=--import-mode=importlib", str(HERE / "test_kernel_attacks.py"), "--noconftest"]
    command += [f"--basetemp={folder / 'run'}", *(["-k", selected] if selected else [])]
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PREPAI_TEST_NAMESPACES": "on" if namespaces else "off",
    }
    if user is not None:
        rights = ("--clear-groups", "--inh-caps=-all", "--bounding-set=-all")
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", *rights, *command]
        folder.chmod(0o755)
        os.chown(folder, user, user)
        command = within_reach(command)
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=1800
    )


def within_reach(command: list[str]) -> list[str]:
    """The command in a view of the machine where the interpreter can be reached: root's own often lies in /root."""
    base = Path(sys.base_prefix).resolve()
    closed = [path for path in reversed(base.parents) if not path.stat().st_mode & stat.S_IXOTH]
    if not closed:
        return command
    script = (
        'set -e; mount --bind "$1" /mnt; mount -t tmpfs -o mode=755 none "$2"; mkdir -p "$1"; mount --bind /mnt "$1"; '
        'umount /mnt; shift 2; exec "$@"'
    )
    return ["unshare", "--mount", "sh", "-c", script, "sh", str(base), str(closed[0]), *command]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which is closed to others and closed again by every other run."""
    with tempfile.TemporaryDirectory(prefix="prepai-test-") as made:
        yield Path(made)


def assert_held(run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-1000:]
    assert " passed" in run.stdout


root_only = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="becoming someone else needs root and setpriv",
)


@root_only
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "without"])
def test_every_attack_fails_as_an_ordinary_user(folder: Path, namespaces: bool) -> None:
    assert_held(pytest_as(USER, folder, namespaces=namespaces, selected=None))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_attack_fails_without_namespaces(folder: Path) -> None:
    assert_held(pytest_as(None, folder, namespaces=False, selected=None))


# Another user's cache is empty: every toolchain prepares what it starts from, which takes minutes on a busy machine.
@root_only
@pytest.mark.timeout(600)
@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "without"])
def test_attacks_in_c_fail_as_an_ordinary_user(folder: Path, namespaces: bool) -> None:
    assert_held(pytest_as(USER, folder, namespaces=namespaces, selected=QUICK))
