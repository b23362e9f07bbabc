"""What an account must hold before a pipeline may deploy to it: a role without keys, and a ceiling for all roles.

Deployed once per environment by an administrator (`make pipeline ENV=prod GITHUB=owner/repository`). It has no assets
and needs no bootstrap, because that comes after it: the ceiling is then given to the role that deploys for CDK.
"""

from __future__ import annotations

import re
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.image_repository import ImageRepository
from infra.environments import Environment, InvalidEnvironmentError

ISSUER: Final = "token.actions.githubusercontent.com"
# cdk bootstrap's default; its roles are what the deploy role may become, and all it may become.
QUALIFIER: Final = "hnb659fds"
# Since July 2026 new repositories' tokens name owner and repository with their numbers, which nobody can take over.
# https://docs.github.com/actions/reference/security/oidc
_REPOSITORY: Final = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")


class PipelineStack(cdk.Stack):
    """The deploy role of one environment, its permission boundary, and the repositories of its images.

    repository: `owner/name`, or `owner@id/name@id` as newer tokens have it (the subject of a run's token says which).
    first_in_account: whether GitHub's issuer and the repositories are made here; an account has them once, so the
        second environment of an account says False.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        repository: str,
        first_in_account: bool = True,
    ) -> None:
        if not _REPOSITORY.fullmatch(repository):
            raise InvalidEnvironmentError(
                f"expected the GitHub repository as owner/name or owner@id/name@id, got {repository!r}"
            )
        super().__init__(
            scope,
            id,
            stack_name=environment.named("pipeline"),
            description="PrepAI: who may deploy, and how much the deployed may do",
            termination_protection=True,
            env=cdk.Environment(account=environment.account, region=environment.region),
            # An administrator's own credentials: there may be no bootstrap yet.
            synthesizer=cdk.CliCredentialsStackSynthesizer(),
        )
        issuer_arn = f"arn:{self.partition}:iam::{self.account}:oidc-provider/{ISSUER}"
        role = iam.Role(
            self,
            "DeployRole",
            role_name=environment.named("deploy"),
            description=f"Deploys {environment.name} from {repository}",
            max_session_duration=cdk.Duration.hours(2),
            assumed_by=iam.WebIdentityPrincipal(
                issuer_arn,
                {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        # The GitHub environment, because that is where reviewers approve.
                        f"{ISSUER}:sub": f"repo:{repository}:environment:{environment.name}",
                    }
                },
            ),
        )
        if first_in_account:
            issuer = iam.CfnOIDCProvider(
                self, "Issuer", url=f"https://{ISSUER}", client_id_list=["sts.amazonaws.com"]
            )
            role.node.add_dependency(issuer)
            for engine, image in (("Whisper", environment.whisper), ("Tts", environment.tts)):
                ImageRepository(self, f"{engine}Images", environment=environment, image=image)
        role.add_to_policy(
            iam.PolicyStatement(
                sid="BecomeTheBootstrapRoles",
                actions=["sts:AssumeRole"],
                resources=[
                    f"arn:{self.partition}:iam::{self.account}:role/cdk-{QUALIFIER}-{kind}-role-{self.account}-{self.region}"
                    for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
                ],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="PushImages",
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:DescribeImages",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ],
                resources=[
                    f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository/{image.repository}"
                    for image in (environment.whisper, environment.tts)
                ],
            )
        )
        # To try what was deployed, the pipeline comes as a program does: `make token`.
        role.add_to_policy(
            iam.PolicyStatement(
                sid="FindTheWayIn",
                actions=["cloudformation:DescribeStacks"],
                resources=[
                    f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:stack/{environment.named('app')}/*"
                ],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="ComeAsTheMachineClient",
                actions=["cognito-idp:DescribeUserPoolClient"],
                resources=[f"arn:{self.partition}:cognito-idp:{self.region}:{self.account}:userpool/*"],
                conditions={"StringEquals": {"aws:ResourceTag/environment": environment.name}},
            )
        )
        # What `make deploy` asks before it begins.
        role.add_to_policy(
            iam.PolicyStatement(
                sid="AskBeforehand",
                actions=["iam:GetPolicy", "ssm:GetParameter"],
                resources=[
                    f"arn:{self.partition}:iam::{self.account}:policy/{environment.named('boundary')}",
                    f"arn:{self.partition}:ssm:{self.region}:{self.account}:parameter/cdk-bootstrap/{QUALIFIER}/version",
                ],
            )
        )
        # A token for the registry as a whole: IAM knows no resource for it.
        role.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        account = "<AWS::AccountId>" if cdk.Token.is_unresolved(self.account) else self.account
        for resource, reason in (
            ("*", "ecr:GetAuthorizationToken knows no resource"),
            (
                f"arn:aws:cloudformation:{self.region}:{account}:stack/{environment.named('app')}/*",
                "A stack's ARN ends in an id that nobody knows beforehand",
            ),
            (
                f"arn:aws:cognito-idp:{self.region}:{account}:userpool/*",
                "Pools have ids and no names; the tag in the condition says which is this environment's",
            ),
        ):
            cdk.Validations.of(role).acknowledge(
                cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{resource}]", reason=reason)
            )
        Boundary(self, "Boundary", environment=environment)
        Deployer(self, "Deployer", environment=environment)


class Boundary(Construct):
    """The most that any role of an environment may do, whatever a later change of the stack says.

    Nothing about identities: a role below this ceiling cannot make another, or lift its own.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=environment.named("boundary"),
            description=f"The ceiling of every role of {environment.name}",
            statements=[
                iam.PolicyStatement(
                    sid="OwnThings",
                    actions=list(_ON_OWN_THINGS),
                    resources=_own_things(environment, partition=stack.partition, account=stack.account),
                ),
                # Their resources are named by the services, or cannot be named at all.
                iam.PolicyStatement(sid="Services", actions=list(_OF_SERVICES), resources=["*"]),
            ],
        )
        # The checker wants each wildcard by its name, as it stands in the template.
        wild = [
            *(f"Action::{action}" for action in (*_ON_OWN_THINGS, *_OF_SERVICES) if "*" in action),
            *(
                f"Resource::{resource}"
                for resource in _own_things(
                    environment,
                    partition="<AWS::Partition>"
                    if cdk.Token.is_unresolved(stack.partition)
                    else stack.partition,
                    account="<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account,
                )
            ),
            "Resource::*",
        ]
        cdk.Validations.of(self.policy).acknowledge(
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM5[{finding}]",
                    reason="A ceiling grants nothing: what a role may do stands in its own statements, below this",
                )
                for finding in wild
            )
        )


class Deployer(Construct):
    """The most that the role may do with which CloudFormation makes a stack's resources.

    It may make anything but people, keys, other issuers, and roles without a ceiling; it may not touch the ceilings.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        policies = f"arn:{stack.partition}:iam::{stack.account}:policy"
        # Any environment's ceiling: several environments of one account share CDK's roles.
        ceilings = f"{policies}/prepai-*-boundary"
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=environment.named("deployer"),
            description="The ceiling of the role that CloudFormation deploys with",
            statements=[
                iam.PolicyStatement(sid="Anything", actions=["*"], resources=["*"]),
                iam.PolicyStatement(
                    sid="NoRoleWithoutCeiling",
                    effect=iam.Effect.DENY,
                    actions=["iam:CreateRole", "iam:PutRolePermissionsBoundary"],
                    resources=["*"],
                    conditions={"ArnNotLike": {"iam:PermissionsBoundary": ceilings}},
                ),
                iam.PolicyStatement(
                    sid="NoLiftedCeiling",
                    effect=iam.Effect.DENY,
                    actions=[
                        "iam:CreatePolicyVersion",
                        "iam:DeletePolicy",
                        "iam:DeletePolicyVersion",
                        "iam:SetDefaultPolicyVersion",
                    ],
                    resources=[ceilings, f"{policies}/prepai-*-deployer"],
                ),
                iam.PolicyStatement(
                    sid="NoPeopleAndNoKeys",
                    effect=iam.Effect.DENY,
                    actions=[
                        "iam:CreateAccessKey",
                        "iam:CreateGroup",
                        "iam:CreateLoginProfile",
                        "iam:CreateOpenIDConnectProvider",
                        "iam:CreateSAMLProvider",
                        "iam:CreateUser",
                        "iam:DeleteRolePermissionsBoundary",
                        "iam:UpdateOpenIDConnectProviderThumbprint",
                        "organizations:*",
                        "account:*",
                    ],
                    resources=["*"],
                ),
            ],
        )
        cdk.Validations.of(self.policy).acknowledge(
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM5[{finding}]",
                    reason="A ceiling grants nothing; beneath this one CloudFormation makes whatever a stack names",
                )
                for finding in ("Action::*", "Resource::*")
            )
        )


_ON_OWN_THINGS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:Query",
    "dynamodb:DescribeTable",
    "lambda:GetAlias",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:InvokeFunction",
    "lambda:UpdateAlias",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "s3:*Object*",
    "s3:GetBucket*",
    "s3:ListBucket*",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sagemaker:InvokeEndpoint*",
    "secretsmanager:GetSecretValue",
    "sns:Publish",
)
_OF_SERVICES: Final = (
    "bedrock:ApplyGuardrail",
    "bedrock:GetInferenceProfile",
    "bedrock:InvokeAgent",
    "bedrock:InvokeModel*",
    "bedrock:ListIngestionJobs",
    "bedrock:Retrieve",
    "bedrock:StartIngestionJob",
    "bedrock-agentcore:InvokeAgentRuntime*",
    "cloudfront:CreateInvalidation",
    "cloudfront:GetInvalidation",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutMetricData",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "logs:CreateLogGroup",
    "logs:DescribeLogGroups",
    "polly:SynthesizeSpeech",
    "s3vectors:*",
    "textract:DetectDocumentText",
    "textract:GetDocumentTextDetection",
    "textract:StartDocumentTextDetection",
    "transcribe:TranscribeAudio",
    "xray:Put*",
)


def _own_things(environment: Environment, *, partition: str, account: str) -> list[str]:
    """What carries the environment's name."""
    arn, here, own = f"arn:{partition}", f"{environment.region}:{account}", environment.named("*")
    return [
        f"{arn}:dynamodb:{here}:table/{own}",
        f"{arn}:lambda:{here}:function:{own}",
        f"{arn}:logs:{here}:log-group:*{own}",
        f"{arn}:logs:{here}:log-group:/aws/bedrock-agentcore/runtimes/*",
        f"{arn}:s3:::{own}",
        f"{arn}:s3:::cdk-{QUALIFIER}-assets-{account}-{environment.region}*",
        f"{arn}:sqs:{here}:{own}",
        f"{arn}:sagemaker:{here}:endpoint/{own}",
        f"{arn}:sagemaker:{here}:inference-component/{own}",
        f"{arn}:secretsmanager:{here}:secret:{own}",
        f"{arn}:sns:{here}:{own}",
    ]
