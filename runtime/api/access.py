"""Who calls, and the platform they call: the two things every operation depends on."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from runtime.api.container import Container
from runtime.people import Principal


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container


Platform = Annotated[Container, Depends(_container)]


def _caller(request: Request, platform: Platform) -> Principal:
    return platform.authenticate(request)


Caller = Annotated[Principal, Depends(_caller)]
