"""The socket's address on AgentCore Runtime: signed, short-lived, and for one interview."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import ReadOnlyCredentials
from starlette.requests import HTTPConnection

from runtime.aws.voice_address import VoiceAddress

ARN = "arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/prepai_dev_voice-AbCdEf1234"
INTERVIEW = "0d0f4f0e-5b7c-4f0c-8f6d-2f5f4a0d7c11"
NOW = datetime(2026, 6, 10, 10, tzinfo=UTC)
REQUEST = HTTPConnection({"type": "http", "headers": []})


def address(ticket: str = "a-ticket", interview: str = INTERVIEW, token: str | None = "session-token") -> str:
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", "a-secret-key", token)
    made = VoiceAddress(arn=ARN, qualifier="live", credentials=lambda: credentials, expires_s=60)
    return made(REQUEST, interview, ticket)


def test_it_is_the_runtimes_socket_with_interview_and_ticket_in_what_is_signed() -> None:
    url = urlsplit(address())
    query = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}

    assert (url.scheme, url.netloc) == ("wss", "bedrock-agentcore.eu-west-1.amazonaws.com")
    assert url.path == (
        "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aeu-west-1%3A123456789012%3Aruntime%2Fprepai_dev_voice-AbCdEf1234/ws"
    )
    assert query.pop("X-Amz-Date").endswith("Z")
    assert len(query.pop("X-Amz-Signature")) == 64
    assert query.pop("X-Amz-Credential").split("/", 2)[::2] == (
        ["AKIDEXAMPLE", "eu-west-1/bedrock-agentcore/aws4_request"]
    )
    assert query == {
        "qualifier": "live",
        "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id": INTERVIEW,
        "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket": "a-ticket",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Security-Token": "session-token",
    }


@pytest.mark.parametrize("change", [{"ticket": "another"}, {"interview": INTERVIEW.replace("0", "1")}])
def test_another_ticket_or_interview_has_another_signature(
    change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)

    assert signature(address()) == signature(address())
    assert signature(address(**change)) != signature(address())


def test_the_secret_key_is_not_in_it() -> None:
    assert "a-secret-key" not in address()


@pytest.mark.parametrize("expires_s", [0, 301])
def test_an_address_that_agentcore_would_refuse_is_not_made(expires_s: int) -> None:
    with pytest.raises(ValueError, match="1 to 300 s"):
        VoiceAddress(arn=ARN, qualifier="live", expires_s=expires_s)


def test_an_id_too_short_for_a_session_is_refused() -> None:
    with pytest.raises(ValueError, match="33 characters"):
        address(interview="i-1")


def signature(url: str) -> str:
    return parse_qs(urlsplit(url).query)["X-Amz-Signature"][0]
