"""Nothing that a run left behind is there for the next one: files and processes that are not the function's own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda is Linux")

# In a process of its own, which becomes the parent of what loses its own.
SCRIPT = """
import json, os, pathlib, subprocess, sys, time
from runtime.aws.invocations import Remains

def children(process):
    return pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()

def started(count, command):
    process = subprocess.Popen(["sh", "-c", command])
    while len(children(process.pid)) < count:
        time.sleep(0.01)
    return process

worker = started(1, "sleep 600 & exec sleep 601")  # which never looks after its children
zygote = started(1, "sleep 600 & wait")
remains = Remains(
    pathlib.Path(sys.argv[1]),
    keep=("ours",),
    processes=lambda: (frozenset({worker.pid}), frozenset({zygote.pid})),
)
gone = subprocess.Popen(["sh", "-c", "sh -c 'sleep 600 & sleep 600 & wait' & sleep 600 & exit"])
gone.wait()
own = str(os.getpid())
while sum(len(children(child)) for child in children(own)) < 4:
    time.sleep(0.01)
told = remains.swept()
left = children(own)
print(json.dumps({
    "told": told,
    "again": remains.swept(),
    "ours": sorted(left) == sorted([str(worker.pid), str(zygote.pid)]),
    "spared": len(children(zygote.pid)),
}))
for process in (*map(int, children(zygote.pid)), *map(int, children(worker.pid)), worker.pid, zygote.pid):
    os.kill(process, 9)
"""


def test_files_and_processes_of_nobodys_are_removed_and_those_of_the_engines_stay(tmp_path: Path) -> None:
    for name in ("ours", "left"):
        (tmp_path / name / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "ours")
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    # Two that lost their parent, two below one of them, and the child of a worker, which has none.
    assert seen["told"] == ["5 processes", "3 files"]
    assert (seen["again"], seen["ours"], seen["spared"]) == ([], True, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours"]
    assert (tmp_path / "ours" / "below").exists()
