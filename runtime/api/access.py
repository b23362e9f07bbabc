"""Who calls, and the platform they call: the two things every operation depends on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from runtime.api.container import Container
from runtime.people import Principal


# Plain functions would each be sent to a thread, and wait for one, at every request.
async def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container


Platform = Annotated[Container, Depends(_container)]


async def _caller(request: Request, platform: Platform) -> Principal:
    return platform.authenticate(request)


Caller = Annotated[Principal, Depends(_caller)]
