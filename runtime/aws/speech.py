"""Failures of speech services in the port's words.

Nothing is repeated here: the clients of `runtime.aws.clients` repeat throttled calls, 5xx answers and broken
connections (botocore's standard mode), and an answer that has begun is never repeated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from botocore.eventstream import ParserError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    ParamValidationError,
    ReadTimeoutError,
)
from urllib3.exceptions import HTTPError
from urllib3.exceptions import ReadTimeoutError as SocketReadTimeoutError

from runtime.voice.ports import SpeechRejected, SpeechTimeout, SpeechUnavailable

_PERMISSION: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"}
)


@contextlib.contextmanager
def named_failures(engine: str, *, rejections: frozenset[str] = frozenset()) -> Iterator[None]:
    """Failures of a call to AWS as SpeechError; `rejections` are the error codes that mean the request itself.

    Everything else is the service's state (or its permissions), and another engine may well do the work. No message
    carries what a service says: it may quote the request.
    """
    try:
        yield
    except (TimeoutError, ReadTimeoutError, ConnectTimeoutError, SocketReadTimeoutError) as error:
        raise SpeechTimeout(f"{engine} took too long. Try again, or type instead.") from error
    except ParamValidationError:
        # Not chained: it quotes the parameters, which are what somebody said.
        raise SpeechRejected(f"{engine} cannot be asked for this: a parameter is not valid.") from None
    except ClientError as error:
        raise _refused(engine, error, rejections) from None
    except (BotoCoreError, ParserError, HTTPError, OSError) as error:
        raise SpeechUnavailable(
            f"{engine} broke off or does not answer ({type(error).__name__}). "
            "Try again in a moment, or type instead."
        ) from error


def _refused(
    engine: str, error: ClientError, rejections: frozenset[str]
) -> SpeechUnavailable | SpeechRejected:
    code = error.response.get("Error", {}).get("Code", "an unknown error")
    if code in rejections:
        return SpeechRejected(f"{engine} refused the request ({code}). Say it differently, or type instead.")
    if code in _PERMISSION:
        return SpeechUnavailable(
            f"{engine} may not be used by this process ({code}): its role lacks a permission. Type instead."
        )
    return SpeechUnavailable(f"{engine} answered {code}. Try again in a moment, or type instead.")
