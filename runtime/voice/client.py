"""A client of the interview's socket, for the demonstration, for tests and for anybody's own programs.

It keeps what was not acknowledged and sends it again after a drop; the server takes everything once.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final, Self

from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from runtime.voice import protocol as p

FRAME_BYTES: Final = p.INPUT_SAMPLE_RATE * 2 // 10  # 100 ms


class InterviewSocket:
    """One candidate's side of one interview, over as many connections as it takes.

    `seq` is the newest stored event seen. Iterate `events()` to receive; send with the methods.
    """

    def __init__(self) -> None:
        self.seq = 0
        self._event_id = 0
        self._socket: ClientConnection | None = None
        self._unacknowledged: deque[BaseModel] = deque()
        self._frames: deque[p.InputAudioBufferAppend] = deque()
        self._next_index: dict[str, int] = {}
        self._open = False

    async def connect(self, url: str) -> Self:
        """Open the socket at a ticket's address and start, or resume, the session. Raises as `websockets` does."""
        await self.close()
        self._open = False
        self._socket = await connect(url, max_size=None, proxy=None)
        await self._send(p.SessionStart(type="session.start", last_seq=self.seq))
        return self

    async def close(self) -> None:
        """Close the connection; the interview goes on with the next one."""
        if self._socket is not None:
            await self._socket.close()

    @property
    def close_code(self) -> int | None:
        """Why the newest connection was closed, by the codes of the protocol; None while it is open."""
        return self._socket.close_code if self._socket else None

    async def events(self) -> AsyncIterator[Any]:
        """Server events as models, until the connection closes (`close_code` says why).

        Stored ones that were seen before are left out.
        """
        assert self._socket is not None
        while True:
            try:
                message = await self._socket.recv()
            except ConnectionClosed:
                return
            event = p.SERVER_MESSAGE.validate_json(message)
            match event:
                case p.SessionCreated():
                    self._event_id = max(self._event_id, event.event_id)
                    await self._resend({})
                case p.SessionResumed():
                    self._event_id = max(self._event_id, event.event_id)
                    await self._resend(event.received)
                case p.Ack():
                    self._acknowledged(event)
                case p.Error(event_id=event_id, status=status) if event_id and status != 503:
                    # Refused for good; what the store could not take is sent again after the next connection.
                    self._drop(event_id)
                case _:
                    pass
            seq = getattr(event, "seq", None)
            if seq is not None and not isinstance(event, (p.SessionCreated, p.SessionResumed)):
                # A coding task shares the seq of the move that gave it.
                if seq < self.seq or (seq == self.seq and not isinstance(event, p.ResponseDone)):
                    continue
                self.seq = seq if not isinstance(event, p.CodingTaskGiven) else self.seq
            yield event

    async def say(self, item_id: str, text: str) -> None:
        """A typed turn, or the correction of a spoken one."""
        event_id = self._next_event_id()
        await self._reliably(
            p.ConversationItemCreate(
                type="conversation.item.create", event_id=event_id, item_id=item_id, text=text
            )
        )

    async def frame(self, utterance_id: str, pcm: bytes) -> None:
        """Sound, PCM16 16 kHz mono, at most 20,000 bytes."""
        index = self._next_index.get(utterance_id, 0)
        self._next_index[utterance_id] = index + 1
        event = p.InputAudioBufferAppend(
            type="input_audio_buffer.append",
            utterance_id=utterance_id,
            index=index,
            audio=base64.b64encode(pcm).decode(),
        )
        self._frames.append(event)
        if self._open:
            await self._send(event)

    async def commit(self, utterance_id: str) -> None:
        """ "I'm done": end the spoken turn now."""
        event_id = self._next_event_id()
        await self._reliably(
            p.InputAudioBufferCommit(
                type="input_audio_buffer.commit", event_id=event_id, utterance_id=utterance_id
            )
        )

    async def end(self) -> None:
        """End the interview."""
        await self._reliably(p.SessionEnd(type="session.end", event_id=self._next_event_id()))

    def _next_event_id(self) -> int:
        self._event_id += 1
        return self._event_id

    async def _reliably(self, event: BaseModel) -> None:
        self._unacknowledged.append(event)
        if self._open:
            await self._send(event)

    async def _send(self, event: BaseModel) -> None:
        assert self._socket is not None
        await self._socket.send(event.model_dump_json(exclude_none=True))

    async def _resend(self, received: dict[str, int]) -> None:
        """The session is open: first what is still unacknowledged, in order, then whatever comes."""
        for frame in self._frames:
            if frame.index > received.get(frame.utterance_id, -1):
                await self._send(frame)
        for event in tuple(self._unacknowledged):
            await self._send(event)
        self._open = True

    def _acknowledged(self, ack: p.Ack) -> None:
        if ack.event_id is not None:
            self._drop(ack.event_id)
        if ack.utterance_id is not None and ack.index is not None:
            self._frames = deque(
                frame
                for frame in self._frames
                if frame.utterance_id != ack.utterance_id or frame.index > ack.index
            )

    def _drop(self, event_id: int) -> None:
        kept = (event for event in self._unacknowledged if getattr(event, "event_id", 0) != event_id)
        self._unacknowledged = deque(kept)
