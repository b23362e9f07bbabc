"""Messages between the engine and a submission's warden: JSON behind its length, over a stream socket."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Final

MOST: Final = 24 << 20
# In the arguments of a compiler's step: the submission's own folder, which the engine does not know.
FOLDER: Final = "{folder}"


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Raises `OSError` when nobody is there any more."""
    body = json.dumps(message).encode()
    channel.sendall(struct.pack(">I", len(body)) + body)


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """The next message; None at the end. Raises `TimeoutError` and `OSError` as the socket does."""
    head = _exactly(channel, 4)
    if head is None:
        return None
    (size,) = struct.unpack(">I", head)
    if size > MOST:
        raise OSError(f"expected a message of at most {MOST} bytes; got {size}")
    body = _exactly(channel, size)
    return None if body is None else dict(json.loads(body))


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    buffer = bytearray()
    while len(buffer) < size:
        piece = channel.recv(min(1 << 20, size - len(buffer)))
        if not piece:
            return None
        buffer += piece
    return bytes(buffer)
