"""The question bank's documents, brought to the knowledge base's bucket with each deployment that changes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from infra.constructs.log import log_group
from infra.environments import Environment
from runtime.knowledge import load_bank
from runtime.knowledge.documents import digest, render, write

PREFIX: Final = "bank/"
"""What deployments write and remove; what an employer adds lies beside it."""

# CDK's name for its copying function, which all of a stack's deployments share.
_COPIER: Final = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"


class KnowledgeUpload(Construct):
    """Renders the bank at synth and has CloudFormation copy it below `PREFIX`, removing what is no longer there.

    CDK's own copying function does it, under a role of ours: the one it would make itself may do more.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, bucket: s3.Bucket) -> None:
        super().__init__(scope, id)
        role = iam.Role(
            self,
            "Role",
            description=f"What copying the question bank of {environment.name} takes",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log = log_group(
            self, "Log", environment=environment, name=f"/aws/lambda/{environment.named('knowledge-upload')}"
        )
        assets = f"arn:{cdk.Stack.of(self).partition}:s3:::{_assets(self)}"
        policy = iam.Policy(
            self,
            "Policy",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    sid="Log",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log.log_group_arn],
                ),
                iam.PolicyStatement(sid="Asset", actions=["s3:GetObject"], resources=[f"{assets}/*"]),
                iam.PolicyStatement(
                    sid="Compare",
                    actions=["s3:ListBucket"],
                    resources=[bucket.bucket_arn],
                    conditions={"StringLike": {"s3:prefix": [f"{PREFIX}*"]}},
                ),
                iam.PolicyStatement(
                    sid="Copy",
                    actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                    resources=[bucket.arn_for_objects(f"{PREFIX}*")],
                ),
            ],
        )
        account = cdk.Stack.of(self).account
        own = f"<{cdk.Stack.of(self).resolve(bucket.bucket_arn)['Fn::GetAtt'][0]}.Arn>/{PREFIX}*"
        for objects in (own, f"{assets.replace(account, _spelt(account))}/*"):
            cdk.Validations.of(policy).acknowledge(
                cdk.Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{objects}]",
                    reason="The bank's own prefix; and assets, which are named by their content",
                )
            )
        documents = render(load_bank())
        with tempfile.TemporaryDirectory() as folder:
            write(documents, Path(folder))
            self.deployment = s3_deployment.BucketDeployment(
                self,
                "Deployment",
                sources=[
                    s3_deployment.Source.asset(
                        folder,
                        asset_hash=digest(documents),
                        asset_hash_type=cdk.AssetHashType.CUSTOM,
                    )
                ],
                destination_bucket=bucket,
                destination_key_prefix=PREFIX.rstrip("/"),
                role=role.without_policy_updates(),
                log_group=log,
                # Not when the construct moves or goes: the documents go with the bucket, or stay with it.
                retain_on_delete=True,
            )
        self.deployment.node.add_dependency(policy)
        cdk.Validations.of(cdk.Stack.of(self).node.find_child(_COPIER)).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-L1",
                reason="CDK's own function, on the runtime it is tested with",
            )
        )


def _spelt(account: str) -> str:
    """As cdk-nag writes an account that is not known yet."""
    return "<AWS::AccountId>" if cdk.Token.is_unresolved(account) else account


def _assets(scope: Construct) -> str:
    """The bucket of the bootstrap, where assets lie."""
    stack = cdk.Stack.of(scope)
    return f"cdk-{stack.synthesizer.bootstrap_qualifier}-assets-{stack.account}-{stack.region}"
