"""An interviewer on any model that chats and calls tools; how it is reached is the `ChatModel`'s matter.

The tools are the agent's own, called with the events an agent would send, so that they refuse alike whoever calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Protocol

from runtime.interview.agent import AgentDefinition
from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import InterviewerUnavailable
from runtime.interview.prompt import Prompt, prompt_for
from runtime.knowledge.retrieval import Retrieval, RetrievalError

_log = logging.getLogger(__name__)

# One to look something up, one to say it, and one for a second thought. More would be late anyway.
_MOST_ROUNDS: Final = 3
_PASSAGES: Final = 4
_LOOK_UP: Final = "knowledge_base"

type Json = dict[str, Any]
type CallTool = Callable[[Json], Json]
"""Calls one tool with an agent's event and returns its answer, out of the envelope. Blocks."""


@dataclass(frozen=True, slots=True)
class ToolSpecification:
    """A tool as a model is told of it; `schema` is a JSON Schema."""

    name: str
    description: str
    schema: Json


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for."""

    id: str
    name: str
    arguments: Json


@dataclass(frozen=True, slots=True)
class Round:
    """What the model said and called, and what the calls came to, in their order."""

    said: str
    calls: tuple[ToolCall, ...]
    results: tuple[Json, ...]


class ChatModel(Protocol):
    """A model behind one wire."""

    @property
    def name(self) -> str:
        """The model, as people know it."""

    def answer(
        self,
        instructions: str,
        prompt: Prompt,
        rounds: Sequence[Round],
        tools: Sequence[ToolSpecification],
    ) -> AsyncGenerator[str | ToolCall]:
        """The model's answer as it comes: words, and whole calls. Ends when the model has said all.

        Closing it early stops the work. Raises `InterviewerError`, also for an answer that breaks off.
        """


class ChatInterviewer:
    """Says moves by a `ChatModel`. A tool that is not among `tools` is not offered."""

    is_model = True

    def __init__(
        self,
        *,
        model: ChatModel,
        definition: AgentDefinition,
        tools: Mapping[str, CallTool],
        retrieval: Retrieval | None,
    ) -> None:
        self._model = model
        self._definition = definition
        self._calls = tools
        self._retrieval = retrieval
        self._tools = {tool.name: tool for tool in definition.open_tools if tool.name in tools}
        self._offered = [
            ToolSpecification(tool.name, tool.description, tool.schema) for tool in self._tools.values()
        ]
        if retrieval is not None:
            self._offered.append(_look_up(definition.knowledge))

    @property
    def name(self) -> str:
        return self._model.name

    async def say(self, move: Move, interview: Interview) -> AsyncGenerator[str]:
        """See `Interviewer`."""
        prompt = prompt_for(move, interview)
        session = self._definition.session(interview.interview_id, move.kind)
        rounds: list[Round] = []
        used: Counter[str] = Counter()
        try:
            for _ in range(_MOST_ROUNDS):
                said: list[str] = []
                calls: list[ToolCall] = []
                answer = self._model.answer(self._definition.instructions, prompt, rounds, self._offered)
                async with aclosing(answer):
                    async for piece in answer:
                        if isinstance(piece, ToolCall):
                            calls.append(piece)
                        else:
                            said.append(piece)
                            yield piece
                if not calls:
                    return
                if said:
                    yield " "
                used.update(call.name for call in calls)
                results = [await asyncio.to_thread(self._result, call, session) for call in calls]
                rounds.append(Round("".join(said), tuple(calls), tuple(results)))
        finally:
            if used:
                counted = ", ".join(f"{name} {times}x" for name, times in sorted(used.items()))
                _log.info(
                    "interview %s: %s used %s for move %s",
                    interview.interview_id,
                    self.name,
                    counted,
                    move.item_id,
                )
        raise InterviewerUnavailable(f"{self.name} asked for tools {_MOST_ROUNDS} times and came to no end")

    def _result(self, call: ToolCall, session: Mapping[str, str]) -> Json:
        """What a call came to. A tool that fails is something the model hears and talks its way around."""
        if call.name == _LOOK_UP and self._retrieval is not None:
            return _passages(self._retrieval, call.arguments)
        tool = self._tools.get(call.name)
        if tool is None:
            return {"error": {"type": "unknown_tool", "detail": f"There are {sorted(self._tools)}."}}
        try:
            return self._calls[call.name](tool.event(call.arguments, session))
        except Exception as error:  # noqa: BLE001 - whatever it was, the interview goes on without the tool
            # The kind alone: the message may hold what a candidate wrote.
            _log.warning("the tool %s failed: %s", call.name, type(error).__name__)
            return {"error": {"type": "tool_failed", "detail": "The tool cannot be used now."}}


def _look_up(description: str) -> ToolSpecification:
    query = {"type": "string", "description": "What to look for, in a few words."}
    schema = {"type": "object", "properties": {"query": query}, "required": ["query"]}
    return ToolSpecification(_LOOK_UP, description, schema)


def _passages(retrieval: Retrieval, arguments: Json) -> Json:
    try:
        found = retrieval.search(str(arguments.get("query", "")), limit=_PASSAGES)
    except RetrievalError as error:
        _log.warning("nothing could be looked up: %s", error)
        return {"error": {"type": "retrieval_failed", "detail": "The knowledge base cannot be used now."}}
    return {"passages": [{"text": passage.text, "source": passage.source} for passage in found]}
