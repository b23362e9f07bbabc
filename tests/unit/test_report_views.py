"""Who sees what of a report, in which form, and how a person decides in its place."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from runtime.api.accepting import NotAcceptableError, preferred
from runtime.evaluation import (
    Answer,
    AnswerTurn,
    EvaluationInput,
    Report,
    evaluate,
    for_candidate,
    for_reviewers,
)
from runtime.evaluation.pdf import write_pdf
from runtime.knowledge import Question, load_bank
from runtime.people import Principal
from runtime.people.access import Role
from tests.hostile_texts import HOSTILE
from tests.unit.conftest import Api, MakeApi
from tests.unit.test_evaluation_report import GOOD_INDEX, INDEX, MISTAKE, interview

JSON, PDF, MARKDOWN = "application/json", "application/pdf", "text/markdown"
REASON = "She solved the task on paper, and I asked about writes myself."
PARTIAL = "Reads become faster because lookups no longer scan every row."
WRONG = "Indexing every column is free and has no cost for inserts."


def caller(connection: HTTPConnection) -> Principal:
    """`X-Caller: name role`."""
    name, _, role = connection.headers.get("x-caller", "owner candidate").partition(" ")
    return Principal(id=name, roles=frozenset({Role(role)}))


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(authenticate=caller)


@pytest.fixture
def ended(api: Api) -> str:
    """The owner's interview: what was asked first was answered in part, then it was ended."""
    interview_id = api.create(candidate_name="Ada <b>Lovelace</b>")
    asked = api.say(interview_id, "Hello").json()["reply"]["text"]
    question = next(each for each in load_bank().questions if each.text in asked)
    api.say(interview_id, question.key_points[0].claim)
    api.end(interview_id)
    return interview_id


def read(api: Api, interview_id: str, who: str, accept: str = JSON, **query: str) -> Any:
    headers = {"X-Caller": who, "Accept": accept}
    return api.client.get(f"/api/interviews/{interview_id}/performance-report", headers=headers, params=query)


def override(api: Api, interview_id: str, who: str, **body: Any) -> Any:
    return api.client.put(
        f"/api/interviews/{interview_id}/performance-report/override",
        json={"recommendation": "hire", "reason": REASON} | body,
        headers={"X-Caller": who},
    )


def asked(question: Question, text: str) -> EvaluationInput:
    turn = AnswerTurn(turn_id="t", text=text)
    return EvaluationInput(interview_id="i", answers=(Answer(question=question, turns=(turn,)),))


def six_words(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[at : at + 6]) for at in range(len(words) - 5)}


def unshown(report: Report) -> list[str]:
    return [
        point.claim
        for question in report.evidence
        for point in question.key_points
        if point.status != "shown"
    ]


class TestCandidatesView:
    @pytest.mark.parametrize("text", [PARTIAL, WRONG, "I don't know.", GOOD_INDEX, *HOSTILE.values()])
    def test_it_holds_no_six_words_of_a_key_point_that_was_not_shown(self, text: str) -> None:
        report = evaluate(interview(text))

        seen = for_candidate(report, ()).model_dump_json()

        shown = GOOD_INDEX + text + INDEX.text
        for claim in unshown(report):
            assert claim not in seen
            assert not (six_words(claim) - six_words(shown)) & six_words(seen)

    def test_it_holds_no_id_weight_or_strength_of_a_key_point_and_no_finding(self) -> None:
        seen = for_candidate(evaluate(interview(PARTIAL)), ()).model_dump()

        for question in seen["evidence"]:
            assert all(set(point) == {"claim", "quotes"} for point in question["shown"])
        assert all("key_point_ids" not in each for each in seen["improvements"])
        assert "findings" not in seen

    def test_it_says_how_much_was_missing_and_where_that_would_lead(self) -> None:
        report = evaluate(interview(PARTIAL))

        [told] = [
            each for each in for_candidate(report, ()).improvements if each.dimension == INDEX.competency
        ]

        open_points = [each for each in report.improvements if each.dimension == INDEX.competency]
        assert INDEX.text in told.text
        assert f"{len(open_points)} more thing" in told.text
        assert told.would_reach == open_points[-1].would_reach

    def test_what_was_wrong_is_called_so_without_what_is_right(self) -> None:
        report = evaluate(interview(f"{PARTIAL} {WRONG}"))
        assert "contradicted" in {point.status for point in report.evidence[0].key_points}

        advice = " ".join(each.text for each in for_candidate(report, ()).improvements)

        assert "1 thing that you said should be looked up again" in advice
        assert "writes become slower" not in advice

    def test_a_behavioural_questions_parts_are_anybodys_to_know(self) -> None:
        report = evaluate(asked(MISTAKE, "I led it."))

        told = {each.text for each in for_candidate(report, ()).improvements}

        assert {each.text for each in report.improvements if each.dimension == MISTAKE.competency} <= told

    def test_scores_intervals_and_method_are_the_reports_own(self) -> None:
        report = evaluate(interview(GOOD_INDEX))
        seen = for_candidate(report, ())

        for name in ("scores", "overall", "intervals", "coverage", "recommendation", "strengths", "method"):
            assert getattr(seen, name) == getattr(report, name)


def test_the_reviewers_view_is_the_whole_report_and_its_overrides() -> None:
    report = evaluate(interview(PARTIAL))

    seen = for_reviewers(report, ()).model_dump()

    assert seen == report.model_dump() | {"view": "reviewer", "overrides": ()}


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("who", "view"),
        [
            ("owner candidate", "candidate"),
            ("r reviewer", "reviewer"),
            ("a admin", "reviewer"),
            ("m machine", "reviewer"),
        ],
    )
    def test_the_role_chooses_the_view(self, api: Api, ended: str, who: str, view: str) -> None:
        assert read(api, ended, who).json()["view"] == view

    def test_a_reviewer_may_look_at_the_candidates(self, api: Api, ended: str) -> None:
        seen = read(api, ended, "r reviewer", view="candidate")

        assert seen.json() == read(api, ended, "owner candidate").json()

    @pytest.mark.parametrize("accept", [JSON, PDF, MARKDOWN])
    def test_a_candidate_is_refused_the_reviewers_in_every_form(
        self, api: Api, ended: str, accept: str
    ) -> None:
        answer = read(api, ended, "owner candidate", accept, view="reviewer")

        assert (answer.status_code, answer.json()["problem"]) == (403, "reviewers_only")

    def test_no_form_tells_a_candidate_what_was_not_shown(self, api: Api, ended: str) -> None:
        whole = read(api, ended, "r reviewer").json()
        hidden = [
            point["claim"]
            for each in whole["evidence"]
            for point in each["key_points"]
            if point["status"] != "shown"
        ]
        assert hidden

        for accept in (JSON, MARKDOWN):
            told = read(api, ended, "owner candidate", accept).text
            assert [claim for claim in hidden if claim in told.replace("\\", "")] == []


class TestForms:
    def test_without_a_wish_it_is_json(self, api: Api, ended: str) -> None:
        answer = read(api, ended, "r reviewer", "*/*")

        assert answer.headers["content-type"] == JSON
        assert answer.headers["vary"] == "Accept"

    @pytest.mark.parametrize(
        ("accept", "begin", "suffix"), [(PDF, b"%PDF-1.7", "pdf"), (MARKDOWN, b"# Interview report", "md")]
    )
    def test_a_file_is_to_be_kept_and_never_shown_in_place(
        self, api: Api, ended: str, accept: str, begin: bytes, suffix: str
    ) -> None:
        answer = read(api, ended, "owner candidate", accept)

        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == accept
        assert (
            answer.headers["content-disposition"]
            == f'attachment; filename="interview-report-{ended}.{suffix}"'
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["vary"] == "Accept"
        assert answer.content.startswith(begin)

    @pytest.mark.parametrize("accept", [JSON, PDF, MARKDOWN])
    @pytest.mark.parametrize("who", ["owner candidate", "r reviewer"])
    def test_asked_again_it_is_the_same_to_the_byte(
        self, api: Api, ended: str, who: str, accept: str
    ) -> None:
        override(api, ended, "r reviewer")

        assert len({read(api, ended, who, accept).content for _ in range(2)}) == 1

    def test_another_form_is_refused_with_those_there_are(self, api: Api, ended: str) -> None:
        answer = read(api, ended, "owner candidate", "text/html, image/*")

        assert answer.status_code == 406
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(form in answer.json()["detail"] for form in (JSON, PDF, MARKDOWN))

    def test_where_nothing_prints_it_is_a_503_and_json_is_still_there(
        self, api: Api, ended: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("runtime.evaluation.pdf._MOST_TRIES", 0)

        answer = read(api, ended, "owner candidate", PDF)

        assert (answer.status_code, answer.json()["problem"]) == (503, "pdf_failed")
        assert answer.headers["retry-after"]
        assert read(api, ended, "owner candidate").status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", MARKDOWN),
        (PDF, PDF),
        ("Application/PDF", PDF),
        (f"{PDF};q=0.5, {MARKDOWN}", MARKDOWN),
        (f"{JSON};q=0, */*", PDF),
        (f"*/*;q=0.1, {MARKDOWN};q=0.2", MARKDOWN),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        (f"{MARKDOWN}; charset=utf-8; q=1", MARKDOWN),
    ],
)
def test_the_form_that_is_liked_best_is_given(accept: str | None, expected: str) -> None:
    assert preferred(accept, (JSON, PDF, MARKDOWN)) == expected


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", f"{PDF};q=x", "nonsense", ";;;"])
def test_what_nothing_here_is_raises(accept: str) -> None:
    with pytest.raises(NotAcceptableError, match=PDF):
        preferred(accept, (JSON, PDF, MARKDOWN))


class TestOverride:
    def test_it_stands_beside_the_report_with_who_and_when_and_the_last_one_counts(
        self, api: Api, ended: str
    ) -> None:
        before = read(api, ended, "r reviewer").json()

        override(api, ended, "first reviewer", scores={"communication": 7.5})
        answer = override(
            api, ended, "second admin", recommendation="no_hire", reason="I mixed up two people."
        )

        assert answer.status_code == 200
        after = read(api, ended, "r reviewer").json()
        assert after == answer.json()
        assert {**after, "overrides": []} == before
        assert [(each["by"], each["recommendation"], each["reason"]) for each in after["overrides"]] == [
            ("first", "hire", REASON),
            ("second", "no_hire", "I mixed up two people."),
        ]
        assert after["overrides"][0]["scores"]["communication"] == 7.5
        assert after["overrides"][0]["scores"]["code_quality"] is None
        assert after["overrides"][0]["at"] <= after["overrides"][1]["at"]

    def test_the_candidate_sees_that_a_person_decided_and_neither_who_nor_why(
        self, api: Api, ended: str
    ) -> None:
        override(api, ended, "rosalind reviewer", recommendation="strong_hire")

        seen = read(api, ended, "owner candidate")

        assert seen.json()["decision"]["recommendation"] == "strong_hire"
        assert seen.json()["recommendation"] == "incomplete"
        for accept in (JSON, MARKDOWN):
            told = read(api, ended, "owner candidate", accept).text
            assert "rosalind" not in told
            assert "on paper" not in told
        assert "A person decided**: Strong hire" in read(api, ended, "owner candidate", MARKDOWN).text

    @pytest.mark.parametrize(
        ("who", "status", "problem"),
        [
            ("owner candidate", 403, "reviewers_only"),
            ("m machine", 403, "reviewers_only"),
            ("stranger candidate", 404, "unknown_interview"),
        ],
    )
    def test_only_people_who_review_may(
        self, api: Api, ended: str, who: str, status: int, problem: str
    ) -> None:
        answer = override(api, ended, who)

        assert (answer.status_code, answer.json()["problem"]) == (status, problem)
        assert read(api, ended, "r reviewer").json()["overrides"] == []

    def test_the_same_decision_again_is_one(self, api: Api, ended: str) -> None:
        for _ in range(2):
            assert override(api, ended, "r reviewer").status_code == 200

        assert len(read(api, ended, "r reviewer").json()["overrides"]) == 1
        assert len(override(api, ended, "another reviewer").json()["overrides"]) == 2

    @pytest.mark.parametrize(
        "body",
        [
            {"recommendation": "incomplete"},
            {"recommendation": None},
            {"reason": ""},
            {"reason": "   because    "[:9]},
            {"reason": "x" * 801},
            {"reason": "a reason with \x00 in it"},
            {"scores": {"communication": 11}},
            {"scores": {"charm": 5}},
        ],
        ids=str,
    )
    def test_what_is_no_decision_is_refused(self, api: Api, ended: str, body: dict[str, Any]) -> None:
        answer = override(api, ended, "r reviewer", **body)

        assert (answer.status_code, answer.json()["problem"]) == (422, "invalid_request")

    def test_the_longest_reason_in_any_script_is_kept(self, api: Api, ended: str) -> None:
        reason = "\N{PARROT}" * 800

        assert override(api, ended, "r reviewer", reason=reason).json()["overrides"][0]["reason"] == reason

    def test_a_running_interview_has_nothing_to_override(self, api: Api) -> None:
        interview_id = api.create()
        api.say(interview_id, "Hello")

        answer = override(api, interview_id, "r reviewer")

        assert (answer.status_code, answer.json()["problem"]) == (409, "interview_not_ended")


def test_a_whole_hostile_interview_is_told_in_every_form(api: Api) -> None:
    """Every text of the list as a turn, in the CV, in the code that is run and in a reason, over the interface."""
    texts = [" ".join(text.split()) for text in HOSTILE.values()]
    interview_id = api.create(
        candidate_name=HOSTILE["script"], role=HOSTILE["link"], interview_type=HOSTILE["heading"]
    )
    api.upload(interview_id, ("Jane Doe\njane@example.com\n\nSkills\n" + "\n".join(texts)).encode())
    for text in ("Hello", *HOSTILE.values()):
        assert api.say(interview_id, text).status_code in {200, 409}
    api.client.post(
        f"/api/interviews/{interview_id}/code-runs",
        json={"language": "python", "code": "\n".join(HOSTILE.values())},
    )
    api.end(interview_id)
    override(api, interview_id, "r reviewer", reason="\n".join(texts)[:800])

    for who in ("owner candidate", "r reviewer"):
        for accept, begin in ((JSON, b"{"), (PDF, b"%PDF"), (MARKDOWN, b"# Interview report")):
            answer = read(api, interview_id, who, accept)
            assert answer.status_code == 200, answer.text
            assert answer.content.startswith(begin)


def test_a_printed_report_is_the_rooms_own(api: Api, ended: str) -> None:
    container: Any = api.client.app
    paper = container.state.container.reports.document(ended, "candidate", actor="owner")

    assert read(api, ended, "owner candidate", PDF).content == write_pdf(paper)


def test_every_question_of_the_bank_keeps_its_rubric_to_itself() -> None:
    questions: tuple[Question, ...] = load_bank().questions

    assert len(questions) > 100
    for question in questions:
        report = evaluate(asked(question, "I would rather not say."))
        seen = for_candidate(report, ()).model_dump_json()
        told = six_words(question.text)
        for point in question.key_points:
            assert not (six_words(point.claim) - told) & six_words(seen), question.id
