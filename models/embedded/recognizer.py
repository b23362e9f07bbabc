"""pocketsphinx behind SageMaker's contract: `python -m models.embedded.recognizer --port N`.

GET /ping          200 once a decoder is warm, 503 before.
POST /invocations  `audio/l16;rate=16000` (PCM16 little-endian mono) or `audio/wav` of the same
                   -> {"text", "words": [{"text", "start_ms", "end_ms"}], "confidence"}.
                   X-Amzn-SageMaker-Custom-Attributes may carry {"language": "en"}; it hears English only.
Errors are problem+json: 400 broken audio or another language, 413 over 6 MB, 415 another type, 503 not ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import wave
from collections.abc import AsyncIterator, Callable
from email.message import Message

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.embedded._decoding import RATE, Decoders, WorkerDied
from models.embedded._serving import problem, problem_of, read_body, serve

ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_RETRY = {"Retry-After": "1"}


def create_app(workers: int | None = None) -> Starlette:
    """The server; `workers` decoders of about 120 MB each (default: one per core, at most two)."""
    decoders = Decoders(workers or min(os.process_cpu_count() or 1, 2))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(decoders.warm())
        yield
        warming.cancel()
        decoders.close()

    async def ping(_request: Request) -> Response:
        return (
            Response() if decoders.ready else problem(503, "The model is still loading; ask again shortly.")
        )

    async def invocations(request: Request) -> Response:
        _only_english(request.headers.get(ATTRIBUTES, "{}"))
        read_pcm = _reader_of(request.headers.get("content-type", ""))
        pcm = read_pcm(await read_body(request))
        try:
            return JSONResponse(await decoders.decode(pcm))
        except WorkerDied as died:
            raise HTTPException(503, str(died), _RETRY) from died

    return Starlette(
        routes=[Route("/ping", ping), Route("/invocations", invocations, methods=["POST"])],
        lifespan=lifespan,
        exception_handlers={HTTPException: problem_of, Exception: problem_of},
    )


def _only_english(attributes: str) -> None:
    try:
        language = json.loads(attributes).get("language", "en")
    except (ValueError, AttributeError) as error:
        raise HTTPException(
            400, f"expected a JSON object in {ATTRIBUTES}, got {attributes[:80]!r}"
        ) from error
    if not str(language).lower().startswith("en"):
        raise HTTPException(400, f"expected English, the only language this engine hears, got {language!r}")


def _reader_of(content_type: str) -> Callable[[bytes], bytes]:
    header = Message()
    header["content-type"] = content_type
    match header.get_content_type():
        case "audio/l16" if header.get_param("rate") == str(RATE):
            return _whole_samples
        case "audio/wav" | "audio/x-wav" | "audio/wave":
            return _pcm_of_wav
    raise HTTPException(415, f"expected audio/l16;rate={RATE} or audio/wav, got {content_type[:80]!r}")


def _whole_samples(pcm: bytes) -> bytes:
    if len(pcm) % 2:
        raise HTTPException(400, f"expected whole 16-bit samples, got {len(pcm)} bytes")
    return pcm


def _pcm_of_wav(body: bytes) -> bytes:
    try:
        with wave.open(io.BytesIO(body)) as sound:
            shape = (sound.getnchannels(), sound.getsampwidth() * 8, sound.getframerate())
            pcm = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise HTTPException(400, f"expected a WAV file, got one that cannot be read: {error}") from error
    if shape != (1, 16, RATE):
        raise HTTPException(
            400,
            f"expected 1 channel of 16 bits at {RATE} Hz, got {shape[0]} of {shape[1]} bits at {shape[2]} Hz",
        )
    return _whole_samples(pcm)


if __name__ == "__main__":
    serve("pocketsphinx behind SageMaker's contract", create_app)
