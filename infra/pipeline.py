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
# Since July 2026 new repositories' tokens name owner and repository with their numbers, which nobody can take over.
# https://docs.github.com/actions/reference/security/oidc
_REPOSITORY: Final = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")


class PipelineStack(cdk.Stack):
    """The roles with which one environment is deployed and looked at, its ceilings, and the repositories of its images.

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
        role = iam.Role(
            self,
            "DeployRole",
            role_name=environment.named("deploy"),
            description=f"Deploys {environment.name} from {repository}",
            max_session_duration=cdk.Duration.hours(2),
            # The GitHub environment, because that is where reviewers approve.
            assumed_by=_run_in(self, repository, environment.name),
        )
        drift = self._drift_role(environment, repository)
        if first_in_account:
            issuer = iam.CfnOIDCProvider(
                self, "Issuer", url=f"https://{ISSUER}", client_id_list=["sts.amazonaws.com"]
            )
            role.node.add_dependency(issuer)
            drift.node.add_dependency(issuer)
            for engine, image in (("Whisper", environment.whisper), ("Tts", environment.tts)):
                ImageRepository(self, f"{engine}Images", environment=environment, image=image)
        role.add_to_policy(
            iam.PolicyStatement(
                sid="BecomeTheBootstrapRoles",
                actions=["sts:AssumeRole"],
                resources=[
                    f"arn:{self.partition}:iam::{self.account}:role/cdk-{environment.qualifier}-{kind}-role-"
                    f"{self.account}-{region}"
                    for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
                    for region in environment.regions
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
        stacks = f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:stack"
        # To try what was deployed, the pipeline comes as a program does: `make token`.
        role.add_to_policy(
            iam.PolicyStatement(
                sid="FindTheWayIn",
                actions=["cloudformation:DescribeStacks"],
                resources=[f"{stacks}/{environment.named('app')}/*"],
            )
        )
        # `make deploy` removes what an earlier deployment needed and this one has not: those two may be left out.
        role.add_to_policy(
            iam.PolicyStatement(
                sid="RemoveWhatIsLeftOver",
                actions=["cloudformation:DescribeStacks", "cloudformation:DeleteStack"],
                resources=[f"{stacks}/{environment.named(part)}/*" for part in ("agent", "speech")],
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
                    *(
                        f"arn:{self.partition}:ssm:{region}:{self.account}:parameter/cdk-bootstrap/"
                        f"{environment.qualifier}/version"
                        for region in environment.regions
                    ),
                ],
            )
        )
        # A token for the registry as a whole: IAM knows no resource for it.
        role.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        account = "<AWS::AccountId>" if cdk.Token.is_unresolved(self.account) else self.account
        for resource, reason in (
            ("*", "ecr:GetAuthorizationToken knows no resource"),
            *(
                (
                    f"arn:aws:cloudformation:{self.region}:{account}:stack/{environment.named(part)}/*",
                    "A stack's ARN ends in an id that nobody knows beforehand",
                )
                for part in ("agent", "app", "speech")
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

    def _drift_role(self, environment: Environment, repository: str) -> iam.Role:
        """Compares what stands with what was deployed, and changes nothing: every night, so nobody can approve it.

        It reads how things are configured, and nothing that lies in them: no object, item, message, log or secret.
        Cognito shows a client only with its secret, so clients are not compared.
        """
        name = f"{environment.name}-drift"
        role = iam.Role(
            self,
            "DriftRole",
            role_name=environment.named("drift"),
            description=f"Looks for what was changed by hand in {environment.name}",
            assumed_by=_run_in(self, repository, name),
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="AskCloudFormation",
                actions=[
                    "cloudformation:DescribeStackResourceDrifts",
                    "cloudformation:DescribeStackResources",
                    "cloudformation:DescribeStacks",
                    "cloudformation:DetectStackDrift",
                    "cloudformation:DetectStackResourceDrift",
                    "cloudformation:GetTemplate",
                    "cloudformation:ListStackResources",
                ],
                resources=[
                    f"arn:{self.partition}:cloudformation:{region}:{self.account}:stack/{environment.named('*')}"
                    for region in environment.regions
                ],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(sid="ReadConfigurations", actions=list(_CONFIGURATIONS), resources=["*"])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                sid="ReadBuckets",
                actions=["s3:GetBucket*", "s3:Get*Configuration"],
                resources=[f"arn:{self.partition}:s3:::{environment.named('*')}"],
            )
        )
        account = "<AWS::AccountId>" if cdk.Token.is_unresolved(self.account) else self.account
        cdk.Validations.of(role).acknowledge(
            *(
                cdk.Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM5[{finding}]",
                    reason="CloudFormation reads each resource with the rights of who asks; many are named by a "
                    "service, and none of this reads what lies in them",
                )
                for finding in (
                    "Action::s3:GetBucket*",
                    "Action::s3:Get*Configuration",
                    "Resource::*",
                    f"Resource::arn:aws:s3:::{environment.named('*')}",
                    *(
                        f"Resource::arn:aws:cloudformation:{region}:{account}:stack/{environment.named('*')}"
                        for region in environment.regions
                    ),
                )
            )
        )
        return role


def _run_in(stack: cdk.Stack, repository: str, name: str) -> iam.WebIdentityPrincipal:
    """A run of the repository's workflows in one of its GitHub environments, and nothing else of GitHub."""
    return iam.WebIdentityPrincipal(
        f"arn:{stack.partition}:iam::{stack.account}:oidc-provider/{ISSUER}",
        {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": f"repo:{repository}:environment:{name}",
            }
        },
    )


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
    """The most that any of CDK's roles of the environment may do, the one that CloudFormation deploys with among them.

    They may make anything, with four exceptions that hold whatever a stack says. Of identities they may change the
    environment's own roles alone, and give rights only to those below the environment's ceiling: no people, keys,
    policies or issuers. They may not change the ceilings, the pipeline's roles or themselves, nor become anybody else.
    They may not operate stacks of others: who may delete a stack deletes it with the rights it was made with. And they
    may not touch what carries another environment's tag, nor by name another's buckets and tables: S3 and DynamoDB look
    at tags only where somebody has switched that on.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        arn, account, own = f"arn:{stack.partition}", stack.account, environment.named("*")
        iam_ = f"{arn}:iam::{account}"
        ceiling = f"{iam_}:policy/{environment.named('boundary')}"
        toolkit = f"{iam_}:role/cdk-{environment.qualifier}-cfn-exec-role-{account}-*"
        # Of a long stack's name CloudFormation takes 24 characters into the names that it draws.
        roles = f"{iam_}:role/{environment.named('')[:24]}*"
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=environment.named("deployer"),
            description=f"The ceiling of the roles that deploy {environment.name}",
            statements=[
                iam.PolicyStatement(sid="Anything", actions=["*"], resources=["*"]),
                _never(
                    "OwnRolesAlone",
                    ["iam:*"],
                    # CloudFormation's role is passed by the one that starts it; services make their own.
                    but=[roles, toolkit, f"{iam_}:role/aws-service-role/*"],
                ),
                _never(
                    "NoRightsWithoutCeiling",
                    [
                        "iam:AttachRolePolicy",
                        "iam:CreateRole",
                        "iam:DeleteRolePolicy",
                        "iam:DetachRolePolicy",
                        "iam:PutRolePermissionsBoundary",
                        "iam:PutRolePolicy",
                    ],
                    on=["*"],
                    when={"ArnNotEquals": {"iam:PermissionsBoundary": ceiling}},
                ),
                _never(
                    "NoOtherWayIn",
                    ["iam:DeleteRolePermissionsBoundary", "sts:AssumeRole*", "organizations:*", "account:*"],
                    on=["*"],
                ),
                _never(
                    "NotTheirOwnRoles",
                    [
                        f"iam:{verb}*"
                        for verb in ("Attach", "Create", "Delete", "Detach", "Put", "Tag", "Untag", "Update")
                    ],
                    on=[
                        toolkit,
                        *(f"{iam_}:role/{environment.named(part)}" for part in ("deploy", "drift")),
                    ],
                ),
                _never(
                    "OwnStacksAlone", list(_ON_STACKS), but=[f"{arn}:cloudformation:*:{account}:stack/{own}"]
                ),
                _never(
                    "NotThePipeline",
                    list(_ON_STACKS),
                    on=[f"{arn}:cloudformation:*:{account}:stack/{environment.named('pipeline')}/*"],
                ),
                _never(
                    "NothingOfOthers",
                    ["*"],
                    on=["*"],
                    when={
                        "StringNotEquals": {"aws:ResourceTag/environment": environment.name},
                        "Null": {"aws:ResourceTag/environment": "false"},
                    },
                ),
                _never(
                    "OwnDataAlone",
                    [
                        "s3:*",
                        *(
                            f"dynamodb:{verb}*"
                            for verb in (
                                "Batch",
                                "Delete",
                                "Export",
                                "Get",
                                "PartiQL",
                                "Put",
                                "Query",
                                "Scan",
                                "Update",
                            )
                        ),
                    ],
                    but=[
                        f"{arn}:dynamodb:*:{account}:table/{own}",
                        f"{arn}:s3:::{own}",
                        f"{arn}:s3:::cdk-{environment.qualifier}-assets-{account}-*",
                    ],
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


def _never(
    sid: str,
    actions: list[str],
    *,
    on: list[str] | None = None,
    but: list[str] | None = None,
    when: dict[str, dict[str, str]] | None = None,
) -> iam.PolicyStatement:
    """What no other statement can allow: the actions on some resources, or on all but some."""
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        actions=actions,
        resources=on,
        not_resources=but,
        conditions=when,
    )


_ON_STACKS: Final = tuple(
    f"cloudformation:{verb}*"
    for verb in ("Cancel", "Continue", "Create", "Delete", "Execute", "Rollback", "Set", "Update")
)
# What drift detection reads, by the kinds of resources that the stacks have.
_CONFIGURATIONS: Final = (
    "apigateway:GET",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:ListTagsForResource",
    "bedrock-agentcore:GetAgentRuntime",
    "bedrock-agentcore:GetAgentRuntimeEndpoint",
    "bedrock-agentcore:ListTagsForResource",
    "bedrock:GetAgent",
    "bedrock:GetAgentActionGroup",
    "bedrock:GetAgentAlias",
    "bedrock:GetAgentKnowledgeBase",
    "bedrock:GetDataSource",
    "bedrock:GetGuardrail",
    "bedrock:GetKnowledgeBase",
    "bedrock:ListAgentActionGroups",
    "bedrock:ListAgentKnowledgeBases",
    "bedrock:ListTagsForResource",
    "budgets:ListTagsForResource",
    "budgets:ViewBudget",
    "cloudformation:BatchDescribeTypeConfigurations",
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudfront:GetCachePolicy",
    "cloudfront:GetDistribution",
    "cloudfront:GetDistributionConfig",
    "cloudfront:GetOriginAccessControl",
    "cloudfront:GetResponseHeadersPolicy",
    "cloudfront:ListTagsForResource",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "codedeploy:GetApplication",
    "codedeploy:GetDeploymentGroup",
    "codedeploy:ListTagsForResource",
    "cognito-idp:DescribeResourceServer",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:DescribeUserPoolDomain",
    "cognito-idp:GetGroup",
    "cognito-idp:GetUserPoolMfaConfig",
    "cognito-idp:ListTagsForResource",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeContributorInsights",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTableReplicaAutoScaling",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListTagsOfResource",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListResourceTags",
    "lambda:GetAlias",
    "lambda:GetEventSourceMapping",
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "lambda:GetFunctionRecursionConfig",
    "lambda:GetLayerVersion",
    "lambda:GetPolicy",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:GetRuntimeManagementConfig",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "logs:GetDataProtectionPolicy",
    "logs:GetDelivery",
    "logs:GetDeliveryDestination",
    "logs:GetDeliveryDestinationPolicy",
    "logs:GetDeliverySource",
    "logs:ListTagsForResource",
    "s3vectors:GetIndex",
    "s3vectors:GetVectorBucket",
    "s3vectors:GetVectorBucketPolicy",
    "s3vectors:ListTagsForResource",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeInferenceComponent",
    "sagemaker:DescribeModel",
    "sagemaker:ListTags",
    "secretsmanager:DescribeSecret",
    "sns:GetDataProtectionPolicy",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTagsForResource",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "wafv2:GetLoggingConfiguration",
    "wafv2:GetWebACL",
    "wafv2:ListTagsForResource",
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
    # Any region: some of an environment's stacks are where CloudFront looks for them.
    arn, here, own = f"arn:{partition}", f"*:{account}", environment.named("*")
    return [
        f"{arn}:dynamodb:{here}:table/{own}",
        f"{arn}:lambda:{here}:function:{own}",
        f"{arn}:logs:{here}:log-group:*{own}",
        f"{arn}:logs:{here}:log-group:/aws/bedrock-agentcore/runtimes/*",
        f"{arn}:s3:::{own}",
        f"{arn}:s3:::cdk-{environment.qualifier}-assets-{account}-*",
        f"{arn}:sqs:{here}:{own}",
        f"{arn}:sagemaker:{here}:endpoint/{own}",
        f"{arn}:sagemaker:{here}:inference-component/{own}",
        f"{arn}:secretsmanager:{here}:secret:{own}",
        f"{arn}:sns:{here}:{own}",
    ]
