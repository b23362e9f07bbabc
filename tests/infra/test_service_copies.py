"""What services keep by themselves stands in the deletion table, by the calls that hand it to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.places import SERVICE_COPIES, table
from infra.rules.access import statements
from infra.rules.template import Template, listed
from tests.infra.conftest import Stacks

# Services that are handed candidates' words, sound or scans and may keep them; Bedrock's models keep none.
_KEEPING: Final = ("textract:", "transcribe:", "polly:", "bedrock:InvokeAgent")
# These ask for what is kept and hand nothing over.
_ASKING: Final = "textract:Get"


def handed_over(stacks: Stacks) -> set[str]:
    """The calls that our roles may make and that hand something to a service which may keep it."""
    return {
        action
        for stack in stacks.values()
        for _, statement in statements(Template(stack.template))
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        if action.startswith(_KEEPING) and not action.startswith(_ASKING)
    }


def test_every_call_that_leaves_a_copy_with_a_service_has_its_line(synthesise: Callable[..., Stacks]) -> None:
    named = {call for copy in SERVICE_COPIES for call in copy.calls}

    assert handed_over(synthesise("prod")) == named
    assert all(f"| {copy.name} |" in table() for copy in SERVICE_COPIES)


def test_an_agents_session_ends_when_the_table_says(synthesise: Callable[..., Stacks]) -> None:
    agent = synthesise("prod")["agent"].one("AWS::Bedrock::Agent")
    [line] = [copy for copy in SERVICE_COPIES if copy.calls == ("bedrock:InvokeAgent",)]

    assert line.last_copy.startswith(f"{agent['IdleSessionTTLInSeconds'] // 60} minutes")
