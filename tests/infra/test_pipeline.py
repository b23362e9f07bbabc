"""Who may deploy, and the ceiling above everything that is deployed."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cdk_nag
import pytest

from infra.environments import COMMITTED, Environment, InvalidEnvironmentError
from infra.pipeline import ISSUER, PipelineStack
from infra.rules.template import listed, text
from tests.infra.conftest import ACCOUNT, EUROPE, ROOT, Stack, Stacks, context

import aws_cdk as cdk  # isort: skip - after infra, which chooses the Node it runs on


def pipeline(
    folder: Path,
    repository: str = "acme/prepai",
    *,
    first: bool = True,
    environment: Environment = COMMITTED["staging"],
) -> Stack:
    """The pipeline stack of an environment; synthesis fails when a rule of cdk-nag is broken."""
    app = cdk.App(outdir=str(folder), context=context())
    PipelineStack(
        app,
        f"{environment.name}-pipeline",
        environment=environment,
        repository=repository,
        first_in_account=first,
    )
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    assembly = app.synth()
    found = assembly.get_stack_by_name(environment.named("pipeline"))
    return Stack(environment.name, "pipeline", found.template)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return pipeline(tmp_path_factory.mktemp("pipeline"))


def trust(stack: Stack, part: str) -> dict[str, Any]:
    """The one statement by which a role of the pipeline is assumed."""
    name = f"prepai-{stack.environment}-{part}"
    (role,) = [
        r["Properties"] for r in stack.of("AWS::IAM::Role").values() if r["Properties"]["RoleName"] == name
    ]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


@pytest.mark.parametrize(("part", "github"), [("deploy", "staging"), ("drift", "staging-drift")])
def test_only_the_repositorys_own_environment_may_assume_a_role(stack: Stack, part: str, github: str) -> None:
    statement = trust(stack, part)

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:acme/prepai:environment:{github}",
        }
    }


@pytest.mark.parametrize("repository", ["acme", "acme/*", "*", "acme/prepai:ref:*", ""])
def test_a_repository_that_would_let_others_in_is_refused(tmp_path: Path, repository: str) -> None:
    with pytest.raises(InvalidEnvironmentError, match="owner/name"):
        pipeline(tmp_path, repository)


def test_what_cannot_be_is_said_in_a_sentence_and_not_by_a_traceback(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(tmp_path),
            "CDK_CONTEXT_JSON": json.dumps({"env": "staging", "github": "bogus"}),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 1
    assert "expected the GitHub repository as owner/name" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_repository_may_be_named_with_its_unforgeable_numbers(tmp_path: Path) -> None:
    stack = pipeline(tmp_path, "acme@12/prepai@34")

    subject = trust(stack, "deploy")["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == "repo:acme@12/prepai@34:environment:staging"


def test_the_second_environment_of_an_account_makes_no_second_issuer(tmp_path: Path) -> None:
    stack = pipeline(tmp_path, first=False)

    assert stack.of("AWS::IAM::OIDCProvider") == {}
    assert stack.of("AWS::ECR::Repository") == {}


def test_it_needs_no_bootstrap(stack: Stack) -> None:
    assert "BootstrapVersion" not in stack.template.get("Parameters", {})


def policies(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    return {
        policy["Properties"]["ManagedPolicyName"]: policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in stack.of("AWS::IAM::ManagedPolicy").values()
    }


def decision(
    statements: list[dict[str, Any]], action: str, resource: str, keys: Mapping[str, str] | None = None
) -> bool:
    """Whether a policy's statements allow a request: a deny wins, and what nothing allows is not allowed.

    keys: the request's condition keys by name. Knows the operators that the pipeline's ceilings use and no others.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    effects = {
        statement["Effect"]
        for statement in statements
        if any(matches(action.lower(), pattern.lower()) for pattern in listed(statement["Action"]))
        and applies(statement, resource)
        and all(
            holds(operator, key, text(value), keys or {})
            for operator, expected in statement.get("Condition", {}).items()
            for key, value in expected.items()
        )
    }
    return "Allow" in effects and "Deny" not in effects


def matches(value: str, pattern: str) -> bool:
    """IAM's wildcards: `*` and `?`, and no others."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value) is not None


def applies(statement: Mapping[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return not any(matches(resource, text(pattern)) for pattern in listed(statement["NotResource"]))
    return any(matches(resource, text(pattern)) for pattern in listed(statement["Resource"]))


def holds(operator: str, key: str, expected: str, keys: Mapping[str, str]) -> bool:
    match operator:
        case "Null":
            return (key not in keys) == (expected == "true")
        # A negated operator holds where the key is missing.
        case "ArnNotEquals":
            return key not in keys or not matches(keys[key], expected)
        case "StringNotEquals":
            return keys.get(key) != expected
    pytest.fail(f"this test does not know {operator}")


IAM = f"arn:aws:iam::{ACCOUNT}"
CEILING = f"{IAM}:policy/prepai-staging-boundary"
BELOW = {"iam:PermissionsBoundary": CEILING}
ROLE = f"{IAM}:role/prepai-staging-app-RestRole-1A2B"
EXECUTION = f"{IAM}:role/cdk-pp-staging-cfn-exec-role-{ACCOUNT}-us-east-1"
CFN = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack"
PRODUCTIONS = {"aws:ResourceTag/environment": "prod"}


@pytest.fixture(scope="module")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The statements of the ceiling over the roles that deploy staging."""
    environment = replace(COMMITTED["staging"], account=ACCOUNT)
    return policies(pipeline(tmp_path_factory.mktemp("account"), environment=environment))[
        "prepai-staging-deployer"
    ]


# Roles and policies: each with a ceiling, without one, and with somebody else's or a stack's own.
@pytest.mark.parametrize(
    "action", ["CreateRole", "AttachRolePolicy", "PutRolePolicy", "PutRolePermissionsBoundary"]
)
@pytest.mark.parametrize(
    ("keys", "allowed"),
    [
        (BELOW, True),
        ({}, False),
        ({"iam:PermissionsBoundary": f"{IAM}:policy/prepai-x-boundary"}, False),
        ({"iam:PermissionsBoundary": f"{IAM}:policy/prepai-prod-boundary"}, False),
        ({"iam:PermissionsBoundary": f"{IAM}:policy/prepai-staging-deployer"}, False),
    ],
    ids=["its-ceiling", "none", "one-of-a-stack", "productions", "the-deployers"],
)
def test_rights_are_given_only_below_the_ceiling(
    deployer: list[dict[str, Any]], action: str, keys: dict[str, str], allowed: bool
) -> None:
    assert decision(deployer, f"iam:{action}", ROLE, keys) is allowed


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("iam:CreatePolicy", f"{IAM}:policy/prepai-x-boundary", {}),
        ("iam:CreatePolicyVersion", CEILING, {}),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/prepai-staging-deployer", {}),
        ("iam:SetDefaultPolicyVersion", CEILING, {}),
        ("iam:DeletePolicy", CEILING, {}),
        ("iam:DeletePolicyVersion", CEILING, {}),
        ("iam:DeleteRolePermissionsBoundary", ROLE, BELOW),
        ("iam:AttachRolePolicy", f"{IAM}:role/Admin", {}),
        ("iam:PutRolePolicy", f"{IAM}:role/Admin", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/Admin", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/prepai-prod-app-RestRole-1A2B", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/prepai-staging-deploy", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/prepai-staging-drift", {}),
        ("iam:UpdateAssumeRolePolicy", EXECUTION, {}),
        ("iam:DeleteRole", EXECUTION, {}),
        ("iam:PassRole", f"{IAM}:role/Admin", {}),
        ("iam:PassRole", f"{IAM}:role/prepai-prod-app-RestRole-1A2B", {}),
        ("iam:PassRole", f"{IAM}:role/cdk-pp-prod-cfn-exec-role-{ACCOUNT}-us-east-1", {}),
        ("iam:PassRole", f"{IAM}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1", {}),
        ("sts:AssumeRole", f"{IAM}:role/cdk-pp-prod-deploy-role-{ACCOUNT}-us-east-1", {}),
        *(
            (f"iam:{action}", f"{IAM}:user/ada", keys)
            for action in (
                "CreateUser",
                "CreateAccessKey",
                "CreateLoginProfile",
                "UpdateLoginProfile",
                "AttachUserPolicy",
                "PutUserPolicy",
                "PutUserPermissionsBoundary",
                "DeleteUserPermissionsBoundary",
                "AddUserToGroup",
                "DeactivateMFADevice",
            )
            for keys in ({}, BELOW)
        ),
        ("iam:AttachGroupPolicy", f"{IAM}:group/admins", {}),
        ("iam:AddUserToGroup", f"{IAM}:group/admins", {}),
        ("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/evil.example", {}),
        ("iam:AddClientIDToOpenIDConnectProvider", f"{IAM}:oidc-provider/{ISSUER}", {}),
        ("iam:UpdateOpenIDConnectProviderThumbprint", f"{IAM}:oidc-provider/{ISSUER}", {}),
        ("iam:CreateSAMLProvider", f"{IAM}:saml-provider/evil", {}),
        ("iam:UpdateSAMLProvider", f"{IAM}:saml-provider/sso", {}),
        ("iam:UpdateAccountPasswordPolicy", "*", {}),
        ("organizations:LeaveOrganization", "*", {}),
    ],
)
def test_no_stack_leads_to_more_rights_than_its_deployers_have(
    deployer: list[dict[str, Any]], action: str, resource: str, keys: dict[str, str]
) -> None:
    assert not decision(deployer, action, resource, keys)


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("cloudformation:DeleteStack", f"{CFN}/prepai-prod-data/1", {}),
        ("cloudformation:UpdateTerminationProtection", f"{CFN}/prepai-prod-data/1", {}),
        ("cloudformation:CreateChangeSet", f"{CFN}/prepai-prod-app/1", {}),
        ("cloudformation:ExecuteChangeSet", f"{CFN}/prepai-prod-app/1", {}),
        ("cloudformation:UpdateStack", f"{CFN}/prepai-dev-app/1", {}),
        ("cloudformation:CreateStack", f"{CFN}/anything/1", {}),
        ("cloudformation:CreateStackRefactor", "*", {}),
        ("cloudformation:SetStackPolicy", f"{CFN}/prepai-prod-data/1", {}),
        ("cloudformation:DeleteStack", f"{CFN}/prepai-staging-pipeline/1", {}),
        ("cloudformation:DeleteStack", f"{CFN}/CDKToolkit-pp-staging/1", {}),
        ("s3:PutBucketPolicy", "arn:aws:s3:::prepai-prod-candidates-1", {}),
        ("s3:GetObject", "arn:aws:s3:::prepai-prod-candidates-1/cvs/a", {}),
        ("s3:PutObject", f"arn:aws:s3:::cdk-pp-prod-assets-{ACCOUNT}-us-east-1/a.zip", {}),
        (
            "dynamodb:DeleteTable",
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/prepai-prod-events",
            PRODUCTIONS,
        ),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/prepai-prod-events", {}),
        ("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/prepai-prod-events", {}),
        ("dynamodb:PutResourcePolicy", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/prepai-prod-events", {}),
        ("lambda:AddPermission", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:prepai-prod-api", PRODUCTIONS),
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1", PRODUCTIONS),
    ],
)
def test_staging_has_no_hand_in_what_others_deployed(
    deployer: list[dict[str, Any]], action: str, resource: str, keys: dict[str, str]
) -> None:
    assert not decision(deployer, action, resource, keys)


@pytest.mark.parametrize(
    ("action", "resource", "keys"),
    [
        ("iam:PassRole", ROLE, {}),
        ("iam:PassRole", EXECUTION, {}),
        ("iam:GetRole", ROLE, {}),
        ("iam:DeleteRole", ROLE, {}),
        ("iam:UpdateAssumeRolePolicy", ROLE, {}),
        ("iam:DeleteRolePolicy", ROLE, BELOW),
        ("iam:TagRole", ROLE, {"aws:ResourceTag/environment": "staging"}),
        (
            "iam:CreateServiceLinkedRole",
            f"{IAM}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRole",
            {},
        ),
        ("cloudformation:CreateChangeSet", f"{CFN}/prepai-staging-app/1", {}),
        ("cloudformation:ExecuteChangeSet", f"{CFN}/prepai-staging-app/1", {}),
        ("cloudformation:DescribeStacks", f"{CFN}/CDKToolkit-pp-staging/1", {}),
        ("cloudformation:DeleteStack", f"{CFN}/prepai-staging-speech/1", {}),
        ("s3:CreateBucket", "arn:aws:s3:::prepai-staging-candidates-1", {}),
        ("s3:PutObject", f"arn:aws:s3:::cdk-pp-staging-assets-{ACCOUNT}-us-east-1/a.zip", {}),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/untagged", {}),
        (
            "dynamodb:UpdateTable",
            f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/prepai-staging-events",
            {"aws:ResourceTag/environment": "staging"},
        ),
        (
            "ssm:GetParameter",
            f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/cdk-bootstrap/pp-staging/version",
            {},
        ),
    ],
)
def test_what_a_deployment_needs_it_may(
    deployer: list[dict[str, Any]], action: str, resource: str, keys: dict[str, str]
) -> None:
    assert decision(deployer, action, resource, keys)


@pytest.mark.parametrize("name", ["staging", "n" * 20])
def test_ceilings_are_no_longer_than_iam_takes(tmp_path: Path, name: str) -> None:
    environment = replace(COMMITTED["staging"], name=name, region="us-east-1", account=ACCOUNT)
    for policy, statements in policies(pipeline(tmp_path, environment=environment)).items():
        written = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
        assert len(written) <= 6144, policy


def test_bounded_environments_share_no_roles_and_no_bucket_with_anybody() -> None:
    qualifiers = [e.qualifier for e in (*COMMITTED.values(), replace(COMMITTED["prod"], name="production"))]

    assert qualifiers[0] == cdk.DefaultStackSynthesizer.DEFAULT_QUALIFIER
    assert len(set(qualifiers)) == len(qualifiers)
    assert all(re.fullmatch("[a-z0-9-]{1,10}", qualifier) for qualifier in qualifiers)


def test_an_environment_is_deployed_with_its_own_bootstrap_and_no_other(
    synthesise: Callable[..., Stacks],
) -> None:
    for name, environment in COMMITTED.items():
        for stack in synthesise(name).values():
            used = set(
                re.findall(
                    r"cdk-(?:bootstrap/)?([a-z0-9-]+?)(?:-assets|/version)", json.dumps(stack.template)
                )
            )

            assert used == {environment.qualifier}


def test_a_deploy_role_becomes_its_own_environments_bootstrap_roles_in_every_region(tmp_path: Path) -> None:
    environment = replace(COMMITTED["staging"], account=ACCOUNT, **EUROPE)
    (become,) = [
        text(statement["Resource"])
        if isinstance(statement["Resource"], str)
        else [text(resource) for resource in statement["Resource"]]
        for policy in pipeline(tmp_path, environment=environment).of("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "sts:AssumeRole"
    ]

    assert set(become) == {
        f"{IAM}:role/cdk-pp-staging-{kind}-role-{ACCOUNT}-{region}"
        for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
        for region in ("eu-west-1", "us-east-1")
    }


def test_a_roles_name_begins_with_its_environments(synthesise: Callable[..., Stacks]) -> None:
    """The ceilings know roles by it. Without a name of its own a role gets its stack's, which begins so."""
    named = [
        str(role["Properties"]["RoleName"])
        for stack in synthesise("staging").values()
        for role in stack.of("AWS::IAM::Role").values()
        if "RoleName" in role["Properties"]
    ]

    assert [name for name in named if not name.startswith("prepai-staging-")] == []


def test_who_looks_for_drift_reads_configurations_and_changes_nothing(stack: Stack) -> None:
    (policy,) = [
        resource["Properties"]
        for name, resource in stack.of("AWS::IAM::Policy").items()
        if name.startswith("DriftRole")
    ]
    actions = allowed(policy)

    assert actions
    for action in actions:
        verb = action.split(":")[1]
        assert verb.startswith(("Batch", "Describe", "Detect", "GET", "Get", "List", "View")), action
    shows = (
        "cognito-idp:DescribeUserPoolClient",
        "dynamodb:GetItem",
        "lambda:InvokeFunction",
        "logs:GetLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
    )
    assert [a for a in shows if any(matches(a.lower(), p.lower()) for p in actions)] == []


def test_every_role_of_a_bounded_environment_is_below_its_ceiling(
    synthesise: Callable[..., Stacks],
) -> None:
    for name, bounded in (("dev", False), ("staging", True), ("prod", True)):
        stacks = synthesise(name)
        roles = [role for stack in stacks.values() for role in stack.of("AWS::IAM::Role").values()]

        assert roles
        for role in roles:
            boundary = str(role["Properties"].get("PermissionsBoundary", ""))
            assert (f"prepai-{name}-boundary" in boundary) is bounded


def test_the_ceiling_takes_from_no_role_what_its_own_statements_give(
    stack: Stack, synthesise: Callable[..., Stacks]
) -> None:
    ceiling = [
        action for statement in policies(stack)["prepai-staging-boundary"] for action in statement["Action"]
    ]
    given = {
        (action, where)
        for name, deployed in synthesise("staging").items()
        for where, policy in {
            **deployed.of("AWS::IAM::Policy"),
            **deployed.of("AWS::IAM::Role"),
        }.items()
        for action in allowed(policy["Properties"])
        if name != "pipeline"
    }

    above = {
        (action, where)
        for action, where in given
        if not any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in ceiling)
    }
    assert given
    assert above == set()


def allowed(properties: dict[str, Any]) -> list[str]:
    """The actions that a policy, or a role's inline policies, allow."""
    documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
    found: list[str] = []
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                action = statement["Action"]
                found += [action] if isinstance(action, str) else action
    return found
