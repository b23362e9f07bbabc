"""Amazon Polly as a synthesiser: raw sound at 16 kHz, the most it sends undecoded, brought to 24 kHz here."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Final

from runtime.aws.sound import LeadTrimmer, Upsampler, samples_of
from runtime.aws.speech import named_failures
from runtime.aws.threads import Body, Threads
from runtime.voice.invocations import broken_off
from runtime.voice.ports import SAMPLE_BYTES, SpeechRejected

if TYPE_CHECKING:
    from types_boto3_polly import PollyClient

# Neural voices; of each language the first one speaks for its regions that have none.
_VOICES: Final = {
    "en-US": "Joanna",
    "en-GB": "Amy",
    "en-AU": "Olivia",
    "en-IE": "Niamh",
    "en-IN": "Kajal",
    "en-NZ": "Aria",
    "en-ZA": "Ayanda",
    "de-DE": "Vicki",
    "de-AT": "Hannah",
    "fr-FR": "Lea",
    "fr-CA": "Gabrielle",
    "fr-BE": "Isabelle",
    "es-ES": "Lucia",
    "es-MX": "Mia",
    "es-US": "Lupe",
    "it-IT": "Bianca",
    "pt-BR": "Camila",
    "pt-PT": "Ines",
    "nl-NL": "Laura",
    "nl-BE": "Lisa",
    "pl-PL": "Ola",
    "sv-SE": "Elin",
    "da-DK": "Sofie",
    "nb-NO": "Ida",
    "fi-FI": "Suvi",
    "ca-ES": "Arlet",
    "hi-IN": "Kajal",
    "ja-JP": "Kazuha",
    "ko-KR": "Seoyeon",
    "cmn-CN": "Zhiyu",
}
_BASES: Final = {tag.partition("-")[0]: tag for tag in reversed(_VOICES)} | {"zh": "cmn-CN", "no": "nb-NO"}
_TAGS: Final = {tag.lower(): tag for tag in _VOICES}
_LONGEST_TEXT: Final = 3_000  # Polly's, in characters it charges for
_READ_BYTES: Final = 3_200  # 100 ms: the first sound leaves as soon as it is there
_REJECTIONS: Final = frozenset(
    {
        "TextLengthExceededException",
        "LanguageNotSupportedException",
        "InvalidSsmlException",
        "InvalidSampleRateException",
        "EngineNotSupportedException",
        "ValidationException",
    }
)


class PollySynthesizer:
    """A synthesiser that needs no endpoint of one's own."""

    name = "Amazon Polly"

    def __init__(self, *, client: PollyClient, timeout_s: float = 10.0) -> None:
        """`timeout_s` is how long one piece may take."""
        self._client = client
        self._timeout_s = timeout_s
        self._threads = Threads("polly")

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """See `runtime.voice.ports.Synthesizer`."""
        tag, said = _tag(language), _sayable(text)
        if len(said) > _LONGEST_TEXT:
            raise SpeechRejected(
                f"expected at most {_LONGEST_TEXT} characters, got {len(said)}; send it in sentences"
            )
        if not said:
            return
        chunks = self._threads.stream(lambda: self._speak(said, tag), within_s=self._timeout_s)
        try:
            with named_failures(self.name, rejections=_REJECTIONS):
                async for chunk in chunks:
                    yield chunk
        finally:
            await chunks.aclose()

    async def aclose(self) -> None:
        """Start no more calls. The client is closed by who made it."""
        self._threads.close()

    def _speak(self, text: str, tag: str) -> Body[bytes]:
        answer = self._client.synthesize_speech(
            Engine="neural",
            LanguageCode=tag,  # type: ignore[arg-type]  # the types list every tag; ours are a few of them
            VoiceId=_VOICES[tag],  # type: ignore[arg-type]
            OutputFormat="pcm",
            SampleRate="16000",
            TextType="text",
            Text=text,
        )
        return Body(self._sound(answer["AudioStream"]), answer["AudioStream"])

    def _sound(self, stream: Any) -> Iterator[bytes]:
        trimmer, upsampler = LeadTrimmer(), Upsampler()
        half = b""
        for read in stream.iter_chunks(_READ_BYTES):
            chunk = half + read
            whole = len(chunk) - len(chunk) % SAMPLE_BYTES
            half = chunk[whole:]
            if pcm := upsampler.resample(trimmer.trim(samples_of(chunk[:whole]))):
                yield pcm
        if half:
            raise broken_off(self.name)
        if pcm := upsampler.rest():
            yield pcm


def _tag(language: str) -> str:
    wanted = language.lower()
    tag = _TAGS.get(wanted) or _BASES.get(wanted.partition("-")[0])
    if tag is None:
        raise SpeechRejected(
            f"expected a language that Amazon Polly speaks ({', '.join(_BASES)}), got {language[:20]!r}"
        )
    return tag


def _sayable(text: str) -> str:
    """The text without control characters, which Polly refuses and nobody can say."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text).strip()
