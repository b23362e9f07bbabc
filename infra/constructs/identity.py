"""Who people and programs are: a Cognito user pool without self-sign-up, its groups, a client for machines."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.environments import Environment

GROUPS: Final = {
    "candidate": "Takes part in interviews of their own",
    "reviewer": "Reads every interview of this deployment",
    "admin": "Reads and deletes every interview of this deployment",
}
RESOURCE_SERVER: Final = "prepai"
SCOPE: Final = "interviews"
MACHINE_SCOPE: Final = f"{RESOURCE_SERVER}/{SCOPE}"
"""The scope of a program that comes with client credentials."""


class Identity(Construct):
    """The pool and its clients. People are invited by an administrator; an address is their name."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            user_pool_name=environment.named("people"),
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(7),
            ),
            # In production a password alone would open every CV to whoever guesses a reviewer's. Cognito asks all of a
            # pool or leaves it to each; candidates set up an authenticator as they choose their password.
            mfa=cognito.Mfa.REQUIRED if environment.production else cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            deletion_protection=environment.production,
            removal_policy=cdk.RemovalPolicy.RETAIN if environment.production else cdk.RemovalPolicy.DESTROY,
        )
        cdk.Validations.of(self.pool).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-COG8",
                reason="The plus plan guesses at stolen passwords of people who choose one; here people are invited, "
                "twelve characters are asked for and a second factor is demanded in production",
            ),
        )
        if not environment.production:
            cdk.Validations.of(self.pool).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions::AwsSolutions-COG2",
                    reason="Nobody's CV of consequence lies here: whoever tries the product needs no authenticator",
                )
            )
        for name, description in GROUPS.items():
            cognito.CfnUserPoolGroup(
                self,
                f"Group{name.title()}",
                user_pool_id=self.pool.user_pool_id,
                group_name=name,
                description=description,
            )
        # Prefixes of hosted domains are shared by everybody in a region: the account's id keeps ours apart.
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"{environment.named('login')}-{cdk.Stack.of(self).account}"
            ),
        )
        interviews = cognito.ResourceServerScope(
            scope_name=SCOPE, scope_description="Create, take part in, read and delete interviews"
        )
        server = self.pool.add_resource_server("Api", identifier=RESOURCE_SERVER, scopes=[interviews])
        self.machine = self.pool.add_client(
            "Machine",
            user_pool_client_name=environment.named("machine"),
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(server, interviews)],
            ),
            access_token_validity=cdk.Duration.hours(1),
            prevent_user_existence_errors=True,
        )

    @property
    def issuer(self) -> str:
        """The issuer in every token of this pool."""
        return f"https://cognito-idp.{cdk.Stack.of(self).region}.amazonaws.com/{self.pool.user_pool_id}"
