"""The interviewer on Bedrock Agents: InvokeAgent says a move's opening, with action groups and knowledge base."""

from __future__ import annotations

import codecs
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from runtime.aws.bedrock import EventStreams
from runtime.interview.agent import AgentDefinition
from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import InterviewerRejected, InterviewerRestrained
from runtime.interview.prompt import prompt_for

if TYPE_CHECKING:
    from types_boto3_bedrock_agent_runtime.client import AgentsforBedrockRuntimeClient
    from types_boto3_bedrock_agent_runtime.type_defs import InvokeAgentRequestTypeDef

_log = logging.getLogger(__name__)

type Json = dict[str, Any]


class BedrockAgentInterviewer:
    """Says moves through one alias of the agent that the stack made from `definition`.

    Every move is a session of its own: what the agent must know of the interview stands in the prompt, so a move that
    is tried again finds no half of itself in the agent's history, and nothing of a candidate piles up there.
    """

    is_model = True

    def __init__(
        self,
        *,
        client: AgentsforBedrockRuntimeClient,
        agent_id: str,
        alias_id: str,
        definition: AgentDefinition,
        streams: EventStreams | None = None,
    ) -> None:
        self.name = "Bedrock agent"
        self._client = client
        self._agent_id = agent_id
        self._alias_id = alias_id
        self._definition = definition
        self._streams = streams or EventStreams(self.name)

    async def say(self, move: Move, interview: Interview) -> AsyncGenerator[str]:
        """See `Interviewer`."""
        request = self._request(move, interview)
        events = self._streams.events(
            lambda: self._client.invoke_agent(**request)["completion"], speaks=lambda event: "chunk" in event
        )
        # A character may be cut in two by the end of a chunk.
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        used: Counter[str] = Counter()
        said = ""
        try:
            async with aclosing(events):
                async for event in events:
                    if "returnControl" in event:
                        raise InterviewerRejected(
                            "the agent hands a call of its action groups back; expected them to name their functions"
                        )
                    used.update(_tools(event))
                    text = decoder.decode(event.get("chunk", {}).get("bytes", b""))
                    said += text
                    if said.strip().endswith(self._definition.guardrail.blocked):
                        raise InterviewerRestrained("the guardrail held its words back")
                    if text:
                        yield text
        finally:
            if used:
                counted = ", ".join(f"{name} {times}x" for name, times in sorted(used.items()))
                _log.info(
                    "interview %s: the agent used %s for move %s",
                    interview.interview_id,
                    counted,
                    move.item_id,
                )

    def _request(self, move: Move, interview: Interview) -> InvokeAgentRequestTypeDef:
        return {
            "agentId": self._agent_id,
            "agentAliasId": self._alias_id,
            "sessionId": f"{interview.interview_id}.{move.item_id}",
            "inputText": prompt_for(move, interview).text,
            # The trace tells which tools were used; it is counted and not kept.
            "enableTrace": True,
            "endSession": False,
            "sessionState": {
                "sessionAttributes": self._definition.session(interview.interview_id, move.kind)
            },
            "streamingConfigurations": {"streamFinalResponse": True},
        }


def _tools(event: Json) -> list[str]:
    """The tools that a trace event says were called, by name."""
    trace = event.get("trace", {}).get("trace", {})
    called = trace.get("orchestrationTrace", {}).get("invocationInput", {})
    names = []
    if group := called.get("actionGroupInvocationInput"):
        names.append(str(group.get("actionGroupName", "an action group")))
    if "knowledgeBaseLookupInput" in called:
        names.append("the knowledge base")
    return names
