"""What JavaScript workers start from: QuickJS (npm `quickjs-wasi`) compiled for this machine, and the texts that its
instances read: the guest, and the stripper of types (npm `sucrase`). Both packages come with the page's, by its lock.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import tempfile
from pathlib import Path
from typing import Any, Final

from .errors import SandboxUnavailable
from .machine_code import ensure as ensure_built

NO_PACKAGE: Final = "the JavaScript sandbox needs the package wasmtime: install the code-executor extra"

_PACKAGES: Final = Path(__file__).parents[2] / "node_modules"
_MODULE: Final = _PACKAGES / "quickjs-wasi" / "quickjs.wasm"
_OURS: Final = Path(__file__).with_name("javascript")
_INTERPRETER: Final = Path(__file__).with_name("_javascript_interpreter.py")
# What sucrase's `transform` loads; source maps, its command line and its checks of options stay out.
_SUCRASE: Final = _PACKAGES / "sucrase" / "dist"
_LEFT_OUT: Final = (
    "esm",
    "cli.js",
    "register.js",
    "computeSourceMap.js",
    "Options.js",
    "Options-gen-types.js",
)


def ensure(directory: Path) -> Path:
    """The image's path in `directory`, built first if need be (two seconds). Raises `SandboxUnavailable`."""
    try:
        parts = (importlib.metadata.version("wasmtime"), platform.system(), platform.machine())
        digest = hashlib.sha256("\0".join(parts).encode())
        digest.update(_INTERPRETER.read_bytes() + _MODULE.read_bytes() + json.dumps(_texts()).encode())
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    except FileNotFoundError as error:
        raise SandboxUnavailable(
            f"the JavaScript sandbox needs the npm packages quickjs-wasi and sucrase: `make setup` installs them "
            f"({error.filename} is missing)"
        ) from None
    path = directory / f"javascript-{digest.hexdigest()[:16]}.image"
    return ensure_built(path, builder=__name__, title="the JavaScript sandbox's image")


def build(path: Path) -> None:
    """Compile the image: a child process's whole life."""
    import wasmtime  # noqa: PLC0415 - 30 MB of code that only the child and the workers need

    from ._javascript_interpreter import engine  # noqa: PLC0415 - as above

    compiled = wasmtime.Module(engine(), _MODULE.read_bytes()).serialize()
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        built = Path(scratch) / path.name
        built.write_bytes(json.dumps(_texts()).encode() + b"\n" + compiled)
        built.chmod(0o600)
        built.replace(path)


def _texts() -> dict[str, Any]:
    engine, types = (_version(package) for package in ("quickjs-wasi", "sucrase"))
    return {
        "guest": (_OURS / "guest.js").read_text(encoding="utf-8"),
        "stripper": (_OURS / "stripper.js").read_text(encoding="utf-8"),
        "files": _sucrase(),
        "versions": [f"QuickJS (quickjs-wasi {engine})", f"types stripped by sucrase {types}, QuickJS"],
    }


def _version(package: str) -> str:
    described = json.loads((_PACKAGES / package / "package.json").read_text(encoding="utf-8"))
    return re.sub(r"[^\w.+-]", "", str(described["version"]))


def _sucrase() -> dict[str, str]:
    return {
        path.relative_to(_SUCRASE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(_SUCRASE.rglob("*.js"))
        if not any(part in _LEFT_OUT for part in path.relative_to(_SUCRASE).parts)
    }
