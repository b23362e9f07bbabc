"""What an interviewing agent is: its instructions, its tools and its guardrail, as one frozen definition.

The stack makes a Bedrock Agent and a guardrail from it, every interviewer that speaks to a model sends it. The
platform's one definition is `runtime.services.agent.AGENT`; what each service demands of it is held in its tests.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel

type Json = dict[str, Any]
type ParameterType = Literal["string", "number", "integer", "boolean", "array"]
type Strength = Literal["NONE", "LOW", "MEDIUM", "HIGH"]

_TYPES: Final[dict[str, ParameterType]] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "array": "array",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a tool, as a Bedrock function schema names it."""

    name: str
    type: ParameterType
    description: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function of ours that a model may call, made from its request model.

    `description` serves the action group and its function, so it has at most 200 characters.

    `withheld` are fields that no model may choose: places, identities, and what would pass for evidence. `hidden` keeps
    the tool from a model that conducts an interview: its answers are not the candidate's to hear.
    """

    name: str
    description: str
    request: type[BaseModel]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    hidden: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a model may fill in, in the model's order. Raises `ValueError` for a field it cannot be asked for."""
        schema = self.schema
        required = frozenset(schema.get("required", ()))
        return tuple(
            Parameter(name, _type(self.name, name, shape), str(shape["description"]), name in required)
            for name, shape in schema["properties"].items()
        )

    @property
    def schema(self) -> Json:
        """The JSON Schema of the call. Raises `ValueError` for a field without a description."""
        schema: Json = copy.deepcopy(self.request.model_json_schema(by_alias=True))
        fields = schema["properties"]
        if unknown := (self.withheld | self.descriptions.keys()) - fields.keys():
            raise ValueError(f"tool {self.name}: {sorted(unknown)} are no fields of {self.request.__name__}")
        schema["properties"] = {
            name: _described(self.name, name, shape, self.descriptions.get(name))
            for name, shape in fields.items()
            if name not in self.withheld
        }
        schema["required"] = [name for name in schema.get("required", ()) if name not in self.withheld]
        # The model's docstring speaks to us; unused definitions cost tokens in every call.
        schema.pop("description", None)
        schema["$defs"] = _used(schema)
        if not schema["$defs"]:
            del schema["$defs"]
        return schema

    def function_schema(self) -> Json:
        """The `functions` of an agent's action group (`FunctionSchema` of the Bedrock API)."""
        parameters = {
            parameter.name: {
                "type": parameter.type,
                "description": parameter.description,
                "required": parameter.required,
            }
            for parameter in self.parameters
        }
        return {"functions": [{"name": self.name, "description": self.description, "parameters": parameters}]}

    def event(self, arguments: Mapping[str, Any], session: Mapping[str, str]) -> Json:
        """The call as a Bedrock Agent makes it, whoever's model made it, so that the tool refuses alike."""
        known = {parameter.name: parameter.type for parameter in self.parameters}
        return {
            "messageVersion": "1.0",
            "actionGroup": self.name,
            "function": self.name,
            "sessionAttributes": dict(session),
            "parameters": [
                {
                    "name": name,
                    "type": known.get(name, "string"),
                    "value": value if isinstance(value, str) else json.dumps(value),
                }
                for name, value in arguments.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """A filter of Bedrock's guardrails. Its two directions have strengths of their own."""

    type: Literal["SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK"]
    input: Strength
    output: Strength


@dataclass(frozen=True, slots=True)
class DeniedTopic:
    """What the model may not talk about. Candidates may: their words are answers."""

    name: str
    definition: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """A guardrail as data. `blocked` stands in for words it holds back; whoever reads it knows them by it."""

    blocked: str
    filters: tuple[ContentFilter, ...]
    topics: tuple[DeniedTopic, ...]
    anonymized: tuple[str, ...]
    """Entity types of Bedrock that are masked in both directions; nothing is blocked for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefinition:
    """Everything that makes the interviewer one, but its model.

    `interview_attribute` and `move_attribute` name the session attributes that tell tools whose interview it is and
    that it is going on.
    """

    instructions: str
    tools: tuple[Tool, ...]
    knowledge: str
    """When to look something up in the knowledge base."""
    guardrail: Guardrail
    interview_attribute: str
    move_attribute: str

    @property
    def digest(self) -> str:
        """SHA-256, hex, of everything above: it changes exactly when an agent made from it would."""
        content = {
            "instructions": self.instructions,
            "knowledge": self.knowledge,
            "tools": [[tool.function_schema(), tool.schema, tool.hidden] for tool in self.tools],
            "guardrail": asdict(self.guardrail),
            "attributes": [self.interview_attribute, self.move_attribute],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def open_tools(self) -> tuple[Tool, ...]:
        """What a model may be offered while it conducts an interview."""
        return tuple(tool for tool in self.tools if not tool.hidden)

    def session(self, interview_id: str, move: str) -> dict[str, str]:
        """The session attributes of one move: they, and never a parameter, say whose interview it is."""
        return {self.interview_attribute: interview_id, self.move_attribute: move}


def _described(tool: str, name: str, shape: Json, description: str | None) -> Json:
    description = description or shape.get("description")
    if not description:
        raise ValueError(f"tool {tool}: the parameter {name} has no description for the model to go by")
    described = shape | {"description": description}
    described.pop("title", None)
    return described


def _type(tool: str, name: str, shape: Json) -> ParameterType:
    kinds = [shape, *shape.get("anyOf", ())]
    found = {_TYPES[kind["type"]] for kind in kinds if kind.get("type") in _TYPES}
    if len(found) != 1:
        raise ValueError(
            f"tool {tool}: expected one type an agent can send for {name}, got {sorted(found) or shape}"
        )
    return found.pop()


def _used(schema: Json) -> Json:
    """The definitions that what is left of the schema refers to, over others too."""
    definitions: Json = schema.get("$defs", {})
    used: Json = {}
    waiting = [json.dumps(schema["properties"])]
    while waiting:
        text = waiting.pop()
        for name, definition in definitions.items():
            if name not in used and f'"#/$defs/{name}"' in text:
                used[name] = definition
                waiting.append(json.dumps(definition))
    return used
