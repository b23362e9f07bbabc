"""The environments that can be deployed: frozen, validated values, and no other place that decides them.

A team edits `COMMITTED` below. Everybody can have a personal environment beside them: `cdk deploy -c sandbox=ada`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

type Interviewer = Literal["authored", "converse", "bedrock_agent"]
type Speech = Literal["always_on", "scale_to_zero", "off"]
type Architecture = Literal["arm64", "x86_64"]

# Gone from Bedrock, or announced to go: a deployment that names one fails at the first question instead of here.
# https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html
RETIRED_MODELS: Final = frozenset(
    {
        "anthropic.claude-instant-v1",
        "anthropic.claude-v2",
        "anthropic.claude-v2:1",
        "anthropic.claude-3-sonnet-20240229-v1:0",
        "anthropic.claude-3-opus-20240229-v1:0",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "anthropic.claude-3-5-haiku-20241022-v1:0",
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "amazon.titan-embed-text-v1",
        "amazon.titan-text-express-v1",
        "amazon.titan-text-lite-v1",
    }
)


EDGE_REGION: Final = "us-east-1"
"""Where CloudFront looks for firewalls and certificates, and writes its logs and metrics."""

# Where a cross-region inference profile may be called from.
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
_CALLED_FROM: Final[Mapping[str, tuple[str, ...]]] = {"us": ("us-", "ca-"), "eu": ("eu-",), "apac": ("ap-",)}

# What `cdk bootstrap` calls its things unless it is told otherwise.
_QUALIFIER: Final = "hnb659fds"


class InvalidEnvironmentError(ValueError):
    """An environment that would not deploy, or not safely; the message says what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A Bedrock model reached through a cross-region inference profile.

    `regions` are those the profile may send a request to: a role needs a statement for each.
    """

    id: str
    profile: Literal["us", "eu", "apac"]
    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.id in RETIRED_MODELS:
            raise InvalidEnvironmentError(
                f"expected a model that Bedrock still serves, got {self.id}, which is retired; see "
                "https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html"
            )
        if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9.:-]+", self.id):
            raise InvalidEnvironmentError(
                f"expected a model id such as anthropic.claude-haiku-5-5, got {self.id!r}"
            )
        if not self.regions:
            raise InvalidEnvironmentError(
                f"expected the regions that the {self.profile} profile reaches, got none"
            )

    @property
    def profile_id(self) -> str:
        """What callers pass as the model's id."""
        return f"{self.profile}.{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineImage:
    """A speech engine's container image: a repository in this account's ECR, pinned by digest.

    `digest` None: nothing was pushed yet. Synthesis works then, with a placeholder; `make deploy` refuses.
    """

    repository: str
    digest: str | None = None

    def __post_init__(self) -> None:
        if self.digest is not None and not re.fullmatch(r"sha256:[0-9a-f]{64}", self.digest):
            raise InvalidEnvironmentError(
                f"expected the digest of {self.repository} as sha256: and 64 hexadecimal digits, got {self.digest!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One deployment of everything.

    name: part of every resource's name, so that several environments fit into one account.
    account: 12 digits, or None for the account of whoever deploys.
    production: data is retained and stacks are protected; functions are released by canary.
    candidate_data_days: after so many days an interview is gone, with or without a request.
    customer_managed_key: data is encrypted under a KMS key of the account's own (1 dollar a month and per request).
    prewarm: when scale-to-zero speech endpoints wake up before anybody asks, as cron expressions in UTC.
    alarm_email: who hears of alarms and of the budget; production is not deployed without one.
    daily_token_limit: tokens in and out that a day may take before somebody is told.
    cv_model: whether the model reads each CV a second time and fills what code did not find (docs/adr/0017-*.md). The
        CV's text then goes to Bedrock; off, it stays with the function that reads it.
    model_tokens_per_minute: the account's quota for the model (Service Quotas); an alarm speaks before it is full.
    page_urls: further addresses at which people sign in, beside the distribution's own.
    page_domain, page_certificate: a name of yours for the page and the ARN of its certificate in us-east-1, where
        CloudFront looks for it. Only with them can the page demand TLS 1.2. The name's record is yours to make.
    origin_secret: counted up to replace what CloudFront proves itself to the API with (docs/operations.md).
    bounded: every role is below the permission boundary that `make pipeline` makes (infra/pipeline.py), and CDK's own
        roles are the environment's alone.
    """

    name: str
    region: str
    account: str | None = None
    production: bool = False
    interviewer: Interviewer = "bedrock_agent"
    speech: Speech = "scale_to_zero"
    model: Model
    whisper: EngineImage
    tts: EngineImage
    prewarm: tuple[str, ...] = ()
    cv_model: bool = False
    candidate_data_days: int = 90
    log_retention_days: int = 30
    customer_managed_key: bool = False
    monthly_budget_usd: int = 100
    daily_token_limit: int = 5_000_000
    model_tokens_per_minute: int = 1_000_000
    alarm_email: str | None = None
    page_urls: tuple[str, ...] = ()
    page_domain: str | None = None
    page_certificate: str | None = None
    origin_secret: int = 1
    bounded: bool = False
    architecture: Architecture = "arm64"

    def __post_init__(self) -> None:
        if len(self.name) > 20 or not re.fullmatch(r"[a-z][a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise InvalidEnvironmentError(
                "expected a name of 2 to 20 lower-case letters and digits, with single hyphens between them, "
                f"got {self.name!r}"
            )
        if reserved := next((word for word in ("aws", "amazon", "cognito") if word in self.name), None):
            raise InvalidEnvironmentError(
                f"expected a name without {reserved!r}, which Cognito keeps for itself in domains, got {self.name!r}"
            )
        self._check_place()
        self._check_choices()
        self._check_times()
        self._check_addresses()

    def _check_place(self) -> None:
        if self.account is not None and not re.fullmatch(r"\d{12}", self.account):
            raise InvalidEnvironmentError(f"expected an account id of 12 digits, got {self.account!r}")
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region):
            raise InvalidEnvironmentError(f"expected a region such as us-east-1, got {self.region!r}")
        if not self.region.startswith(_CALLED_FROM[self.model.profile]):
            raise InvalidEnvironmentError(
                f"expected a model whose profile may be called from {self.region}, got {self.model.profile_id}; give "
                "the environment a Model with another profile (us, eu, apac) and the regions that it reaches"
            )

    def _check_choices(self) -> None:
        for field, choices in (
            ("interviewer", Interviewer),
            ("speech", Speech),
            ("architecture", Architecture),
        ):
            if getattr(self, field) not in get_args(choices.__value__):
                raise InvalidEnvironmentError(
                    f"expected {field} to be one of {', '.join(get_args(choices.__value__))}, "
                    f"got {getattr(self, field)!r}"
                )

    def _check_times(self) -> None:
        if not 1 <= self.candidate_data_days <= 3650:
            raise InvalidEnvironmentError(
                f"expected candidate_data_days between 1 and 3650, got {self.candidate_data_days}"
            )
        if self.log_retention_days not in _LOG_RETENTION_DAYS:
            raise InvalidEnvironmentError(
                f"expected log_retention_days to be one of {', '.join(map(str, _LOG_RETENTION_DAYS))} "
                f"(CloudWatch knows no others), got {self.log_retention_days}"
            )
        if self.log_retention_days > self.candidate_data_days:
            raise InvalidEnvironmentError(
                "expected log_retention_days at most candidate_data_days: logs name interviews by id, and must not "
                f"outlive them; got {self.log_retention_days} and {self.candidate_data_days}"
            )
        if self.origin_secret < 1:
            raise InvalidEnvironmentError(
                f"expected origin_secret to be counted from 1, got {self.origin_secret}"
            )
        if self.prewarm and self.speech != "scale_to_zero":
            raise InvalidEnvironmentError(f"prewarm needs speech scale_to_zero, got {self.speech}")

    def _check_addresses(self) -> None:
        if self.alarm_email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", self.alarm_email):
            raise InvalidEnvironmentError(
                f"expected alarm_email as an address such as team@example.com, got {self.alarm_email!r}"
            )
        for url in self.page_urls:
            if not url.startswith("https://"):
                raise InvalidEnvironmentError(f"expected page_urls to begin with https://, got {url!r}")
        if (self.page_domain is None) != (self.page_certificate is None):
            raise InvalidEnvironmentError(
                "expected page_domain and page_certificate together: CloudFront answers under a name only with its "
                f"certificate; got {self.page_domain!r} and {self.page_certificate!r}"
            )
        if self.page_certificate is not None and not re.fullmatch(
            r"arn:aws:acm:us-east-1:\d{12}:certificate/[0-9a-f-]+", self.page_certificate
        ):
            raise InvalidEnvironmentError(
                "expected page_certificate to be the ARN of a certificate in us-east-1, where CloudFront looks for it, "
                f"got {self.page_certificate!r}"
            )

    @property
    def left_out(self) -> tuple[str, ...]:
        """The stacks that other environments have and this one has not; what is deployed of them is left over."""
        return (("speech",) if self.speech == "off" else ()) + (
            ("agent",) if self.interviewer != "bedrock_agent" else ()
        )

    @property
    def qualifier(self) -> str:
        """Which bootstrap the environment is deployed with: one of its own where it is bounded.

        What CDK's roles may do is then bounded as well, to this environment and no other of the account.
        """
        if not self.bounded:
            return _QUALIFIER
        own = f"pp-{self.name}"
        # CDK takes ten characters, because its roles' names end in account and region.
        return own if len(own) <= 10 else f"pp{hashlib.sha256(self.name.encode()).hexdigest()[:8]}"

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that has a stack of the environment; each is bootstrapped."""
        return tuple(dict.fromkeys((self.region, EDGE_REGION)))

    def named(self, part: str) -> str:
        """The name of a resource of this environment: `prepai-dev-events`."""
        return f"prepai-{self.name}-{part}"


# What CloudWatch Logs accepts, up to a year; `infra/constructs/log.py` has their names.
_LOG_RETENTION_DAYS: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365)

_HAIKU: Final = Model(
    id="anthropic.claude-haiku-5-5", profile="us", regions=("us-east-1", "us-east-2", "us-west-2")
)
_DEV: Final = Environment(
    name="dev",
    region="us-east-1",
    speech="off",
    model=_HAIKU,
    # The deploy workflow builds and pushes the images and writes their digests here.
    whisper=EngineImage(repository="prepai/whisper"),
    tts=EngineImage(repository="prepai/tts"),
    candidate_data_days=30,
    monthly_budget_usd=50,
)
_STAGING: Final = replace(_DEV, name="staging", speech="scale_to_zero", monthly_budget_usd=150, bounded=True)
_PROD: Final = replace(
    _STAGING,
    name="prod",
    production=True,
    customer_managed_key=True,
    # Weekdays a quarter before working hours on both coasts.
    prewarm=("cron(45 12 ? * MON-FRI *)", "cron(45 16 ? * MON-FRI *)"),
    candidate_data_days=180,
    log_retention_days=90,
    monthly_budget_usd=1000,
    daily_token_limit=50_000_000,
)
COMMITTED: Final[Mapping[str, Environment]] = {e.name: e for e in (_DEV, _STAGING, _PROD)}


def chosen(context: Mapping[str, Any]) -> tuple[Environment, ...]:
    """The environments that a CDK context asks for: all committed ones, `-c env=NAME`, or `-c sandbox=NAME`.

    `-c interviewer=`, `-c speech=` and `-c architecture=` change them; `-c whisper=` and `-c tts=` are the digests of
    the images that a release pushed.
    Raises `InvalidEnvironmentError`.
    """
    sandbox = context.get("sandbox")
    if sandbox is not None:
        environments = [replace(_DEV, name=f"sandbox-{sandbox}", monthly_budget_usd=20)]
    elif name := context.get("env"):
        if name not in COMMITTED:
            raise InvalidEnvironmentError(
                f"expected env to be one of {', '.join(COMMITTED)}, got {name!r}; a personal one is -c sandbox=NAME"
            )
        environments = [COMMITTED[name]]
    else:
        environments = list(COMMITTED.values())
    changes = {
        field: context[field] for field in ("interviewer", "speech", "architecture") if context.get(field)
    }
    if changes.get("speech") not in {None, "scale_to_zero"}:
        changes["prewarm"] = ()
    for engine in ("whisper", "tts"):
        if digest := context.get(engine):
            changes[engine] = replace(getattr(_DEV, engine), digest=digest)
    return tuple(replace(environment, **changes) for environment in environments)
