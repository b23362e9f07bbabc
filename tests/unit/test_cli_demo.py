"""The demonstration's samples: its candidate answers what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.cli import demo
from runtime.interview.plan import QuestionStep, TaskStep, make_plan
from runtime.knowledge import load_bank

SAMPLES: dict[str, Any] = yaml.safe_load(
    Path(demo.__file__).with_name("samples.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("seed", range(5))
def test_the_job_description_draws_the_questions_that_have_answers_and_the_task_that_has_code(
    seed: int,
) -> None:
    plan = make_plan(
        load_bank(),
        interview_type="Backend",
        role="Backend engineer",
        level="mid",
        minutes=20,
        job_description=SAMPLES["job_description"],
        seed=seed,
    )
    tasks = [step.task.function_name for step in plan.steps if isinstance(step, TaskStep)]

    assert {step.id for step in plan.steps if isinstance(step, QuestionStep)} <= SAMPLES["answers"].keys()
    assert [f"def {name}(" in SAMPLES["code"] for name in tasks] == [True]


def test_every_probe_has_one_answer_of_its_own() -> None:
    questions = {question.id: question for question in load_bank().questions}

    for question_id, answers in SAMPLES["answers"].items():
        if question_id not in questions:
            assert question_id == "personal-1"
            continue
        question = questions[question_id]
        for follow_up in question.follow_ups:
            assert [words for words in answers if words in follow_up.text] != []
            assert len([words for words in answers if words in follow_up.text]) == 1
        assert not [words for words in answers if words in question.text]
