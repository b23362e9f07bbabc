"""What may be repeated: requests with a key, reads with an ETag, pages with a cursor, deletion with its receipt."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.conftest import CV, Api

KEY = {"Idempotency-Key": "5f1e"}
NEW = {"interview_type": "Backend engineer", "candidate_name": "Ada"}


def transcript(api: Api, interview_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.client.get(f"/api/interviews/{interview_id}/transcript").json()["items"]
    return items


# Idempotency-Key


@pytest.mark.parametrize("mode", ["assessment", "practice"])
def test_creating_again_with_its_key_gives_the_same_interview(api: Api, mode: str) -> None:
    body = NEW | {"mode": mode, "job_description": "Python and SQL"}

    first, again = (api.client.post("/api/sessions/create", json=body, headers=KEY) for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert len(api.client.get("/api/sessions/list").json()["items"]) == 1


def test_creating_another_with_a_used_key_is_refused_and_changes_nothing(api: Api) -> None:
    first = api.client.post("/api/sessions/create", json=NEW, headers=KEY).json()

    answer = api.client.post("/api/sessions/create", json=NEW | {"candidate_name": "Bob"}, headers=KEY)

    assert answer.status_code == 409
    assert answer.json()["problem"] == "key_reused"
    listed = api.client.get("/api/sessions/list").json()["items"]
    assert [item["session_id"] for item in listed] == [first["session_id"]]
    assert api.client.get(f"/api/sessions/{first['session_id']}").json() == first


def test_the_key_of_a_deleted_interview_is_used_up(api: Api) -> None:
    first = api.client.post("/api/sessions/create", json=NEW, headers=KEY).json()["session_id"]
    api.client.delete(f"/api/sessions/{first}")

    for body in (NEW, NEW | {"job_description": "SQL"}):
        answer = api.client.post("/api/sessions/create", json=body, headers=KEY)
        assert answer.status_code == 409
        assert answer.json()["problem"] == "key_reused"


def test_saying_again_with_its_key_gives_the_same_reply_and_one_turn(api: Api) -> None:
    interview_id = api.create()

    first = api.say(interview_id, "Hello there", **KEY)
    again = api.say(interview_id, "Hello there", **KEY)

    assert first.json() == again.json()
    assert [item["text"] for item in transcript(api, interview_id) if item["role"] == "candidate"] == [
        "Hello there"
    ]


def test_a_reply_can_be_asked_for_again_after_more_was_said(api: Api) -> None:
    interview_id = api.create()
    first = api.say(interview_id, "Hello there", **KEY).json()["reply"]
    api.say(interview_id, "I am ready for the first question")

    assert api.say(interview_id, "Hello there", **KEY).json()["reply"] == first


def test_saying_something_else_with_a_used_key_is_refused(api: Api) -> None:
    interview_id = api.create()
    api.say(interview_id, "Hello there", **KEY)
    before = transcript(api, interview_id)

    answer = api.say(interview_id, "Something else", **KEY)

    assert answer.status_code == 409
    assert answer.json()["problem"] == "key_reused"
    assert transcript(api, interview_id) == before


def test_saying_the_same_without_a_key_says_it_twice(api: Api) -> None:
    interview_id = api.create()
    for _ in range(2):
        assert api.say(interview_id, "I don't know").status_code == 200

    said = [item["text"] for item in transcript(api, interview_id) if item["role"] == "candidate"]
    assert said == ["I don't know"] * 2


def test_an_item_id_of_the_clients_own_is_as_good_as_a_key(api: Api) -> None:
    path = f"/api/interviews/{api.create()}/messages"

    first, again = (api.client.post(path, json={"text": "Hello", "item_id": "mine-1"}) for _ in range(2))

    assert first.json() == again.json()
    assert first.json()["item_id"] == "mine-1"


def test_a_message_sent_many_times_at_once_is_one_turn(api: Api) -> None:
    interview_id = api.create()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: api.say(interview_id, "Hello there", **KEY), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["reply"]["item_id"] for answer in answers}) == 1
    assert len(transcript(api, interview_id)) == 2


def test_running_again_with_its_key_gives_the_same_run(api: Api) -> None:
    path = f"/api/interviews/{api.create()}/code-runs"
    body = {"language": "python", "code": "print(42)"}

    first, again = (api.client.post(path, json=body, headers=KEY) for _ in range(2))
    other = api.client.post(path, json=body | {"code": "print(43)"}, headers=KEY)

    assert first.json() == again.json()
    assert other.status_code == 409
    assert other.json()["problem"] == "key_reused"
    assert len(api.engine.ran) == 1
    assert api.client.get(path).json()["items"] == [first.json()]


def test_ending_again_changes_nothing(api: Api) -> None:
    interview_id = api.create()
    api.say(interview_id, "Hello")

    first, again = (api.client.post(f"/api/interviews/{interview_id}/end") for _ in range(2))

    assert first.json() == again.json()
    report = f"/api/interviews/{interview_id}/performance-report"
    assert api.client.get(report).content == api.client.get(report).content


def test_the_same_cv_again_is_the_same_version(api: Api) -> None:
    interview_id = api.create()

    first, again = api.upload(interview_id), api.upload(interview_id)

    assert first.headers["etag"] == again.headers["etag"] == '"1"'
    assert first.json() == again.json()


# ETags


@pytest.mark.parametrize(
    "path",
    ["/api/sessions/{id}", "/api/interviews/{id}/transcript", "/api/interviews/{id}/cv-analysis"],
)
def test_what_is_held_is_not_sent_again_until_it_changes(api: Api, path: str) -> None:
    interview_id = api.create()
    api.upload(interview_id)
    address = path.format(id=interview_id)
    etag = api.client.get(address).headers["etag"]

    for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = api.client.get(address, headers={"If-None-Match": held})
        assert answer.status_code == 304, held
        assert answer.content == b""
        assert answer.headers["etag"] == etag
    assert api.client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200

    api.upload(interview_id, CV + b"\nGo, Rust\n")
    changed = api.client.get(address, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


def test_who_may_not_read_learns_nothing_from_an_etag(api: Api) -> None:
    answer = api.client.get("/api/sessions/unknown", headers={"If-None-Match": "*"})

    assert answer.status_code == 404


def test_a_correction_is_made_on_the_version_that_was_read(api: Api) -> None:
    interview_id = api.create()
    etag = api.upload(interview_id).headers["etag"]
    path = f"/api/interviews/{interview_id}/cv-analysis"
    resume = api.client.get(path).json()["resume"]
    resume["basics"]["name"]["value"] = "Jane Roe"

    answer = api.client.put(path, json={"resume": resume}, headers={"If-Match": etag})

    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    read = api.client.get(path)
    assert read.headers["etag"] == '"2"'
    assert read.json() == answer.json()
    assert read.json()["resume"]["basics"]["name"]["value"] == "Jane Roe"
    assert read.json()["analysis"]["status"] == "ok"
    assert api.say(interview_id, "Hello").status_code == 200


@pytest.mark.parametrize("held", ['"0"', '"2"', '"x"', "1", 'W/"9"', '"99999999999999999999"'])
def test_a_correction_of_another_version_is_stale(api: Api, held: str) -> None:
    interview_id = api.create()
    api.upload(interview_id)

    answer = api.client.put(
        f"/api/interviews/{interview_id}/cv-analysis", json={"resume": {}}, headers={"If-Match": held}
    )

    assert answer.status_code == 412
    assert answer.json()["problem"] == "stale_version"


def test_a_correction_must_say_what_it_was_made_on(api: Api) -> None:
    interview_id = api.create()
    api.upload(interview_id)

    answer = api.client.put(f"/api/interviews/{interview_id}/cv-analysis", json={"resume": {}})

    assert answer.status_code == 428
    assert answer.json()["problem"] == "precondition_required"


def test_there_is_nothing_to_correct_before_a_cv(api: Api) -> None:
    answer = api.client.put(
        f"/api/interviews/{api.create()}/cv-analysis", json={"resume": {}}, headers={"If-Match": "*"}
    )

    assert answer.status_code == 404


# Pages


def test_pages_lead_through_all_interviews_newest_first(api: Api) -> None:
    created = [api.create(candidate_name=f"Candidate {number}") for number in range(7)]

    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = api.client.get(
            "/api/sessions/list", params={"limit": 3} | ({"cursor": cursor} if cursor else {})
        ).json()
        assert len(page["items"]) <= 3
        seen += [item["session_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == created[::-1]


def test_an_interview_created_meanwhile_moves_nothing_on_later_pages(api: Api) -> None:
    created = [api.create() for _ in range(4)]
    first = api.client.get("/api/sessions/list", params={"limit": 2}).json()
    api.create()

    second = api.client.get("/api/sessions/list", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [item["session_id"] for item in second["items"]] == [created[1], created[0]]


# Deletion


def test_deleting_names_what_went_and_leaves_nothing(api: Api) -> None:
    interview_id = api.create(job_description="Python and SQL")
    api.upload(interview_id)
    api.say(interview_id, "Hello")
    api.client.post(
        f"/api/interviews/{interview_id}/code-runs", json={"language": "python", "code": "print(1)"}
    )
    api.end(interview_id)
    assert api.client.get(f"/api/interviews/{interview_id}/performance-report").status_code == 200

    receipt = api.client.delete(f"/api/sessions/{interview_id}").json()

    assert receipt["session_id"] == interview_id
    places = {line["place"]: line for line in receipt["deleted"]}
    assert set(places) == {"event log", "blobs/sessions", "blobs/cvs", "blobs/reports"}
    assert all(line["count"] > 0 and line["gone_by"] for line in places.values())
    for path in ("transcript", "cv-analysis", "code-runs", "performance-report"):
        assert api.client.get(f"/api/interviews/{interview_id}/{path}").status_code == 404
    assert api.client.get(f"/api/sessions/{interview_id}").status_code == 404
    assert api.client.delete(f"/api/sessions/{interview_id}").status_code == 404
    assert api.say(interview_id, "Hello?").status_code == 404
    assert api.upload(interview_id).status_code == 404
    assert api.client.post(f"/api/interviews/{interview_id}/end").status_code == 404
    assert api.client.post(f"/api/interviews/{interview_id}/ticket").status_code == 404
    assert api.client.get("/api/sessions/list").json()["items"] == []
