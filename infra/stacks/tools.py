"""The tools stack: the three action groups, the knowledge base, the guardrail."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.guardrail import Guardrail
from infra.constructs.knowledge_base import KnowledgeBase
from infra.constructs.knowledge_ingestion import KnowledgeIngestion
from infra.constructs.knowledge_upload import KnowledgeUpload
from infra.constructs.operations import Surface
from infra.constructs.tool_functions import CodeExecutor, CvAnalyzer, PerformanceEvaluator
from infra.environments import Environment
from infra.stacks.data import DataStack
from runtime.services.agent import AGENT


class ToolsStack(cdk.Stack):
    """What an interviewer can use, whoever it is: the Bedrock Agent, a model through Converse, the platform itself."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, data: DataStack) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("tools"),
            description="PrepAI: tools",
            termination_protection=environment.production,
        )
        self.add_stack_dependency(data)
        topic = data.operators.topic
        surface = Surface(self, "Alarms", environment=environment, name="tools", topic=topic)
        self.code_executor = CodeExecutor(self, "CodeExecutor", environment=environment, surface=surface)
        self.cv_analyzer = CvAnalyzer(
            self, "CvAnalyzer", environment=environment, surface=surface, key=data.key
        )
        self.performance_evaluator = PerformanceEvaluator(
            self, "PerformanceEvaluator", environment=environment, surface=surface
        )
        self.guardrail = Guardrail(self, "Guardrail", environment=environment, definition=AGENT.guardrail)
        self.knowledge_base = KnowledgeBase(self, "Knowledge", environment=environment)
        ingestion = KnowledgeIngestion(
            self,
            "Ingestion",
            environment=environment,
            surface=Surface(self, "KnowledgeAlarms", environment=environment, name="knowledge", topic=topic),
            knowledge_base=self.knowledge_base,
        )
        upload = KnowledgeUpload(self, "Upload", environment=environment, bucket=self.knowledge_base.bucket)
        upload.deployment.node.add_dependency(*ingestion.listens)
        self.guardrail_id = self.guardrail.guardrail_id
        self.guardrail_version = self.guardrail.version
        self.guardrail_arn = self.guardrail.arn
        self.knowledge_base_id = self.knowledge_base.knowledge_base_id
        self.knowledge_base_arn = self.knowledge_base.arn
