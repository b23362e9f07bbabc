"""Who reaches which operation, how often, and what is written down about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from infra.constructs.identity import MACHINE_SCOPE
from infra.constructs.rest_api import EVERYTHING, OPEN, TIGHTER, _Clients
from tests.infra.conftest import ROOT, Resource, Stack, Stacks

OPERATIONS: Final[list[tuple[str, str]]] = sorted(
    (method.upper(), path)
    for path, operations in json.loads((ROOT / "docs/openapi.json").read_text())["paths"].items()
    for method in operations
)
# What the API serves beside its operations: the documents that describe them, and what shows them.
DOCUMENTS: Final = (
    "/docs",
    "/docs/swagger-ui.css",
    "/docs/start.js",
    "/redoc",
    "/openapi.json",
    "/api/asyncapi.json",
)
# Argued: it says whether the platform lives, and names nobody.
OPEN_OPERATIONS: Final = {("GET", "/health")}


@pytest.fixture(scope="module")
def app(synthesise: Callable[..., Stacks]) -> Stack:
    return synthesise("prod")["app"]


def route(app: Stack, method: str, path: str) -> Resource:
    """The route that an HTTP API chooses: a method of its own before ANY, a full path before a greedy one."""
    found = []
    for resource in app.of("AWS::ApiGatewayV2::Route").values():
        takes, pattern = resource["Properties"]["RouteKey"].split()
        greedy = pattern.endswith("+}")
        expression = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern.removesuffix("/{proxy+}")))
        expression += "/.+" if greedy else ""
        if takes in {method, "ANY"} and re.fullmatch(expression, path):
            found.append(((not greedy, takes != "ANY"), resource["Properties"]))
    assert found, f"no route takes {method} {path}"
    return dict(max(found, key=lambda match: match[0])[1])


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "3f1c", path)


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each not in OPEN_OPERATIONS])
def test_an_operation_asks_for_an_access_token_with_the_scope(app: Stack, method: str, path: str) -> None:
    chosen = route(app, method, filled(path))

    assert (chosen["AuthorizationType"], chosen["AuthorizationScopes"]) == ("JWT", [MACHINE_SCOPE])


@pytest.mark.parametrize(
    ("method", "path"), [*sorted(OPEN_OPERATIONS), *(("GET", path) for path in DOCUMENTS)]
)
def test_health_and_the_contracts_answer_without_a_token(app: Stack, method: str, path: str) -> None:
    assert route(app, method, path).get("AuthorizationType", "NONE") == "NONE"


def test_no_route_is_open_but_the_argued_ones(app: Stack) -> None:
    opened = {
        resource["Properties"]["RouteKey"].split()[1]
        for resource in app.of("AWS::ApiGatewayV2::Route").values()
        if resource["Properties"].get("AuthorizationType", "NONE") == "NONE"
    }

    assert opened == set(OPEN)


def test_what_is_open_can_only_be_read_and_only_now_and_then(app: Stack) -> None:
    opened = {
        resource["Properties"]["RouteKey"]
        for resource in app.of("AWS::ApiGatewayV2::Route").values()
        if resource["Properties"].get("AuthorizationType", "NONE") == "NONE"
    }
    rates = app.one("AWS::ApiGatewayV2::Stage")["RouteSettings"]

    assert opened == {f"GET {path}" for path in OPEN}
    assert {rates[key]["ThrottlingRateLimit"] for key in opened} == {5}


@pytest.mark.parametrize("path", ["/api/sessions/create", "/api/nothing", "/api/a/b/c"])
def test_every_method_of_every_address_below_api_asks_for_a_token(app: Stack, path: str) -> None:
    assert {route(app, method, path)["AuthorizationType"] for method in ("PATCH", "OPTIONS", "HEAD")} == {
        "JWT"
    }


def test_tokens_of_the_page_and_of_the_machine_client_are_taken_and_no_others(app: Stack) -> None:
    authorizer = app.one("AWS::ApiGatewayV2::Authorizer")
    audience = [json.dumps(client) for client in authorizer["JwtConfiguration"]["Audience"]]

    assert len(audience) == 2
    assert "Machine" in audience[0]
    assert json.loads(audience[1])["Ref"] in app.of("AWS::Cognito::UserPoolClient")
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_the_issuer_is_this_deployments_own_pool(app: Stack) -> None:
    issuer = json.dumps(app.one("AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"]["Issuer"])

    assert "https://cognito-idp.us-east-1.amazonaws.com/" in issuer
    assert "prepai-prod-data" in issuer


def test_the_page_asks_for_the_scope_that_the_routes_demand(app: Stack) -> None:
    client = app.one("AWS::Cognito::UserPoolClient")

    assert MACHINE_SCOPE in client["AllowedOAuthScopes"]


def test_everything_goes_to_one_integration_that_gives_up_before_thirty_seconds(app: Stack) -> None:
    integration = app.one("AWS::ApiGatewayV2::Integration")

    assert integration["TimeoutInMillis"] < 30_000
    assert integration["PayloadFormatVersion"] == "2.0"


def test_the_integration_calls_the_alias_and_the_api_alone_may_do_so(app: Stack) -> None:
    alias = app.one("AWS::ApiGatewayV2::Integration")["IntegrationUri"]["Ref"]
    permissions = [
        resource["Properties"]
        for resource in app.of("AWS::Lambda::Permission").values()
        if resource["Properties"]["FunctionName"] == {"Ref": alias}
    ]

    assert app.resources[alias]["Type"] == "AWS::Lambda::Alias"
    assert [permission["Principal"] for permission in permissions] == ["apigateway.amazonaws.com"]
    assert "execute-api" in json.dumps(permissions[0]["SourceArn"])


def test_the_function_gives_up_no_later_than_its_caller(app: Stack) -> None:
    function = api_function(app)

    assert function["Timeout"] * 1000 <= app.one("AWS::ApiGatewayV2::Integration")["TimeoutInMillis"]


def test_the_stage_waits_for_the_routes_whose_rates_it_sets(app: Stack) -> None:
    stage = next(iter(app.of("AWS::ApiGatewayV2::Stage").values()))
    keys = {
        app.resources[name]["Properties"]["RouteKey"]
        for name in stage["DependsOn"]
        if app.resources[name]["Type"] == "AWS::ApiGatewayV2::Route"
    }

    assert stage["Properties"]["RouteSettings"].keys() <= keys


@pytest.mark.parametrize("key", sorted(TIGHTER))
def test_what_costs_money_has_a_rate_of_its_own_below_the_general_one(app: Stack, key: str) -> None:
    own = app.one("AWS::ApiGatewayV2::Stage")["RouteSettings"][key]

    assert tuple(key.split()) in OPERATIONS
    assert 0 < own["ThrottlingRateLimit"] < EVERYTHING.per_second
    assert own["ThrottlingRateLimit"] <= own["ThrottlingBurstLimit"] < EVERYTHING.burst


def test_every_route_has_a_rate(app: Stack) -> None:
    general = app.one("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]

    assert (general["ThrottlingRateLimit"], general["ThrottlingBurstLimit"]) == (50, 100)


def test_the_access_log_is_json_of_ids_and_numbers(app: Stack) -> None:
    settings = app.one("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]
    fields = json.loads(settings["Format"])

    assert {"request_id", "route", "status", "latency_ms"} <= fields.keys()
    assert all(re.fullmatch(r"\$context\.[\w.]+", value) for value in fields.values())


@pytest.mark.parametrize(
    "secret", ["queryString", "header", "sourceIp", "requestOverride", "claims.email", "$input"]
)
def test_the_access_log_holds_nothing_that_opens_or_names_anybody(app: Stack, secret: str) -> None:
    assert secret not in app.one("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["Format"]


def test_the_origin_secret_is_drawn_and_too_long_to_guess(app: Stack) -> None:
    drawn = app.one("AWS::SecretsManager::Secret")["GenerateSecretString"]

    assert drawn["PasswordLength"] >= 32
    assert drawn["ExcludePunctuation"]
    assert "SecretString" not in app.one("AWS::SecretsManager::Secret")


def test_the_api_is_told_which_secret_proves_the_way_that_a_request_came(app: Stack) -> None:
    told = api_function(app)["Environment"]["Variables"]["ORIGIN_SECRET_ARN"]

    assert app.resources[told["Ref"]]["Type"] == "AWS::SecretsManager::Secret"


def test_an_api_that_takes_no_clients_tokens_is_not_synthesised() -> None:
    with pytest.raises(ValueError, match=r"call RestApi\.accept"):
        _Clients([]).produce()


def api_function(app: Stack) -> dict[str, Any]:
    return next(
        resource["Properties"]
        for resource in app.of("AWS::Lambda::Function").values()
        if resource["Properties"].get("FunctionName") == "prepai-prod-api"
    )


def test_a_release_that_answers_with_faults_is_taken_back_while_it_is_a_canary(app: Stack) -> None:
    group = app.one("AWS::CodeDeploy::DeploymentGroup")
    alarms = [
        app.resources[alarm["Name"]["Ref"]]["Properties"] for alarm in group["AlarmConfiguration"]["Alarms"]
    ]
    faults = next(alarm for alarm in alarms if alarm.get("MetricName") == "5xx")

    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert faults["Period"] * faults["EvaluationPeriods"] < 5 * 60


def test_a_releaser_moves_its_own_functions_alias_and_no_other(app: Stack) -> None:
    policy = next(
        body["Properties"]["PolicyDocument"]["Statement"]
        for name, body in app.of("AWS::IAM::Policy").items()
        if name.startswith("RestReleaser")
    )
    moving = next(statement for statement in policy if "lambda:UpdateAlias" in statement["Action"])

    assert [arn.rpartition(":function:")[2] for arn in moving["Resource"]] == [
        "prepai-prod-api",
        "prepai-prod-api:live",
    ]
    assert "*" not in json.dumps(policy)
