"""Self-hosted speech engines behind SageMaker's runtime: the contract of `runtime.voice.invocations` over boto3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EventStreamError

from runtime.aws.speech import named_failures
from runtime.aws.threads import Body, Threads
from runtime.voice import invocations
from runtime.voice.ports import Transcript

if TYPE_CHECKING:
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient


class _Endpoint:
    """An inference component of an endpoint.

    A refusal by SageMaker itself is the endpoint's state, `ValidationError` included: a component that was scaled to
    zero, or is not in service, answers 400 with that code, and what is sent is within SageMaker's limits. A refusal by
    the engine comes as `ModelError` with the engine's own status.
    """

    def __init__(
        self, *, endpoint: str, component: str, client: SageMakerRuntimeClient, name: str, timeout_s: float
    ) -> None:
        self.name = name
        self._client = client
        self._timeout_s = timeout_s
        self._where = {"EndpointName": endpoint, "InferenceComponentName": component}
        self._place = f"the inference component {component}"
        self._threads = Threads(f"sagemaker-{component}")

    async def aclose(self) -> None:
        """Start no more calls. The client is closed by who made it."""
        self._threads.close()

    def _engines_own(self, error: ClientError) -> Exception:
        """The engine's refusal if this is one, else the error as it is."""
        response: Any = error.response
        if response.get("Error", {}).get("Code") != "ModelError":
            return error
        return invocations.refused(
            self.name,
            int(response.get("OriginalStatusCode") or 500),
            str(response.get("OriginalMessage") or ""),
            otherwise="it failed.",
        )


class SageMakerRecognizer(_Endpoint):
    """A recogniser by InvokeEndpoint."""

    def __init__(
        self,
        *,
        endpoint: str,
        component: str,
        client: SageMakerRuntimeClient,
        name: str,
        timeout_s: float = 15.0,
    ) -> None:
        """`timeout_s` is for starting; every second of sound adds another to it."""
        super().__init__(
            endpoint=endpoint, component=component, client=client, name=name, timeout_s=timeout_s
        )

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        """See `runtime.voice.ports.Recognizer`; sound over a minute is cut where it is quietest."""
        attributes = invocations.attributes(language, vocabulary)
        limit_s = self._timeout_s + len(pcm) / invocations.SECOND_BYTES

        async def part(sound: bytes) -> Transcript:
            with named_failures(self.name):
                async with asyncio.timeout(limit_s):
                    answer = await self._threads.call(lambda: self._invoke(sound, attributes))
            return invocations.transcript(answer, engine=self.name, where=self._place)

        return await invocations.transcribed(pcm, part)

    def _invoke(self, pcm: bytes, attributes: str) -> bytes:
        try:
            answer = self._client.invoke_endpoint(
                **self._where,
                ContentType=invocations.SOUND_TYPE,
                Accept="application/json",
                CustomAttributes=attributes,
                Body=pcm,
            )
        except ClientError as error:
            raise self._engines_own(error) from None
        return answer["Body"].read()


class SageMakerSynthesizer(_Endpoint):
    """A synthesiser by InvokeEndpointWithResponseStream."""

    def __init__(
        self,
        *,
        endpoint: str,
        component: str,
        client: SageMakerRuntimeClient,
        name: str,
        timeout_s: float = 10.0,
    ) -> None:
        """`timeout_s` is how long one piece may take."""
        super().__init__(
            endpoint=endpoint, component=component, client=client, name=name, timeout_s=timeout_s
        )

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """See `runtime.voice.ports.Synthesizer`."""
        request = json.dumps(invocations.sentence(text, language)).encode()
        pieces = invocations.Pieces(engine=self.name, where=self._place)
        chunks = self._threads.stream(lambda: self._invoke(request), within_s=self._timeout_s)
        try:
            with named_failures(self.name):
                async for chunk in chunks:
                    for piece in pieces.feed(chunk):
                        yield piece
                    if pieces.ended:
                        return
        finally:
            await chunks.aclose()
        pieces.check_ended()

    def _invoke(self, request: bytes) -> Body[bytes]:
        try:
            answer = self._client.invoke_endpoint_with_response_stream(
                **self._where, ContentType="application/json", Body=request
            )
        except ClientError as error:
            raise self._engines_own(error) from None
        return Body(self._payload(answer["Body"]), answer["Body"])

    def _payload(self, events: Any) -> Iterator[bytes]:
        try:
            for event in events:
                if part := event.get("PayloadPart"):
                    yield part["Bytes"]
        except EventStreamError:
            # Its kind makes no difference: botocore drops the code that would tell a timeout.
            raise invocations.broken_off(self.name) from None
