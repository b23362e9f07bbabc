"""Tickets: single-use, short-lived proof that the bearer may open an interview's socket.

A browser cannot send headers with a WebSocket, so the address carries a ticket instead of a long-lived token.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Final

from runtime.interview.store import Store

TICKET_TTL_S: Final = 60


class TicketRefusedError(Exception):
    """The ticket is unknown, too old, used, or for another interview."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket admits to."""

    interview_id: str
    principal_id: str


class Tickets:
    """Issues and redeems tickets. The store sees only their hashes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def issue(self, interview_id: str, principal_id: str) -> str:
        """A new ticket, good once within `TICKET_TTL_S` seconds."""
        secret = secrets.token_urlsafe(32)
        self._store.put_once(_key(secret), json.dumps([interview_id, principal_id]), ttl_s=TICKET_TTL_S)
        return secret

    def redeem(self, secret: str, interview_id: str | None) -> Ticket:
        """Use the ticket up. Raises `TicketRefusedError`, also for another interview's ticket.

        `interview_id` None: whichever interview it is for.
        """
        key = _key(secret)
        value = self._store.held(key)
        if value is None or not self._store.swap(key, expected=value, value=None, ttl_s=0):
            raise TicketRefusedError(
                "this ticket was used or is too old; get a new one from the ticket route"
            )
        ticket = Ticket(*json.loads(value))
        if interview_id not in {None, ticket.interview_id}:
            raise TicketRefusedError("this ticket is for another interview")
        return ticket


def _key(secret: str) -> str:
    return f"ticket/{hashlib.sha256(secret.encode()).hexdigest()}"
