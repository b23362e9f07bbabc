"""Where anything is kept: encrypted, reached by TLS alone, retained or not, and named in the deletion table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.places import PLACES, Place
from infra.rules.template import Template, Violation, listed, references, text

TABLES: Final = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")
KEEPING: Final = frozenset(
    {
        *TABLES,
        "AWS::BedrockAgentCore::Memory",
        "AWS::Cognito::UserPool",
        "AWS::EFS::FileSystem",
        "AWS::Events::Archive",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Logs::LogGroup",
        "AWS::OpenSearchServerless::Collection",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
        "AWS::S3Vectors::Index",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
        "AWS::Timestream::Table",
    }
)
"""Types that keep what they are given; each of ours stands in infra/places.py."""

_RECOVERY_DAYS: Final = 7
# CDK's hash at the end of a logical id.
_HASH: Final = re.compile(r"[0-9A-F]{8}$")


def place(logical_id: str, kind: str) -> Place | None:
    """The line of the deletion table that a resource stands in."""
    name = _HASH.sub("", logical_id)
    return next((p for p in PLACES if p.kind == kind and re.fullmatch(p.where, name)), None)


def every_place_is_in_the_deletion_table(template: Template) -> Iterator[Violation]:
    for name, resource in template.resources.items():
        if resource["Type"] in KEEPING and place(name, resource["Type"]) is None:
            yield Violation(
                resource=name,
                found=f"a {resource['Type']} of which nobody says what it holds and when that is gone",
                fix="add it to PLACES in infra/places.py, then run make operations",
            )
    for name, properties in template.of("AWS::SageMaker::EndpointConfig"):
        if properties.get("DataCaptureConfig"):
            yield Violation(resource=name, found="captures what people say", fix="remove the capture")
    for name, properties in template.of("AWS::Bedrock::Agent"):
        if properties.get("MemoryConfiguration"):
            yield Violation(resource=name, found="an agent with a memory", fix="remove the memory")


def removal_follows_the_environment(template: Template) -> Iterator[Violation]:
    """What cannot be made again is retained in production; nothing else is left behind by a stack that goes."""
    for name, resource in template.resources.items():
        found = place(name, resource["Type"]) if resource["Type"] in KEEPING else None
        kept = found is not None and found.retained and template.production
        kept = kept or (resource["Type"] == "AWS::KMS::Key" and template.production)
        stateful = resource["Type"] in KEEPING or resource["Type"] == "AWS::KMS::Key"
        if not stateful:
            continue
        wanted = "Retain" if kept else "Delete"
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            # Queues and the like have no policy unless one is given, and are deleted.
            if resource.get(policy, "Delete") != wanted:
                yield Violation(
                    resource=name,
                    found=f"{policy} {resource.get(policy, 'none')} in {_kind(template)}",
                    fix=f"expected {wanted}; see the place's `retained` in infra/places.py",
                )


def nothing_lies_unencrypted(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::S3::Bucket"):
        if not properties.get("BucketEncryption"):
            yield Violation(resource=name, found="a bucket without encryption", fix="set encryption")
    for name, properties in template.of("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"):
        if properties.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield Violation(
                resource=name, found="a table under a key that the account cannot see", fix="set encryption"
            )
    for name, properties in template.of("AWS::SQS::Queue"):
        if properties.get("SqsManagedSseEnabled") is not True and not properties.get("KmsMasterKeyId"):
            yield Violation(
                resource=name, found="a queue without encryption", fix="encryption=SQS_MANAGED or a key"
            )
    for name, properties in template.of("AWS::KMS::Key"):
        if properties.get("EnableKeyRotation") is not True:
            yield Violation(
                resource=name, found="a key that is never rotated", fix="enable_key_rotation=True"
            )


def nothing_is_reached_without_tls(template: Template) -> Iterator[Violation]:
    policies = {
        "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket"),
        "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
        "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    }
    for kind, (policy_kind, subject) in policies.items():
        covered = {
            subject_name
            for _, properties in template.of(policy_kind)
            if any(map(_refuses_plain, listed(properties["PolicyDocument"]["Statement"])))
            for subject_name in references(properties[subject])
        }
        for name, _ in template.of(kind):
            if name not in covered:
                yield Violation(
                    resource=name,
                    found="it can be reached without TLS",
                    fix="enforce_ssl=True",
                )


def _refuses_plain(statement: Mapping[str, Any]) -> bool:
    secure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") == "*")
    return statement["Effect"] == "Deny" and str(secure).lower() == "false" and everybody


def tables_define_what_they_use(template: Template) -> Iterator[Violation]:
    for name, properties in template.of(*TABLES):
        defined = {a["AttributeName"] for a in properties.get("AttributeDefinitions", ())}
        schemas = [properties.get("KeySchema", ())]
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            schemas += [index["KeySchema"] for index in properties.get(kind, ())]
        used = {key["AttributeName"] for schema in schemas for key in schema}
        if used != defined:
            yield Violation(
                resource=name,
                found=f"defined {', '.join(sorted(defined)) or 'nothing'}; used {', '.join(sorted(used))}",
                fix="define exactly the attributes of the keys and indexes; DynamoDB refuses any other",
            )


def tables_forget_and_recover(template: Template) -> Iterator[Violation]:
    """Items expire, and recovery reaches back a week and no further: that long deleted words survive."""
    for name, properties in template.of(*TABLES):
        if properties.get("TimeToLiveSpecification", {}).get("Enabled") is not True:
            yield Violation(resource=name, found="a table that never forgets", fix="time_to_live_attribute")
        replicas = properties.get("Replicas") or [properties]
        for replica in replicas:
            recovery = replica.get("PointInTimeRecoverySpecification", {})
            if (
                recovery.get("PointInTimeRecoveryEnabled") is not True
                or recovery.get("RecoveryPeriodInDays", 35) > _RECOVERY_DAYS
            ):
                yield Violation(
                    resource=name,
                    found=f"recovery: {text(recovery)}",
                    fix=f"point-in-time recovery of {_RECOVERY_DAYS} days",
                )


def _kind(template: Template) -> str:
    return "production" if template.production else "an environment that is not production"


RULES: Final = (
    every_place_is_in_the_deletion_table,
    removal_follows_the_environment,
    nothing_lies_unencrypted,
    nothing_is_reached_without_tls,
    tables_define_what_they_use,
    tables_forget_and_recover,
)
