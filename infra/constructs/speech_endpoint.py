"""One speech engine on SageMaker: model, endpoint, the component that runs the model there, scaling, alarms.

The component is what scales, is rolled out and is rolled back; the endpoint is the machines below it. Only endpoints of
components can be at zero machines.
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra import RUNBOOK
from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import EngineImage, Environment, InvalidEnvironmentError

NO_DIGEST: Final = f"sha256:{'0' * 64}"
"""Stands where an image's digest is not known yet: no image has it, and `make deploy` refuses beforehand."""

_VARIANT: Final = "all"
_COPIES: Final = "sagemaker:inference-component:DesiredCopyCount"
# How long a pre-warmed copy stays without a call: an interview that was planned for nine begins by ten.
_HELD_H: Final = 1
_PREWARM: Final = re.compile(r"cron\((?P<minute>\d{1,2}) (?P<hour>\d{1,2}) (?P<days>\S+ \S+ \S+ \S+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSize:
    """What one copy of an engine needs, and how many there may be.

    instance_type: one copy fills one instance; its quota ("for endpoint usage") must allow `most_copies`.
    cpu_cores, memory_mb: below what the instance has, because SageMaker keeps a part for itself.
    accelerators: GPUs of a copy; 0 for an engine on the CPU.
    calls_per_copy: calls at the same time to each copy, above which there is another.
    most_copies: bounds what a flood of calls can cost.
    slow_ms: a 95th percentile of the engine's own time above which people notice.
    """

    instance_type: str
    cpu_cores: float
    memory_mb: int
    accelerators: int = 0
    calls_per_copy: int
    most_copies: int
    slow_ms: int


WHISPER: Final = EngineSize(
    # An L4 (24 GB) decodes a turn several times faster than real time, at four fifths of a g5.xlarge's price.
    instance_type="ml.g6.xlarge",
    cpu_cores=3,
    memory_mb=10_240,
    accelerators=1,
    # A GPU decodes one turn after the other: a third caller would hear the sum of three.
    calls_per_copy=2,
    most_copies=4,
    slow_ms=3_000,
)
TTS: Final = EngineSize(
    # VITS speaks faster than real time on four cores; a GPU would wait for the next sentence most of the hour.
    instance_type="ml.c7i.xlarge",
    cpu_cores=3,
    memory_mb=5_120,
    calls_per_copy=2,
    most_copies=4,
    # Of a stream SageMaker counts the time to its end: a long sentence, not the first sound of it.
    slow_ms=5_000,
)


class SpeechEndpoint(Construct):
    """The engine `part`, reached as endpoint `prepai-<environment>-<part>` and its component `...-<part>-engine`.

    Network isolation, because weights and code are in the image and what people say must not leave it. No VPC: an
    isolated container has no network that one could protect. Nothing is captured, and the volume
    holds the image alone.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        part: str,
        image: EngineImage,
        size: EngineSize,
    ) -> None:
        super().__init__(scope, id)
        self._environment, self._part, self._size = environment, part, size
        self._least = 1 if environment.speech == "always_on" else 0
        self.endpoint_name = environment.named(part)
        self.component_name = environment.named(f"{part}-engine")
        alarms = self._alarms(surface)
        role = self._role(image, alarms)
        model = sagemaker.CfnModel(
            self,
            "Model",
            # Without a name of ours: a model cannot be changed, and another digest makes another beside the old one.
            execution_role_arn=role.role_arn,
            enable_network_isolation=True,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(image=self._uri(image)),
        )
        configuration = sagemaker.CfnEndpointConfig(
            self,
            "Configuration",
            execution_role_arn=role.role_arn,
            enable_network_isolation=True,
            production_variants=[
                sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                    # No model: components bring theirs. SageMaker starts with one machine and lets go of it when idle.
                    variant_name=_VARIANT,
                    instance_type=size.instance_type,
                    initial_instance_count=1,
                    managed_instance_scaling=sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty(
                        status="ENABLED",
                        min_instance_count=self._least,
                        max_instance_count=size.most_copies,
                    ),
                    # Turns differ in length by a factor of fifty: at random one would wait behind a long one.
                    routing_config=sagemaker.CfnEndpointConfig.RoutingConfigProperty(
                        routing_strategy="LEAST_OUTSTANDING_REQUESTS"
                    ),
                )
            ],
        )
        endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=self.endpoint_name,
            endpoint_config_name=configuration.attr_endpoint_config_name,
            # Other machines come beside the old ones, and the old ones stay when these alarms ring.
            deployment_config=sagemaker.CfnEndpoint.DeploymentConfigProperty(
                auto_rollback_configuration=sagemaker.CfnEndpoint.AutoRollbackConfigProperty(
                    alarms=[
                        sagemaker.CfnEndpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in alarms
                    ]
                ),
            ),
        )
        # Machines come up under the role at once, and fail where its statements are not there yet.
        model.node.add_dependency(role)
        configuration.node.add_dependency(role)
        self._component = sagemaker.CfnInferenceComponent(
            self,
            "Component",
            inference_component_name=self.component_name,
            endpoint_name=self.endpoint_name,
            variant_name=_VARIANT,
            specification=sagemaker.CfnInferenceComponent.InferenceComponentSpecificationProperty(
                model_name=model.attr_model_name,
                compute_resource_requirements=sagemaker.CfnInferenceComponent.InferenceComponentComputeResourceRequirementsProperty(
                    number_of_cpu_cores_required=size.cpu_cores,
                    min_memory_required_in_mb=size.memory_mb,
                    number_of_accelerator_devices_required=size.accelerators or None,
                ),
                startup_parameters=sagemaker.CfnInferenceComponent.InferenceComponentStartupParametersProperty(
                    # An image of several gigabytes is pulled and its weights are read before /ping answers.
                    container_startup_health_check_timeout_in_seconds=900
                ),
            ),
            runtime_config=sagemaker.CfnInferenceComponent.InferenceComponentRuntimeConfigProperty(
                copy_count=1
            ),
            deployment_config=sagemaker.CfnInferenceComponent.InferenceComponentDeploymentConfigProperty(
                rolling_update_policy=sagemaker.CfnInferenceComponent.InferenceComponentRollingUpdatePolicyProperty(
                    # Half at a time is the most that SageMaker allows.
                    maximum_batch_size=sagemaker.CfnInferenceComponent.InferenceComponentCapacitySizeProperty(
                        type="CAPACITY_PERCENT", value=50
                    ),
                    # The alarms need two periods of five minutes to ring.
                    wait_interval_in_seconds=600,
                    maximum_execution_timeout_in_seconds=3_600,
                ),
                auto_rollback_configuration=sagemaker.CfnInferenceComponent.AutoRollbackConfigurationProperty(
                    alarms=[
                        sagemaker.CfnInferenceComponent.AlarmProperty(alarm_name=alarm.alarm_name)
                        for alarm in alarms
                    ]
                ),
            ),
        )
        self._component.add_resource_dependency(endpoint)
        self._scaling()

    @property
    def arns(self) -> tuple[str, str]:
        """Of the endpoint and of its component: a call is authorised on both."""
        stack = cdk.Stack.of(self)
        return (
            stack.format_arn(service="sagemaker", resource="endpoint", resource_name=self.endpoint_name),
            stack.format_arn(
                service="sagemaker", resource="inference-component", resource_name=self.component_name
            ),
        )

    def _uri(self, image: EngineImage) -> str:
        stack = cdk.Stack.of(self)
        registry = f"{stack.account}.dkr.ecr.{stack.region}.{stack.url_suffix}"
        return f"{registry}/{image.repository}@{image.digest or NO_DIGEST}"

    def _role(self, image: EngineImage, alarms: tuple[cloudwatch.Alarm, ...]) -> iam.Role:
        stack = cdk.Stack.of(self)
        logs = (
            log_group(
                self,
                "EndpointLog",
                environment=self._environment,
                name=f"/aws/sagemaker/Endpoints/{self.endpoint_name}",
            ),
            log_group(
                self,
                "ComponentLog",
                environment=self._environment,
                name=f"/aws/sagemaker/InferenceComponents/{self.component_name}",
            ),
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
            description=f"What {self.endpoint_name} may do: pull its image, write its log and its metrics",
        )
        for statement in (
            iam.PolicyStatement(
                sid="Image",
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                resources=[
                    stack.format_arn(service="ecr", resource="repository", resource_name=image.repository)
                ],
            ),
            # A token for the registry as a whole: IAM knows no resource for it.
            iam.PolicyStatement(sid="Registry", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
            iam.PolicyStatement(
                sid="Log",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[group.log_group_arn for group in logs],
            ),
            # IAM knows no resource for metrics; the namespace is what can be bounded.
            iam.PolicyStatement(
                sid="Metrics",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
            ),
            # SageMaker reads under this role whether a rollout is to be taken back.
            iam.PolicyStatement(
                sid="RollbackAlarms",
                actions=["cloudwatch:DescribeAlarms"],
                resources=[alarm.alarm_arn for alarm in alarms],
            ),
        ):
            role.add_to_policy(statement)
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-IAM5[Resource::*]",
                reason="A registry token and metrics have no resource in IAM; metrics are bound to a namespace",
            )
        )
        return role

    def _metric(
        self, name: str, statistic: str, *, namespace: str = "AWS/SageMaker", period: int = 5
    ) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            dimensions_map={"InferenceComponentName": self.component_name},
            statistic=statistic,
            period=cdk.Duration.minutes(period),
        )

    def _alarms(self, surface: Surface) -> tuple[cloudwatch.Alarm, ...]:
        """All alarms of the engine; returned are those that also take a rollout back."""
        failing = surface.alarm(
            f"{self._part}-5xx",
            metric=self._metric("Invocation5XXErrors", "Sum"),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
            runbook="speech-errors",
        )
        slow = surface.alarm(
            f"{self._part}-latency",
            # In microseconds.
            metric=self._metric("ModelLatency", "p95"),
            threshold=self._size.slow_ms * 1_000,
            evaluation_periods=3,
            datapoints=2,
            runbook="speech-latency",
        )
        surface.alarm(
            f"{self._part}-4xx",
            # One sentence that an engine refuses is that sentence's fault; many are a contract that no longer holds.
            metric=self._metric("Invocation4XXErrors", "Sum"),
            threshold=10,
            evaluation_periods=2,
            runbook="speech-refusals",
        )
        surface.alarm(
            f"{self._part}-no-capacity",
            metric=self._metric("NoCapacityInvocationFailures", "Sum"),
            threshold=0,
            # From zero it takes minutes to wake, and Transcribe and Polly stand in meanwhile; a quarter of an hour
            # means that there is no machine to be had.
            evaluation_periods=2 if self._least else 4,
            datapoints=1 if self._least else 4,
            runbook="speech-no-capacity",
        )
        if not self._least:
            surface.alarm(
                f"{self._part}-awake",
                metric=cloudwatch.MathExpression(
                    expression="IF(FILL(alive, 0) > 0 AND FILL(calls, 0) == 0, 1, 0)",
                    using_metrics={
                        "alive": self._metric(
                            "CPUUtilizationNormalized",
                            "SampleCount",
                            namespace="/aws/sagemaker/InferenceComponents",
                            period=60,
                        ),
                        "calls": self._metric("Invocations", "Sum", period=60),
                    },
                    period=cdk.Duration.hours(1),
                    label="hours without a call",
                ),
                threshold=0,
                # Three hours are more than a pre-warmed copy is held.
                evaluation_periods=3,
                runbook="speech-stuck-awake",
            )
        return failing, slow

    def _scaling(self) -> None:
        target = scaling.CfnScalableTarget(
            self,
            "Copies",
            service_namespace="sagemaker",
            scalable_dimension=_COPIES,
            resource_id=f"inference-component/{self.component_name}",
            min_capacity=self._least,
            max_capacity=self._size.most_copies,
            # Without a role of ours: Application Auto Scaling has a service-linked one.
            scheduled_actions=[
                action
                for number, at in enumerate(self._environment.prewarm)
                for action in _prewarmed(number, at)
            ],
        )
        target.add_resource_dependency(self._component)
        scaling.CfnScalingPolicy(
            self,
            "ByCalls",
            policy_name=f"{self.component_name}-by-calls",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                predefined_metric_specification=scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                    predefined_metric_type="SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
                ),
                target_value=self._size.calls_per_copy,
                # Out at once, because people wait; in slowly, because between two answers a candidate thinks.
                scale_out_cooldown=60,
                scale_in_cooldown=900,
            ),
        )
        if self._least:
            return
        wake = scaling.CfnScalingPolicy(
            self,
            "FromZero",
            policy_name=f"{self.component_name}-from-zero",
            policy_type="StepScaling",
            scaling_target_id=target.ref,
            step_scaling_policy_configuration=scaling.CfnScalingPolicy.StepScalingPolicyConfigurationProperty(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Maximum",
                cooldown=60,
                step_adjustments=[
                    scaling.CfnScalingPolicy.StepAdjustmentProperty(
                        metric_interval_lower_bound=0, scaling_adjustment=1
                    )
                ],
            ),
        )
        # Not of the surface: that an engine is woken is no trouble of anybody.
        cloudwatch.CfnAlarm(
            self,
            "Called",
            alarm_name=self._environment.named(f"speech-{self._part}-called"),
            alarm_description=f"{RUNBOOK}#speech-waking",
            namespace="AWS/SageMaker",
            metric_name="NoCapacityInvocationFailures",
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(
                    name="InferenceComponentName", value=self.component_name
                )
            ],
            statistic="Maximum",
            # The shortest that SageMaker writes it in: somebody waits.
            period=30,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            evaluation_periods=1,
            datapoints_to_alarm=1,
            treat_missing_data="missing",
            alarm_actions=[wake.attr_arn],
        )


def _prewarmed(number: int, at: str) -> tuple[scaling.CfnScalableTarget.ScheduledActionProperty, ...]:
    """A copy at the time `at`, and from an hour later on only as long as somebody calls."""
    found = _PREWARM.fullmatch(at)
    if found is None or int(found["hour"]) + _HELD_H > 23:
        raise InvalidEnvironmentError(
            f"expected prewarm as cron(MINUTE HOUR DAY MONTH WEEKDAY YEAR) in UTC with one minute and one hour up to "
            f"{23 - _HELD_H}, such as cron(45 12 ? * MON-FRI *), got {at!r}"
        )
    later = f"cron({found['minute']} {int(found['hour']) + _HELD_H} {found['days']})"
    return tuple(
        scaling.CfnScalableTarget.ScheduledActionProperty(
            scheduled_action_name=f"{name}-{number}",
            schedule=when,
            timezone="Etc/UTC",
            scalable_target_action=scaling.CfnScalableTarget.ScalableTargetActionProperty(min_capacity=least),
        )
        for name, when, least in (("prewarm", at, 1), ("release", later, 0))
    )
