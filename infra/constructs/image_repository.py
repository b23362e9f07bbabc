"""Where a speech engine's image lies: made before anything is pushed, so outside the stacks that run it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from infra.environments import EngineImage, Environment


class ImageRepository(Construct):
    """A repository whose tags never move, scanned at every push; of images without a tag the last ten stay.

    Environments pin an image by digest, so a tag is only a name for people.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, image: EngineImage) -> None:
        super().__init__(scope, id)
        self.repository = ecr.Repository(
            self,
            "Repository",
            repository_name=image.repository,
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            encryption=ecr.RepositoryEncryption.AES_256,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="The last ten images nobody named",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_count=10,
                )
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN if environment.production else cdk.RemovalPolicy.DESTROY,
        )
