"""The role in which Bedrock works for this account: trusted for one kind of its resources, and for nothing else."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct


def bedrock_role(scope: Construct, id: str, *, resource: str, description: str) -> iam.Role:
    """A role for this account's Bedrock resources of the kind `resource` ("agent", "knowledge-base").

    The kind and not the one, because a resource's id is not known before it is made, and to be made it needs the role.
    """
    stack = cdk.Stack.of(scope)
    return iam.Role(
        scope,
        id,
        description=description,
        assumed_by=iam.ServicePrincipal(
            "bedrock.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": stack.format_arn(service="bedrock", resource=resource, resource_name="*")
                },
            },
        ),
    )
