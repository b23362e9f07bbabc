"""The page's TypeScript types of the socket's messages come from the models, and are of today."""

from __future__ import annotations

import runpy
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"


def test_the_pages_protocol_types_are_those_of_the_models() -> None:
    expected = runpy.run_path(str(WEB / "generate_protocol.py"))["first_line"]()

    first_line = (WEB / "src/protocol.ts").read_text(encoding="utf-8").partition("\n")[0]

    assert first_line == expected, (
        "the messages changed: run `npm ci && .venv/bin/python web/generate_protocol.py`"
    )
