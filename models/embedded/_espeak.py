"""espeak-ng's C library, loaded with ctypes.

espeak-ng is GPL-3: it is loaded by the synthesiser's own process and by nothing else of PrepAI, which
talks to it over HTTP. The library keeps its state in globals, so one utterance is spoken at a time.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable
from typing import Final

import espeakng_loader

# speak_lib.h
_SYNCHRONOUS: Final = 2
_DONT_EXIT: Final = 0x8000
_UTF8_TEXT: Final = 1  # and neither SSML (0x10) nor phoneme input (0x100): text is data
_RATE: Final = 1
# Slower than the default of 175, and the second female variant: of seven voices tried, the only one of which
# the recogniser next door understands most words (MODEL_CARD.md).
_WORDS_PER_MINUTE: Final = 150
_VARIANT: Final = "f2"

_PIECE_MS: Final = 60
_SAMPLE_BYTES: Final = 2
_VOICE: Final = re.compile(r"[a-zA-Z0-9-]{2,32}(?:\+[fm][1-8])?")
_CALLBACK: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
# Control characters, and lone surrogates that UTF-8 cannot carry. \x01 begins espeak's own embedded commands.
_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class UnknownVoice(ValueError):  # noqa: N818 - says what happened
    """No voice of that name or language."""


class Espeak:
    """The library, initialised once per process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._speaking = threading.Lock()
        data = espeakng_loader.get_data_path().encode()
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, _PIECE_MS, data, _DONT_EXIT)
        if self.rate <= 0:
            raise RuntimeError(
                f"expected espeak-ng's data in {data!r}, got error {self.rate}; run `make setup`"
            )

    def check(self, voice: str) -> None:
        """Raises UnknownVoice unless `voice` can speak."""
        with self._speaking:
            self._select(voice)

    def speak(self, text: str, voice: str, heard: Callable[[bytes], bool]) -> None:
        """Speak `text`, giving PCM16 at `rate` to `heard` as it is made, until `heard` says False.

        `voice` is a BCP 47 tag or one of espeak's names, with a variant such as "+f3". Raises UnknownVoice.
        """

        def give(samples: int | None, count: int, _events: int | None) -> int:
            if samples is None or count <= 0:
                return 0
            return 0 if heard(ctypes.string_at(samples, count * _SAMPLE_BYTES)) else 1

        encoded = _NOT_TEXT.sub(" ", text).encode()
        callback = _CALLBACK(give)
        with self._speaking:
            self._select(voice)
            self._library.espeak_SetSynthCallback(callback)
            size = ctypes.c_size_t(len(encoded) + 1)
            status = self._library.espeak_Synth(encoded, size, 0, 0, 0, _UTF8_TEXT, None, None)
        if status != 0:
            raise RuntimeError(f"espeak-ng stopped with error {status}")

    def _select(self, voice: str) -> None:
        # The name becomes part of a path in espeak's data, hence the pattern.
        wanted = voice if _VOICE.fullmatch(voice) else ""
        language, _, variant = wanted.partition("+")
        # A region espeak has no voice for is spoken by its language's voice: "de-AT" by "de".
        for name in (language, language.split("-", 1)[0]):
            full = f"{name}+{variant or _VARIANT}".encode()
            if name and self._library.espeak_SetVoiceByName(full) == 0:
                self._library.espeak_SetParameter(_RATE, _WORDS_PER_MINUTE, 0)
                return
        raise UnknownVoice(
            f"expected a language or voice that espeak-ng speaks, such as en-us, got {voice[:40]!r}"
        )
