"""The secret that the distribution sends along with every request, so that nobody goes round it and its firewall."""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from runtime.people.access import OriginUnknownError

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient

_log = logging.getLogger(__name__)

# Guessing must not cost a call each, and a rotation must not lock the distribution out for long.
_REREAD_S: Final = 60.0
_STAGES: Final = ("AWSCURRENT", "AWSPREVIOUS")


class OriginSecret:
    """Whether a header's value is the secret. While a rotation reaches the distribution's edges, both values are.

    A version of the secret is a JSON object with one value, under a key that changes with it (infra/constructs/
    origin_secret.py).
    """

    def __init__(
        self,
        *,
        arn: str,
        client: SecretsManagerClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arn = arn
        self._client = client
        self._clock = clock
        self._accepted: tuple[bytes, ...] = ()
        self._read_at: float | None = None

    def __call__(self, value: str) -> bool:
        """Raises `OriginUnknownError` when the secret cannot be read."""
        if not value:
            return False
        if self._holds(value):
            return True
        if self._read_at is not None and self._clock() - self._read_at < _REREAD_S:
            return False
        self._accepted = self._read()
        self._read_at = self._clock()
        return self._holds(value)

    def _holds(self, value: str) -> bool:
        given = value.encode()
        return any(hmac.compare_digest(given, accepted) for accepted in self._accepted)

    def _read(self) -> tuple[bytes, ...]:
        found = []
        for stage in _STAGES:
            try:
                secret = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)["SecretString"]
            except (ClientError, BotoCoreError) as error:
                if stage == "AWSPREVIOUS" and _code(error) == "ResourceNotFoundException":
                    continue  # it was never rotated
                _log.error("the origin secret cannot be read: %s", _code(error) or type(error).__name__)
                raise OriginUnknownError(
                    "whether this request came through the front cannot be checked now; try again shortly"
                ) from None
            values = _values(secret)
            if not values and stage == "AWSCURRENT":
                # Without the text itself, which is the secret.
                _log.error("the origin secret was expected to be a JSON object with a text, and is none")
                raise OriginUnknownError(
                    "whether this request came through the front cannot be checked: its secret was written by hand. "
                    "Count `origin_secret` up in infra/environments.py and deploy"
                )
            found += [value.encode() for value in values]
        return tuple(found)


def _values(secret: str) -> list[str]:
    try:
        version = json.loads(secret)
    except ValueError:
        return []
    return [v for v in version.values() if isinstance(v, str) and v] if isinstance(version, dict) else []


def _code(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
