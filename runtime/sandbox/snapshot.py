"""The Python interpreter's starting state: CPython-WASI with the guests and the usual imports already in memory.

Building it takes half a minute and importing `random` in a cold interpreter 90 ms, so it is built once per machine
and mapped by every worker. `pyeryx` builds it, `wasmtime` runs it (`_python_interpreter.py`), and beside it lies the
standard library, for what is imported seldom.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import struct
import tempfile
from pathlib import Path
from typing import Final

from . import machine_code
from .errors import SandboxUnavailable
from .metrics import PACKAGES

NO_PACKAGE: Final = (
    "the Python sandbox needs the packages pyeryx, wasmtime, lizard and pyflakes: "
    "install the code-executor extra"
)

# Each becomes a module of the interpreter, in this order.
_GUESTS: Final = {
    "_room": Path(__file__).with_name("_guest.py"),
    "_sql": Path(__file__).with_name("_sql_guest.py"),
    "_metrics": Path(__file__).with_name("_metrics_guest.py"),
}

_INTERPRETER: Final = Path(__file__).with_name("_python_interpreter.py")
_EMPTY_COMPONENT: Final = b"\0asm\x0d\0\x01\0"
# Before the code stands what `pyeryx` knows its files by: four letters, a version, and the code's size.
_HEADER: Final = struct.Struct("<4sIQ")
_SETTINGS: Final = ".wasmtime.engine"

# What interview code imports; each costs a cold interpreter 1-60 ms and the snapshot nothing.
_IMPORTS: Final = tuple(
    """
    abc array ast asyncio base64 binascii bisect calendar cmath collections contextlib copy csv dataclasses
    datetime decimal enum fractions functools graphlib hashlib heapq io itertools json math numbers operator
    pprint queue random re secrets sqlite3 statistics string struct textwrap time traceback types typing unicodedata
    uuid zlib
    """.split()  # noqa: SIM905 - forty names read better as words
)


def ensure(directory: Path) -> Path:
    """The folder in `directory` that holds the snapshot and its library, built first if need be.

    Raises `SandboxUnavailable`.
    """
    try:
        versions = [*map(importlib.metadata.version, ("pyeryx", "wasmtime", "lizard", "pyflakes"))]
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    sources = (path.read_text(encoding="utf-8") for path in (*_GUESTS.values(), _INTERPRETER, Path(__file__)))
    facts = (*versions, platform.system(), platform.machine(), *sources, *_IMPORTS)
    build = machine_code.in_child(__name__, "the Python sandbox's snapshot")
    return machine_code.ensure(directory, "python", *facts, build=build)


def _sources() -> dict[str, tuple[bool, str]]:
    """The modules of the packages that measure source, by name: whether each is a package, and its text."""
    found = {}
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise SandboxUnavailable(NO_PACKAGE)
        folder = Path(spec.origin).parent
        for path in sorted(folder.rglob("*.py")):
            if "test" in path.parts:
                continue
            names = path.relative_to(folder.parent).with_suffix("").parts
            is_package = names[-1] == "__init__"
            found[".".join(names[:-1] if is_package else names)] = (
                is_package,
                path.read_text(encoding="utf-8"),
            )
    return found


def build(folder: Path) -> None:
    """Build the snapshot: a child process's whole life."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        # The package unpacks the standard library below the temporary directory.
        os.environ["TMPDIR"] = scratch
        saved = Path(scratch) / "saved"
        _save(saved)
        (folder / "snapshot").write_bytes(_loadable(saved.read_bytes()))
        (Path(scratch) / "eryx-embedded" / "python-stdlib").replace(folder / "library")


def _loadable(saved: bytes) -> bytes:
    """The machine code as our `wasmtime` loads it.

    Both are the same version and compile alike, which the comparison holds them to; only the garbage collector that is
    noted as chosen differs, and no component here has anything for one. Raises `SandboxUnavailable`.
    """
    from wasmtime import component  # noqa: PLC0415 - 30 MB of code that only the child needs

    from ._python_interpreter import engine  # noqa: PLC0415 - as above

    _, _, size = _HEADER.unpack_from(saved)
    code = bytearray(saved[_HEADER.size : _HEADER.size + size])
    ours = bytes(component.Component(engine(), _EMPTY_COMPONENT).serialize())
    theirs = _section(code, _SETTINGS)
    wanted = ours[_section(ours, _SETTINGS)]
    differing = [a for a, b in zip(code[theirs], wanted, strict=False) if a != b]
    if len(code[theirs]) != len(wanted) or len(differing) > 1:
        raise SandboxUnavailable(
            "pyeryx and wasmtime compile differently: expected versions that fit, as requirements/ pins them"
        )
    code[theirs] = wanted
    return bytes(code)


def _section(elf: bytes | bytearray, name: str) -> slice:
    """Where a section of a 64-bit little-endian ELF file lies."""
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    size, count, names = struct.unpack_from("<HHH", elf, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", elf, table + size * index) for index in range(count)]
    texts = headers[names][4]
    for header in headers:
        start = texts + header[0]
        if elf[start : elf.index(b"\0", start)] == name.encode():
            return slice(header[4], header[4] + header[5])
    raise SandboxUnavailable(f"expected machine code with a section {name}")


def _save(path: Path) -> None:
    import eryx  # noqa: PLC0415 - 95 MB of code that only the child needs

    # Modules of their own, so that candidate code starts with an empty `__main__`.
    setup = "\n".join(f"_module({name!r}, {guest.read_text()!r})" for name, guest in _GUESTS.items())
    setup = f"""
import importlib.abc, importlib.machinery, sys, types
class _Packages(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    sources = {_sources()!r}
    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.machinery.ModuleSpec(name, self, is_package=self.sources[name][0])
    def get_source(self, name):
        return self.sources[name][1]
    def is_package(self, name):
        return self.sources[name][0]
sys.meta_path.append(_Packages())
# One of lizard's languages reads tokens with it; none of ours does.
for name in ("pygments", "pygments.token"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].lex = sys.modules[name].lexers = None
sys.modules["pygments"].token = sys.modules["pygments.token"]
def _module(name, source):
    module = types.ModuleType(name)
    module.__file__ = "<room>"
    sys.modules[name] = module
    exec(compile(source, "<room>", "exec"), module.__dict__)
{setup}
# Candidates import the standard library and nothing else.
sys.meta_path.pop()
for name in list(sys.modules):
    if name.partition(".")[0] in ("pygments", *{PACKAGES!r}):
        del sys.modules[name]
del _module, _Packages, name
"""
    eryx.SandboxFactory(imports=list(_IMPORTS), setup_code=setup).save(path)
