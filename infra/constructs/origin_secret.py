"""The secret by which the API knows that a request came through the distribution, where the firewall stands."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.environments import Environment


class OriginSecret(Construct):
    """48 letters and digits, made by Secrets Manager and never seen in a template.

    Not rotated by schedule: the distribution carries the value, so a new one is a deployment. CloudFormation draws it
    anew when the rule by which it is drawn changes, and asks for it anew when the reference to it changes; hence it
    stands under a key that `environment.origin_secret` is part of. The API accepts the one before, too, until the edges
    have the new one.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        key = f"value-{environment.origin_secret}"
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=environment.named("origin"),
            description="What the distribution sends along so that the API answers it alone",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                # A header's value: no quotes, blanks or signs that a proxy could read otherwise.
                password_length=48,
                exclude_punctuation=True,
                include_space=False,
                secret_string_template="{}",  # noqa: S106 - around the value that is drawn
                generate_string_key=key,
            ),
            # It guards no data: whoever removes the stack removes what asks for it.
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.header = self.secret.secret_value_from_json(key)
        """What the distribution sends along: in a template a reference, which CloudFormation alone resolves."""
        cdk.Validations.of(self.secret).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-SMG4",
                reason="The distribution carries the value, so a new one is a deployment and not a rotation",
            )
        )

    def read_by(self) -> iam.PolicyStatement:
        """What lets a role read it."""
        return iam.PolicyStatement(
            sid="OriginSecret",
            actions=["secretsmanager:GetSecretValue"],
            resources=[self.secret.secret_arn],
        )
