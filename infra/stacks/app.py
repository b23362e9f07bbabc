"""The app stack: REST, voice, page, and how they are watched."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from infra.bundling import Deployable
from infra.constructs.capability import (
    Capability,
    asks_agent,
    asks_model,
    bucket_name,
    calls_tools,
    hears_and_speaks,
    keeps_interviews,
    says_authored_text,
    table_name,
    takes_uploads,
    variables,
)
from infra.constructs.dashboards import FUNCTIONS, BusinessDashboard, ServiceDashboard
from infra.constructs.function import Function
from infra.constructs.identity import MACHINE_SCOPE
from infra.constructs.interviews import Interviews
from infra.constructs.model_use import ModelUse
from infra.constructs.operations import Surface
from infra.constructs.origin_secret import OriginSecret
from infra.constructs.rest_api import TIMEOUT_S, RestApi
from infra.constructs.site import Site
from infra.constructs.site_watch import SiteWatch
from infra.constructs.spend import Spend
from infra.constructs.voice_runtime import ENDPOINT, VoiceRuntime
from infra.constructs.web_acl import WebAcl
from infra.environments import Environment
from infra.stacks.agent import AgentStack
from infra.stacks.data import DataStack
from infra.stacks.edge import FirewallStack
from infra.stacks.speech import SpeechStack
from infra.stacks.tools import ToolsStack
from runtime.settings import ApiSettings

API: Final = Deployable(entry="lambdas.api.handler", lock="api", bank=True)


class AppStack(cdk.Stack):
    """The app stack: REST, voice, page, and how they are watched.

    firewall: where the environment is elsewhere than CloudFront's own region, the stack that has its firewall there.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        data: DataStack,
        speech: SpeechStack | None,
        tools: ToolsStack,
        agent: AgentStack | None,
        firewall: FirewallStack | None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("app"),
            description="PrepAI: app",
            termination_protection=environment.production,
        )
        # Names that are known beforehand say nothing about the order in which stacks come.
        for stack in (data, speech, tools, agent, firewall):
            if stack is not None:
                self.add_stack_dependency(stack)
        topic = data.operators.topic

        def surface(name: str) -> Surface:
            return Surface(self, f"{name.title()}Alarms", environment=environment, name=name, topic=topic)

        api_surface, voice_surface, model_surface = surface("api"), surface("voice"), surface("model")

        self.voice = voice = VoiceRuntime(
            self,
            "Voice",
            environment=environment,
            surface=voice_surface,
            capabilities=[
                keeps_interviews(self, environment, key=data.key),
                calls_tools(self, environment),
                self._interviewer(environment, tools, agent),
                self._speech(environment, speech),
            ],
        )
        if speech is not None:
            speech.grant_invoke(voice.role)

        origin = OriginSecret(self, "Origin", environment=environment)
        capabilities = [
            keeps_interviews(self, environment, key=data.key),
            takes_uploads(self, environment),
            calls_tools(self, environment),
        ]
        function = Function(
            self,
            "Rest",
            environment=environment,
            surface=api_surface,
            name="api",
            description="PrepAI: the REST API",
            deployable=API,
            settings=ApiSettings,
            variables={
                **variables(capabilities),
                "ORIGIN_SECRET_ARN": origin.secret.secret_arn,
                "VOICE_RUNTIME_ARN": voice.arn,
                "VOICE_QUALIFIER": ENDPOINT,
            },
            # Memory buys processor: at 1,769 MB Lambda gives a whole one, and a cold start is imports.
            memory_mb=1769,
            timeout=cdk.Duration.seconds(TIMEOUT_S),
        )
        for capability in capabilities:
            capability.give(function.role)
        function.role.add_to_policy(origin.read_by())
        function.role.add_to_policy(voice.connected_by())
        api = RestApi(
            self,
            "Api",
            environment=environment,
            surface=api_surface,
            function=function,
            issuer=data.identity.issuer,
            scopes=[MACHINE_SCOPE],
        )
        api.accept(data.identity.machine.user_pool_client_id)

        self.site = site = Site(
            self,
            "Site",
            environment=environment,
            api_domain=api.domain,
            origin_secret=origin,
            identity=data.identity,
            uploads=data.candidates.bucket,
            web_acl=(
                firewall.web_acl
                if firewall
                else WebAcl(self, "Firewall", environment=environment, surface=surface("firewall"))
            ),
        )
        api.accept(site.page_client_id)
        if not firewall:
            SiteWatch(
                self,
                "SiteWatch",
                environment=environment,
                surface=surface("site"),
                distribution_id=site.distribution.distribution_id,
            )

        model = ModelUse(self, "Model", environment=environment, surface=model_surface)
        interviews = Interviews(self, "Interviews", environment=environment, surface=surface("interviews"))
        Spend(self, "Spend", environment=environment, topic=topic)
        BusinessDashboard(self, "Business", environment=environment, interviews=interviews, model=model)
        ServiceDashboard(
            self,
            "Service",
            environment=environment,
            surfaces=[
                found
                for stack in (self, data, tools, speech, agent)
                if stack is not None
                for found in stack.node.find_all()
                if isinstance(found, Surface)
            ],
            api=api,
            voice=voice,
            model=model,
            queues=[environment.named("knowledge.fifo")],
            components=(
                [speech.endpoints.whisper_component, speech.endpoints.tts_component] if speech else []
            ),
        )
        self._tell(environment, data, site)

    def _tell(self, environment: Environment, data: DataStack, site: Site) -> None:
        """What people and programs need to find their way in; `docs/clients.md` begins with it."""
        identity = data.identity
        for name, value, description in (
            ("PageUrl", site.url, "The page, and under /api the API"),
            ("ApiUrl", f"{site.url}/api", "The API; the address of its own answers nobody but the page's"),
            ("UserPoolId", identity.pool.user_pool_id, "Where people are invited"),
            ("PageClientId", site.page_client_id, "The client that the page signs people in with"),
            ("MachineClientId", identity.machine.user_pool_client_id, "The client of programs"),
            ("TokenUrl", f"{identity.domain.base_url()}/oauth2/token", "Where programs get tokens"),
            ("TokenScope", MACHINE_SCOPE, "The scope to ask for"),
            ("VoiceRuntimeArn", self.voice.arn, "The runtime that tickets lead to"),
            ("TableName", table_name(environment), "The event log"),
            ("BucketName", bucket_name(self, environment), "CVs, sound, reports"),
            *(
                (f"{part.title().replace('-', '')}Function", environment.named(part), f"The {part}")
                for part in FUNCTIONS
            ),
        ):
            cdk.CfnOutput(self, name, value=value, description=description)

    def _interviewer(
        self, environment: Environment, tools: ToolsStack, agent: AgentStack | None
    ) -> Capability:
        if agent is not None:
            return asks_agent(agent_id=agent.agent_id, alias_id=agent.alias_id, alias_arn=agent.alias_arn)
        if environment.interviewer == "authored":
            return says_authored_text()
        return asks_model(
            self,
            model=environment.model,
            guardrail_id=tools.guardrail_id,
            guardrail_version=tools.guardrail_version,
            guardrail_arn=tools.guardrail_arn,
            knowledge_base_id=tools.knowledge_base_id,
            knowledge_base_arn=tools.knowledge_base_arn,
        )

    def _speech(self, environment: Environment, speech: SpeechStack | None) -> Capability:
        return hears_and_speaks(
            mode=environment.speech,
            endpoints=speech.endpoints.variables() if speech is not None else None,
        )
