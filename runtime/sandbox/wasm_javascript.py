"""The WASM engine's JavaScript and TypeScript: QuickJS under `wasmtime`."""

from __future__ import annotations

from pathlib import Path

from . import quickjs
from .workers import Hosted, WorkerEngine


class WasmJavaScript(WorkerEngine):
    """Runs JavaScript, and TypeScript without its types, in WebAssembly. A machine's first start compiles it: 2 s."""

    name = "wasm"
    isolation = "WebAssembly: QuickJS without host access, in a disposable process"
    speaks = ("javascript", "typescript")
    titles = ("ECMAScript 2025, {}", "{}; types are not checked")
    hosted = Hosted(
        script="_javascript_interpreter.py",
        package="wasmtime",
        title="the JavaScript sandbox",
        no_package=quickjs.NO_PACKAGE,
    )
    cpu_factor = 4

    def _build(self, directory: Path) -> Path:
        return quickjs.ensure(directory)
