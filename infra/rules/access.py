"""Who may do what: no star without an argument, no principal that is none, nothing for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from infra.rules.template import Template, Violation, listed, text

UNNAMEABLE: Final[Mapping[str, str]] = {
    "cloudwatch:PutMetricData": "metrics have no resource; a condition names the namespace",
    "ecr:GetAuthorizationToken": "a token is for the registry as a whole",
    "polly:SynthesizeSpeech": "a resource is a lexicon, and none is used",
    "textract:DetectDocumentText": "the document comes with the call",
    "textract:GetDocumentTextDetection": "a job is known to its caller alone",
    "textract:StartDocumentTextDetection": "the caller's own right to the object decides",
    "transcribe:TranscribeAudio": "the sound comes with the call",
}
"""Actions for which IAM knows no resource, and why: with these, and only these, `Resource: *` says nothing.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argued:
    """A star that stays, and why.

    where: matches the policy's logical id.
    star: matches the action, or the end of the ARN.
    """

    where: str
    star: str
    reason: str


_ASSETS: Final = "assets are named by their content, which a policy made before them cannot name"
ARGUED: Final = (
    Argued(where="SiteDeployerDefaultPolicy*", star="s3:::cdk-*-assets-*/*", reason=_ASSETS),
    Argued(where="UploadPolicy*", star="s3:::cdk-*-assets-*/*", reason=_ASSETS),
    Argued(
        where="DeployRoleDefaultPolicy*",
        star="cognito-idp:*:userpool/*",
        reason="the pool comes after the role that deploys it; a condition asks for the environment's tag",
    ),
    Argued(
        where="DriftRoleDefaultPolicy*",
        star="*",
        reason="it reads how things are configured, which services name as they like, and nothing that lies in them",
    ),
    Argued(
        where="DriftRoleDefaultPolicy*", star="s3:GetBucket*", reason="configurations: a bucket has thirty"
    ),
    Argued(
        where="DriftRoleDefaultPolicy*",
        star="s3:Get*Configuration",
        reason="the same, named the other way round",
    ),
    Argued(
        where="VoiceRoleDefaultPolicy*",
        star="logs:*:log-group:*",
        reason="AgentCore looks for its log's group by DescribeLogGroups, a right to all of them or none",
    ),
)

SERVICES: Final = frozenset(
    {
        "apigateway.amazonaws.com",
        "bedrock-agentcore.amazonaws.com",
        "bedrock.amazonaws.com",
        "budgets.amazonaws.com",
        "cloudfront.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "codedeploy.amazonaws.com",
        "events.amazonaws.com",
        "lambda.amazonaws.com",
        "logging.s3.amazonaws.com",
        "sagemaker.amazonaws.com",
    }
)
"""The services that the stack trusts; IAM accepts any other name, and the role is then nobody's."""

# These take no aws:SourceAccount when they become a role: they do so for resources of the same account only.
_OWN_ACCOUNT_ONLY: Final = frozenset({"lambda.amazonaws.com", "codedeploy.amazonaws.com"})
# Not AWS::IAM::ManagedPolicy: ours are ceilings, which allow nothing by themselves; `no_managed_policies` sees to it.
_IDENTITY: Final = ("AWS::IAM::Policy", "AWS::IAM::Role")
_RESOURCE: Final = {
    "AWS::Lambda::Permission": "",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}
# An ARN that names a whole kind of things, or all of a service.
_WHOLE: Final = re.compile(r"arn:[^:]+:[^:]*:[^:]*:[^:]*:([\w-]+[:/])?\*")


def statements(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What roles may do: logical ids of policies and their statements."""
    for name, properties in template.of(*_IDENTITY):
        documents = [properties.get("PolicyDocument", {})]
        documents += [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        for document in documents:
            for statement in listed(document.get("Statement")):
                yield name, statement


def _trusts(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, properties in template.of("AWS::IAM::Role"):
        for statement in listed(properties.get("AssumeRolePolicyDocument", {}).get("Statement")):
            yield name, statement


def _shared(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, key in _RESOURCE.items():
        for name, properties in template.of(kind):
            if not key:
                yield name, {"Effect": "Allow", "Principal": {"Service": properties.get("Principal")}}
                continue
            for statement in listed(properties[key].get("Statement")):
                yield name, statement


def no_star_without_an_argument(template: Template) -> Iterator[Violation]:
    for name, statement in statements(template):
        if statement["Effect"] != "Allow":
            continue
        actions = [str(action) for action in listed(statement.get("Action"))]
        stars = [action for action in actions if "*" in action]
        resources = [text(resource) for resource in listed(statement.get("Resource"))]
        if not all(action in UNNAMEABLE for action in actions):
            stars += [r for r in resources if r == "*" or _WHOLE.fullmatch(re.sub(r"\$\{[^}]*\}", "x", r))]
        for star in stars:
            if not any(_covers(argued, name, star) for argued in ARGUED):
                yield Violation(
                    resource=name,
                    found=f"{', '.join(actions)} on {', '.join(resources)}: {star} is argued nowhere",
                    fix="name the actions and the resources, or argue the star in infra/rules/access.py",
                )
        if "NotAction" in statement or "NotResource" in statement:
            yield Violation(
                resource=name, found="all but something is allowed", fix="name what is allowed instead"
            )


def _covers(argued: Argued, policy: str, star: str) -> bool:
    return fnmatchcase(policy, argued.where) and (
        star == argued.star or fnmatchcase(star, f"arn:*:{argued.star}")
    )


def principals_are_known_services(template: Template) -> Iterator[Violation]:
    for name, statement in (*_trusts(template), *_shared(template)):
        principal = statement.get("Principal")
        for service in listed(principal.get("Service") if isinstance(principal, Mapping) else None):
            if text(service) not in SERVICES:
                yield Violation(
                    resource=name,
                    found=f"{text(service)} is trusted, which is no service known here",
                    fix="correct the name, or add the service to SERVICES in infra/rules/access.py",
                )


def roles_trust_services_of_this_account_only(template: Template) -> Iterator[Violation]:
    """A service acts for everybody: without a condition somebody else's resource could use the role."""
    for name, statement in _trusts(template):
        principal = statement.get("Principal")
        services = listed(principal.get("Service") if isinstance(principal, Mapping) else None)
        if principal == "*" or (isinstance(principal, Mapping) and "*" in listed(principal.get("AWS"))):
            yield Violation(resource=name, found="everybody is trusted", fix="name who may become this role")
        conditions = {key for test in statement.get("Condition", {}).values() for key in test}
        if set(map(text, services)) - _OWN_ACCOUNT_ONLY and not conditions & {
            "aws:SourceAccount",
            "aws:SourceArn",
        }:
            yield Violation(
                resource=name,
                found=f"{', '.join(map(text, services))} is trusted without a condition",
                fix="add aws:SourceAccount, and aws:SourceArn where the ARN is known",
            )


def services_call_for_this_account_only(template: Template) -> Iterator[Violation]:
    """The same of what services may do with a function, a queue or a topic."""
    for name, properties in template.of("AWS::Lambda::Permission"):
        if not properties.get("SourceArn") and not properties.get("SourceAccount"):
            yield Violation(
                resource=name,
                found=f"{text(properties.get('Principal'))} may call it for anybody",
                fix="give the permission source_arn or source_account",
            )
    for name, statement in _shared(template):
        principal = statement.get("Principal")
        service = principal.get("Service") if isinstance(principal, Mapping) else None
        conditions = {key for test in statement.get("Condition", {}).values() for key in test}
        if (
            statement.get("Effect") == "Allow"
            and service is not None
            and template.resources[name]["Type"] != "AWS::Lambda::Permission"
            and not {key.lower() for key in conditions} & {"aws:sourceaccount", "aws:sourcearn"}
        ):
            yield Violation(
                resource=name,
                found=f"{text(service)} may use it for anybody",
                fix="add aws:SourceAccount or aws:SourceArn",
            )


def nothing_is_for_everybody(template: Template) -> Iterator[Violation]:
    for name, statement in _shared(template):
        principal = statement.get("Principal")
        everybody = principal == "*" or (
            isinstance(principal, Mapping) and "*" in listed(principal.get("AWS"))
        )
        if statement.get("Effect") == "Allow" and everybody:
            yield Violation(resource=name, found="everybody is allowed", fix="name the principal")
    for name, properties in template.of("AWS::Lambda::Permission"):
        if properties.get("Principal") == "*":
            yield Violation(resource=name, found="everybody may call it", fix="name the principal")
    for name, properties in template.of("AWS::S3::Bucket"):
        blocked = properties.get("PublicAccessBlockConfiguration", {})
        if not all(
            blocked.get(key) is True
            for key in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        ):
            yield Violation(
                resource=name,
                found="a bucket that can be opened to the public",
                fix="block_public_access=s3.BlockPublicAccess.BLOCK_ALL",
            )
    for name, properties in template.of("AWS::Lambda::Url"):
        if properties.get("AuthType") != "AWS_IAM":
            yield Violation(resource=name, found="a function's URL for everybody", fix="use AWS_IAM")


def no_managed_policies(template: Template) -> Iterator[Violation]:
    """Somebody else's list of rights, which changes without us and is wider than any function of ours needs."""
    for name, properties in template.of("AWS::IAM::Role"):
        if properties.get("ManagedPolicyArns"):
            yield Violation(
                resource=name,
                found=f"{', '.join(map(text, properties['ManagedPolicyArns']))}",
                fix="give the role its statements",
            )
    for name, properties in template.of("AWS::IAM::ManagedPolicy"):
        if any(properties.get(holder) for holder in ("Roles", "Users", "Groups")):
            yield Violation(
                resource=name, found="a managed policy that is no ceiling", fix="give the role its statements"
            )


RULES: Final = (
    no_star_without_an_argument,
    principals_are_known_services,
    roles_trust_services_of_this_account_only,
    services_call_for_this_account_only,
    nothing_is_for_everybody,
    no_managed_policies,
)
