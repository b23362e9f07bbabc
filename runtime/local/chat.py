"""A model behind a server that speaks OpenAI's chat completions, such as Ollama, llama.cpp or vLLM."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Final

import httpx

from runtime.interview.chat import Round, ToolCall, ToolSpecification
from runtime.interview.interviewer import (
    InterviewerRejected,
    InterviewerRestrained,
    InterviewerUnavailable,
)
from runtime.interview.prompt import Prompt

type Json = dict[str, Any]

_MOST_TOKENS: Final = 500
_ATTEMPTS: Final = 3
_FIRST_WAIT_S: Final = 0.2
_BUSY: Final = frozenset({429, 502, 503, 504})
# A model on a laptop may be loaded from disk before its first word; whoever waits has a clock of their own.
_TIMEOUT: Final = httpx.Timeout(30.0, connect=2.0)


class OpenAiChatModel:
    """One model of a server at `url` (to which `/v1/chat/completions` is added); `ChatInterviewer` makes use of it."""

    def __init__(
        self, *, url: str, model: str, api_key: str | None = None, first_wait_s: float = _FIRST_WAIT_S
    ) -> None:
        self.name = model
        self._url = f"{url.rstrip('/')}/v1/chat/completions"
        self._first_wait_s = first_wait_s
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # No proxy of the environment: the candidate's words go to the server that was named and nowhere else.
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, headers=headers, trust_env=False)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def answer(
        self,
        instructions: str,
        prompt: Prompt,
        rounds: Sequence[Round],
        tools: Sequence[ToolSpecification],
    ) -> AsyncGenerator[str | ToolCall]:
        """See `ChatModel`."""
        request: Json = {
            "model": self.name,
            "stream": True,
            "max_tokens": _MOST_TOKENS,
            "messages": list(_messages(instructions, prompt, rounds)),
        }
        if tools:
            request["tools"] = [_specified(tool) for tool in tools]
        calls: dict[int, dict[str, str]] = {}
        reason: str | None = None
        async with aclosing(self._chunks(request)) as chunks:
            async for chunk in chunks:
                for choice in chunk.get("choices", ()):
                    delta = choice.get("delta") or {}
                    if text := delta.get("content"):
                        yield text
                    for piece in delta.get("tool_calls") or ():
                        _add(calls, piece)
                    reason = choice.get("finish_reason") or reason
        for number in sorted(calls):
            yield _call(calls[number])
        if reason == "content_filter":
            raise InterviewerRestrained("a filter of the server held its words back")
        if reason not in {"stop", "tool_calls"}:
            raise InterviewerUnavailable(f"{self.name} broke off: {reason or 'its answer has no end'}")

    async def _chunks(self, request: Json) -> AsyncGenerator[Json]:
        """The chunks of one answer. A server that is busy is asked again, while nothing was said."""
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                async with self._http.stream("POST", self._url, json=request) as response:
                    if response.is_success:
                        async for line in response.aiter_lines():
                            if line.startswith("data:") and line != "data: [DONE]":
                                yield json.loads(line.removeprefix("data:"))
                        return
                    self._check(response.status_code, last=attempt == _ATTEMPTS)
                wait_s = random.uniform(0, self._first_wait_s * 2**attempt)  # noqa: S311 - no secret
                await asyncio.sleep(wait_s)
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            kind = type(error).__name__
            raise InterviewerUnavailable(
                f"{self.name} broke off or does not answer ({kind}); check that its server runs"
            ) from None

    def _check(self, status: int, *, last: bool) -> None:
        if status in _BUSY:
            if last:
                raise InterviewerUnavailable(f"{self.name} was busy {_ATTEMPTS} times (HTTP {status})")
            return
        if status >= 500:
            raise InterviewerUnavailable(f"{self.name} failed (HTTP {status})")
        raise InterviewerRejected(
            f"{self.name}'s server refused the request (HTTP {status}); check its address, the model's name and the key"
        )


def _add(calls: dict[int, dict[str, str]], piece: Json) -> None:
    """Add a piece of a tool call to the one it continues."""
    call = calls.setdefault(piece.get("index", 0), {"id": "", "name": "", "arguments": ""})
    function = piece.get("function") or {}
    call["id"] += piece.get("id") or ""
    call["name"] += function.get("name") or ""
    call["arguments"] += function.get("arguments") or ""


def _call(call: dict[str, str]) -> ToolCall:
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InterviewerUnavailable("the model called a tool with what is no JSON object")
    return ToolCall(call["id"], call["name"], arguments)


def _specified(tool: ToolSpecification) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return {"type": "function", "function": function}


def _messages(instructions: str, prompt: Prompt, rounds: Sequence[Round]) -> Iterator[Json]:
    yield {"role": "system", "content": instructions}
    yield {"role": "user", "content": prompt.text}
    for done in rounds:
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for call in done.calls
        ]
        yield {"role": "assistant", "content": done.said, "tool_calls": calls}
        for call, result in zip(done.calls, done.results, strict=True):
            content = json.dumps(result, ensure_ascii=False)
            yield {"role": "tool", "tool_call_id": call.id, "content": content}
