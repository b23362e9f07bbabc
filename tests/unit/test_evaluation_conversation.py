"""The performance evaluator as a tool: direct payloads and agent events give the report's one shape."""

from __future__ import annotations

import json
from typing import Any

from lambdas.performance_evaluator.handler import handler
from runtime.evaluation.conversation import match_question
from runtime.knowledge import Question, load_bank

FIVE = {"technical_knowledge", "problem_solving", "communication", "code_quality", "cultural_fit"}


def technical() -> Question:
    return next(
        question for question in load_bank().questions if question.competency == "technical_knowledge"
    )


def payload(**more: Any) -> dict[str, Any]:
    question = technical()
    good = " ".join(point.claim for point in question.key_points)
    return {
        "sessionId": "session-1",
        "conversationHistory": [
            {"role": "assistant", "content": f"Thanks for joining. {question.text}"},
            {"role": "user", "content": good},
        ],
        **more,
    }


def test_a_conversation_is_held_against_the_question_it_asks() -> None:
    report = handler(payload(), None)
    assert set(report["scores"]) == FIVE
    assert report["scores"]["technical_knowledge"] >= 8
    assert report["scores"]["cultural_fit"] is None
    assert report["evidence"][0]["question_id"] == technical().id


def test_an_unknown_question_is_judged_for_communication_only() -> None:
    history = [
        {"role": "interviewer", "content": "Which of your hobbies would surprise us?"},
        {
            "role": "candidate",
            "content": "I restore old radios, because I like to find out how things were built."
            " First I draw the circuit,"
            " then I replace the broken parts, and in the end the radio plays again.",
        },
    ]
    report = handler({"sessionId": "s", "conversationHistory": history})
    assert report["scores"]["communication"] is not None
    assert report["scores"]["technical_knowledge"] is None
    assert report["overall"] is None


def test_code_runs_count_when_the_task_set_the_tests() -> None:
    run = {"taskId": "t", "passed": 3, "total": 4}
    assert handler(payload(codeRuns=[{**run, "testsBy": "task"}]))["scores"]["code_quality"] is not None
    assert handler(payload(codeRuns=[run]))["scores"]["code_quality"] is None


def test_an_agents_word_on_code_is_no_evidence() -> None:
    given = payload(codeRuns=[{"taskId": "t", "passed": 4, "total": 4, "testsBy": "task"}])
    event = {
        "messageVersion": "1.0",
        "actionGroup": "performance_evaluator",
        "function": "evaluate",
        "sessionAttributes": {"interviewId": "session-1"},
        "parameters": [
            {"name": name, "type": "array", "value": json.dumps(given[name])}
            for name in ("conversationHistory", "codeRuns")
        ],
    }
    answer = handler(event)
    body = json.loads(answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
    assert set(body["scores"]) == FIVE
    assert body["scores"]["technical_knowledge"] >= 8
    assert body["scores"]["code_quality"] is None
    assert "evidence" not in body


def test_content_blocks_are_read_like_text() -> None:
    blocks = payload()
    for message in blocks["conversationHistory"]:
        message["content"] = [{"text": message["content"]}]
    assert handler(blocks)["scores"] == handler(payload())["scores"]


def test_a_bad_request_is_an_error_and_not_a_report() -> None:
    assert handler({"sessionId": "s"})["error"]["type"] == "invalid_request"


def test_an_empty_conversation_is_incomplete() -> None:
    report = handler({"sessionId": "s", "conversationHistory": []})
    assert set(report["scores"].values()) == {None}
    assert report["recommendation"] == "incomplete"


def test_every_question_of_the_bank_is_recognised_by_its_own_words() -> None:
    bank = load_bank()
    for question in bank.questions:
        for wording in (question.text, question.rephrased):
            assert match_question(f"Good, let us go on. {wording}", bank) == question
