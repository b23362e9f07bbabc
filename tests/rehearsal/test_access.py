"""Who gets in, and to what: tokens of the deployed pool at the deployed API, behind the deployed distribution."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.conftest import Callers, Deployment
from tests.rehearsal.front import Front
from tests.rehearsal.people import People

# Another's interview does not exist to whoever may not read it, and neither does what they may not do with it.
READ: Final = {
    "candidate": 200,
    "stranger": 404,
    "uninvited": 404,
    "reviewer": 200,
    "admin": 200,
    "machine": 200,
}
TAKE_PART: Final = {**READ, "reviewer": 404, "admin": 404}
DELETE: Final = {**READ, "reviewer": 404}


def test_a_page_comes_from_the_distribution_with_its_policies(callers: Callers) -> None:
    page = callers["nobody"].get("/")

    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["strict-transport-security"]


def test_the_page_knows_where_to_sign_in(callers: Callers, deployment: Deployment) -> None:
    config = callers["nobody"].get("/config.json").json()

    assert config["client_id"] == deployment.outputs["PageClientId"]
    assert config["issuer"].endswith(deployment.outputs["UserPoolId"])


@pytest.mark.parametrize("path", ["/health", "/docs", "/redoc", "/openapi.json", "/api/asyncapi.json"])
def test_contracts_and_health_are_open(callers: Callers, path: str) -> None:
    assert callers["nobody"].get(path).status_code == 200


@pytest.mark.parametrize("path", ["/api/sessions/list", "/api/languages", "/api/sessions/x"])
def test_nobody_comes_in_without_a_token(callers: Callers, path: str) -> None:
    assert callers["nobody"].get(path).status_code == 401


def test_a_token_that_was_changed_is_none(callers: Callers, tokens: dict[str, str]) -> None:
    head, body, signature = tokens["candidate"].split(".")
    changed = f"{head}.{body}.{signature[:-8]}AAAAAAAA"

    answer = callers["nobody"].get("/api/sessions/list", headers={"authorization": f"Bearer {changed}"})

    assert answer.status_code == 401


def test_a_token_without_the_scope_opens_nothing(
    callers: Callers, people: People, tokens: dict[str, str]
) -> None:
    plain = people.sign_in("robin@example.com", scopes="openid email")

    for kind in ("access_token", "id_token"):
        headers = {"authorization": f"Bearer {plain[kind]}"}
        assert callers["nobody"].get("/api/sessions/list", headers=headers).status_code in {401, 403}, kind


def test_whoever_goes_round_the_distribution_is_refused(
    deployment: Deployment, tokens: dict[str, str], front: Front
) -> None:
    (api,) = deployment.cloud.client("apigatewayv2").get_apis()["Items"]
    headers = {"host": f"{api['ApiId']}.execute-api.localhost", "authorization": f"Bearer {tokens['admin']}"}
    with httpx.Client(
        base_url=deployment.cloud.url, verify=deployment.cloud.trust, trust_env=False
    ) as direct:
        without = direct.get("/api/sessions/list", headers=headers)
        guessed = direct.get("/api/sessions/list", headers={**headers, "x-prepai-origin": "a guess"})

    assert (without.status_code, guessed.status_code) == (403, 403)
    assert without.json()["problem"] == "forbidden"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/sessions/{id}", READ),
        ("GET", "/api/interviews/{id}/transcript", READ),
        ("GET", "/api/interviews/{id}/code-runs", READ),
        ("POST", "/api/interviews/{id}/ticket", TAKE_PART),
        ("POST", "/api/interviews/{id}/messages", TAKE_PART),
    ],
)
def test_roles_may_do_what_the_matrix_says(
    callers: Callers, interview: str, method: str, path: str, expected: dict[str, int]
) -> None:
    body = {"text": "Hello."} if path.endswith("messages") else None

    found = {
        name: callers[name].request(method, path.format(id=interview), json=body).status_code
        for name in expected
    }

    assert found == expected


@pytest.mark.parametrize("name", sorted(DELETE))
def test_interviews_are_deleted_by_whom_the_matrix_names(callers: Callers, interview: str, name: str) -> None:
    assert callers[name].delete(f"/api/sessions/{interview}").status_code == DELETE[name]


def test_lists_hold_what_the_caller_may_read(callers: Callers, interview: str) -> None:
    listed = {
        name: interview
        in [item["session_id"] for item in callers[name].get("/api/sessions/list").json()["items"]]
        for name in READ
    }

    assert listed == {name: status == 200 for name, status in READ.items()}


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("s3", lambda c, o: c.list_objects_v2(Bucket=o["BucketName"])),
        ("s3", lambda c, o: c.get_object(Bucket=o["BucketName"], Key="cvs/x")),
        ("s3", lambda c, o: c.put_object(Bucket=o["BucketName"], Key="cvs/x", Body=b"x")),
        ("dynamodb", lambda c, o: c.scan(TableName=o["TableName"])),
        (
            "dynamodb",
            lambda c, o: c.put_item(TableName=o["TableName"], Item={"pk": {"S": "x"}, "sk": {"S": "x"}}),
        ),
        ("lambda", lambda c, o: c.invoke(FunctionName="prepai-dev-cv-analyzer:live")),
        ("secretsmanager", lambda c, o: c.get_secret_value(SecretId="prepai-dev-origin")),
        ("sqs", lambda c, o: c.list_queues()),
        ("cognito-idp", lambda c, o: c.list_users(UserPoolId=o["UserPoolId"])),
        ("bedrock-runtime", lambda c, o: c.converse(modelId="us.anthropic.claude-haiku-5-5", messages=[])),
    ],
)
def test_the_code_executors_role_reaches_nothing(deployment: Deployment, service: str, call: Any) -> None:
    role = deployment.credentials(deployment.function("code-executor")["Role"])

    with pytest.raises(ClientError) as refused:
        call(deployment.cloud.client(service, role), deployment.outputs)

    assert refused.value.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}


def test_the_evaluators_role_reads_no_interview(deployment: Deployment) -> None:
    role = deployment.credentials(deployment.function("performance-evaluator")["Role"])

    with pytest.raises(ClientError, match="AccessDenied"):
        deployment.cloud.client("dynamodb", role).scan(TableName=deployment.outputs["TableName"])


def test_the_cv_analyzers_role_reads_no_report(deployment: Deployment) -> None:
    role = deployment.credentials(deployment.function("cv-analyzer")["Role"])

    with pytest.raises(ClientError, match="AccessDenied"):
        deployment.cloud.client("s3", role).get_object(
            Bucket=deployment.outputs["BucketName"], Key="reports/x/y"
        )


def test_candidates_documents_are_not_served_in_the_clear(deployment: Deployment) -> None:
    """The bucket's own policy refuses everybody, root included, who comes without TLS."""
    policy = deployment.cloud.client("s3").get_bucket_policy(Bucket=deployment.outputs["BucketName"])[
        "Policy"
    ]

    assert "aws:SecureTransport" in policy
