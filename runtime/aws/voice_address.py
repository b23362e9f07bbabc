"""The socket's address in AWS: AgentCore Runtime's, signed for one interview, so that browsers need no credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from starlette.requests import HTTPConnection

from runtime.aws.clients import session

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

SESSION_PARAMETER: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
# AgentCore hands the container what begins like this as headers, when the runtime lists it as allowed.
TICKET_PARAMETER: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket"
# Longer is refused by AgentCore.
LONGEST_S: Final = 300
# One microVM serves one session; shorter ids are refused.
_SHORTEST_SESSION: Final = 33


def process_credentials() -> ReadOnlyCredentials:
    """This process's own credentials as they are now. Raises `RuntimeError` where it has none."""
    credentials = session().get_credentials()
    if credentials is None:
        raise RuntimeError(
            "expected credentials in the environment, to sign a socket's address with; found none"
        )
    return credentials.get_frozen_credentials()


class VoiceAddress:
    """Makes addresses of the runtime `arn`; a `Container.socket_url`.

    `credentials` are asked for at every address, since those of a function expire. The microVM is the interview's own:
    its id is the session's. `expires_s`: how long a socket may be opened at the address; an open one stays open.
    """

    def __init__(
        self,
        *,
        arn: str,
        qualifier: str,
        expires_s: int,
        credentials: Callable[[], ReadOnlyCredentials] = process_credentials,
    ) -> None:
        if not 0 < expires_s <= LONGEST_S:
            raise ValueError(f"expected an address good for 1 to {LONGEST_S} s; got {expires_s}")
        self._region = arn.split(":")[3]
        self._base = (
            f"https://bedrock-agentcore.{self._region}.amazonaws.com/runtimes/{quote(arn, safe='')}/ws"
        )
        self._qualifier = qualifier
        self._credentials = credentials
        self._expires_s = expires_s

    def __call__(self, _connection: HTTPConnection, interview_id: str, ticket: str) -> str:
        if len(interview_id) < _SHORTEST_SESSION:
            raise ValueError(f"expected an interview id of {_SHORTEST_SESSION} characters or more")
        query = urlencode(
            {
                "qualifier": self._qualifier,
                SESSION_PARAMETER: interview_id,
                TICKET_PARAMETER: ticket,
            }
        )
        request = AWSRequest(method="GET", url=f"{self._base}?{query}")
        SigV4QueryAuth(
            self._credentials(), "bedrock-agentcore", self._region, expires=self._expires_s
        ).add_auth(request)
        return str(request.url).replace("https://", "wss://", 1)
