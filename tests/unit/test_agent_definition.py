"""The one agent: what Bedrock and a model's tool use demand of its definition, and what it never says."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore
import jsonschema
import pytest
from pydantic import BaseModel, Field

from runtime.cv.request import CvAnalyzerRequest
from runtime.evaluation.conversation import PerformanceRequest
from runtime.interview.agent import Tool
from runtime.sandbox import CodeRequest
from runtime.services.action_groups import INTERVIEW_ATTRIBUTE, MOVE_ATTRIBUTE, is_agent_event, respond
from runtime.services.agent import AGENT, CODE_EXECUTOR, CV_ANALYZER, PERFORMANCE_EVALUATOR

# A quota of Bedrock Agents, which no service model states.
MOST_PARAMETERS = 5
TOOLS = pytest.mark.parametrize("tool", AGENT.tools, ids=lambda tool: tool.name)


def service_model(service: str) -> dict[str, Any]:
    """The API as AWS describes it to its SDK, with every limit that is stated at all."""
    (path,) = (Path(botocore.__file__).parent / "data" / service).glob("*/service-2.json.gz")
    model: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))["shapes"]
    return model


@pytest.fixture(scope="module")
def bedrock_agent() -> dict[str, Any]:
    return service_model("bedrock-agent")


@pytest.fixture(scope="module")
def bedrock() -> dict[str, Any]:
    return service_model("bedrock")


def assert_fits(text: str, shape: dict[str, Any]) -> None:
    assert shape.get("min", 0) <= len(text) <= shape.get("max", 10**9)
    if "pattern" in shape:
        assert re.fullmatch(shape["pattern"], text)


class TestInstructions:
    def test_they_fit_an_agent(self, bedrock_agent: dict[str, Any]) -> None:
        assert_fits(AGENT.instructions, bedrock_agent["Instruction"])
        assert_fits(AGENT.knowledge, bedrock_agent["Description"])

    def test_an_agents_prompt_has_no_placeholder_of_bedrocks_own(self) -> None:
        assert "$" not in AGENT.instructions
        assert "{{" not in AGENT.instructions


class TestFunctionSchemas:
    @TOOLS
    def test_they_keep_within_what_bedrock_takes(self, tool: Tool, bedrock_agent: dict[str, Any]) -> None:
        (function,) = tool.function_schema()["functions"]

        assert_fits(function["name"], bedrock_agent["Name"])
        assert_fits(function["description"], bedrock_agent["FunctionDescription"])
        # The group has its function's description, and less room for it.
        assert_fits(function["description"], bedrock_agent["Description"])
        assert len(function["parameters"]) <= MOST_PARAMETERS
        for name, detail in function["parameters"].items():
            assert_fits(name, bedrock_agent["Name"])
            assert_fits(detail["description"], bedrock_agent["ParameterDescription"])
            assert detail["type"] in bedrock_agent["Type"]["enum"]

    @pytest.mark.parametrize(
        ("tool", "parameters"),
        [
            (CODE_EXECUTOR, ["code", "language", "testCases", "functionName"]),
            (CV_ANALYZER, ["cvText", "s3Key", "extractSkills", "asOf"]),
            (PERFORMANCE_EVALUATOR, ["conversationHistory"]),
        ],
        ids=lambda value: value.name if isinstance(value, Tool) else "",
    )
    def test_a_model_chooses_everything_but_what_is_withheld(self, tool: Tool, parameters: list[str]) -> None:
        assert [parameter.name for parameter in tool.parameters] == parameters
        assert set(tool.request.model_json_schema(by_alias=True)["properties"]) == {
            *parameters,
            *tool.withheld,
        }

    def test_no_tool_lets_a_model_choose_a_place_or_an_interview(self) -> None:
        named = {parameter.name.lower() for tool in AGENT.tools for parameter in tool.parameters}

        assert not named & {"s3bucket", "bucket", "sessionid", "interviewid", "coderuns"}

    def test_the_tools_have_the_names_that_agents_of_the_predecessor_knew(self) -> None:
        models = {tool.name: tool.request for tool in AGENT.tools}

        assert models == {
            "code_executor": CodeRequest,
            "cv_analyzer": CvAnalyzerRequest,
            "performance_evaluator": PerformanceRequest,
        }

    def test_a_parameter_without_a_description_does_not_pass(self) -> None:
        class Silent(BaseModel):
            count: int

        with pytest.raises(ValueError, match="count has no description"):
            Tool(name="t", description="d", request=Silent).function_schema()

    def test_a_parameter_of_a_type_that_agents_cannot_send_does_not_pass(self) -> None:
        class Nested(BaseModel):
            options: dict[str, int] = Field(description="Anything.")

        with pytest.raises(ValueError, match="options"):
            Tool(name="t", description="d", request=Nested).function_schema()

    def test_a_withheld_field_that_the_request_does_not_have_does_not_pass(self) -> None:
        with pytest.raises(ValueError, match="bucket"):
            _ = replace(CODE_EXECUTOR, withheld=frozenset({"bucket"})).schema


class TestToolSpecifications:
    @TOOLS
    def test_they_are_json_schemas_that_hold_every_definition_they_use(self, tool: Tool) -> None:
        schema = tool.schema

        jsonschema.Draft202012Validator.check_schema(schema)
        used = set(re.findall(r"#/\$defs/(\w+)", json.dumps(schema)))
        assert used == set(schema.get("$defs", {}))

    def test_a_call_that_follows_the_schema_is_one_that_the_tool_takes(self) -> None:
        call = {"code": "print(1)", "language": "python", "testCases": [{"input": "1", "expected": "2"}]}

        jsonschema.validate(call, CODE_EXECUTOR.schema)
        CodeRequest.model_validate(call)

    def test_a_call_reaches_the_tool_as_an_agent_would_make_it(self) -> None:
        session = AGENT.session("i-1", "probe")
        call = {"code": "print(1)", "language": "python", "testCases": [{"input": "1", "expected": "2"}]}
        seen: list[CodeRequest] = []

        def run(request: CodeRequest) -> dict[str, Any]:
            seen.append(request)
            return {}

        event = CODE_EXECUTOR.event(call, session)
        respond(event, CodeRequest, run)

        assert is_agent_event(event)
        assert seen[0].code == "print(1)"
        assert seen[0].test_cases[0].input == "1"

    def test_a_call_for_another_interviews_cv_is_refused_by_the_tool(self) -> None:
        event = CV_ANALYZER.event({"s3Key": "cvs/i-2/cv.pdf"}, AGENT.session("i-1", "probe"))

        answer = respond(event, CvAnalyzerRequest, lambda request: {"read": request.s3_key})

        body = json.loads(answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
        assert body["error"]["type"] == "refused"

    def test_who_conducts_is_not_offered_the_evaluator(self) -> None:
        assert [tool.name for tool in AGENT.open_tools] == ["code_executor", "cv_analyzer"]


class TestSession:
    def test_it_names_the_interview_and_the_move_as_the_tools_read_them(self) -> None:
        assert AGENT.session("i-1", "ask") == {INTERVIEW_ATTRIBUTE: "i-1", MOVE_ATTRIBUTE: "ask"}


class TestGuardrail:
    def test_it_keeps_within_what_bedrock_takes(self, bedrock: dict[str, Any]) -> None:
        guardrail = AGENT.guardrail

        assert_fits(guardrail.blocked, bedrock["GuardrailBlockedMessaging"])
        for topic in guardrail.topics:
            assert_fits(topic.name, bedrock["GuardrailTopicName"])
            assert_fits(topic.definition, bedrock["GuardrailTopicDefinition"])
            assert len(topic.examples) <= bedrock["GuardrailTopicExamples"]["max"]
            for example in topic.examples:
                assert_fits(example, bedrock["GuardrailTopicExample"])
        assert set(guardrail.anonymized) <= set(bedrock["GuardrailPiiEntityType"]["enum"])
        assert {f.type for f in guardrail.filters} <= set(bedrock["GuardrailContentFilterType"]["enum"])

    def test_attacks_are_looked_for_in_what_comes_in_alone(self) -> None:
        (attack,) = [f for f in AGENT.guardrail.filters if f.type == "PROMPT_ATTACK"]

        assert attack.input != "NONE"
        assert attack.output == "NONE"

    def test_a_candidates_own_name_is_neither_masked_nor_blocked(self) -> None:
        assert not {"NAME", "AGE", "EMAIL", "PHONE"} & set(AGENT.guardrail.anonymized)


class TestDigest:
    def test_it_is_the_same_for_the_same_agent_and_another_for_any_change(self) -> None:
        digests = {
            AGENT.digest,
            replace(AGENT, instructions=AGENT.instructions + " ").digest,
            replace(AGENT, knowledge="Other.").digest,
            replace(AGENT, tools=AGENT.tools[:2]).digest,
            replace(AGENT, tools=(replace(CODE_EXECUTOR, description="Other."), *AGENT.tools[1:])).digest,
            replace(AGENT, guardrail=replace(AGENT.guardrail, blocked="Other.")).digest,
        }

        assert len(digests) == 6
        assert replace(AGENT).digest == AGENT.digest
