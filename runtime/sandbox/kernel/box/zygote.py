"""The process that all others are forked from: started with an empty environment, and never told a submission.

It reads one kind of message, `r` with the engine's end of a socket, and forks a warden for it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket

from . import python, root, syscalls, trial, warden, wire
from .root import Place


def main(descriptor: int) -> None:
    """Settle, try whether the box holds, say hello, and fork wardens until the engine hangs up."""
    control = socket.socket(fileno=descriptor)
    told = wire.receive(control)
    if told is None:
        return
    try:
        if told["guest"]:
            python.rehearse(told["guest"])  # its file is out of reach afterwards
        place = root.settle(told["paths"], told["seats"], namespaces=told["namespaces"])
        hello = trial.everything(place)
    except InterruptedError:
        return  # without a word: whether the box holds was not found out, and the engine asks again
    except OSError as error:
        wire.send(control, {"fault": str(error)})
        return
    wire.send(control, hello)
    try:
        _fork_wardens(control, place)
    finally:
        if not place.namespaces:
            shutil.rmtree(place.work, ignore_errors=True)


def _fork_wardens(control: socket.socket, place: Place) -> None:
    folders: dict[int, str] = {}
    while True:
        ready = select.select([control], [], [], 0.5 if folders else None)[0]
        _reap(folders)
        if not ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        if not message:
            break
        folder = f"{place.work}/{secrets.token_hex(8)}"
        with socket.socket(fileno=descriptors[0]) as channel:
            try:
                child = os.fork()
            except OSError:  # no process left here: whoever asked sees the channel end, and others go on
                continue
            if child == 0:
                control.close()
                _die_with_parent()
                warden.main(channel, folder)
        folders[child] = folder
    for child in folders:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)


def _reap(folders: dict[int, str]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (child := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            if child in folders:
                shutil.rmtree(folders.pop(child), ignore_errors=True)


def _die_with_parent() -> None:
    syscalls.control(1, signal.SIGKILL)
    syscalls.control(36, 1)
