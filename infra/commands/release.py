"""`make deploy`, `make destroy`: CDK's own commands, behind the questions that would otherwise fail half-way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from botocore.exceptions import ClientError

from infra.commands.doctor import Client, Finding, preconditions, ready
from infra.environments import Environment

type Cdk = Callable[[Sequence[str]], int]

# Data first, then what it needs; these have no edge between them and go side by side.
_AT_ONCE: Final = 3
# The stacks that have buckets; a test holds it to the templates.
_WITH_BUCKETS: Final = ("data", "tools", "app")
# CloudFormation's word for a stack that is not there.
_NO_STACK: Final = "ValidationError"


class RefusedError(Exception):
    """The command would fail, or do what cannot be undone; the message says what to do instead."""


def deploy(
    environment: Environment,
    *,
    context: Sequence[str],
    assembly: str | None,
    client: Client,
    cdk: Cdk,
    report: Callable[[Finding], None],
) -> int:
    """Deploy all stacks of the environment; CDK's exit code.

    context: CDK context (`key=value`) that chose the environment.
    assembly: a folder that was synthesised before, so that what was tested is what is deployed; else synthesise now.
    Raises `RefusedError` after reporting what is missing.
    """
    findings = []
    for finding in preconditions(environment, client):
        findings.append(finding)
        report(finding)
    if not ready(findings):
        raise RefusedError(f"{environment.name} is not deployed: mend what failed above, then try again")
    source = ["--app", assembly] if assembly else [part for pair in context for part in ("-c", pair)]
    code = cdk(
        [
            "deploy",
            f"{environment.name}/*",
            *source,
            *("--require-approval", "never"),
            *("--concurrency", str(_AT_ONCE)),
            *("--outputs-file", f"cdk.out/{environment.name}.outputs.json"),
        ]
    )
    if code == 0:
        for finding in retire(environment, client):
            report(finding)
    return code


def retire(environment: Environment, client: Client) -> Iterator[Finding]:
    """Remove the stacks that an earlier deployment needed and this one has not: a speech endpoint costs by the hour.

    They hold nothing. Where a stack is protected, removing it is somebody's decision, and the finding says how.
    """
    cloudformation = client("cloudformation")
    for name in map(environment.named, environment.left_out):
        try:
            (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_STACK:
                raise
            continue
        if stack.get("EnableTerminationProtection"):
            yield Finding(
                name,
                "failed",
                "is left over from an earlier deployment and protected; to remove it: aws cloudformation "
                f"update-termination-protection --no-enable-termination-protection --stack-name {name}, then "
                f"aws cloudformation delete-stack --stack-name {name}",
            )
            continue
        cloudformation.delete_stack(StackName=name)
        yield Finding(name, "ok", "was left over from an earlier deployment; it is being removed")


def bootstrap(environment: Environment, *, client: Client, cdk: Cdk) -> int:
    """Make CDK's own roles and buckets in the environment's account, in each of its regions; CDK's exit code.

    Where the environment is bounded they are its own, beside those of other environments of the account, and all of
    them are below its ceiling: CDK's deploy role alone could otherwise delete anybody's stacks.
    """
    account = client("sts").get_caller_identity()["Account"]
    own = (
        *("--qualifier", environment.qualifier),
        *("--toolkit-stack-name", f"CDKToolkit-{environment.qualifier}"),
        *("--custom-permissions-boundary", environment.named("deployer")),
        "--apply-permissions-boundary-to-all-roles",
    )
    regions = (f"aws://{account}/{region}" for region in environment.regions)
    return cdk(["bootstrap", *regions, *(own if environment.bounded else ())])


def destroy(
    environment: Environment, *, context: Sequence[str], confirmed: str, client: Client, cdk: Cdk
) -> int:
    """Remove the environment with the data in it; CDK's exit code.

    confirmed: the environment's name, typed by whoever asks. Raises `RefusedError` for production, which is taken down
    by removing its protection by hand, and for another name.
    """
    if environment.production:
        raise RefusedError(
            f"{environment.name} is production: its data is retained and its stacks are protected. To take it down, "
            "set production=False in infra/environments.py, deploy that, and destroy then"
        )
    if confirmed != environment.name:
        raise RefusedError(
            f"expected the environment's name typed back, {environment.name!r}, got {confirmed!r}"
        )
    for _ in retire(environment, client):
        pass
    _empty_buckets(environment, client)
    return cdk(["destroy", f"{environment.name}/*", "--force", *(p for c in context for p in ("-c", c))])


def _empty_buckets(environment: Environment, client: Client) -> None:
    """CloudFormation removes no bucket that holds anything, and versions hold on longest."""
    s3 = client("s3")
    buckets = list(_buckets(environment, client))
    for bucket in buckets:
        # Emptying one would be written down in another, which may be empty already.
        with contextlib.suppress(s3.exceptions.NoSuchBucket):
            s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    for bucket in buckets:
        try:
            pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
            for page in pages:
                gone = [
                    {"Key": item["Key"], "VersionId": item["VersionId"]}
                    for kind in ("Versions", "DeleteMarkers")
                    for item in page.get(kind, ())
                ]
                if gone:
                    s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
        except s3.exceptions.NoSuchBucket:
            continue


def _buckets(environment: Environment, client: Client) -> Iterator[str]:
    """Every bucket of the environment's stacks, as CloudFormation knows them: a prefix could be another's as well."""
    cloudformation = client("cloudformation")
    for stack in _WITH_BUCKETS:
        try:
            pages = cloudformation.get_paginator("list_stack_resources").paginate(
                StackName=environment.named(stack)
            )
            for page in pages:
                for resource in page["StackResourceSummaries"]:
                    if resource["ResourceType"] == "AWS::S3::Bucket":
                        yield resource["PhysicalResourceId"]
        except ClientError as error:
            if error.response["Error"]["Code"] != _NO_STACK:
                raise
