"""What a laptop's server finds in its data folder when it starts."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from runtime.cli.laptop import laptop
from runtime.cv.analysis import analyze
from runtime.evaluation import evaluate
from runtime.evaluation.pdf import write_pdf
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases
from runtime.local.serving import only_server
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.services.platform import Services, Tools
from runtime.settings import LaptopSettings

HOLD = """
import sys, time
from pathlib import Path
from runtime.local.serving import only_server
with only_server(Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    time.sleep(60)
"""


def test_a_second_server_of_a_folder_is_told_until_the_first_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with only_server(tmp_path) as alone:
            assert not alone
        other.send_signal(signal.SIGKILL)
        other.wait()

    with only_server(tmp_path) as alone:
        assert alone


def held_after_a_start(folder: Path) -> bool:
    """Whether a socket's hold of before is still there once a server has started."""
    tools = Tools(code=None, cv=analyze, evaluation=evaluate, pdf=write_pdf)
    with closing(SqliteStore(folder)) as store:
        turns = Services.over(
            store, load_bank(), load_phrases(), tools, LocalUploads(store, path="/uploads/")
        ).turns
        turns.hold("i-1", "a socket of a killed process")

        async def start() -> None:
            async with laptop(LaptopSettings(port=0, data=folder, speech="off"), report=lambda _: None):
                pass

        asyncio.run(start())
        return turns.is_held("i-1")


def test_what_sockets_of_a_killed_server_held_is_free_when_it_starts_again(tmp_path: Path) -> None:
    assert not held_after_a_start(tmp_path)


def test_what_sockets_of_another_living_server_hold_stays_theirs(tmp_path: Path) -> None:
    with only_server(tmp_path) as alone:
        assert alone
        assert held_after_a_start(tmp_path)
