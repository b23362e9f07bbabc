"""The performance evaluator's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

from typing import Any

from runtime.evaluation.conversation import PerformanceRequest, evaluate_conversation
from runtime.knowledge import load_bank
from runtime.services.action_groups import respond


def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """The report of a conversation, or `{error}`; the contract is `PerformanceRequest`."""
    from_agent = "actionGroup" in event

    def answer(request: PerformanceRequest) -> dict[str, Any]:
        # What an agent's model says about a run is no run: only the platform reports executed tests.
        trusted = request.model_copy(update={"code_runs": ()}) if from_agent else request
        return evaluate_conversation(trusted, load_bank()).model_dump(mode="json")

    return respond(event, PerformanceRequest, answer, brief=_brief)


def _brief(report: dict[str, Any]) -> dict[str, Any]:
    """An agent gets scores and what to improve; the key points stay with the reviewers."""
    kept = ("interview_id", "scores", "overall", "intervals", "coverage", "recommendation", "findings")
    return {name: report[name] for name in kept}
