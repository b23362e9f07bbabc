"""The bucket of everything about a candidate that is larger than an event: CVs, sound, code, plans, reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.environments import Environment

PREFIXES: Final = ("sessions/", "cvs/", "reports/")
"""Where blobs lie: then comes the interview's id. Only these hold candidate data."""

_RECOVERY_DAYS: Final = 7
"""How long what was overwritten or deleted by mistake can be brought back; a DELETE request does not wait for it."""


class CandidateBucket(Construct):
    """Encrypted, private, TLS only, versioned for a week, and emptied by `candidate_data_days`."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, key: kms.IKey | None) -> None:
        super().__init__(scope, id)
        retained = environment.production
        removal = cdk.RemovalPolicy.RETAIN if retained else cdk.RemovalPolicy.DESTROY
        candidates, access_log = self.names(environment, cdk.Stack.of(self).account)
        # Who read which CV must stay known longer than the CV itself can be read.
        self.access_log = s3.Bucket(
            self,
            "AccessLog",
            bucket_name=access_log,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(id="forget", expiration=cdk.Duration.days(365))],
            removal_policy=removal,
        )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=candidates,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=key is not None,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            server_access_logs_bucket=self.access_log,
            server_access_logs_prefix="candidates/",
            # Pages post large CVs here by a form that the API signed, and must be able to read the answer. The form is
            # what opens the bucket; a page elsewhere has none.
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.POST],
                    allowed_origins=list(_pages(environment)),
                    max_age=3600,
                )
            ],
            lifecycle_rules=[
                *(
                    s3.LifecycleRule(
                        id=f"forget-{prefix.rstrip('/')}",
                        prefix=prefix,
                        expiration=cdk.Duration.days(environment.candidate_data_days),
                    )
                    for prefix in PREFIXES
                ),
                s3.LifecycleRule(
                    # Posted and never taken, or after the interview was deleted (runtime/aws/uploads.py).
                    id="forget-uploads",
                    tag_filters={"upload": "waiting"},
                    expiration=cdk.Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="forget-versions",
                    noncurrent_version_expiration=cdk.Duration.days(_RECOVERY_DAYS),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
                ),
                # A rule of its own: CloudFormation refuses it beside an expiration in days.
                s3.LifecycleRule(id="forget-markers", expired_object_delete_marker=True),
            ],
            removal_policy=removal,
        )

    @staticmethod
    def names(environment: Environment, account: str) -> tuple[str, str]:
        """The bucket's name, and that of its access log. Names of buckets are everybody's, hence the account."""
        return f"{environment.named('candidates')}-{account}", f"{environment.named('access-log')}-{account}"


def _pages(environment: Environment) -> Iterator[str]:
    """Where the page is served. CloudFront draws its own names after this bucket is made, so without a name of the
    environment's own every CloudFront page counts."""
    yield f"https://{environment.page_domain}" if environment.page_domain else "https://*.cloudfront.net"
    for url in environment.page_urls:
        yield "{0.scheme}://{0.netloc}".format(urlsplit(url))
