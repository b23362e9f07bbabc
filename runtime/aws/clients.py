"""One pooled client per service and process, with timeouts and retries that were chosen."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast, overload

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_bedrock_agent.client import AgentsforBedrockClient
    from types_boto3_bedrock_agent_runtime.client import AgentsforBedrockRuntimeClient
    from types_boto3_bedrock_runtime.client import BedrockRuntimeClient
    from types_boto3_dynamodb.client import DynamoDBClient
    from types_boto3_lambda.client import LambdaClient
    from types_boto3_polly.client import PollyClient
    from types_boto3_s3.client import S3Client
    from types_boto3_sagemaker_runtime.client import SageMakerRuntimeClient
    from types_boto3_secretsmanager.client import SecretsManagerClient
    from types_boto3_textract.client import TextractClient

    from runtime.aws.transcribe import TranscribeClient

# botocore's default of 10 connections makes the eleventh turn open its own and throw it away.
_CONNECTIONS: Final = 50
# All of these are in the region's own network: who does not answer a handshake by then is not there.
_CONNECT_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a service may be silent before an attempt is given up, in seconds, and how many attempts there are.

    The silence is counted between bytes: a stream that keeps talking may take longer.
    """

    silence_s: float
    attempts: int = 3


# Not named here: secretsmanager and polly, which answer at once or not at all.
_PATIENCE: Final[dict[str, Patience]] = {
    # Answers in milliseconds; a turn waits for it, so a lost packet must not cost a minute (botocore's default).
    "dynamodb": Patience(silence_s=2),
    "s3": Patience(silence_s=10),
    # A model may think before its first word; the conductor gives up on it sooner, by its own clock.
    "bedrock-runtime": Patience(silence_s=30),
    "bedrock-agent-runtime": Patience(silence_s=30),
    # SageMaker ends an invocation after 60 s.
    "sagemaker-runtime": Patience(silence_s=61),
    # The longest tool: a submission of 30 s, and a cold start. A second attempt would run the tool twice, because
    # Lambda goes on after its caller has hung up; whether to repeat is the adapter's decision.
    "lambda": Patience(silence_s=65, attempts=1),
    "textract": Patience(silence_s=20),
    # A minute of sound is read in one call, and nothing is said until all of it is.
    "transcribe": Patience(silence_s=60, attempts=2),
}
_ELSE: Final = Patience(silence_s=5)

type Service = Literal[
    "bedrock-agent",
    "bedrock-agent-runtime",
    "bedrock-runtime",
    "dynamodb",
    "lambda",
    "polly",
    "s3",
    "sagemaker-runtime",
    "secretsmanager",
    "textract",
    "transcribe",
]

_clients: dict[str, object] = {}
# Making clients shares botocore's session, which is not safe for threads; using them is.
_making = threading.Lock()


@functools.cache
def session() -> botocore.session.Session:
    """The process's session. Botocore's own: boto3 would add a file transfer manager, which nobody here needs."""
    return botocore.session.get_session()


def configuration(service_name: Service) -> Config:
    """Timeouts, pool and retries of a service's client.

    "standard" retries throttling, timeouts, dropped connections and 5xx with jittered backoff and a budget that an
    outage empties. "adaptive" would also hold requests back on this side: one throttled partition would delay every
    turn of the process.
    """
    patience = _PATIENCE.get(service_name, _ELSE)
    return Config(
        connect_timeout=_CONNECT_S,
        read_timeout=patience.silence_s,
        max_pool_connections=_CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": patience.attempts},
        tcp_keepalive=True,
        # Forms for browsers: by default botocore signs them in the old way, which most regions and KMS refuse, and for
        # S3's global address, which answers a new bucket's with a redirect that browsers do not follow.
        signature_version="s3v4" if service_name == "s3" else None,
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
        if service_name == "s3"
        else None,
    )


@overload
def client(service_name: Literal["bedrock-agent"]) -> AgentsforBedrockClient: ...
@overload
def client(service_name: Literal["bedrock-agent-runtime"]) -> AgentsforBedrockRuntimeClient: ...
@overload
def client(service_name: Literal["bedrock-runtime"]) -> BedrockRuntimeClient: ...
@overload
def client(service_name: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service_name: Literal["lambda"]) -> LambdaClient: ...
@overload
def client(service_name: Literal["polly"]) -> PollyClient: ...
@overload
def client(service_name: Literal["s3"]) -> S3Client: ...
@overload
def client(service_name: Literal["sagemaker-runtime"]) -> SageMakerRuntimeClient: ...
@overload
def client(service_name: Literal["secretsmanager"]) -> SecretsManagerClient: ...
@overload
def client(service_name: Literal["textract"]) -> TextractClient: ...
@overload
def client(service_name: Literal["transcribe"]) -> TranscribeClient: ...
def client(service_name: Service) -> object:
    """The process's client of a service, made at the first call. Region and credentials come from the environment.

    Raises `botocore.exceptions.NoRegionError` when neither AWS_REGION nor AWS_DEFAULT_REGION is set.
    """
    with _making:
        found = _clients.get(service_name)
        if found is None:
            # Every runtime of AWS sets AWS_REGION; botocore by itself reads AWS_DEFAULT_REGION and the profile alone.
            region = os.environ.get("AWS_REGION")
            found = _clients[service_name] = session().create_client(
                service_name, region_name=region, config=configuration(service_name)
            )
    return found


def when_used[Client](make: Callable[[], Client]) -> Client:
    """A client that is made when something of it is first used: most requests need one or two of many.

    `when_used(lambda: client("s3"))`.
    """
    return cast("Client", _WhenUsed(make))


class _WhenUsed:
    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)
