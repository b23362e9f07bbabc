"""The REST API: an HTTP API whose routes ask for a token of the user pool, in front of one function."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.function import Function
from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import Environment

OPEN: Final = ("/health", "/docs", "/docs/{file}", "/redoc", "/openapi.json", "/api/asyncapi.json")
"""What answers without a token: whether the platform lives, and what its contracts are. No route of an interview.

They can only be read, and seldom: past the firewall, by the API's own address, each call costs one of the function's
that answers 403.
"""

TIMEOUT_S: Final = 29
"""The most that an HTTP API waits. The function gives up with it: an answer nobody waits for is work for nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, and how many at once, of all callers together."""

    per_second: int
    burst: int


EVERYTHING: Final = Rate(50, 100)
READING_OPEN: Final = Rate(5, 10)
TIGHTER: Final = {
    # What writes an interview, calls a tool or makes a document costs money; nobody does it fifty times a second.
    "POST /api/sessions/create": Rate(5, 10),
    "POST /api/interviews/{interview_id}/upload-cv": Rate(5, 10),
    "POST /api/interviews/{interview_id}/cv-uploads": Rate(5, 10),
    "POST /api/interviews/{interview_id}/code-runs": Rate(10, 20),
    "POST /api/interviews/{interview_id}/end": Rate(5, 10),
    "POST /api/interviews/{interview_id}/messages": Rate(20, 40),
    "POST /api/interviews/{interview_id}/ticket": Rate(10, 20),
    "GET /api/interviews/{interview_id}/performance-report": Rate(10, 20),
    "PUT /api/interviews/{interview_id}/performance-report/override": Rate(5, 10),
}
"""Routes with a rate of their own. Users are told apart by the API itself, addresses by the firewall."""

# Ids and numbers. No query, because it may carry what opens something; no address, because it is the distribution's.
_LOG_FORMAT: Final = {
    "time": "$context.requestTime",
    "request_id": "$context.requestId",
    "route": "$context.routeKey",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "function_error": "$context.integrationErrorMessage",
    "refused_because": "$context.authorizer.error",
    "caller": "$context.authorizer.claims.sub",
}


class RestApi(Construct):
    """The API in front of `function`, for tokens of `issuer` that carry one of `scopes`.

    Its own address stays reachable, since the distribution needs it, and is of no use: the function refuses whatever
    does not carry the origin secret. Only access tokens have scopes, so an id token, which is for the page alone, opens
    nothing here. A fault is counted as a rate over at least twenty requests: at night one failed request is no outage.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        function: Function,
        issuer: str,
        scopes: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self._audience: list[str] = []
        self.api = apigateway.HttpApi(
            self,
            "Api",
            api_name=environment.named("api"),
            description="PrepAI: REST",
            # Its stage must know the routes, which come first.
            create_default_stage=False,
        )
        authorizer = authorizers.HttpJwtAuthorizer(
            "Tokens", issuer, jwt_audience=cdk.Lazy.list(_Clients(self._audience))
        )
        handler = integrations.HttpLambdaIntegration(
            "Function",
            function.alias,
            timeout=cdk.Duration.seconds(TIMEOUT_S),
            # A permission for each route would outgrow the function's policy of 20 KB.
            scope_permission_to_route=False,
        )
        routes = []
        for path in OPEN:
            routes += self.api.add_routes(path=path, methods=[apigateway.HttpMethod.GET], integration=handler)
        for key in ("ANY /api/{proxy+}", *TIGHTER):
            method, path = key.split()
            routes += self.api.add_routes(
                path=path,
                methods=[apigateway.HttpMethod[method]],
                integration=handler,
                authorizer=authorizer,
                authorization_scopes=list(scopes),
            )
        self.stage = self._stage(environment)
        # A stage that names a route which is not there yet cannot be made.
        self.stage.node.add_dependency(*routes)
        for route in routes[: len(OPEN)]:
            cdk.Validations.of(route).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions::AwsSolutions-APIG4",
                    reason="Health and the contracts' documents, which hold nothing of anybody (see OPEN)",
                )
            )
        self._alarms(surface)
        # What the application fails at is a 500 and no error of the function, whose own alarm would let it pass.
        function.taken_back_by(
            surface.alarm(
                "faults-now",
                metric=self.api.metric_server_error(period=cdk.Duration.minutes(1), statistic="Sum"),
                threshold=2,
                evaluation_periods=3,
                datapoints=2,
                runbook="api-faults",
            )
        )

    @property
    def domain(self) -> str:
        """The name under which the distribution reaches it."""
        stack = cdk.Stack.of(self)
        return f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def accept(self, client_id: str) -> None:
        """Take tokens of one more client of the pool."""
        self._audience.append(client_id)

    def _stage(self, environment: Environment) -> apigateway.CfnStage:
        log = log_group(
            self,
            "AccessLog",
            environment=environment,
            # Under this prefix CloudWatch needs no resource policy, of which a region has ten.
            name=f"/aws/vendedlogs/apis/{environment.named('api')}",
        )
        return apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(_LOG_FORMAT)
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=EVERYTHING.per_second,
                throttling_burst_limit=EVERYTHING.burst,
                detailed_metrics_enabled=False,
            ),
            route_settings={
                key: {"ThrottlingRateLimit": rate.per_second, "ThrottlingBurstLimit": rate.burst}
                for key, rate in {**{f"GET {path}": READING_OPEN for path in OPEN}, **TIGHTER}.items()
            },
        )

    def _alarms(self, surface: Surface) -> None:
        minutes = cdk.Duration.minutes(5)
        surface.alarm(
            "faults",
            metric=cloudwatch.MathExpression(
                expression="100 * faults / IF(requests < 20, 20, requests)",
                using_metrics={
                    "faults": self.api.metric_server_error(period=minutes, statistic="Sum"),
                    "requests": self.api.metric_count(period=minutes, statistic="Sum"),
                },
                period=minutes,
                label="Faults, per cent of requests",
            ),
            threshold=5,
            evaluation_periods=3,
            datapoints=2,
            runbook="api-faults",
        )
        surface.alarm(
            "latency",
            metric=self.api.metric_latency(period=minutes, statistic="p95"),
            # Milliseconds. A turn's answer takes one to three; runs of code are few among requests.
            threshold=5_000,
            evaluation_periods=3,
            runbook="api-latency",
        )


@jsii.implements(cdk.IStableListProducer)
class _Clients:
    """The clients whose tokens are taken, known when everybody has named theirs."""

    def __init__(self, clients: list[str]) -> None:
        self._clients = clients

    def produce(self) -> list[str]:
        if not self._clients:
            raise ValueError("expected a client of the user pool, got none; call RestApi.accept")
        return self._clients
