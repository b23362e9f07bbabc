"""Which family a role belongs to, and what a plan is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.interview.plan import Plan, QuestionStep, TaskStep, family_of, make_plan
from runtime.knowledge import load_bank
from runtime.knowledge.bank import Level

BANK = load_bank()


def plan(
    *,
    interview_type: str = "technical",
    role: str | None = None,
    description: str = "",
    minutes: int = 30,
    seed: int = 0,
) -> Plan:
    level: Level = "mid"
    return make_plan(
        BANK,
        interview_type=interview_type,
        role=role,
        level=level,
        minutes=minutes,
        job_description=description,
        seed=seed,
    )


@pytest.mark.parametrize(
    ("texts", "family"),
    [
        (["Backend engineer"], "backend"),
        (["Senior Python Developer"], "backend"),
        (["Software Engineer"], "software"),
        (["Programmer"], "software"),
        (["IT support"], "software"),
        (["Engineer", "technical"], "software"),
        (["Quality engineer"], "qa"),
        (["Machine Learning"], "ml"),
        (["Full-stack web developer"], "frontend"),
        (["React developer"], "frontend"),
        (["Data engineer"], "data"),
        (["Data scientist"], "ml"),
        (["Machine Learning Engineer"], "ml"),
        (["Site Reliability Engineer"], "devops"),
        (["Cloud/DevOps"], "devops"),
        (["QA tester"], "qa"),
        (["Test automation engineer"], "qa"),
        (["Florist"], "general"),
        (["Nurse"], "general"),
        ([None, "Nurse"], "general"),
        ([None, "Chef de cuisine"], "general"),
        (
            [
                "Nurse",
                "technical",
                "Work at the front desk, test the machines, keep up the quality of our data.",
            ],
            "general",
        ),
        (["Front desk clerk"], "general"),
        (["Machine operator"], "general"),
        (["Restaurant server"], "general"),
        (["Civil engineer"], "general"),
        (["Does it matter"], "general"),
        (["Nurse", "Backend"], "backend"),
        ([None, "Backend, Python", "We sell data."], "backend"),
        (["Engineer", "technical", "You will keep our Kubernetes platform up."], "devops"),
        ([None, None], "software"),
        ([""], "software"),
        ([None, "Mock interview"], "software"),
        ([None, "General", "You will keep our Kubernetes cloud up."], "devops"),
        (["数据工程师"], "general"),
        (["Go-to-market manager"], "general"),
        (["Manager", "We go the extra mile. Go for it!"], "general"),
        (["Front desk and back office clerk"], "general"),
        (["Go developer"], "backend"),
        (["Senior go engineer"], "backend"),
        (["Golang"], "backend"),
        (["Rust, Go"], "backend"),
        (["Go, Rust"], "backend"),
        (["Back-end developer"], "backend"),
        (["Front end developer"], "frontend"),
        (["iOS developer"], "mobile"),
        (["Android engineer (Kotlin, Java)"], "mobile"),
        (["Flutter"], "mobile"),
        (["React Native developer, TypeScript"], "mobile"),
        (["Senior mobile engineer"], "mobile"),
        (["Mobile app developer", "technical"], "mobile"),
        ([None, "Mobile"], "mobile"),
        (["Swift developer"], "mobile"),
        (["Swift, Objective-C"], "mobile"),
        (["Swift delivery rider"], "general"),
        (["Kotlin developer"], "mobile"),
        (["Backend developer (Kotlin)"], "backend"),
        (["Mobile backend engineer"], "backend"),
        (["Mobile tester, software"], "qa"),
        (["Mobile nurse"], "general"),
        (["Mobile phone sales assistant"], "general"),
        (["Mobile phone repair engineer"], "software"),
        (["Security engineer"], "security"),
        (["Cloud security engineer"], "security"),
        (["AppSec"], "security"),
        (["Application Security Lead"], "security"),
        (["Pentester"], "security"),
        (["Penetration tester"], "security"),
        (["SOC analyst"], "security"),
        (["SoC design engineer"], "software"),
        (["Head of infosec"], "security"),
        (["IT security officer"], "security"),
        (["AI security engineer"], "security"),
        ([None, "Security"], "security"),
        (["Software developer, security"], "security"),
        (["Security guard"], "general"),
        (["Door security, night shift"], "general"),
        (["Social security clerk"], "general"),
        (["Product manager"], "product"),
        (["Product Owner"], "product"),
        (["Senior Product Manager, Machine Learning"], "product"),
        (["Head of Product"], "product"),
        ([None, "Product management"], "product"),
        ([None, "Product sense interview"], "product"),
        (["Product designer"], "general"),
        (["Product engineer"], "software"),
        (["Product security engineer"], "security"),
        (["Product marketing manager"], "general"),
        (["Production manager"], "general"),
        (["Project manager"], "general"),
        (["Backend engineer", "technical", "You work with the product manager."], "backend"),
        (["Engineer", "technical", "You work with the product owner."], "software"),
        ([None, None, "We look for a product manager who likes talking to people."], "product"),
        (["Engineer", "technical", "We offer job security and a mobile phone."], "software"),
        (["Engineer", "technical", "Python services, a server and an API for our iOS app."], "backend"),
        (["Engineer", "technical", "You write our Android app and read data."], "mobile"),
    ],
)
def test_a_role_has_the_family_its_words_name_the_earlier_text_first(texts: list[str], family: str) -> None:
    assert family_of(BANK, *texts) == family


@given(text=st.text(max_size=80))
def test_any_role_has_a_family_of_the_bank(text: str) -> None:
    assert family_of(BANK, text) in BANK.families


@pytest.mark.parametrize(
    ("role", "interview_type"), [("Nurse", "technical"), (None, "Chef de cuisine"), (None, "¿Qué?")]
)
@pytest.mark.parametrize("minutes", [5, 30, 120])
def test_a_job_without_software_gets_questions_for_every_job_and_no_coding_task(
    role: str | None, interview_type: str, minutes: int
) -> None:
    general = plan(role=role, interview_type=interview_type, minutes=minutes)

    assert general.family == "general"
    assert all(isinstance(step, QuestionStep) for step in general.steps)
    assert all("general" in question.families for question in general.questions)
    assert {question.kind for question in general.questions} == {"technical", "behavioural"}


def test_product_managers_get_their_own_questions_and_no_coding_task() -> None:
    made = plan(role="Product manager", minutes=60)

    assert made.family == "product"
    assert all(isinstance(step, QuestionStep) for step in made.steps)
    assert {question.families[0] for question in made.questions} == {"product", "general"}


@pytest.mark.parametrize(("role", "family"), [("iOS developer", "mobile"), ("Security engineer", "security")])
def test_mobile_and_security_engineers_get_their_own_questions_and_a_task(role: str, family: str) -> None:
    made = plan(role=role, minutes=60)
    tasks = [step.task for step in made.steps if isinstance(step, TaskStep)]

    assert {q.families[0] for q in made.questions if q.kind == "technical"} == {family}
    assert [task.families[0] for task in tasks] == [family]


def test_an_interview_that_names_no_job_is_about_software_with_a_task() -> None:
    software = plan(interview_type="Interview")

    assert software.family == "software"
    assert any(isinstance(step, TaskStep) for step in software.steps)


@pytest.mark.parametrize("interview_type", ["Behavioural", "behavioral round", "Cultural fit"])
def test_a_behavioural_interview_has_behavioural_questions_only(interview_type: str) -> None:
    steps = plan(interview_type=interview_type, role="Backend engineer").steps

    assert all(isinstance(step, QuestionStep) and step.question.kind == "behavioural" for step in steps)


def test_others_get_both_kinds_the_easier_first_and_the_behavioural_last() -> None:
    questions = plan(role="Backend engineer", minutes=60).questions
    kinds = [question.kind for question in questions]
    levels = [("junior", "mid", "senior").index(q.level) for q in questions if q.kind == "technical"]

    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"technical", "behavioural"}
    assert levels == sorted(levels)


def test_a_short_interview_has_no_coding_task_and_a_long_one_has_one() -> None:
    def tasks(minutes: int) -> int:
        return sum(isinstance(step, TaskStep) for step in plan(minutes=minutes).steps)

    assert [tasks(minutes) for minutes in (5, 19, 20, 120)] == [0, 0, 1, 1]


def test_the_words_of_a_job_description_draw_their_questions() -> None:
    def drawn(description: str) -> int:
        # Short, so that there is a choice; over many seeds, so that chance alone does not decide.
        plans = [plan(role="Backend", description=description, minutes=10, seed=seed) for seed in range(20)]
        return sum(question.topic == "caching" for made in plans for question in made.questions)

    assert drawn("You will own the caching of every costly query.") > drawn("")


@given(seed=st.integers(0, 2**31), minutes=st.integers(5, 120))
def test_a_plan_that_was_written_and_read_is_the_same(seed: int, minutes: int) -> None:
    made = plan(seed=seed, minutes=minutes)
    read = Plan.model_validate_json(made.model_dump_json())

    assert read == made
    assert read.core_digest == made.core_digest
    assert all(read.step(step.id) == step for step in made.steps)
    assert read.step("nothing") is None


def test_a_query_is_asked_of_others_than_data_people_only_where_the_job_names_sql() -> None:
    def asked(role: str, description: str = "") -> set[bool]:
        plans = [
            make_plan(
                load_bank(),
                interview_type="technical",
                role=role,
                level="mid",
                minutes=45,
                job_description=description,
                seed=seed,
            )
            for seed in range(40)
        ]
        return {bool(step.task.tables) for plan in plans for step in plan.steps if isinstance(step, TaskStep)}

    assert asked("Backend engineer") == {False}
    assert True in asked("Backend engineer", "Writes SQL.")
    assert True in asked("Data engineer")
