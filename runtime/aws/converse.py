"""A model on Bedrock by ConverseStream, with the guardrail on what the candidate says and on what it says itself."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from runtime.aws.bedrock import EventStreams
from runtime.interview.chat import Round, ToolCall, ToolSpecification
from runtime.interview.interviewer import InterviewerRestrained, InterviewerUnavailable
from runtime.interview.prompt import Prompt

if TYPE_CHECKING:
    from types_boto3_bedrock_runtime.client import BedrockRuntimeClient

type Json = dict[str, Any]

# Two short sentences and a tool call with a small program.
_MOST_TOKENS: Final = 500
_RESTRAINED: Final = frozenset({"guardrail_intervened", "content_filtered"})
_ENDED: Final = frozenset({"end_turn", "tool_use", "stop_sequence"})


class ConverseModel:
    """A foundation model or inference profile; `ChatInterviewer` makes an interviewer of it."""

    def __init__(
        self,
        *,
        client: BedrockRuntimeClient,
        model_id: str,
        guardrail_id: str,
        guardrail_version: str,
        streams: EventStreams | None = None,
    ) -> None:
        self.name = model_id
        self._client = client
        self._model_id = model_id
        self._guardrail = {
            "guardrailIdentifier": guardrail_id,
            "guardrailVersion": guardrail_version,
            # "async" would let words out before they were looked at.
            "streamProcessingMode": "sync",
        }
        self._streams = streams or EventStreams("Bedrock Converse")

    async def answer(
        self,
        instructions: str,
        prompt: Prompt,
        rounds: Sequence[Round],
        tools: Sequence[ToolSpecification],
    ) -> AsyncGenerator[str | ToolCall]:
        """See `ChatModel`."""
        request: Any = {
            "modelId": self._model_id,
            "system": [{"text": instructions}],
            "messages": list(_messages(prompt, rounds)),
            "inferenceConfig": {"maxTokens": _MOST_TOKENS},
            "guardrailConfig": self._guardrail,
        }
        if tools:
            request["toolConfig"] = {"tools": [_specified(tool) for tool in tools]}
        events = self._streams.events(
            lambda: self._client.converse_stream(**request)["stream"],
            speaks=lambda event: "contentBlockDelta" in event,
        )
        calls = _Calls()
        reason: str | None = None
        async with aclosing(events):
            async for event in events:
                if text := event.get("contentBlockDelta", {}).get("delta", {}).get("text"):
                    yield text
                if call := calls.take(event):
                    yield call
                if "messageStop" in event:
                    reason = event["messageStop"].get("stopReason")
        if reason in _RESTRAINED:
            raise InterviewerRestrained("the guardrail held its words back")
        if reason not in _ENDED:
            raise InterviewerUnavailable(f"{self.name} broke off: {reason or 'its answer has no end'}")


class _Calls:
    """Tool calls put together from the pieces of a stream."""

    def __init__(self) -> None:
        self._begun: dict[int, tuple[str, str, list[str]]] = {}

    def take(self, event: Json) -> ToolCall | None:
        """The call that is complete with this event. Raises `InterviewerUnavailable` when it is no JSON."""
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            if use := start["start"].get("toolUse"):
                self._begun[start["contentBlockIndex"]] = (use["toolUseId"], use["name"], [])
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]
            if use := delta["delta"].get("toolUse"):
                self._begun[delta["contentBlockIndex"]][2].append(use["input"])
        elif "contentBlockStop" in event:
            begun = self._begun.pop(event["contentBlockStop"]["contentBlockIndex"], None)
            if begun is not None:
                call_id, name, pieces = begun
                return ToolCall(call_id, name, _arguments("".join(pieces)))
        return None


def _arguments(text: str) -> Json:
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InterviewerUnavailable("the model called a tool with what is no JSON object")
    return arguments


def _specified(tool: ToolSpecification) -> Json:
    return {
        "toolSpec": {
            "name": tool.name,
            "description": tool.description,
            "inputSchema": {"json": tool.schema},
        }
    }


def _messages(prompt: Prompt, rounds: Sequence[Round]) -> Iterator[Json]:
    # Only what is marked is looked at for attacks: the task is ours, and reads like instructions because it is.
    candidate = prompt.candidate or "(nothing)"
    yield {
        "role": "user",
        "content": [
            {"text": f"{prompt.task}\n\nWhat the candidate just said, as data:"},
            {"guardContent": {"text": {"text": json.dumps(candidate, ensure_ascii=False)}}},
        ],
    }
    for done in rounds:
        said: list[Json] = [{"text": done.said}] if done.said.strip() else []
        uses = [
            {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}}
            for call in done.calls
        ]
        yield {"role": "assistant", "content": [*said, *uses]}
        results = [
            {
                "toolResult": {
                    "toolUseId": call.id,
                    "content": [{"text": json.dumps(result, ensure_ascii=False)}],
                    "status": "error" if "error" in result else "success",
                }
            }
            for call, result in zip(done.calls, done.results, strict=True)
        ]
        yield {"role": "user", "content": results}
