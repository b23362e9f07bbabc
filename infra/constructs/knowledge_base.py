"""What the interviewer can look up: documents in a bucket, and an index of them on S3 Vectors."""

from __future__ import annotations

import hashlib
import json
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3vectors as s3vectors
from constructs import Construct

from infra.constructs.bedrock_role import bedrock_role
from infra.environments import Environment

EMBEDDING_MODEL: Final = "amazon.titan-embed-text-v2:0"
DIMENSION: Final = 1024
# Bedrock keeps a chunk's text and its source beside each vector. What can be filtered by is limited to 2 KB a vector,
# and which keys cannot be is decided when the index is made.
NON_FILTERABLE: Final = ("AMAZON_BEDROCK_TEXT", "AMAZON_BEDROCK_METADATA")
# Our own documents are shorter than one chunk; what an employer adds may be a handbook.
_CHUNK_TOKENS: Final = 300
_OVERLAP_PERCENT: Final = 10
_RECOVERY_DAYS: Final = 7


class KnowledgeBase(Construct):
    """A knowledge base without a server: S3 Vectors is paid by use, where an idle search cluster costs hundreds.

    Everything about the index is decided when it is made, so its definition is part of the names: a changed one makes a
    new index beside the old, instead of failing over a name that is taken. Documents hold no candidate's data: they
    need no key of their own, and nobody's access to them is logged.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.digest = _digest()
        suffix = self.digest[:8]
        self.bucket = _documents(self, environment)
        vectors = s3vectors.CfnVectorBucket(
            self,
            "Vectors",
            vector_bucket_name=environment.named("knowledge"),
            encryption_configuration=s3vectors.CfnVectorBucket.EncryptionConfigurationProperty(
                sse_type="AES256"
            ),
        )
        index = s3vectors.CfnIndex(
            self,
            "Index",
            vector_bucket_arn=vectors.attr_vector_bucket_arn,
            index_name=f"documents-{suffix}",
            data_type="float32",
            dimension=DIMENSION,
            distance_metric="cosine",
            metadata_configuration=s3vectors.CfnIndex.MetadataConfigurationProperty(
                non_filterable_metadata_keys=list(NON_FILTERABLE)
            ),
        )
        model_arn = f"arn:{stack.partition}:bedrock:{stack.region}::foundation-model/{EMBEDDING_MODEL}"
        role, policy = self._role(environment, index_arn=index.attr_index_arn, model_arn=model_arn)
        base = bedrock.CfnKnowledgeBase(
            self,
            "KnowledgeBase",
            name=environment.named(f"knowledge-{suffix}"),
            description="Questions and topics of the interviews, and what the employer says about the role",
            role_arn=role.role_arn,
            knowledge_base_configuration=bedrock.CfnKnowledgeBase.KnowledgeBaseConfigurationProperty(
                type="VECTOR",
                vector_knowledge_base_configuration=bedrock.CfnKnowledgeBase.VectorKnowledgeBaseConfigurationProperty(
                    embedding_model_arn=model_arn,
                    embedding_model_configuration=bedrock.CfnKnowledgeBase.EmbeddingModelConfigurationProperty(
                        bedrock_embedding_model_configuration=bedrock.CfnKnowledgeBase.BedrockEmbeddingModelConfigurationProperty(
                            dimensions=DIMENSION, embedding_data_type="FLOAT32"
                        )
                    ),
                ),
            ),
            storage_configuration=bedrock.CfnKnowledgeBase.StorageConfigurationProperty(
                type="S3_VECTORS",
                s3_vectors_configuration=bedrock.CfnKnowledgeBase.S3VectorsConfigurationProperty(
                    index_arn=index.attr_index_arn
                ),
            ),
        )
        # Bedrock tries the role when the base is made, and needs it once more when it is removed.
        base.node.add_dependency(policy)
        source = bedrock.CfnDataSource(
            self,
            "Documents",
            knowledge_base_id=base.attr_knowledge_base_id,
            name=environment.named(f"documents-{suffix}"),
            data_source_configuration=bedrock.CfnDataSource.DataSourceConfigurationProperty(
                type="S3",
                s3_configuration=bedrock.CfnDataSource.S3DataSourceConfigurationProperty(
                    bucket_arn=self.bucket.bucket_arn, bucket_owner_account_id=stack.account
                ),
            ),
            # The index goes with the stack as a whole; to empty it before can fail, and then nothing is removed.
            data_deletion_policy="RETAIN",
            vector_ingestion_configuration=bedrock.CfnDataSource.VectorIngestionConfigurationProperty(
                chunking_configuration=bedrock.CfnDataSource.ChunkingConfigurationProperty(
                    chunking_strategy="FIXED_SIZE",
                    fixed_size_chunking_configuration=bedrock.CfnDataSource.FixedSizeChunkingConfigurationProperty(
                        max_tokens=_CHUNK_TOKENS, overlap_percentage=_OVERLAP_PERCENT
                    ),
                )
            ),
        )
        self.knowledge_base_id = base.attr_knowledge_base_id
        self.arn = base.attr_knowledge_base_arn
        self.data_source_id = source.attr_data_source_id

    def _role(
        self, environment: Environment, *, index_arn: str, model_arn: str
    ) -> tuple[iam.Role, iam.Policy]:
        stack = cdk.Stack.of(self)
        role = bedrock_role(
            self,
            "Role",
            resource="knowledge-base",
            description=f"What the knowledge base of {environment.name} may read and write",
        )
        own = {"StringEquals": {"aws:ResourceAccount": stack.account}}
        policy = iam.Policy(
            self,
            "Policy",
            roles=[role],
            statements=[
                iam.PolicyStatement(sid="Embed", actions=["bedrock:InvokeModel"], resources=[model_arn]),
                iam.PolicyStatement(
                    sid="ListDocuments",
                    actions=["s3:ListBucket"],
                    resources=[self.bucket.bucket_arn],
                    conditions=own,
                ),
                iam.PolicyStatement(
                    sid="ReadDocuments",
                    actions=["s3:GetObject"],
                    resources=[self.bucket.arn_for_objects("*")],
                    conditions=own,
                ),
                iam.PolicyStatement(
                    sid="Index",
                    actions=[
                        "s3vectors:DeleteVectors",
                        "s3vectors:GetIndex",
                        "s3vectors:GetVectors",
                        "s3vectors:PutVectors",
                        "s3vectors:QueryVectors",
                    ],
                    resources=[index_arn],
                ),
            ],
        )
        cdk.Validations.of(policy).acknowledge(
            cdk.Acknowledgment(
                id=f"AwsSolutions::AwsSolutions-IAM5[Resource::<{cdk.Stack.of(self).resolve(self.bucket.bucket_arn)['Fn::GetAtt'][0]}.Arn>/*]",
                reason="Every object of the documents' own bucket is a document",
            )
        )
        return role, policy


def _documents(scope: Construct, environment: Environment) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "Bucket",
        bucket_name=f"{environment.named('knowledge')}-{cdk.Stack.of(scope).account}",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="forget-versions",
                noncurrent_version_expiration=cdk.Duration.days(_RECOVERY_DAYS),
                abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
            )
        ],
        # Ours can be made again from the repository; what an employer has put beside them cannot.
        removal_policy=cdk.RemovalPolicy.RETAIN if environment.production else cdk.RemovalPolicy.DESTROY,
    )
    # By the bucket's own property: CDK's `event_bridge_enabled` brings a function that may change any bucket.
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
    cdk.Validations.of(bucket).acknowledge(
        cdk.Acknowledgment(
            id="AwsSolutions::AwsSolutions-S1",
            reason="Holds texts that candidates get to hear and that stand in the repository; none of anybody",
        )
    )
    return bucket


def _digest() -> str:
    content = [EMBEDDING_MODEL, DIMENSION, NON_FILTERABLE, _CHUNK_TOKENS, _OVERLAP_PERCENT]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
