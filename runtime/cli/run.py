"""`prepai run`: the platform in the foreground."""

from __future__ import annotations

import asyncio

from rich.console import Console

from runtime.cli.laptop import CannotStartError, Laptop, laptop
from runtime.interview.store import StoreUnavailableError
from runtime.settings import LaptopSettings


def run_platform(settings: LaptopSettings, console: Console) -> int:
    """Serve until interrupted; the exit code."""
    try:
        asyncio.run(_serve(settings, console))
    except (CannotStartError, StoreUnavailableError) as error:
        console.print(f"prepai: {error}", style="red")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


async def _serve(settings: LaptopSettings, console: Console) -> None:
    async with laptop(settings, report=lambda text: console.print(f"  {text}", style="dim")) as platform:
        _announce(platform, settings, console)
        await platform.serve()


def _announce(platform: Laptop, settings: LaptopSettings, console: Console) -> None:
    engines = platform.container.engines
    console.print(f"\nPrepAI is at [bold]{platform.url}[/bold] (the API is at /docs)")
    if settings.token:
        console.print("Callers bring the token: `Authorization: Bearer ...`, or open /enter?token=... once.")
    hears, speaks = engines.recognizer, engines.synthesizer
    speech = f"{hears} hears, {speaks} speaks" if hears and speaks else "none: interviews are typed"
    console.print(f"  speech       {speech}")
    console.print(f"  interviewer  {engines.interviewer}")
    platform.container.code.languages()  # so that it is known what holds them
    sandbox = platform.container.code.isolation or "none: code is not run"
    console.print(f"  sandbox      {sandbox}", soft_wrap=True)
    console.print(f"  data         {settings.data.resolve()}", soft_wrap=True)
    if platform.container.page is None:
        console.print("  the page is not built; `make setup` builds it", style="yellow")
