"""`prepai doctor`: what works on this machine, found out by trying it."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from runtime.cli.laptop import PAGE
from runtime.interview.store import StoreUnavailableError
from runtime.knowledge import load_bank
from runtime.local.speech import embedded_speech
from runtime.local.store import SqliteStore
from runtime.sandbox.engines import all_engines
from runtime.sandbox.probing import probe
from runtime.settings import LaptopSettings
from runtime.voice.ports import SpeechUnavailable

_LEAST_FREE_MB = 500


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `optional`: the platform works without it."""

    what: str
    ok: bool
    how: str
    optional: bool = False


def examine(settings: LaptopSettings, console: Console) -> list[Check]:
    """Try everything, the slow things last; progress goes to `console`."""
    checks: list[Check] = []
    for examine_one in (_python, _data(settings), _bank, _page, _sandbox, _speech):
        with console.status(f"trying: {getattr(examine_one, '__name__', 'data').strip('_')}"):
            found = examine_one()
        checks += found if isinstance(found, list) else [found]
    return checks


def _python() -> Check:
    version = platform.python_version()
    return Check(
        "python", sys.version_info[:2] == (3, 13), f"{version} on {platform.system()} {platform.machine()}"
    )


def _data(settings: LaptopSettings) -> Callable[[], Check]:
    def data() -> Check:
        folder = settings.data.resolve()
        try:
            SqliteStore(folder).close()
        except StoreUnavailableError as error:
            return Check("data", ok=False, how=f"{error}; choose another folder with PREPAI_DATA")
        free_mb = shutil.disk_usage(folder).free // 2**20
        how = f"{folder}, {free_mb} MB free"
        return Check(
            "data", free_mb >= _LEAST_FREE_MB, how + ("" if free_mb >= _LEAST_FREE_MB else ": make room")
        )

    return data


def _bank() -> Check:
    try:
        bank = load_bank()
    except ValueError as error:
        return Check("questions", ok=False, how=str(error))
    how = f"{len(bank.questions)} questions and {len(bank.tasks)} coding tasks for {', '.join(bank.families)}"
    return Check("questions", ok=True, how=how)


def _page() -> Check:
    if (PAGE / "index.html").exists():
        return Check("page", ok=True, how="built")
    return Check("page", ok=False, how="not built; `make setup` builds it", optional=True)


def _sandbox() -> list[Check]:
    with all_engines(workers=1) as engine:
        result = probe(engine)
        known = [f"{one.name} ({one.version})" for one in engine.languages()] if result.languages else []
    checks = [Check("sandbox", result.holds, result.summary)]
    if known:
        checks.append(Check("languages", ok=True, how="; ".join(known)))
    # Whoever interviews in others has a page that does not offer these.
    return checks + [Check(name, ok=False, how=why, optional=True) for name, why in result.absent.items()]


def _speech() -> Check:
    async def speak_and_hear() -> str:
        async with embedded_speech(report=lambda _: None) as speech:
            pieces = [piece async for piece in speech.synthesizer.synthesize("Good morning.")]
            seconds = sum(map(len, pieces)) / 48_000
            heard = await speech.recognizer.transcribe(bytes(32_000))
        silence = "nothing" if not heard.text else "words"
        return (
            f"{speech.synthesizer.name} speaks ({seconds:.1f} s of sound), {speech.recognizer.name} hears "
            f"({silence} in silence)"
        )

    try:
        return Check("speech", ok=True, how=asyncio.run(speak_and_hear()), optional=True)
    except SpeechUnavailable as error:
        return Check("speech", ok=False, how=f"{error} Interviews can be typed.", optional=True)
