"""espeak-ng behind SageMaker's contract: `python -m models.embedded.synthesizer --port N`.

GET /ping          200 (there is nothing to warm: the first sound is there within a millisecond).
POST /invocations  {"text", "voice"?, "language"? = "en-us", "format"? = "pcm16/24000"}
                   -> a stream of pieces, each a 4-byte big-endian length and as many bytes of PCM16 24 kHz
                   mono. A length of zero ends the stream; one that stops without it was broken off.
Text is read as it stands: no SSML, no phonemes. Errors are problem+json: 400 a request that cannot be read or
a voice that does not exist, 413 over 4,000 characters, 415 anything but JSON.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import AsyncIterator
from typing import Final, Literal

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from models.embedded._espeak import Espeak, UnknownVoice
from models.embedded._serving import problem_of, read_body, serve
from models.embedded._sound import LeadTrimmer, Resampler

MAX_CHARACTERS: Final = 4_000
_LENGTH: Final = struct.Struct(">I")
_END: Final = _LENGTH.pack(0)
_PIECE_BYTES: Final = 9_600  # 200 ms: few enough messages, and the first one is sent at once


class Speech(BaseModel):
    """What to say; `voice` (an espeak name) comes before `language` (BCP 47)."""

    text: str
    voice: str | None = None
    language: str = "en-us"
    format: Literal["pcm16/24000"] = "pcm16/24000"


def create_app() -> Starlette:
    """The server; espeak-ng is loaded here, once."""
    espeak = Espeak()

    async def ping(_request: Request) -> Response:
        return Response()

    async def invocations(request: Request) -> Response:
        speech = _read(request.headers.get("content-type", ""), await read_body(request))
        # "en" alone is British to espeak, and what answers is recognised by an American model.
        voice = speech.voice or ("en-us" if speech.language.lower() == "en" else speech.language)
        try:
            await asyncio.to_thread(espeak.check, voice)
        except UnknownVoice as unknown:
            raise HTTPException(400, str(unknown)) from unknown
        return StreamingResponse(_pieces(espeak, speech.text, voice), media_type="application/octet-stream")

    return Starlette(
        routes=[Route("/ping", ping), Route("/invocations", invocations, methods=["POST"])],
        exception_handlers={HTTPException: problem_of, Exception: problem_of},
    )


def _read(content_type: str, body: bytes) -> Speech:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, f"expected application/json, got {content_type[:80]!r}")
    try:
        speech = Speech.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise HTTPException(400, f"{where}: {first['msg']}") from error
    if len(speech.text) > MAX_CHARACTERS:
        raise HTTPException(
            413, f"expected at most {MAX_CHARACTERS} characters, got {len(speech.text)}; send it in sentences"
        )
    return speech


async def _pieces(espeak: Espeak, text: str, voice: str) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    # Unbounded on purpose: 4,000 characters are a few minutes, 15 MB, and espeak must not wait for a slow
    # listener while others wait for espeak.
    made: asyncio.Queue[bytes | None] = asyncio.Queue()
    wanted = threading.Event()
    wanted.set()

    def speak() -> None:
        resampler, trimmer = Resampler(espeak.rate), LeadTrimmer()

        def heard(pcm: bytes) -> bool:
            loop.call_soon_threadsafe(made.put_nowait, trimmer.trim(resampler.resample(pcm)))
            return wanted.is_set()

        try:
            espeak.speak(text, voice, heard)
            loop.call_soon_threadsafe(made.put_nowait, trimmer.trim(resampler.resample(b"", last=True)))
        finally:
            loop.call_soon_threadsafe(made.put_nowait, None)

    speaking = asyncio.create_task(asyncio.to_thread(speak))
    try:
        waiting, sent = b"", False
        while (pcm := await made.get()) is not None:
            waiting += pcm
            if len(waiting) >= _PIECE_BYTES or (waiting and not sent):
                yield _LENGTH.pack(len(waiting)) + waiting
                waiting, sent = b"", True
        await speaking  # what failed in there breaks the stream off, so that nobody takes half for the whole
        yield (_LENGTH.pack(len(waiting)) + waiting if waiting else b"") + _END
    finally:
        wanted.clear()


if __name__ == "__main__":
    serve("espeak-ng behind SageMaker's contract", create_app)
