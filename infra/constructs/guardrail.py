"""What holds a model's words back, as the agent's definition has it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import aws_cdk as cdk
from aws_cdk import aws_bedrock as bedrock
from constructs import Construct

from infra.environments import Environment
from runtime.interview.agent import ContentFilter
from runtime.interview.agent import Guardrail as Definition


class GuardrailError(ValueError):
    """A guardrail that Bedrock would refuse; the message says what it takes instead."""


class Guardrail(Construct):
    """The guardrail, and the version of it that is in use: a draft changes under whoever uses it.

    Every change of the definition cuts a version. Those before stay, because versions of the agent that somebody may
    roll back to name them; they go with the guardrail itself.
    """

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, definition: Definition
    ) -> None:
        super().__init__(scope, id)
        self.digest = hashlib.sha256(json.dumps(asdict(definition), sort_keys=True).encode()).hexdigest()
        guardrail = bedrock.CfnGuardrail(
            self,
            "Guardrail",
            name=environment.named("interviewer"),
            description="What the interviewer may not say",
            blocked_input_messaging=definition.blocked,
            blocked_outputs_messaging=definition.blocked,
            content_policy_config=bedrock.CfnGuardrail.ContentPolicyConfigProperty(
                filters_config=[_filter(each) for each in definition.filters]
            ),
            topic_policy_config=bedrock.CfnGuardrail.TopicPolicyConfigProperty(
                topics_config=[
                    bedrock.CfnGuardrail.TopicConfigProperty(
                        name=topic.name,
                        definition=topic.definition,
                        examples=list(topic.examples),
                        type="DENY",
                        # Candidates may speak about what the interviewer must not: those are their answers.
                        input_enabled=False,
                        output_enabled=True,
                    )
                    for topic in definition.topics
                ]
            ),
            sensitive_information_policy_config=bedrock.CfnGuardrail.SensitiveInformationPolicyConfigProperty(
                pii_entities_config=[
                    bedrock.CfnGuardrail.PiiEntityConfigProperty(type=kind, action="ANONYMIZE")
                    for kind in definition.anonymized
                ]
            ),
        )
        version = bedrock.CfnGuardrailVersion(
            self,
            "Version",
            guardrail_identifier=guardrail.attr_guardrail_id,
            # A version never changes, so a new description means a new version.
            description=f"Definition {self.digest[:16]}",
        )
        version.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN
        version.cfn_options.deletion_policy = cdk.CfnDeletionPolicy.RETAIN
        self.guardrail_id = guardrail.attr_guardrail_id
        self.arn = guardrail.attr_guardrail_arn
        self.version = version.attr_version


def _filter(definition: ContentFilter) -> bedrock.CfnGuardrail.ContentFilterConfigProperty:
    # Bedrock says so at deployment only, after everything before it in the stack was made.
    if definition.type == "PROMPT_ATTACK" and definition.output != "NONE":
        raise GuardrailError(
            "expected the output strength NONE for PROMPT_ATTACK, which only looks at what comes in, "
            f"got {definition.output}"
        )
    return bedrock.CfnGuardrail.ContentFilterConfigProperty(
        type=definition.type, input_strength=definition.input, output_strength=definition.output
    )
