"""Interviews on a platform that is killed (`kill -9`) at random moments and started again on the same data."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from runtime.interview.interview import Interview
from runtime.interview.log import load
from runtime.local.store import SqliteStore

PREPAI = Path(sys.executable).parent / "prepai"
_START_WITHIN_S = 60.0
_GIVE_UP_S = 90.0


class Platform:
    """`prepai run` as a process of its own, which dies and comes back at the same address."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.kills = 0
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [str(PREPAI), "run", "--port", str(self.port), "--data", str(self.data), "--speech", "off"]
        with self.data.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        limit = time.monotonic() + _START_WITHIN_S
        while time.monotonic() < limit:
            assert self._process.poll() is None, self.data.with_suffix(".log").read_text()
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        self._process.kill()
        raise AssertionError(f"`prepai run` did not answer within {_START_WITHIN_S} s")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.kills += 1

    @contextmanager
    def dying(self, seed: int) -> Iterator[None]:
        """Up within; killed and restarted again and again, at moments that `seed` draws."""
        chance = random.Random(seed)
        done = threading.Event()

        def kill_and_restart() -> None:
            while not done.wait(chance.uniform(0.02, 0.9)):
                self.kill()
                self.start()

        self.start()
        killer = ThreadPoolExecutor(1).submit(kill_and_restart)
        try:
            yield
        finally:
            done.set()
            try:
                killer.result()
            finally:
                self.kill()


@dataclass
class Candidate:
    """One interview, as its candidate saw it. What gets no answer is sent again until it gets one."""

    platform: Platform
    number: int
    turns: int
    chance: random.Random
    interview_id: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    drops: int = 0

    def take_part(self) -> None:
        self.create()
        # On until the platform died at least once under this interview, so that none goes unharmed.
        while len(self.said) < self.turns or not self.drops:
            item_id = f"c{self.number}-{len(self.said)}"
            text = (
                f"Answer {len(self.said)} of candidate {self.number}: it depends on the load of the system."
            )
            self.said.append((item_id, text))
            self.say(item_id, text)
            time.sleep(self.chance.uniform(0, 0.12))

    def create(self) -> None:
        body = {
            "interview_type": "technical",
            "candidate_name": f"Candidate {self.number}",
            "role": "Backend engineer",
            "duration_minutes": 120,
        }
        created = self.post("/api/sessions/create", body, {"Idempotency-Key": f"kill-{self.number}"})
        self.interview_id = created["session_id"]

    def say(self, item_id: str, text: str) -> None:
        body = {"item_id": item_id, "text": text}
        self.replies[item_id] = self.post(f"/api/interviews/{self.interview_id}/messages", body)["reply"][
            "item_id"
        ]

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        limit = time.monotonic() + _GIVE_UP_S
        while time.monotonic() < limit:
            try:
                answer = httpx.post(f"{self.platform.url}{path}", json=body, headers=headers, timeout=20)
            except httpx.TransportError:
                self.drops += 1
                time.sleep(0.05)
                continue
            # 503: a write met the dying process's lock; the contract is to try again.
            if answer.status_code != 503:
                assert answer.is_success, answer.text
                return answer.json()  # type: ignore[no-any-return]
        raise AssertionError(f"no answer to {path} within {_GIVE_UP_S} s")


class SocketCandidate(Candidate):
    """The same over the WebSocket: an event is sent again after each drop until it is acknowledged."""

    seq = 0
    event_id = 0

    def say(self, item_id: str, text: str) -> None:
        self.event_id += 1
        create = {
            "type": "conversation.item.create",
            "item_id": item_id,
            "text": text,
            "event_id": self.event_id,
        }
        acknowledged = answered = False
        limit = time.monotonic() + _GIVE_UP_S
        while not (acknowledged and answered):
            assert time.monotonic() < limit, f"no answer to {item_id} within {_GIVE_UP_S} s"
            ticket = self.post(f"/api/interviews/{self.interview_id}/ticket", {})
            try:
                with connect(
                    ticket["url"].replace("localhost", "127.0.0.1"), proxy=None, close_timeout=1
                ) as live:
                    live.send(
                        json.dumps({"type": "session.start", "last_seq": self.seq, "modalities": ["text"]})
                    )
                    if not acknowledged:
                        live.send(json.dumps(create))
                    while not (acknowledged and answered):
                        event = json.loads(live.recv(timeout=30))
                        assert event["type"] != "error", event
                        acknowledged |= event["type"] == "ack" and event.get("event_id") == self.event_id
                        if event["type"] == "conversation.item.added":
                            self.seq = event["seq"]
                            self.replies.setdefault(event["item_id"], "")
                        elif event["type"] == "response.done" and event["seq"] > self.seq:
                            self.seq = event["seq"]
                            # A greeting may come before the turn; its answer comes after it.
                            answered = item_id in self.replies
                            if answered:
                                self.replies[item_id] = event["item_id"]
            except (OSError, WebSocketException):
                self.drops += 1
                time.sleep(0.05)


def check(candidate: Candidate, interview: Interview) -> None:
    """Every acknowledged turn once and in order; one greeting; one move for a turn, the one that was acknowledged."""
    assert [(turn.item_id, turn.text) for turn in interview.turns] == candidate.said
    assert [move.kind for move in interview.moves].count("greet") == 1
    replied = Counter(move.in_reply_to for move in interview.moves if move.in_reply_to)
    assert set(replied.values()) == {1}
    assert set(replied) <= set(dict(candidate.said))
    assert interview.unanswered is None
    ids = [item.item_id for item in interview.items]
    assert len(ids) == len(set(ids))
    for item_id, reply_id in candidate.replies.items():
        reply = interview.reply_to(item_id)
        assert reply is not None
        assert reply.item_id == reply_id
    places = [item.seq for item in interview.items]
    assert places == sorted(places)


def run(tmp_path: Path, *, interviews: int, over_sockets: int, turns: int, seed: int) -> dict[str, int]:
    """All interviews, a few at a time; the figures."""
    platform = Platform(tmp_path / "data")
    chance = random.Random(seed)
    kinds = [SocketCandidate if number < over_sockets else Candidate for number in range(interviews)]
    candidates = [
        kind(platform, number, turns, random.Random(chance.random())) for number, kind in enumerate(kinds)
    ]
    with platform.dying(seed), ThreadPoolExecutor(5) as pool:
        for one in [pool.submit(candidate.take_part) for candidate in candidates]:
            one.result()
    store = SqliteStore(platform.data)
    with closing(store):
        for candidate in candidates:
            check(candidate, load(store, candidate.interview_id))
        assert len(store.headers(owner=None, limit=interviews + 1, cursor=None).items) == interviews
    return {
        "interviews": interviews,
        "over the WebSocket": over_sockets,
        "kills": platform.kills,
        "broken or refused connections": sum(candidate.drops for candidate in candidates),
        "turns": sum(len(candidate.said) for candidate in candidates),
    }


def test_five_interviews_survive_being_killed(tmp_path: Path) -> None:
    figures = run(tmp_path, interviews=5, over_sockets=1, turns=4, seed=4711)

    assert figures["kills"] > 1


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_interviews_survive_being_killed(tmp_path: Path) -> None:
    figures = run(tmp_path, interviews=50, over_sockets=10, turns=12, seed=20260301)

    assert figures["kills"] >= 50 / 5
    print("\n" + "\n".join(f"| {name} | {figure} |" for name, figure in figures.items()))
