"""What a process of the platform can do: the variables that tell it how, and the statements that let it.

Both stand together, because either without the other is a fault that shows at the first call only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from infra.constructs.candidate_bucket import PREFIXES, CandidateBucket
from infra.constructs.event_log import BY_DATE, BY_OWNER
from infra.constructs.function import ALIAS
from infra.environments import Environment, Model

TOOLS: Final = ("code-executor", "cv-analyzer", "performance-evaluator")


class UnarguedStarError(Exception):
    """A statement names more than one thing by a star, and nobody said why; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """Variables by name, and the statements of the role that goes with them.

    stars: why resources of the statements end in a star, if any does; cdk-nag is told so.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[iam.PolicyStatement, ...] = ()
    stars: str = ""

    def give(self, role: iam.Role) -> None:
        """Let `role` do it. Raises `UnarguedStarError`."""
        account = cdk.Stack.of(role).account
        for statement in self.statements:
            role.add_to_policy(statement)
            for resource in statement.resources:
                if "*" not in resource:
                    continue
                if not self.stars:
                    raise UnarguedStarError(f"expected `stars` to say why {statement.sid} needs {resource}")
                finding = resource.replace(
                    account, "<AWS::AccountId>" if cdk.Token.is_unresolved(account) else account
                )
                cdk.Validations.of(role).acknowledge(
                    cdk.Acknowledgment(
                        id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{finding}]", reason=self.stars
                    )
                )


def table_name(environment: Environment) -> str:
    """The event log's. Names that are known beforehand tie no stack to another's outputs."""
    return environment.named("events")


def bucket_name(stack: cdk.Stack, environment: Environment) -> str:
    """The candidates' bucket's."""
    return CandidateBucket.names(environment, stack.account)[0]


def keeps_interviews(stack: cdk.Stack, environment: Environment, *, key: kms.IKey | None) -> Capability:
    """To read, append to and delete interviews: what `runtime/aws/store.py` asks of DynamoDB and S3, and no more.

    Nothing scans, and nothing of the bucket's or the table's own settings can be read or changed.
    """
    name = bucket_name(stack, environment)
    table = stack.format_arn(service="dynamodb", resource="table", resource_name=table_name(environment))
    bucket = f"arn:{stack.partition}:s3:::{name}"
    statements = [
        iam.PolicyStatement(
            sid="EventLog",
            actions=[
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            resources=[table],
        ),
        iam.PolicyStatement(
            sid="Lists",
            actions=["dynamodb:Query"],
            resources=[f"{table}/index/{index}" for index in (BY_OWNER, BY_DATE)],
        ),
        iam.PolicyStatement(
            sid="Blobs",
            # A deletion names versions: without them a delete marker would hide what it was to remove. DeleteObjects
            # demands the plain right always, and the other for versions (S3's API reference); the plain one alone can
            # only hide.
            actions=["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"],
            resources=[f"{bucket}/{prefix}*" for prefix in PREFIXES],
        ),
        iam.PolicyStatement(
            sid="Versions",
            actions=["s3:ListBucketVersions"],
            resources=[bucket],
            conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in PREFIXES]}},
        ),
        # Without it S3 answers 403 for an object that is not there, and a missing blob would look like a fault of ours.
        # No condition: a GetObject carries no prefix that one could be put on.
        iam.PolicyStatement(sid="MissingBlobs", actions=["s3:ListBucket"], resources=[bucket]),
    ]
    if key is not None:
        statements.append(
            iam.PolicyStatement(
                sid="CandidatesKey",
                actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
                resources=[key.key_arn],
                # The key opens what these two services keep, and nothing that somebody carries in by hand.
                conditions={
                    "StringEquals": {
                        "kms:ViaService": [
                            f"{service}.{stack.region}.amazonaws.com" for service in ("dynamodb", "s3")
                        ]
                    }
                },
            )
        )
    return Capability(
        variables={
            "EVENT_TABLE": table_name(environment),
            "S3_BUCKET": name,
            "CANDIDATE_DATA_DAYS": str(environment.candidate_data_days),
        },
        statements=tuple(statements),
        stars="Everything below the three prefixes: keys are drawn when bodies arrive, and nothing else lies there",
    )


def takes_uploads(stack: cdk.Stack, environment: Environment) -> Capability:
    """To sign forms for large CVs, beside what `keeps_interviews` allows: each marks what comes by it, so that the
    bucket forgets what nobody takes."""
    bucket = f"arn:{stack.partition}:s3:::{bucket_name(stack, environment)}"
    return Capability(
        statements=(
            iam.PolicyStatement(
                sid="UploadsMarked", actions=["s3:PutObjectTagging"], resources=[f"{bucket}/cvs/*"]
            ),
        ),
        stars="Every upload has a key of its own, drawn when its form is made",
    )


def calls_tools(stack: cdk.Stack, environment: Environment) -> Capability:
    """To call the three tools, each by its alias: a version that is still being released gets its share alone."""
    names = {tool: f"{environment.named(tool)}:{ALIAS}" for tool in TOOLS}
    return Capability(
        variables={f"LAMBDA_{tool.replace('-', '_').upper()}": name for tool, name in names.items()},
        statements=(
            iam.PolicyStatement(
                sid="Tools",
                actions=["lambda:InvokeFunction"],
                resources=[
                    stack.format_arn(
                        service="lambda",
                        resource="function",
                        resource_name=name,
                        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                    )
                    for name in names.values()
                ],
            ),
        ),
    )


def says_authored_text() -> Capability:
    """To say what the question bank says: no model is asked."""
    return Capability(variables={"INTERVIEWER": "authored"})


def asks_agent(*, agent_id: str, alias_id: str, alias_arn: str) -> Capability:
    """To have moves said by the Bedrock Agent, through one alias of it. Its model is called under its own role."""
    return Capability(
        variables={
            "INTERVIEWER": "bedrock_agent",
            "BEDROCK_AGENT_ID": agent_id,
            "BEDROCK_AGENT_ALIAS_ID": alias_id,
        },
        statements=(
            iam.PolicyStatement(sid="Agent", actions=["bedrock:InvokeAgent"], resources=[alias_arn]),
        ),
    )


def asks_model(
    stack: cdk.Stack,
    *,
    model: Model,
    guardrail_id: str,
    guardrail_version: str,
    guardrail_arn: str,
    knowledge_base_id: str,
    knowledge_base_arn: str,
) -> Capability:
    """To have moves said by a model through Converse, under the guardrail and with the knowledge base at hand."""
    return Capability(
        variables={
            "INTERVIEWER": "converse",
            "MODEL_ID": model.profile_id,
            "GUARDRAIL_ID": guardrail_id,
            "GUARDRAIL_VERSION": guardrail_version,
            "KNOWLEDGE_BASE_ID": knowledge_base_id,
        },
        statements=(
            *model_statements(stack, model),
            iam.PolicyStatement(
                sid="Guardrail", actions=["bedrock:ApplyGuardrail"], resources=[guardrail_arn]
            ),
            iam.PolicyStatement(
                sid="Knowledge", actions=["bedrock:Retrieve"], resources=[knowledge_base_arn]
            ),
        ),
    )


def model_statements(stack: cdk.Stack, model: Model) -> tuple[iam.PolicyStatement, ...]:
    """To call `model` through its inference profile and in no other way. Converse is authorised as InvokeModel.

    A profile sends a request to any of its regions, and each checks the caller's right to its own model; the condition
    keeps that right from being one to call the model there directly.
    """
    profile = stack.format_arn(
        service="bedrock", resource="inference-profile", resource_name=model.profile_id
    )
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    return (
        iam.PolicyStatement(sid="ModelProfile", actions=actions, resources=[profile]),
        iam.PolicyStatement(
            sid="ModelRegions",
            actions=actions,
            resources=[
                f"arn:{stack.partition}:bedrock:{region}::foundation-model/{model.id}"
                for region in model.regions
            ],
            conditions={"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        ),
    )


def hears_and_speaks(*, mode: str, endpoints: Mapping[str, str] | None = None) -> Capability:
    """To hear and speak by Transcribe and Polly: alone, or while an endpoint of our own is cold.

    `endpoints`: the variables of the endpoints (WHISPER_ENDPOINT ...), none when speech is off. What calls them is
    allowed by whoever owns them.
    """
    return Capability(
        variables={"SPEECH": mode, **(endpoints or {})},
        statements=(
            # IAM knows no resource for either: nothing of ours is read, and nothing is kept there.
            iam.PolicyStatement(
                sid="ManagedSpeech",
                actions=["polly:SynthesizeSpeech", "transcribe:TranscribeAudio"],
                resources=["*"],
            ),
        ),
        stars="The text or the sound comes with the call and names no resource",
    )


def variables(capabilities: Sequence[Capability]) -> dict[str, str]:
    """The variables of several, which never overlap. Raises `ValueError` where two tell a process differently."""
    merged: dict[str, str] = {}
    for capability in capabilities:
        if twice := merged.keys() & capability.variables.keys():
            raise ValueError(f"expected one capability to give {', '.join(sorted(twice))}, got two")
        merged |= capability.variables
    return merged
