"""From `prepai run` to the first spoken question: `python -m benchmarks.start [--runs N]`.

Starts the command as a person would, with an empty data folder, and measures until the page answers and until the
first piece of the interviewer's voice arrives over the socket.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def measure() -> tuple[float, float]:
    """Seconds until the platform answers, and until the first question is heard."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("prepai")), "run", "--port", str(port), "--data"]
    with tempfile.TemporaryDirectory() as data:
        begun = time.monotonic()
        with subprocess.Popen([*command, data], stderr=subprocess.DEVNULL) as process:
            try:
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
                    while not await _answers(http):
                        if process.poll() is not None:
                            raise SystemExit(
                                f"{' '.join(command)} ended with {process.returncode}; run it to see why"
                            )
                        await asyncio.sleep(0.05)
                    answered = time.monotonic() - begun
                    url = await _address(http)
                client = InterviewSocket()
                await client.connect(url)
                async for event in client.events():
                    if isinstance(event, p.OutputAudioDelta):
                        break
                spoken = time.monotonic() - begun
                await client.close()
            finally:
                os.kill(process.pid, signal.SIGINT)
                process.wait(20)
    return answered, spoken


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health")).status_code == 200
    except httpx.TransportError:
        return False


async def _address(http: httpx.AsyncClient) -> str:
    body = {"interview_type": "Backend", "candidate_name": "Jo", "role": "Backend engineer"}
    interview_id = (await http.post("/api/sessions/create", json=body)).json()["session_id"]
    return str((await http.post(f"/api/interviews/{interview_id}/ticket")).json()["url"])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    runs = [asyncio.run(measure()) for _ in range(parser.parse_args().runs)]
    for name, values in (("answers", [a for a, _ in runs]), ("first spoken question", [s for _, s in runs])):
        print(
            f"{name}: min {min(values):.1f} s, median {statistics.median(values):.1f} s, max {max(values):.1f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
