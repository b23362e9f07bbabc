"""What JavaScript workers start from: QuickJS (npm `quickjs-wasi`) compiled for this machine, and the memories that its
instances start with, the guest's and the stripper's of types (npm `sucrase`). `npm run build` lays all of it into one
folder: the packages come with the page's, by its lock.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import tempfile
from pathlib import Path
from typing import Final

from .errors import SandboxUnavailable
from .machine_code import ensure as ensure_built

NO_PACKAGE: Final = "the JavaScript sandbox needs the package wasmtime: install the code-executor extra"

_BUILT: Final = Path(__file__).with_name("javascript") / "dist"
_FILES: Final = ("quickjs.wasm", "guest.js", "stripper.js", "versions.json")
_INTERPRETER: Final = Path(__file__).with_name("_javascript_interpreter.py")


def ensure(directory: Path) -> Path:
    """The image's path in `directory`, built first if need be (two seconds). Raises `SandboxUnavailable`."""
    try:
        parts = (importlib.metadata.version("wasmtime"), platform.system(), platform.machine())
        digest = hashlib.sha256("\0".join(parts).encode())
        digest.update(_INTERPRETER.read_bytes())
        for name in _FILES:
            digest.update((_BUILT / name).read_bytes())
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    except FileNotFoundError as error:
        raise SandboxUnavailable(
            f"the JavaScript sandbox needs what `make setup` builds of it; {error.filename} is missing"
        ) from None
    path = directory / f"javascript-{digest.hexdigest()[:16]}.image"
    return ensure_built(path, builder=__name__, title="the JavaScript sandbox's image")


def build(path: Path) -> None:
    """Compile the image: a child process's whole life."""
    # 30 MB of code that only the child and the workers need.
    from ._javascript_interpreter import build as build_image  # noqa: PLC0415 - as above

    guest, stripper = ((_BUILT / name).read_text(encoding="utf-8") for name in ("guest.js", "stripper.js"))
    versions = json.loads((_BUILT / "versions.json").read_text(encoding="utf-8"))
    image = build_image((_BUILT / "quickjs.wasm").read_bytes(), guest, stripper, versions)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        built = Path(scratch) / path.name
        built.write_bytes(image)
        built.chmod(0o600)
        built.replace(path)
