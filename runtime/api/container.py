"""What the API works with, put together by a composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.requests import HTTPConnection

from runtime.people import Principal
from runtime.services.code import CodeRuns
from runtime.services.cv import CvProfiles
from runtime.services.interviews import Interviews
from runtime.services.plans import Plans
from runtime.services.platform import Services
from runtime.services.reports import Reports
from runtime.services.turns import Turns
from runtime.voice.protocol import Engines
from runtime.voice.tickets import Tickets

type Authenticate = Callable[[HTTPConnection], Principal]


@dataclass(frozen=True, slots=True)
class Container:
    """The use cases, and where they are served.

    `authenticate` raises `UnauthorizedError`. `socket_url` gives the address of an interview's socket for a request:
    where it came in, the interview's id and the ticket that the address carries. `engines`: what speaks and hears
    there. `page` is the folder of the built page, if it is served from here.
    """

    interviews: Interviews
    turns: Turns
    plans: Plans
    profiles: CvProfiles
    code: CodeRuns
    reports: Reports
    tickets: Tickets
    engines: Engines
    authenticate: Authenticate
    socket_url: Callable[[HTTPConnection, str, str], str]
    page: Path | None

    @classmethod
    def over(
        cls,
        services: Services,
        tickets: Tickets,
        *,
        engines: Engines,
        authenticate: Authenticate,
        socket_url: Callable[[HTTPConnection, str, str], str],
        page: Path | None = None,
    ) -> Self:
        """The container of a platform's use cases."""
        return cls(
            interviews=services.interviews,
            turns=services.turns,
            plans=services.plans,
            profiles=services.profiles,
            code=services.code,
            reports=services.reports,
            tickets=tickets,
            engines=engines,
            authenticate=authenticate,
            socket_url=socket_url,
            page=page,
        )
