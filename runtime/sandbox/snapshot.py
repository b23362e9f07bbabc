"""The Python interpreter's starting state: CPython-WASI with the guests and the usual imports already in memory.

Building it takes half a minute and importing `random` in a cold interpreter 90 ms, so it is built once per machine
and mapped by every worker.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import tempfile
from pathlib import Path
from typing import Final

from .errors import SandboxUnavailable
from .machine_code import ensure as ensure_built

NO_PACKAGE: Final = "the Python sandbox needs the package pyeryx: install the code-executor extra"

# Each becomes a module of the interpreter, in this order.
_GUESTS: Final = {
    "_room": Path(__file__).with_name("_guest.py"),
    "_sql": Path(__file__).with_name("_sql_guest.py"),
}

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
    """The snapshot's path in `directory`, built first if need be. Raises `SandboxUnavailable`."""
    try:
        path = directory / f"python-{_digest()}.snapshot"
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    return ensure_built(path, builder=__name__, title="the Python sandbox's snapshot")


def _digest() -> str:
    parts = (
        importlib.metadata.version("pyeryx"),
        platform.system(),
        platform.machine(),
        *(guest.read_text() for guest in _GUESTS.values()),
        *_IMPORTS,
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def build(path: Path) -> None:
    """Build the snapshot: a child process's whole life."""
    # The runtime unpacks its standard library below the temporary directory: not in a shared one.
    os.environ["TMPDIR"] = str(path.parent)
    import eryx  # noqa: PLC0415 - 95 MB of code that only the child needs

    # Modules of their own, so that candidate code starts with an empty `__main__`.
    setup = "\n".join(f"_module({name!r}, {guest.read_text()!r})" for name, guest in _GUESTS.items())
    setup = f"""
import sys, types
def _module(name, source):
    module = types.ModuleType(name)
    module.__file__ = "<room>"
    sys.modules[name] = module
    exec(compile(source, "<room>", "exec"), module.__dict__)
{setup}
del _module
"""
    factory = eryx.SandboxFactory(imports=list(_IMPORTS), setup_code=setup)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        built = Path(scratch) / path.name
        factory.save(built)
        built.chmod(0o600)
        built.replace(path)
