"""The real platform and Debian's chromium, which the browser suite drives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# What the page must be content with, whatever the server allows today. Style attributes stay allowed: chromium's own
# editing of a selection in the code editor sets one.
STRICT_POLICY = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'"
)


@dataclass
class Platform:
    """`prepai run` as a process of its own, so that it can be killed like one."""

    data: Path
    speech: str
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("prepai")), "run"]
        command += ["--port", str(self.port), "--data", str(self.data), "--speech", self.speech]
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        assert self.process.stdout
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(r"PrepAI is at http://[^:]+:(\d+)", line):
                self.port = int(found[1])
                return
        raise AssertionError(f"the platform did not start: {''.join(said)}")

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process
        self.process.kill()
        self._wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self._wait()

    def _wait(self) -> None:
        assert self.process
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without speech engines."""
    yield from _running(Platform(tmp_path_factory.mktemp("typed"), "off"))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that hears and speaks."""
    yield from _running(Platform(tmp_path_factory.mktemp("spoken"), "embedded"))


def _running(platform: Platform) -> Iterator[Platform]:
    if not (ROOT / "web/dist/index.html").exists():
        pytest.skip("the page is not built: run `make setup`")
    platform.start()
    yield platform
    platform.stop()


@pytest.fixture(scope="module")
def chromium() -> str:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is missing: sudo apt-get install -y chromium")
    return path


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def open_context(playwright: Playwright, chromium: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser, which may hear a WAV file as its microphone, under the strictest policy."""
    complaints: list[str] = []
    browsers = []

    def open_one(microphone: Path | None = None) -> BrowserContext:
        flags = [
            "--no-sandbox",  # containers run as root
            "--disable-gpu",
            "--disable-background-networking",
            # A document whose header the suite replaced counts as a stranger to this machine's own sockets.
            "--disable-features=LocalNetworkAccessChecks",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
        ]
        if microphone:
            flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        browsers.append(browser)
        context = browser.new_context(permissions=["microphone"])
        context.set_default_timeout(30_000)
        context.on("page", lambda page: _listen(page, complaints))
        context.route("**/*", lambda route: _policed(route, complaints))
        return context

    yield open_one
    for browser in browsers:
        browser.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def console(kind: str, text: str) -> None:
        if kind == "error" and "Content Security Policy" in text:
            complaints.append(text)

    page.on("console", lambda message: console(message.type, message.text))


def _policed(route: Route, complaints: list[str]) -> None:
    if not route.request.url.startswith("http://localhost:"):
        complaints.append(f"the page asked for {route.request.url}")
        route.abort()
    elif route.request.resource_type == "document":
        answer = route.fetch()
        route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": STRICT_POLICY})
    else:
        route.continue_()
