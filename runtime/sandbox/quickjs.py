"""What JavaScript workers start from: QuickJS (npm `quickjs-wasi`) compiled for this machine, and the memories that its
instances start with, the guest's and the stripper's of types (npm `sucrase`). `npm run build` lays all of it into one
folder: the packages come with the page's, by its lock.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Final

from . import machine_code
from .errors import SandboxUnavailable

NO_PACKAGE: Final = "the JavaScript sandbox needs the package wasmtime: install the code-executor extra"

_BUILT: Final = Path(__file__).with_name("javascript") / "dist"
_FILES: Final = ("quickjs.wasm", "guest.js", "stripper.js", "versions.json")
_INTERPRETER: Final = Path(__file__).with_name("_javascript_interpreter.py")


def ensure(directory: Path) -> Path:
    """The folder in `directory` that holds the image, built first if need be (two seconds).

    Raises `SandboxUnavailable`.
    """
    try:
        parts = (importlib.metadata.version("wasmtime"), platform.system(), platform.machine())
        sources = [_INTERPRETER.read_bytes(), *((_BUILT / name).read_bytes() for name in _FILES)]
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    except FileNotFoundError as error:
        raise SandboxUnavailable(
            f"the JavaScript sandbox needs what `make setup` builds of it; {error.filename} is missing"
        ) from None
    build = machine_code.in_child(__name__, "the JavaScript sandbox's image")
    return machine_code.ensure(directory, "javascript", *parts, *sources, build=build)


def build(folder: Path) -> None:
    """Compile the image: a child process's whole life."""
    # 30 MB of code that only the child and the workers need.
    from ._javascript_interpreter import build as build_image  # noqa: PLC0415 - as above

    guest, stripper = ((_BUILT / name).read_text(encoding="utf-8") for name in ("guest.js", "stripper.js"))
    versions = json.loads((_BUILT / "versions.json").read_text(encoding="utf-8"))
    image = build_image((_BUILT / "quickjs.wasm").read_bytes(), guest, stripper, versions)
    (folder / "image").write_bytes(image)
