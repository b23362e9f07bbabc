"""What a candidate's correction keeps, what it changes, and what is refused, over REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fpdf import FPDF
from starlette.requests import HTTPConnection

from runtime.people import Principal
from runtime.people.access import Role
from tests.unit.conftest import Api, MakeApi
from tests.unit.test_api_bad_input import assert_problem

CV = b"""Jane Doe
jane@example.com

Experience
Backend Engineer, Acme Inc
Jan 2019 - Dec 2020
Built payment services in Python

Education
BSc Physics, Oregon Valley University, 2014 - 2017

Skills
Python, SQL, Docker
"""


@pytest.fixture
def read(api: Api) -> tuple[str, dict[str, Any]]:
    """An interview's id, and what was read in its CV."""
    interview_id = api.create()
    answer = api.upload(interview_id, CV)
    assert answer.status_code == 200
    return interview_id, answer.json()


def put(api: Api, interview_id: str, resume: dict[str, Any], version: int = 1, **more: Any) -> Any:
    return api.client.put(
        f"/api/interviews/{interview_id}/cv-analysis",
        json={"resume": resume, **more},
        headers={"If-Match": f'"{version}"'},
    )


def leaves(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "method" in node:
            yield node
        else:
            for child in node.values():
                yield from leaves(child)
    elif isinstance(node, list):
        for child in node:
            yield from leaves(child)


def test_every_place_of_what_was_read_can_be_looked_up_in_the_text(read: tuple[str, dict[str, Any]]) -> None:
    _, profile = read
    text = profile["analysis"]["text"]

    found = list(leaves(profile["resume"]))

    assert len(found) > 8
    assert all(text[slice(*leaf["span"])] == leaf["raw"] for leaf in found)


def test_what_is_sent_back_unchanged_keeps_its_places(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, profile = read

    answer = put(api, interview_id, profile["resume"])

    assert answer.status_code == 200, answer.text
    assert answer.json()["resume"] == profile["resume"]
    assert answer.json()["analysis"] == profile["analysis"]
    assert answer.headers["etag"] == '"2"'


@pytest.mark.parametrize("form", ["bare", "value", "leaf"])
def test_an_edited_value_is_the_candidates_and_has_no_place(
    api: Api, read: tuple[str, dict[str, Any]], form: str
) -> None:
    interview_id, profile = read
    resume = profile["resume"]
    before = resume["work"][0]["name"]
    given: Any = {
        "bare": "Acme Group",
        "value": {"value": "Acme Group"},
        "leaf": before | {"value": "Acme Group"},
    }
    resume["work"][0]["name"] = given[form]

    edited = put(api, interview_id, resume).json()["resume"]

    assert edited["work"][0]["name"] == {
        "value": "Acme Group",
        "raw": "Acme Group",
        "confidence": 1.0,
        "method": "candidate",
    }
    others = [leaf for leaf in leaves(edited) if leaf["value"] != "Acme Group"]
    assert {leaf["method"] for leaf in others} & {"candidate"} == set()


def test_a_value_cannot_be_given_a_place_where_it_does_not_stand(
    api: Api, read: tuple[str, dict[str, Any]]
) -> None:
    interview_id, profile = read
    forged = {
        "value": "Chief Engineer",
        "raw": "Jane Doe",
        "span": [0, 8],
        "confidence": 1,
        "method": "layout",
    }
    profile["resume"]["work"][0]["position"] = forged

    position = put(api, interview_id, profile["resume"]).json()["resume"]["work"][0]["position"]

    assert position["method"] == "candidate"
    assert "span" not in position


def test_what_was_read_can_be_taken_up_again(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, profile = read
    original = profile["resume"]["basics"]["name"]
    put(api, interview_id, profile["resume"] | {"basics": {"name": "J. Doe"}})

    back = put(api, interview_id, profile["resume"] | {"basics": {"name": original}}, version=2)

    assert back.json()["resume"]["basics"]["name"] == original


def test_what_is_left_out_is_taken_away(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, profile = read

    edited = put(api, interview_id, {"basics": profile["resume"]["basics"]}).json()["resume"]

    assert edited["basics"] == profile["resume"]["basics"]
    assert (edited["work"], edited["education"], edited["skills"]) == ([], [], [])


def test_what_follows_is_worked_out_anew_and_not_taken(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, profile = read
    assert profile["analysis"]["total_years"] == 2.0
    resume = profile["resume"]
    resume["work"][0]["endDate"] = "2021-12"
    resume["education"][0]["level"] = "master"
    resume["skills"].append({"name": "Kubernetes"})

    answer = api.client.put(
        f"/api/interviews/{interview_id}/cv-analysis",
        json={"resume": resume, "analysis": profile["analysis"] | {"total_years": 40}},
        headers={"If-Match": '"1"'},
    ).json()

    assert answer["analysis"]["total_years"] == 3.0
    assert answer["analysis"]["degree_levels"] == ["master"]
    (added,) = (skill for skill in answer["analysis"]["skills"] if skill["name"] == "Kubernetes")
    assert added["declared"]
    assert "years" not in added
    assert answer["analysis"]["text"] == profile["analysis"]["text"]


@pytest.mark.parametrize(
    ("written", "location", "value", "valid"),
    [
        ("+44 20 7946 0958", None, "+442079460958", True),
        ("030 901820", "Berlin, Germany", "+4930901820", True),
        # Without a country: the one of the number that was read.
        ("(212) 555-0143", None, "+12125550143", True),
        ("call me 123", None, "call me 123", False),
        ("12 34 567 890", "Berlin, Germany", "12 34 567 890", False),
    ],
)
def test_a_corrected_phone_is_a_number_or_says_that_it_is_none(
    api: Api, written: str, location: str | None, value: str, valid: bool
) -> None:
    interview_id = api.create()
    profile = api.upload(interview_id, CV.replace(b"jane@", b"+1 212 555 0187\njane@")).json()
    assert profile["resume"]["basics"]["phone"]["value"] == "+12125550187"
    basics = {"phone": written, **({"location": location} if location else {})}

    phone = put(api, interview_id, {"basics": basics}).json()["resume"]["basics"]["phone"]
    again = put(api, interview_id, {"basics": {**basics, "phone": phone}}, version=2)

    assert phone == {
        "value": value,
        "raw": written,
        "confidence": 1.0,
        "method": "candidate",
        "valid": valid,
    }
    assert again.json()["resume"]["basics"]["phone"] == phone


def test_a_wrong_day_up_to_which_jobs_count_is_put_right_and_stays_so(api: Api) -> None:
    interview_id = api.create()
    profile = api.upload(interview_id, CV.replace(b"Dec 2020", b"present")).json()
    assert profile["analysis"]["as_of"] == "2019-01-31"

    mended = put(api, interview_id, profile["resume"], as_of="2021-12-31").json()["analysis"]
    after = put(api, interview_id, profile["resume"], version=2).json()["analysis"]

    assert (mended["as_of"], mended["as_of_source"], mended["total_years"]) == ("2021-12-31", "given", 3.0)
    assert after == mended


@pytest.mark.parametrize("as_of", ["2999-01-01", "1900-01-01", "2021-13-01", "May 2021", 1_600_000_000, ""])
def test_a_day_up_to_which_jobs_cannot_count_is_refused_in_words(api: Api, as_of: Any) -> None:
    interview_id = api.create()
    api.upload(interview_id, CV)
    path = f"/api/interviews/{interview_id}"

    refused = [
        put(api, interview_id, {}, as_of=as_of),
        api.client.post(f"{path}/upload-cv", json={"key": "x", "as_of": as_of}),
        api.client.post(f"{path}/upload-cv", data={"as_of": as_of}, files={"file": ("cv.txt", CV)}),
    ]

    for answer in refused:
        (error,) = assert_problem(answer, 422, "invalid_request")["errors"]
        assert error["field"] == "body.as_of"
        assert "YYYY-MM-DD" in error["message"]


def test_the_day_comes_with_the_file(api: Api) -> None:
    answer = api.client.post(
        f"/api/interviews/{api.create()}/upload-cv",
        data={"as_of": "2020-12-31"},
        files={"file": ("cv.txt", CV.replace(b"Dec 2020", b"present"))},
    )

    assert answer.json()["analysis"]["total_years"] == 2.0


def test_both_versions_are_kept_and_can_be_read_by_the_reviewer(make_api: MakeApi) -> None:
    def caller(connection: HTTPConnection) -> Principal:
        role = Role(connection.headers.get("x-role", "candidate"))
        return Principal(id=role.value, roles=frozenset({role}))

    api = make_api(authenticate=caller)
    interview_id = api.create()
    first = api.upload(interview_id, CV).json()
    put(api, interview_id, {"basics": {"name": "J. Doe"}})

    def seen(version: int | None) -> dict[str, Any]:
        answer = api.client.get(
            f"/api/interviews/{interview_id}/cv-analysis",
            params={"version": version} if version else {},
            headers={"x-role": "reviewer"},
        )
        found: dict[str, Any] = answer.json()
        return found

    assert seen(1)["resume"] == first["resume"]
    assert seen(2)["resume"]["basics"]["name"]["value"] == "J. Doe"
    assert seen(None) == seen(2)
    assert seen(1)["versions"] == [{"version": 1, "by": "analyzer"}, {"version": 2, "by": "candidate"}]
    assert_problem(
        api.client.get(f"/api/interviews/{interview_id}/cv-analysis", params={"version": 3}), 404, "not_there"
    )


def test_the_plan_asks_about_what_was_corrected(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, profile = read
    resume = profile["resume"]
    resume["work"][0] |= {"name": "Zanzibar Quartz Works", "position": "Gemcutter", "highlights": []}
    put(api, interview_id, resume)

    said = [api.say(interview_id, "Hello").json()["reply"]["text"]]
    for _ in range(40):
        reply = api.say(interview_id, "I would measure it first, then change one thing at a time.").json()
        said.append(reply["reply"]["text"])
        if reply["status"] == "ended":
            break

    assert any("Zanzibar Quartz Works" in text for text in said)
    assert not any("Acme" in text for text in said)


@pytest.mark.parametrize(
    ("resume", "field", "words"),
    [
        ({"work": [{"name": "A", "startDate": "May 2019"}]}, "work.0.startDate", "such as 2019 or 2019-05"),
        ({"work": [{"name": "A", "startDate": "2019-13"}]}, "work.0.startDate", "such as 2019 or 2019-05"),
        (
            {"work": [{"name": "A", "startDate": "2019-05", "endDate": "2019-04"}]},
            "work.0",
            "before startDate",
        ),
        ({"work": [{"name": "A", "startDate": "2020", "endDate": "2019-12"}]}, "work.0", "before startDate"),
        ({"work": [{"name": "A", "endDate": "2019", "current": True}]}, "work.0", "no endDate"),
        ({"work": [{"startDate": "2019"}]}, "work.0", "a name (the employer) or a position"),
        ({"work": [{"name": ""}]}, "work.0.name", "at least 1 character"),
        ({"work": [{"name": "  "}]}, "work.0.name", "at least 1 character"),
        ({"work": [{"name": "a\x00b"}]}, "work.0.name", "match"),
        ({"work": [{"name": "a" * 5_001}]}, "work.0.name", "at most 5000"),
        ({"work": [{"name": "a"}] * 201}, "work", "at most 200"),
        ({"work": "many"}, "work", "tuple"),
        ({"education": [{"level": "bachelor"}]}, "education.0", "an institution, a studyType or an area"),
        ({"education": [{"area": "a", "level": "wizard"}]}, "education.0.level", "bachelor"),
        ({"basics": {"email": "jane at example"}}, "basics.email", "name@example.com"),
        ({"basics": {"name": {"raw": "Jane"}}}, "basics.name", "required"),
        ({"skills": [{"category": "Languages"}]}, "skills.0.name", "required"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_in_words_at_its_field(
    api: Api, read: tuple[str, dict[str, Any]], resume: dict[str, Any], field: str, words: str
) -> None:
    interview_id, _ = read

    problem = assert_problem(put(api, interview_id, resume), 422, "invalid_request")

    assert any(
        error["field"].startswith(f"body.resume.{field}") and words in error["message"]
        for error in problem["errors"]
    ), problem["errors"]
    assert api.client.get(f"/api/interviews/{interview_id}/cv-analysis").json()["version"] == 1


def test_a_year_may_hold_both_ends_of_a_job(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, _ = read
    work = [
        {"name": "A", "startDate": "2019-05", "endDate": "2019"},
        {"name": "B", "startDate": "2019", "endDate": "2019-01"},
    ]

    assert put(api, interview_id, {"work": work}).status_code == 200


def test_an_edit_needs_the_version_that_it_was_made_on(api: Api, read: tuple[str, dict[str, Any]]) -> None:
    interview_id, _ = read
    path = f"/api/interviews/{interview_id}/cv-analysis"

    assert_problem(api.client.put(path, json={"resume": {}}), 428, "precondition_required")
    assert put(api, interview_id, {}).status_code == 200
    assert_problem(put(api, interview_id, {}), 412, "stale_version")


def test_a_scan_can_be_filled_in_by_hand(api: Api) -> None:
    interview_id = api.create()
    scan = FPDF()
    scan.add_page()
    read = api.upload(interview_id, bytes(scan.output()), "cv.pdf").json()
    assert read["analysis"]["status"] == "needs_ocr"

    answer = put(
        api, interview_id, {"basics": {"name": "Jane"}, "work": [{"name": "Acme", "startDate": "2019"}]}
    )

    assert answer.json()["analysis"]["status"] == "ok"
    assert "message" not in answer.json()["analysis"]
