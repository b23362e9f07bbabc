"""The environment-variable contract: one class per process, every variable named and typed.

The stack gives a process exactly the variables of its class: `infra` reads these classes and refuses to synthesise when
one is missing or unknown. Field names are the variables' names in lower case.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHORTEST_TOKEN: Final = 16

type Name = Annotated[str, Field(min_length=1)]


class LaptopSettings(BaseSettings):
    """`prepai run`. Each option of the command has its variable: PREPAI_HOST, PREPAI_PORT, ...

    `token` is demanded from every caller when set, and must be set when `host` is not loopback.
    """

    model_config = SettingsConfigDict(env_prefix="PREPAI_", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    data: Path = Path("data")
    speech: Literal["embedded", "off"] = "embedded"
    token: SecretStr | None = None

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        # An empty variable is set, too: it must neither open the server nor pass for "no token".
        if token is not None and len(token.get_secret_value()) < _SHORTEST_TOKEN:
            raise PydanticCustomError(
                "token_too_short",
                "expected PREPAI_TOKEN with at least {least} characters, got {length}; take one from "
                "`openssl rand -hex 16`, or unset the variable to answer this machine alone",
                {"least": _SHORTEST_TOKEN, "length": len(token.get_secret_value())},
            )
        return token


class DeployedSettings(BaseSettings):
    """What every process in AWS knows: the name of the environment it belongs to (dev, staging, prod, ...)."""

    model_config = SettingsConfigDict(frozen=True)

    prepai_environment: Name


class StoreSettings(DeployedSettings):
    """Where interviews are kept: the table of events, the bucket of blobs, and how long either may keep them."""

    event_table: Name
    s3_bucket: Name
    candidate_data_days: Annotated[int, Field(ge=1, le=3650)]


class ToolSettings(DeployedSettings):
    """The names of the three tools' functions."""

    lambda_code_executor: Name
    lambda_cv_analyzer: Name
    lambda_performance_evaluator: Name


class ApiSettings(StoreSettings, ToolSettings):
    """`lambdas.api`. `origin_secret_arn` names the secret that CloudFront sends along with every request;
    `voice_runtime_arn` and `voice_qualifier` the AgentCore Runtime that tickets lead to."""

    origin_secret_arn: Name
    voice_runtime_arn: Name
    voice_qualifier: Name = "DEFAULT"


class VoiceSettings(StoreSettings, ToolSettings):
    """The voice server on AgentCore Runtime.

    `interviewer` says who puts moves into words; the variables of the one that is chosen must be there. `speech` off
    means Transcribe and Polly alone; otherwise they stand in while a SageMaker endpoint is cold.
    """

    interviewer: Literal["authored", "converse", "bedrock_agent"]
    bedrock_agent_id: Name | None = None
    bedrock_agent_alias_id: Name | None = None
    model_id: Name | None = None
    guardrail_id: Name | None = None
    guardrail_version: Name | None = None
    knowledge_base_id: Name | None = None
    speech: Literal["always_on", "scale_to_zero", "off"]
    whisper_endpoint: Name | None = None
    whisper_component: Name | None = None
    tts_endpoint: Name | None = None
    tts_component: Name | None = None
    # Sockets that last an hour are reported to be cut; the client is told to come again well before.
    reconnect_after_s: Annotated[int, Field(ge=60, le=3300)] = 3000

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed: list[str] = []
        if self.interviewer == "bedrock_agent":
            needed += ["bedrock_agent_id", "bedrock_agent_alias_id"]
        if self.interviewer == "converse":
            needed += ["model_id", "guardrail_id", "guardrail_version", "knowledge_base_id"]
        if self.speech != "off":
            needed += ["whisper_endpoint", "whisper_component", "tts_endpoint", "tts_component"]
        missing = [name.upper() for name in needed if getattr(self, name) is None]
        if missing:
            raise ValueError(
                f"INTERVIEWER={self.interviewer} and SPEECH={self.speech} need {', '.join(missing)}"
            )
        return self


class CodeExecutorSettings(DeployedSettings):
    """`lambdas.code_executor`: it needs nothing, and candidate code runs beside it."""


class CvAnalyzerSettings(DeployedSettings):
    """`lambdas.cv_analyzer`: the one bucket whose CVs it reads, and the model that reads them a second time, if any."""

    s3_bucket: Name
    cv_model_id: Name | None = None


class PerformanceEvaluatorSettings(DeployedSettings):
    """`lambdas.performance_evaluator`: it judges what it is sent."""


class KnowledgeIngestionSettings(DeployedSettings):
    """`lambdas.knowledge_ingestion`: what is brought up to date when documents change."""

    knowledge_base_id: Name
    data_source_id: Name
