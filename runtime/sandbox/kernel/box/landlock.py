"""Landlock: which files a process may read, write or execute, for an ordinary user to impose on itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from . import syscalls

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE: Final = 1 << 14
_WORK: Final = _WRITE_FILE | _READ_FILE | _READ_DIR | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | _TRUNCATE
_ON_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
# How many rights on files each version of the interface knows.
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NET_RIGHTS, _SCOPES = 0b11, 0b11


@dataclass(frozen=True, slots=True)
class Rules:
    """Files and folders by what may be done with them; folders mean all below. What is named nowhere is out of reach.

    work: folders to make, write and remove files in, none of which can be executed.
    """

    read: tuple[str, ...] = ()
    execute: tuple[str, ...] = ()
    work: tuple[str, ...] = ()


def version() -> int:
    """The interface's version here; 0 where the kernel has none or does not use it."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def restrict(rules: Rules) -> None:
    """Hold this process and all it starts to `rules` for good; `no_new_privs` must be set.

    Raises:
        OSError: the kernel refused; nothing may be run then.
    """
    abi = version()
    if abi < 1:
        raise OSError("Landlock is not there")
    handled = (1 << _RIGHTS.get(abi, 16)) - 1
    attribute = struct.pack("QQQ", handled, _NET_RIGHTS if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = syscalls.call("landlock_create_ruleset", ctypes.create_string_buffer(attribute, 24), size, 0)
    try:
        _add(ruleset, rules.read, handled & (_READ_FILE | _READ_DIR))
        _add(ruleset, rules.execute, handled & (_READ_FILE | _READ_DIR | _EXECUTE))
        _add(ruleset, rules.work, handled & _WORK)
        syscalls.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _add(ruleset: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # a right to nothing
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
                rule = struct.pack("=Qi", rights if folder else rights & _ON_FILES, descriptor)
                syscalls.call(
                    "landlock_add_rule", ruleset, 1, ctypes.create_string_buffer(rule, len(rule)), 0
                )
            finally:
                os.close(descriptor)
