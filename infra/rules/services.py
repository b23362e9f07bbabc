"""What services accept in a template and refuse, or do wrongly, once it is deployed."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from infra.environments import RETIRED_MODELS
from infra.rules.template import FOLLOWS, Template, Violation, listed, references, text, walk
from runtime import settings
from runtime.settings import DeployedSettings

ROOT: Final = Path(__file__).resolve().parents[2]
SETTINGS: Final[Mapping[str, type[DeployedSettings]]] = {
    "lambdas.api": settings.ApiSettings,
    "lambdas.code_executor": settings.CodeExecutorSettings,
    "lambdas.cv_analyzer": settings.CvAnalyzerSettings,
    "lambdas.knowledge_ingestion": settings.KnowledgeIngestionSettings,
    "lambdas.performance_evaluator": settings.PerformanceEvaluatorSettings,
}
OPEN_ROUTES: Final = frozenset(
    {"/health", "/docs", "/docs/{file}", "/redoc", "/openapi.json", "/api/asyncapi.json"}
)
"""What answers without a token: whether the platform lives, and its contracts.

Named here and at the API (infra/constructs/rest_api.py) on purpose: to open a route takes two lines, seen in review."""

_HTTP_API_MS: Final = 30_000
_SERVERLESS_MB: Final = frozenset({1024, 2048, 3072, 4096, 5120, 6144})
_SECRET: Final = re.compile(r"(secret|token|password|origin)", re.IGNORECASE)
_ALIAS: Final = ":live"
# What calls functions, and the property that says which.
_CALLERS: Final = {
    "AWS::ApiGatewayV2::Integration": "IntegrationUri",
    "AWS::Lambda::EventSourceMapping": "FunctionName",
    "AWS::Lambda::Permission": "FunctionName",
}


def action_groups_have_one_schema(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::Bedrock::Agent"):
        for group in properties.get("ActionGroups", ()):
            schemas = {"ApiSchema", "FunctionSchema"} & group.keys()
            if len(schemas) != 1 and "ParentActionGroupSignature" not in group:
                yield Violation(
                    resource=name,
                    found=f"action group {group.get('ActionGroupName')} with {' and '.join(sorted(schemas)) or 'none'}",
                    fix="a function schema alone",
                )


def models_are_served(template: Template) -> Iterator[Violation]:
    for name, resource in template.resources.items():
        written = json.dumps(resource)
        for model in sorted(RETIRED_MODELS):
            if re.search(rf"{re.escape(model)}(?![\w:-])", written):
                yield Violation(
                    resource=name, found=f"{model} is retired", fix="choose another in infra/environments.py"
                )


def prompt_attacks_are_looked_for_in_what_comes_in(template: Template) -> Iterator[Violation]:
    """Bedrock refuses PROMPT_ATTACK with an output strength, and a guardrail without it is none."""
    for name, properties in template.of("AWS::Bedrock::Guardrail"):
        filters = properties.get("ContentPolicyConfig", {}).get("FiltersConfig", ())
        attacks = [f for f in filters if f["Type"] == "PROMPT_ATTACK"]
        if not attacks or any(f["OutputStrength"] != "NONE" or f["InputStrength"] == "NONE" for f in attacks):
            yield Violation(
                resource=name,
                found=f"PROMPT_ATTACK as {attacks or 'nothing'}",
                fix="an input strength, and NONE for the output",
            )


def scaling_has_room(template: Template) -> Iterator[Violation]:
    for name, resource in template.resources.items():
        for path, value in walk(resource.get("Properties", {})):
            if not isinstance(value, Mapping):
                continue
            for least, most in (
                ("MinCapacity", "MaxCapacity"),
                ("MinInstanceCount", "MaxInstanceCount"),
                ("MinSize", "MaxSize"),
            ):
                low, high = value.get(least), value.get(most)
                if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
                    yield Violation(
                        resource=name, found=f"{'/'.join(path)}: {low} to {high}", fix="at most the maximum"
                    )
    for name, properties in template.of("AWS::ApplicationAutoScaling::ScalableTarget"):
        for action in properties.get("ScheduledActions", ()):
            if action["ScalableTargetAction"].get("MinCapacity", 0) > properties["MaxCapacity"]:
                yield Violation(
                    resource=name, found=f"{action['ScheduledActionName']}", fix="at most the maximum"
                )


def integrations_end_before_the_api_does(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::ApiGatewayV2::Integration"):
        if properties.get("TimeoutInMillis", 0) > _HTTP_API_MS:
            yield Violation(
                resource=name, found=f"{properties['TimeoutInMillis']} ms", fix=f"at most {_HTTP_API_MS}"
            )


def serverless_memory_is_in_steps(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::SageMaker::EndpointConfig"):
        for variant in properties.get("ProductionVariants", ()):
            memory = variant.get("ServerlessConfig", {}).get("MemorySizeInMB")
            if memory is not None and memory not in _SERVERLESS_MB:
                yield Violation(
                    resource=name,
                    found=f"{memory} MB",
                    fix=f"one of {', '.join(map(str, sorted(_SERVERLESS_MB)))}",
                )


def engines_are_isolated(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"):
        if properties.get("EnableNetworkIsolation") is not True:
            yield Violation(
                resource=name, found="an engine with a way out", fix="enable_network_isolation=True"
            )


def handlers_exist(template: Template) -> Iterator[Violation]:
    for name, properties in _ours(template):
        handler = str(properties["Handler"])
        module, _, function = handler.rpartition(".")
        if function not in _functions(module):
            yield Violation(
                resource=name, found=f"{handler} is nothing in this clone", fix="name the handler's module"
            )


def functions_get_their_variables(template: Template) -> Iterator[Violation]:
    """Exactly those of the process's settings: the construct raises as well, and this sees what became of it."""
    for name, properties in _ours(template):
        fields = SETTINGS.get(str(properties["Handler"]).removesuffix(".handler.handler"))
        if fields is None:
            yield Violation(
                resource=name,
                found=f"{properties['Handler']} has no settings",
                fix="name its class in SETTINGS of infra/rules/services.py",
            )
            continue
        given = properties.get("Environment", {}).get("Variables", {}).keys()
        known = {field.upper() for field in fields.model_fields}
        needed = {field.upper() for field, f in fields.model_fields.items() if f.is_required()}
        if wrong := (needed - given) | (given - known):
            yield Violation(
                resource=name,
                found=f"{', '.join(sorted(wrong))} missing or unknown",
                fix=f"exactly the variables of {fields.__name__}",
            )


def functions_are_called_by_their_alias(template: Template) -> Iterator[Violation]:
    for name, resource in template.resources.items():
        for path, value in walk(resource.get("Properties", {})):
            called = bool(path) and (
                path[-1].startswith("LAMBDA_") or path[-2:] == ("ActionGroupExecutor", "Lambda")
            )
            if called and not text(value).endswith(_ALIAS):
                yield Violation(
                    resource=name,
                    found=f"{path[-1]} is {text(value)}",
                    fix="Function.called_as, with its alias",
                )
    functions = {name for name, _ in template.of("AWS::Lambda::Function")}
    for kind, key in _CALLERS.items():
        for name, properties in template.of(kind):
            if references(properties.get(key)) & functions:
                yield Violation(
                    resource=name, found="calls a function and not its alias", fix="Function.alias"
                )


def routes_ask_for_a_token(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::ApiGatewayV2::Route"):
        path = str(properties["RouteKey"]).rpartition(" ")[2]
        if properties.get("AuthorizationType") != "JWT" and path not in OPEN_ROUTES:
            yield Violation(
                resource=name, found=f"{properties['RouteKey']} answers anybody", fix="give it the authorizer"
            )


def the_page_has_its_firewall(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::CloudFront::Distribution"):
        distribution = properties["DistributionConfig"]
        if not distribution.get("WebACLId"):
            yield Violation(resource=name, found="a distribution without", fix="web_acl_id")
        behaviours = [distribution["DefaultCacheBehavior"], *distribution.get("CacheBehaviors", ())]
        if any(b["ViewerProtocolPolicy"] not in {"redirect-to-https", "https-only"} for b in behaviours):
            yield Violation(resource=name, found="reached without TLS", fix="REDIRECT_TO_HTTPS")


def secrets_are_references(template: Template) -> Iterator[Violation]:
    """Templates are read by everybody who may read a stack."""
    for name, properties in template.of("AWS::CloudFront::Distribution"):
        for origin in properties["DistributionConfig"].get("Origins", ()):
            for header in origin.get("OriginCustomHeaders", ()):
                if not text(header["HeaderValue"]).startswith("{{resolve:secretsmanager:"):
                    yield Violation(
                        resource=name,
                        found=f"{header['HeaderName']} stands in clear",
                        fix="a secret of Secrets Manager",
                    )
    for name, properties in template.of("AWS::Lambda::Function", "AWS::BedrockAgentCore::Runtime"):
        variables = properties.get("Environment", {}).get("Variables", {})
        variables = variables or properties.get("EnvironmentVariables", {})
        for variable, value in variables.items():
            if (
                _SECRET.search(variable)
                and not variable.endswith("_ARN")
                and isinstance(value, str)
                and not value.startswith("{{resolve:")
            ):
                yield Violation(resource=name, found=f"{variable} in clear", fix="give the secret's ARN")


def people_are_invited(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::Cognito::UserPool"):
        if properties.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly") is not True:
            yield Violation(resource=name, found="anybody can sign up", fix="self_sign_up_enabled=False")
        if properties.get("MfaConfiguration") not in ({"ON"} if template.production else {"ON", "OPTIONAL"}):
            yield Violation(
                resource=name,
                found="no second factor, or none that production demands",
                fix="mfa=Mfa.REQUIRED in production, Mfa.OPTIONAL at least",
            )
        if "SMS_MFA" in listed(properties.get("EnabledMfas")):
            yield Violation(resource=name, found="a second factor by SMS", fix="one-time codes alone")


def _ours(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Functions of ours; CDK's own come with handlers such as index.handler."""
    for name, properties in template.of("AWS::Lambda::Function"):
        if not str(properties.get("Handler")).startswith("index."):
            yield name, properties


@cache
def _functions(module: str) -> frozenset[str]:
    path = ROOT / f"{module.replace('.', '/')}.py"
    if not path.is_file():
        return frozenset()
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def weak_references_are_followed(template: Template) -> Iterator[Violation]:
    """The text of such a reference stays when its value changes, and nothing would be deployed."""
    for name, resource in template.resources.items():
        weak = any(
            isinstance(inner, Mapping) and "Fn::GetStackOutput" in inner
            for _, inner in walk(resource.get("Properties", {}))
        )
        if weak and not resource.get("Metadata", {}).get(FOLLOWS):
            yield Violation(
                resource=name,
                found="a reference to another stack's output, which nobody follows",
                fix="make it before `follow` in infra/stage.py, which is the last thing done with a stage",
            )


RULES: Final = (
    weak_references_are_followed,
    action_groups_have_one_schema,
    models_are_served,
    prompt_attacks_are_looked_for_in_what_comes_in,
    scaling_has_room,
    integrations_end_before_the_api_does,
    serverless_memory_is_in_steps,
    engines_are_isolated,
    handlers_exist,
    functions_get_their_variables,
    functions_are_called_by_their_alias,
    routes_ask_for_a_token,
    the_page_has_its_firewall,
    secrets_are_references,
    people_are_invited,
)
