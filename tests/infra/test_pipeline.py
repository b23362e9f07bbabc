"""Who may deploy, and the ceiling above everything that is deployed."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cdk_nag
import pytest

from infra.environments import COMMITTED, InvalidEnvironmentError
from infra.pipeline import PipelineStack
from tests.infra.conftest import Stack, Stacks, context

import aws_cdk as cdk  # isort: skip - after infra, which chooses the Node it runs on


def pipeline(folder: Path, repository: str = "acme/prepai", *, first: bool = True) -> Stack:
    """The pipeline stack of staging; synthesis fails when a rule of cdk-nag is broken."""
    app = cdk.App(outdir=str(folder), context=context())
    PipelineStack(
        app,
        "staging-pipeline",
        environment=COMMITTED["staging"],
        repository=repository,
        first_in_account=first,
    )
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    assembly = app.synth()
    return Stack("staging", "pipeline", assembly.get_stack_by_name("prepai-staging-pipeline").template)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    return pipeline(tmp_path_factory.mktemp("pipeline"))


def test_only_the_repositorys_own_environment_may_assume_the_deploy_role(stack: Stack) -> None:
    (statement,) = stack.one("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:acme/prepai:environment:staging",
        }
    }


@pytest.mark.parametrize("repository", ["acme", "acme/*", "*", "acme/prepai:ref:*", ""])
def test_a_repository_that_would_let_others_in_is_refused(tmp_path: Path, repository: str) -> None:
    with pytest.raises(InvalidEnvironmentError, match="owner/name"):
        pipeline(tmp_path, repository)


def test_a_repository_may_be_named_with_its_unforgeable_numbers(tmp_path: Path) -> None:
    stack = pipeline(tmp_path, "acme@12/prepai@34")

    (statement,) = stack.one("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
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


def test_cloudformation_can_make_no_role_without_a_ceiling(stack: Stack) -> None:
    denied = {s["Sid"]: s for s in policies(stack)["prepai-staging-deployer"] if s["Effect"] == "Deny"}

    without = denied["NoRoleWithoutCeiling"]
    assert "iam:CreateRole" in without["Action"]
    assert "prepai-*-boundary" in str(without["Condition"]["ArnNotLike"]["iam:PermissionsBoundary"])
    assert "iam:CreatePolicyVersion" in denied["NoLiftedCeiling"]["Action"]
    assert "iam:CreateUser" in denied["NoPeopleAndNoKeys"]["Action"]


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
