"""`make doctor ENV=`: whether an environment can be deployed from here, found out by asking AWS; nothing is changed.

One thing cannot be asked: whether this account may still make Bedrock Agents, which are closed to new customers. With
`try_agent` an agent is made and removed at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.constructs.speech_endpoint import TTS, WHISPER
from infra.environments import EngineImage, Environment


class Client(Protocol):
    """A boto3 client by the service's name, in the environment's region unless another is named."""

    def __call__(self, service: str, region: str | None = None, /) -> Any: ...


type Outcome = Literal["ok", "failed", "unknown"]

_BOOTSTRAP: Final = 21
"""The bootstrap's version that this CDK asks for."""
# Quotas by their codes: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
_LAMBDA_CONCURRENCY: Final = "L-B99A9384"
_LEAST_CONCURRENCY: Final = 100
# Services that are given words or sound of candidates, and may use them to get better unless told otherwise.
_LEARNING: Final = ("transcribe", "polly", "textract")
_NO_POLICY: Final = frozenset(
    {"AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException", "TargetNotFoundException"}
)
_NEW_CUSTOMERS: Final = (
    "-c interviewer=converse (or `interviewer` in infra/environments.py) does without the agent"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one question came to. `stops`: deploying would fail, so it is refused."""

    what: str
    outcome: Outcome
    how: str
    stops: bool = False


def client_for(environment: Environment) -> Client:
    """Clients with the credentials of whoever runs this, in the environment's region."""
    session = boto3.Session(region_name=environment.region)
    create: Client = session.client  # type: ignore[assignment] # overloaded once per service
    return create


def preconditions(environment: Environment, client: Client) -> Iterator[Finding]:
    """What must be so before anything is deployed, in the order in which it is mended."""
    yield _images_named(environment)
    yield _somebody_told(environment)
    credentials = _credentials(environment, client)
    yield credentials
    if credentials.outcome != "ok":
        return
    yield _boundary(environment, client)
    for region in environment.regions:
        yield _bootstrap(environment, client, region)
    if environment.speech != "off":
        for image in (environment.whisper, environment.tts):
            if image.digest:
                yield _image(image, client)


def examine(environment: Environment, client: Client, *, try_agent: bool) -> Iterator[Finding]:
    """The preconditions, and what would fail or be slow only later."""
    findings: list[Finding] = []
    for finding in preconditions(environment, client):
        findings.append(finding)
        yield finding
    if any(finding.what == "credentials" and finding.outcome == "failed" for finding in findings):
        return
    yield _model(environment, client)
    if environment.interviewer == "bedrock_agent":
        yield _agents(environment, client, try_agent=try_agent)
    yield _concurrency(client)
    yield _tokens(environment, client)
    if environment.speech != "off":
        yield _endpoints(client)
    yield _tag_counted(client)
    yield _opted_out(client)


def ready(findings: Sequence[Finding]) -> bool:
    return not any(finding.stops and finding.outcome == "failed" for finding in findings)


def _asking(what: str, ask: Callable[[], Finding]) -> Finding:
    """The answer, or that it could not be had: somebody who may deploy need not be allowed to look everywhere."""
    try:
        return ask()
    except ClientError as error:
        return Finding(what, "unknown", f"not allowed to look, or refused: {error.response['Error']['Code']}")
    except BotoCoreError as error:
        return Finding(what, "unknown", f"could not be asked: {type(error).__name__}")


def _images_named(environment: Environment) -> Finding:
    missing = [i.repository for i in (environment.whisper, environment.tts) if i.digest is None]
    if environment.speech == "off" or not missing:
        return Finding("speech images", "ok", "off" if environment.speech == "off" else "pinned by digest")
    return Finding(
        "speech images",
        "failed",
        f"{' and '.join(missing)} have no digest in infra/environments.py: let the deploy workflow build and push "
        "them, or deploy with SPEECH=off, where Amazon Transcribe and Polly hear and speak",
        stops=True,
    )


def _somebody_told(environment: Environment) -> Finding:
    if environment.alarm_email:
        return Finding(
            "alarms", "ok", f"told to {environment.alarm_email}, once the subscription is confirmed"
        )
    return Finding(
        "alarms",
        "failed" if environment.production else "ok",
        f"{environment.name} names no `alarm_email` in infra/environments.py, so alarms and the budget tell nobody"
        + ("; write one there, then deploy" if environment.production else ""),
        stops=environment.production,
    )


def _credentials(environment: Environment, client: Client) -> Finding:
    try:
        identity = client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        return Finding(
            "credentials",
            "failed",
            f"none that AWS takes ({type(error).__name__}); sign in first, for example with `aws sso login`, "
            "and set AWS_PROFILE",
            stops=True,
        )
    account = identity["Account"]
    if environment.account not in {None, account}:
        return Finding(
            "credentials",
            "failed",
            f"expected account {environment.account} for {environment.name}, these belong to {account}",
            stops=True,
        )
    return Finding("credentials", "ok", f"account {account}, region {environment.region}")


def _boundary(environment: Environment, client: Client) -> Finding:
    if not environment.bounded:
        return Finding("permission boundary", "ok", f"{environment.name} has none")
    name = environment.named("boundary")

    def ask() -> Finding:
        account = client("sts").get_caller_identity()["Account"]
        try:
            client("iam").get_policy(PolicyArn=f"arn:aws:iam::{account}:policy/{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            return Finding(
                "permission boundary",
                "failed",
                f"there is no policy {name}; an administrator runs `make pipeline ENV={environment.name} "
                "GITHUB=owner/repository` once",
                stops=True,
            )
        return Finding("permission boundary", "ok", name)

    return _asking("permission boundary", ask)


def _bootstrap(environment: Environment, client: Client, region: str) -> Finding:
    what = f"bootstrap in {region}"

    def ask() -> Finding:
        try:
            parameter = client("ssm", region).get_parameter(
                Name=f"/cdk-bootstrap/{environment.qualifier}/version"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            found = 0
        else:
            found = int(parameter["Parameter"]["Value"])
        if found < _BOOTSTRAP:
            return Finding(
                what,
                "failed",
                f"expected version {_BOOTSTRAP} of {environment.qualifier}, found {found or 'none'}; run "
                f"`make bootstrap ENV={environment.name}`",
                stops=True,
            )
        return Finding(what, "ok", f"version {found} of {environment.qualifier}")

    return _asking(what, ask)


def _image(image: EngineImage, client: Client) -> Finding:
    what = f"image {image.repository}"

    def ask() -> Finding:
        try:
            client("ecr").describe_images(
                repositoryName=image.repository, imageIds=[{"imageDigest": image.digest}]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {
                "ImageNotFoundException",
                "RepositoryNotFoundException",
            }:
                raise
            return Finding(
                what,
                "failed",
                f"{image.digest} is not in this account's repository; let the deploy workflow push it",
                stops=True,
            )
        return Finding(what, "ok", f"{image.digest}")

    return _asking(what, ask)


def _model(environment: Environment, client: Client) -> Finding:
    def ask() -> Finding:
        if environment.interviewer == "authored":
            return Finding("model access", "ok", "no model: the authors' text is said")
        answer = client("bedrock").get_foundation_model_availability(modelId=environment.model.id)
        wanting = [
            name
            for name, value in (
                ("agreement", answer["agreementAvailability"]["status"]),
                ("authorization", answer["authorizationStatus"]),
                ("entitlement", answer["entitlementAvailability"]),
                ("region", answer["regionAvailability"]),
            )
            if value not in {"AVAILABLE", "AUTHORIZED"}
        ]
        if wanting:
            return Finding(
                "model access",
                "failed",
                f"{environment.model.id}: {', '.join(wanting)} missing; open the Bedrock console's model catalog in "
                f"{environment.region} and ask for access. Until then interviews are said in the authors' text",
            )
        return Finding("model access", "ok", environment.model.id)

    return _asking("model access", ask)


def _agents(environment: Environment, client: Client, *, try_agent: bool) -> Finding:
    what = "Bedrock Agents"

    def ask() -> Finding:
        bedrock = client("bedrock-agent")
        if bedrock.list_agents(maxResults=1)["agentSummaries"]:
            return Finding(what, "ok", "this account has agents already")
        if not try_agent:
            return Finding(
                what,
                "unknown",
                "closed to new customers since 2026-07-30 and this account has none yet; `make doctor "
                f"ENV={environment.name} TRY=1` makes one and removes it. If it fails: {_NEW_CUSTOMERS}",
            )
        try:
            made = bedrock.create_agent(
                agentName=environment.named("probe"), description="Made and removed by make doctor"
            )
        except ClientError as error:
            return Finding(
                what, "failed", f"refused ({error.response['Error']['Code']}): {_NEW_CUSTOMERS}", stops=True
            )
        bedrock.delete_agent(agentId=made["agent"]["agentId"], skipResourceInUseCheck=True)
        return Finding(what, "ok", "one could be made, and was removed")

    return _asking(what, ask)


def _concurrency(client: Client) -> Finding:
    def ask() -> Finding:
        quota = client("service-quotas").get_service_quota(
            ServiceCode="lambda", QuotaCode=_LAMBDA_CONCURRENCY
        )["Quota"]["Value"]
        if quota < _LEAST_CONCURRENCY:
            return Finding(
                "Lambda concurrency",
                "failed",
                f"{quota:.0f} at once, and {_LEAST_CONCURRENCY} are the least for this stack; ask for 1,000 in the "
                "Service Quotas console (free)",
            )
        return Finding("Lambda concurrency", "ok", f"{quota:.0f} at once")

    return _asking("Lambda concurrency", ask)


def _tokens(environment: Environment, client: Client) -> Finding:
    def ask() -> Finding:
        family = environment.model.id.partition(".")[2].replace("-", " ").lower()
        pages = client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="bedrock")
        found = [
            quota
            for page in pages
            for quota in page["Quotas"]
            if "tokens per minute" in quota["QuotaName"].lower()
            and all(
                word in quota["QuotaName"].lower().replace(".", " ").split()
                for word in family.split()
                if word.isdigit() or word == "haiku"
            )
        ]
        if not found:
            return Finding(
                "model tokens",
                "unknown",
                f"no quota in Service Quotas names {environment.model.id}; see the Bedrock console",
            )
        least = min(quota["Value"] for quota in found)
        if least < environment.model_tokens_per_minute:
            return Finding(
                "model tokens",
                "failed",
                f"{least:,.0f} a minute for {environment.model.id}, and the environment counts on "
                f"{environment.model_tokens_per_minute:,}: its alarm would come after the throttling. Ask for more, or "
                "write the quota into infra/environments.py",
            )
        return Finding("model tokens", "ok", f"at least {least:,.0f} a minute for {environment.model.id}")

    return _asking("model tokens", ask)


def _endpoints(client: Client) -> Finding:
    """Whether the account may run as many instances as each engine may grow to."""

    def ask() -> Finding:
        pages = (
            client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
        )
        allowed = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
        short = [
            f"{size.instance_type}: {found:.0f} of {size.most_copies}"
            for size in (WHISPER, TTS)
            if (found := allowed.get(f"{size.instance_type} for endpoint usage", 0.0)) < size.most_copies
        ]
        if short:
            return Finding(
                "endpoint instances",
                "failed",
                f"{', '.join(short)} allowed behind endpoints; ask for them under Service Quotas, SageMaker, lower "
                "`most_copies` in infra/constructs/speech_endpoint.py, or deploy with SPEECH=off",
            )
        return Finding("endpoint instances", "ok", f"{WHISPER.instance_type} and {TTS.instance_type}")

    return _asking("endpoint instances", ask)


def _tag_counted(client: Client) -> Finding:
    what = "budget"

    def ask() -> Finding:
        tags = client("ce").list_cost_allocation_tags(TagKeys=["environment"], Type="UserDefined")
        if any(tag["Status"] == "Active" for tag in tags["CostAllocationTags"]):
            return Finding(what, "ok", "costs are counted by the tag `environment`")
        return Finding(
            what,
            "failed",
            "costs are not counted by the tag `environment`, so the budget stays at 0 and never tells anybody; a day "
            "after the first deployment activate the tag in the Billing console, Cost allocation tags",
        )

    return _asking(what, ask)


def _opted_out(client: Client) -> Finding:
    what = "AI opt-out"
    way = (
        "an administrator of the organisation attaches an AI services opt-out policy (docs/operations.md, What AWS "
        "keeps by itself)"
    )

    def ask() -> Finding:
        try:
            policy = client("organizations").describe_effective_policy(
                PolicyType="AISERVICES_OPT_OUT_POLICY"
            )["EffectivePolicy"]["PolicyContent"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NO_POLICY:
                raise
            return Finding(
                what, "unknown", f"no policy is in effect here: AWS may keep and use content; {way}"
            )
        services = json.loads(policy).get("services", {})
        kept = [
            name
            for name in _LEARNING
            if services.get(name, services.get("default", {})).get("opt_out_policy") != "optOut"
        ]
        if kept:
            return Finding(what, "unknown", f"AWS may keep and use what goes to {', '.join(kept)}; {way}")
        return Finding(what, "ok", f"AWS keeps nothing of its own of {', '.join(_LEARNING)}")

    return _asking(what, ask)
