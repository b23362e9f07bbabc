"""An evaluator that fails: a problem that can be tried again, never a number, and no candidate's words in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx2
import pytest

from runtime.evaluation import EvaluationInput, Report
from runtime.interview.log import load
from tests.unit.conftest import Api

SECRET = "zanzibar"


def failing(given: EvaluationInput) -> Report:
    raise RuntimeError(f"cannot read {given.answers} {SECRET}")


@pytest.fixture
def ended(api: Api) -> str:
    interview_id = api.create()
    api.say(interview_id, "hello")
    api.say(interview_id, f"The cache may return stale data about {SECRET}.")
    api.end(interview_id)
    return interview_id


@pytest.fixture
def ask(api: Api, ended: str) -> Callable[[], httpx2.Response]:
    return lambda: api.client.get(f"/api/interviews/{ended}/performance-report")


def test_it_is_a_problem_that_asking_again_solves(
    api: Api, ask: Callable[[], httpx2.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(api.evaluator, "evaluate", failing)
        for _ in range(2):
            answer = ask()
            assert answer.status_code == 503
            assert answer.json()["problem"] == "report_failed"
            assert answer.headers["Retry-After"]
            assert "scores" not in answer.json()
    assert ask().status_code == 200


def test_it_is_in_the_log_of_the_interview_once_and_a_report_takes_it_back(
    api: Api, ended: str, ask: Callable[[], httpx2.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(api.evaluator, "evaluate", failing)
        ask()
        first = load(api.store, ended)
        ask()
        assert load(api.store, ended).seq == first.seq
        assert first.report_failed
    ask()
    made = load(api.store, ended)
    assert made.report is not None
    assert made.report_failed is None


def test_the_fault_is_logged_without_the_candidates_words(
    api: Api,
    ask: Callable[[], httpx2.Response],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(api.evaluator, "evaluate", failing)
    with caplog.at_level(logging.ERROR):
        detail = ask().text
    assert "RuntimeError" in caplog.text
    assert "failing" in caplog.text
    assert SECRET not in caplog.text + detail
