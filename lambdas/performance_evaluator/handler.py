"""The performance evaluator's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

from typing import Any

from runtime.aws.telemetry import begin
from runtime.evaluation import evaluate
from runtime.evaluation.conversation import InterviewRequest, PerformanceRequest, brief, evaluate_conversation
from runtime.evaluation.pdf import PrintRequest, printed
from runtime.knowledge import load_bank
from runtime.services.action_groups import is_agent_event, respond
from runtime.settings import PerformanceEvaluatorSettings

telemetry = begin("performance-evaluator", PerformanceEvaluatorSettings)


@telemetry.handler
def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """The report of a conversation, or `{error}`; the contract is `PerformanceRequest`."""
    from_agent = is_agent_event(event)
    if "evaluation" in event and not from_agent:
        return respond(
            event, InterviewRequest, lambda given: evaluate(given.evaluation).model_dump(mode="json")
        )
    if "document" in event and not from_agent:
        return respond(event, PrintRequest, printed)

    def answer(request: PerformanceRequest) -> dict[str, Any]:
        # What an agent's model says about a run is no run: only the platform reports executed tests.
        trusted = request.model_copy(update={"code_runs": ()}) if from_agent else request
        return evaluate_conversation(trusted, load_bank()).model_dump(mode="json")

    return respond(event, PerformanceRequest, answer, brief=brief, during_interviews=False)
