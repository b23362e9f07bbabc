"""The REST API's entry in Lambda, behind an HTTP API (payload format 2.0)."""

from __future__ import annotations

import asyncio

from mangum import Mangum

from runtime.api import Container, create_app
from runtime.api.throttling import Throttle
from runtime.aws.clients import client, when_used
from runtime.aws.http_events import requests_only
from runtime.aws.identity import authenticate
from runtime.aws.origin import OriginSecret
from runtime.aws.telemetry import begin
from runtime.aws.voice_address import VoiceAddress
from runtime.deployed import platform
from runtime.settings import ApiSettings
from runtime.voice.protocol import Engines
from runtime.voice.tickets import TICKET_TTL_S

settings = ApiSettings()
telemetry = begin("api", ApiSettings)
deployed = platform(settings, telemetry)
arn, qualifier = settings.voice_runtime_arn, settings.voice_qualifier
container = Container.over(
    deployed.services,
    deployed.tickets,
    engines=Engines(interviewer="authored text"),
    authenticate=authenticate,
    socket_url=VoiceAddress(arn=arn, qualifier=qualifier, expires_s=TICKET_TTL_S),
)
origin = OriginSecret(arn=settings.origin_secret_arn, client=when_used(lambda: client("secretsmanager")))
asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum asks for the current one, and Python makes none
app = create_app(container, hosts=None, voice=None, origin=origin, throttle=Throttle(deployed.store))
handler = telemetry.handler(
    requests_only(
        Mangum(app, lifespan="off", text_mime_types=["text/", "application/json", "application/problem+json"])
    )
)
