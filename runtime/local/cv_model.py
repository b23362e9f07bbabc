"""A model behind a server that speaks OpenAI's chat completions, such as Ollama, as the second reader of CVs."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx

from runtime.cv.refinement import (
    INSTRUCTIONS,
    TOOL_NAME,
    TOOL_PURPOSE,
    ModelFailed,
    ModelReading,
    parsed,
    prompt,
    tool_schema,
)

_MOST_TOKENS: Final = 3_000
# A model on a laptop may be loaded from disk before its first word.
_WITHIN_S: Final = 90.0
_MOST_BYTES: Final = 1_000_000


class ChatProfileModel:
    """A `ProfileModel`: one model of a server at `url` (to which `/v1/chat/completions` is added)."""

    def __init__(
        self, *, url: str, model: str, api_key: str | None = None, within_s: float = _WITHIN_S
    ) -> None:
        self.name = model
        self._url = f"{url.rstrip('/')}/v1/chat/completions"
        self._within_s = within_s
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # No proxy of the environment: a CV goes to the server that was named and nowhere else.
        self._http = httpx.Client(
            timeout=httpx.Timeout(within_s, connect=2.0), headers=headers, trust_env=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def read(self, text: str) -> ModelReading:
        """See `runtime.cv.refinement.ProfileModel`."""
        tool = {"name": TOOL_NAME, "description": TOOL_PURPOSE, "parameters": tool_schema()}
        request = {
            "model": self.name,
            "max_tokens": _MOST_TOKENS,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": INSTRUCTIONS},
                {"role": "user", "content": prompt(text)},
            ],
            "tools": [{"type": "function", "function": tool}],
            "tool_choice": {"type": "function", "function": {"name": TOOL_NAME}},
        }
        try:
            answer = self._answer(request)
        except httpx.TimeoutException:
            raise ModelFailed(f"it took longer than {self._within_s:g} s") from None
        except (httpx.HTTPError, ValueError) as error:
            raise ModelFailed(f"its server does not answer as expected ({type(error).__name__})") from None
        return _reading(answer)

    def _answer(self, request: dict[str, Any]) -> Any:
        give_up_at = time.monotonic() + self._within_s
        with self._http.stream("POST", self._url, json=request) as response:
            if not response.is_success:
                raise ModelFailed(f"its server answered HTTP {response.status_code}")
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise ModelFailed("its answer has no end")
                # httpx counts the silence between bytes; a server that drips could take for ever.
                if time.monotonic() > give_up_at:
                    raise httpx.ReadTimeout("the answer takes too long")
        return httpx.Response(200, content=bytes(body)).json()


def _reading(answer: Any) -> ModelReading:
    match answer:
        case {"choices": [{"finish_reason": "length"}, *_]}:
            raise ModelFailed("it broke off (length)")
        case {
            "choices": [
                {"message": {"tool_calls": [{"function": {"name": name, "arguments": arguments}}]}},
                *_,
            ]
        }:
            if name == TOOL_NAME:
                return parsed(arguments)
    raise ModelFailed("it did not call the one tool it has")
