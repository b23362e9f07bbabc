"""Many typed interviews at once on one process: `python -m benchmarks.load [--interviews N] [--turns N]`.

Starts `prepai run --speech off` on an empty data folder and is its clients from this other process, over loopback.
Every interview is created, answers `--turns` questions, ends and reads its report; once over REST, once over the
WebSocket. A turn's latency is the time from sending an answer to having the interviewer's whole reply.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket

ANSWERS = (
    "I would put the hot rows behind a cache and invalidate it on every write, because reads outnumber writes.",
    "We used a queue between the services, so that a slow consumer could not block whoever took the order.",
    "An index on the two columns that the query filters by turned a full scan into a range read.",
    "First I reproduced it with a test, then I bisected the commits until one of them made it fail.",
    "I asked the team what worried them, wrote the options down, and we agreed to try the smaller one first.",
    "A transaction keeps both updates or none, and a unique key makes the retry harmless.",
    "I measured before I changed anything: the time went into serialising, not into the database.",
    "I don't know that one well, but I would look at the logs and the metrics of that hour first.",
)
_NOBODY_ANSWERS_S = 120.0


@dataclass
class Run:
    """What one mode came to."""

    turns: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    rss_mb: float = 0.0


type Interview = Callable[[httpx.AsyncClient, Run, int], Awaitable[None]]


async def over_rest(http: httpx.AsyncClient, run: Run, turns: int) -> None:
    """One interview by requests."""
    path = f"/api/interviews/{await _created(http)}"
    for number in range(turns):
        begun = time.perf_counter()
        await _answer(http, "POST", f"{path}/messages", json={"text": ANSWERS[number % len(ANSWERS)]})
        run.turns.append(time.perf_counter() - begun)
    await _answer(http, "POST", f"{path}/end")
    await _answer(http, "GET", f"{path}/performance-report")
    run.reports += 1


async def over_socket(http: httpx.AsyncClient, run: Run, turns: int) -> None:
    """One interview by a socket, with its report by request."""
    path = f"/api/interviews/{await _created(http)}"
    ticket = await _answer(http, "POST", f"{path}/ticket")
    client = await InterviewSocket().connect(ticket["url"])
    events = client.events()

    async def until(kind: type[Any]) -> None:
        async with asyncio.timeout(_NOBODY_ANSWERS_S):
            async for event in events:
                if isinstance(event, kind):
                    return
                assert not isinstance(event, p.Error), f"error event {event.problem}"
        raise RuntimeError(f"the socket closed before {kind.__name__}")

    await until(p.ResponseDone)
    for number in range(turns):
        begun = time.perf_counter()
        await client.say(f"t{number}", ANSWERS[number % len(ANSWERS)])
        await until(p.ResponseDone)
        run.turns.append(time.perf_counter() - begun)
    await client.end()
    await until(p.SessionEnded)
    await client.close()
    await _answer(http, "GET", f"{path}/performance-report")
    run.reports += 1


async def _created(http: httpx.AsyncClient) -> str:
    new = {"interview_type": "Backend engineer", "candidate_name": "Ada Lovelace", "mode": "practice"}
    return str((await _answer(http, "POST", "/api/sessions/create", json=new))["session_id"])


async def _answer(http: httpx.AsyncClient, method: str, path: str, **body: Any) -> Any:
    answer = await http.request(method, path, **body)
    if answer.is_error:
        raise RuntimeError(f"{answer.status_code} from {method} {path.rpartition('/')[2]}")
    return answer.json()


async def measure(interview: Interview, url: str, pid: int, *, interviews: int, turns: int) -> Run:
    """All interviews at once."""
    run = Run()
    limits = httpx.Limits(max_connections=interviews)
    cpu_before = _cpu_s(pid)
    begun = time.perf_counter()

    async def one(http: httpx.AsyncClient) -> None:
        try:
            await interview(http, run, turns)
        except Exception as error:  # noqa: BLE001 (each is counted by what it is; one must not hide the others)
            run.errors[f"{type(error).__name__}: {error}"] += 1

    async with httpx.AsyncClient(
        base_url=url, trust_env=False, limits=limits, timeout=_NOBODY_ANSWERS_S
    ) as http:
        await asyncio.gather(*(one(http) for _ in range(interviews)))
    run.seconds = time.perf_counter() - begun
    run.cpu_s = _cpu_s(pid) - cpu_before
    run.rss_mb = _rss_mb(pid)
    return run


@contextmanager
def platform() -> Iterator[tuple[str, int]]:
    """The address and the process of a platform of its own."""
    prepai = str(Path(sys.executable).with_name("prepai"))
    command = [prepai, "run", "--port", "0", "--speech", "off", "--data"]
    with tempfile.TemporaryDirectory(prefix="prepai-load-") as folder:
        said = Path(folder) / "said.txt"
        with said.open("wb") as stderr:
            process = subprocess.Popen([*command, f"{folder}/data"], stderr=stderr)
        try:
            yield _address(process, said), process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    while process.poll() is None:
        port = re.search(r"PrepAI is at http://localhost:(\d+)", said.read_text())
        if port:
            return f"http://127.0.0.1:{port[1]}"
        time.sleep(0.05)
    raise SystemExit(f"`prepai run` ended with {process.returncode}: {said.read_text()}")


def _cpu_s(pid: int) -> float:
    # After the command's name, which may hold blanks: the 12th and 13th fields are user and system ticks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _line(name: str, run: Run) -> str:
    cuts = statistics.quantiles(run.turns, n=20) if len(run.turns) > 1 else run.turns * 20
    figures = (
        f"{len(run.turns)}",
        f"{sum(run.errors.values())}",
        f"{len(run.turns) / run.seconds:.0f}",
        f"{statistics.median(run.turns) * 1000:.0f}",
        f"{cuts[18] * 1000:.0f}",
        f"{max(run.turns) * 1000:.0f}",
        f"{run.cpu_s / len(run.turns) * 1000:.1f}",
        f"{run.rss_mb:.0f}",
    )
    return f"| {name} | {' | '.join(figures)} |"


def main() -> int:
    """Print the figures; 1 when anything failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interviews", type=int, default=100)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--mode", choices=("rest", "socket"), help="one of the two only")
    options = parser.parse_args()
    modes: dict[str, Interview] = {"rest": over_rest, "socket": over_socket}
    failed = False
    print("| mode | turns | errors | turns/s | p50 ms | p95 ms | max ms | server CPU ms/turn | RSS MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, interview in modes.items():
        if options.mode in {None, name}:
            with platform() as (url, pid):
                run = asyncio.run(
                    measure(interview, url, pid, interviews=options.interviews, turns=options.turns)
                )
            print(_line(name, run))
            for error, count in run.errors.most_common():
                print(f"{count} x {error}", file=sys.stderr)
            failed = failed or bool(run.errors) or run.reports != options.interviews
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
