"""A model on Bedrock as the second reader of CVs, by Converse and one tool that it must call."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

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

if TYPE_CHECKING:
    from types_boto3_bedrock_runtime.client import BedrockRuntimeClient

_log = logging.getLogger(__name__)

_MOST_TOKENS: Final = 3_000
# Whoever uploads a CV waits for it, and the reading by code took its time before.
_WITHIN_S: Final = 12.0


class ConverseProfileModel:
    """A `ProfileModel`: a foundation model or inference profile. It is waited for `within_s` seconds."""

    def __init__(self, *, client: BedrockRuntimeClient, model_id: str, within_s: float = _WITHIN_S) -> None:
        self.name = model_id
        self._client = client
        self._within_s = within_s

    def read(self, text: str) -> ModelReading:
        """See `runtime.cv.refinement.ProfileModel`."""
        # A thread, because a client's timeouts count the silence between bytes and begin anew with each attempt.
        threads = ThreadPoolExecutor(1, thread_name_prefix="cv-model")
        try:
            answer = threads.submit(self._answer, text).result(self._within_s)
        except TimeoutError:
            raise ModelFailed(f"it took longer than {self._within_s:g} s") from None
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an unknown error")
            _log.warning("bedrock answered %s", code)
            raise ModelFailed(f"Bedrock answered {code}") from None
        except BotoCoreError as error:
            _log.warning("bedrock does not answer: %s", type(error).__name__)
            raise ModelFailed(f"Bedrock does not answer ({type(error).__name__})") from None
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
        return _reading(answer)

    def _answer(self, text: str) -> Any:
        return self._client.converse(
            modelId=self.name,
            system=[{"text": INSTRUCTIONS}],
            messages=[{"role": "user", "content": [{"text": prompt(text)}]}],
            inferenceConfig={"maxTokens": _MOST_TOKENS, "temperature": 0.0},
            toolConfig={
                "tools": [
                    {
                        "toolSpec": {
                            "name": TOOL_NAME,
                            "description": TOOL_PURPOSE,
                            "inputSchema": {"json": tool_schema()},
                        }
                    }
                ],
                "toolChoice": {"tool": {"name": TOOL_NAME}},
            },
        )


def _reading(answer: Any) -> ModelReading:
    if answer.get("stopReason") not in {"tool_use", "end_turn"}:
        raise ModelFailed(f"it broke off ({answer.get('stopReason', 'its answer has no end')})")
    blocks = answer.get("output", {}).get("message", {}).get("content", ())
    calls = [block["toolUse"] for block in blocks if "toolUse" in block]
    if len(calls) != 1 or calls[0].get("name") != TOOL_NAME:
        raise ModelFailed("it did not call the one tool it has")
    return parsed(calls[0].get("input"))
