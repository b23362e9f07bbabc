"""What the benchmarks measure is what is deployed."""

from __future__ import annotations

from benchmarks.assets import DEPLOYABLES
from tests.infra.conftest import ROOT


def test_every_function_and_the_voice_server_are_measured_by_their_size() -> None:
    handlers = {f"lambdas.{path.parent.name}.handler" for path in (ROOT / "lambdas").glob("*/handler.py")}

    assert {deployable.entry for deployable in DEPLOYABLES.values()} == handlers | {"runtime.voice_server"}
