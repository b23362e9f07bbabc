"""The committed contracts: `python -m runtime.api.contracts docs` writes them anew (`make contracts`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from runtime.api.app import VERSION, openapi
from runtime.api.asyncapi import asyncapi


def documents() -> dict[str, str]:
    """File name -> text, the same bytes for the same contract."""
    return {"asyncapi.json": _text(asyncapi(VERSION)), "openapi.json": _text(openapi())}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for _name, _body in documents().items():
        (Path(sys.argv[1]) / _name).write_text(_body, encoding="utf-8")
