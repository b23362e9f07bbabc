"""`make cost ENV=`: what an environment costs, from its templates and a dated price file. Asks nobody.

Two figures: idle, a month of being deployed and not used; and one hundred interviews, all in. Both leave out free
tiers, so that a small team pays less than this says, not more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from infra.environments import Environment

PRICES: Final = Path(__file__).with_name("prices.yaml")
INTERVIEWS: Final = 100
_HOURS: Final = 730
_SECONDS: Final = _HOURS * 3600

type Template = Mapping[str, Any]
type Price = Annotated[float, Field(ge=0)]


class UnknownPriceError(Exception):
    """Something in the templates is billed by a price that the price file has not."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interview(_Strict):
    """What one interview uses."""

    minutes: Price
    candidate_speech_minutes: Price
    interviewer_characters: Price
    moves: Price
    model_moves: Price
    model_input_tokens_per_move: Price
    model_output_tokens_per_move: Price
    guardrail_text_units_per_move: Price
    api_requests: Price
    api_gb_seconds: Price
    code_runs: Price
    code_run_gb_seconds: Price
    evaluator_gb_seconds: Price
    cv_gb_seconds: Price
    scanned_cv_share: Price
    scanned_cv_pages: Price
    voice_vcpu_share: Price
    voice_gb: Price
    voice_idle_minutes: Price
    store_writes: Price
    store_reads: Price
    stored_mb: Price
    blobs: Price
    log_mb: Price
    page_mb: Price


class Prices(_Strict):
    """The price file. Unknown and missing lines are errors: a price that nobody reads misleads."""

    checked: Annotated[str, Field(pattern=r"\d{4}-\d{2}-\d{2}")]
    sources: tuple[str, ...]
    unconfirmed: Mapping[str, str]
    monthly: Mapping[str, Price]
    alarm_metric_month: Price
    waf_rule_month: Price
    prewarm_hours: Price
    prewarm_days_month: Price
    cognito_active_user: Price
    cognito_machine_client_month: Price
    custom_metric_month: Price
    custom_metrics: Price
    snapstart_cache_gb_second: Price
    instance_hour: Mapping[str, Price]
    agentcore_gb_hour: Price
    agentcore_vcpu_hour: Price
    cloudfront_gb: Price
    dynamodb_read: Price
    dynamodb_write: Price
    guardrail_text_unit: Price
    http_api_request: Price
    lambda_gb_second_arm64: Price
    lambda_request: Price
    logs_gb: Price
    model_input_token: Price
    model_output_token: Price
    polly_character: Price
    s3_gb_month: Price
    s3_put: Price
    textract_page: Price
    transcribe_minute: Price
    waf_request: Price
    interview: Interview
    awake_hours_per_interview: Price


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill, in dollars."""

    what: str
    how: str
    dollars: float


def load_prices(path: Path = PRICES) -> Prices:
    """The price file, checked. Raises `pydantic.ValidationError`."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Prices.model_validate({**read, "checked": str(read.get("checked"))})


def templates(folder: Path, environment: Environment) -> dict[str, Template]:
    """The environment's templates in a cloud assembly, by stack. Raises `FileNotFoundError` when it is not there."""
    found = sorted((folder / f"assembly-{environment.name}").glob("*.template.json"))
    if not found:
        raise FileNotFoundError(
            f"no templates of {environment.name} in {folder}; run `make cost ENV={environment.name}`, which makes them"
        )
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in found}


def idle(stacks: Mapping[str, Template], prices: Prices, environment: Environment) -> Iterator[Line]:
    """A month of nobody doing anything."""
    resources = [
        resource for template in stacks.values() for resource in template.get("Resources", {}).values()
    ]
    kinds = [resource["Type"] for resource in resources]
    for kind, price in prices.monthly.items():
        if count := kinds.count(kind):
            yield Line(kind.rpartition("::")[2], f"{count} x {price:.2f}", count * price)
    watched = sum(
        _metrics(resource["Properties"])
        for resource in resources
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    )
    price = prices.alarm_metric_month
    yield Line("Alarms", f"{watched} metrics x {price:.2f}", watched * price)
    rules = sum(len(r["Properties"].get("Rules", ())) for r in resources if r["Type"] == "AWS::WAFv2::WebACL")
    if rules:
        yield Line("WAF rules", f"{rules} x {prices.waf_rule_month:.2f}", rules * prices.waf_rule_month)
    machines = sum(
        "client_credentials" in resource["Properties"].get("AllowedOAuthFlows", ())
        for resource in resources
        if resource["Type"] == "AWS::Cognito::UserPoolClient"
    )
    if machines:
        price = prices.cognito_machine_client_month
        yield Line("Cognito machine clients", f"{machines} x {price:.2f}", machines * price)
    cached = sum(
        resource["Properties"]["MemorySize"] / 1024
        for resource in resources
        if resource["Type"] == "AWS::Lambda::Function" and "SnapStart" in resource["Properties"]
    )
    if cached:
        price = cached * prices.snapstart_cache_gb_second * _SECONDS
        yield Line("SnapStart cache", f"{cached:.1f} GB all month", price)
    for resource in resources:
        if resource["Type"] == "AWS::SageMaker::EndpointConfig":
            for variant in resource["Properties"]["ProductionVariants"]:
                yield _endpoint(variant, prices)
    if environment.speech == "scale_to_zero" and environment.prewarm:
        hours = len(environment.prewarm) * prices.prewarm_days_month * prices.prewarm_hours
        for name, price in _instances(stacks, prices):
            yield Line(f"Pre-warming {name}", f"{hours:.0f} hours", hours * price)


def _metrics(alarm: Mapping[str, Any]) -> int:
    """How many metrics an alarm looks at: one, or those of its expression."""
    return max(1, sum("MetricStat" in query for query in alarm.get("Metrics", ())))


def used(stacks: Mapping[str, Template], prices: Prices, environment: Environment) -> Iterator[Line]:
    """One hundred interviews, beside what is idle."""
    one = prices.interview

    def line(what: str, how: str, dollars: float) -> Line:
        return Line(what, how, dollars * INTERVIEWS)

    if environment.interviewer != "authored":
        tokens_in = one.model_moves * one.model_input_tokens_per_move
        tokens_out = one.model_moves * one.model_output_tokens_per_move
        yield line(
            "Model",
            f"{tokens_in:,.0f} tokens in, {tokens_out:,.0f} out each",
            tokens_in * prices.model_input_token + tokens_out * prices.model_output_token,
        )
        units = one.model_moves * one.guardrail_text_units_per_move
        yield line("Guardrail", f"{units:.0f} text units each", units * prices.guardrail_text_unit)
    if environment.speech == "off":
        yield line(
            "Transcribe",
            f"{one.candidate_speech_minutes:.0f} minutes each",
            one.candidate_speech_minutes * prices.transcribe_minute,
        )
        yield line(
            "Polly",
            f"{one.interviewer_characters:,.0f} characters each",
            one.interviewer_characters * prices.polly_character,
        )
    if environment.speech == "scale_to_zero":
        for name, price in _instances(stacks, prices):
            hours = prices.awake_hours_per_interview
            yield line(f"SageMaker {name}", f"{hours:.2f} hours awake each", hours * price)
    hours = one.minutes / 60
    yield line(
        "AgentCore Runtime",
        f"{one.minutes:.0f} minutes of {one.voice_vcpu_share:.0%} vCPU and {one.voice_gb} GB each",
        hours * (one.voice_vcpu_share * prices.agentcore_vcpu_hour + one.voice_gb * prices.agentcore_gb_hour),
    )
    gb_seconds = (
        one.api_gb_seconds
        + one.code_runs * one.code_run_gb_seconds
        + one.evaluator_gb_seconds
        + one.cv_gb_seconds
    )
    requests = one.api_requests + one.code_runs + 2
    yield line(
        "Lambda",
        f"{requests:.0f} calls, {gb_seconds:.0f} GB-seconds each",
        gb_seconds * prices.lambda_gb_second_arm64 + requests * prices.lambda_request,
    )
    yield line(
        "DynamoDB",
        f"{one.store_writes:.0f} writes, {one.store_reads:.0f} reads each",
        one.store_writes * prices.dynamodb_write + one.store_reads * prices.dynamodb_read,
    )
    months = environment.candidate_data_days / 30
    yield line(
        "S3",
        f"{one.stored_mb:.0f} MB each, kept {environment.candidate_data_days} days",
        one.stored_mb / 1024 * prices.s3_gb_month * months + one.blobs * prices.s3_put,
    )
    yield line(
        "HTTP API, CloudFront, WAF",
        f"{one.api_requests:.0f} requests, {one.page_mb:.0f} MB each",
        one.api_requests * (prices.http_api_request + prices.waf_request)
        + one.page_mb / 1024 * prices.cloudfront_gb,
    )
    yield line("Textract", f"{one.scanned_cv_share:.0%} of CVs", _scans(one) * prices.textract_page)
    yield line("Logs", f"{one.log_mb:.0f} MB each", one.log_mb / 1024 * prices.logs_gb)


def _scans(one: Interview) -> float:
    return one.scanned_cv_share * one.scanned_cv_pages


def _endpoint(variant: Mapping[str, Any], prices: Prices) -> Line:
    name = variant["InstanceType"]
    least = variant.get("ManagedInstanceScaling", {}).get(
        "MinInstanceCount", variant.get("InitialInstanceCount", 1)
    )
    price = _hourly(name, prices)
    return Line(f"SageMaker {name}", f"{least} instances all month", least * price * _HOURS)


def _instances(stacks: Mapping[str, Template], prices: Prices) -> Iterator[tuple[str, float]]:
    for template in stacks.values():
        for resource in template.get("Resources", {}).values():
            if resource["Type"] == "AWS::SageMaker::EndpointConfig":
                for variant in resource["Properties"]["ProductionVariants"]:
                    yield variant["InstanceType"], _hourly(variant["InstanceType"], prices)


def _hourly(name: str, prices: Prices) -> float:
    if name not in prices.instance_hour:
        raise UnknownPriceError(
            f"{PRICES.name} has no price for {name}; add it under instance_hour, from SageMaker's price page"
        )
    return prices.instance_hour[name]
