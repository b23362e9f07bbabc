"""A Lambda function of ours: its asset, its role, its log, its variables, its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import ROOT
from infra.bundling import Deployable
from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import Environment
from runtime.settings import DeployedSettings

ALIAS: Final = "live"
"""The alias that callers use: a version behind it is whole, warmed and, in production, released by canary."""

_ARCHITECTURES: Final = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


class VariablesError(Exception):
    """A function would not get exactly the variables that its settings name; the message says which."""


def environment_variables(
    settings: type[DeployedSettings], given: Mapping[str, str], *, of: str
) -> dict[str, str]:
    """The variables of the process `of`, checked against its `settings`: each required one, and no unknown one.

    Raises `VariablesError`.
    """
    fields = settings.model_fields
    known = {name.upper() for name in fields}
    required = {name.upper() for name, field in fields.items() if field.is_required()}
    if missing := required - given.keys():
        raise VariablesError(
            f"{of}: expected the variables of {settings.__name__}, missing {', '.join(sorted(missing))}; "
            "give it to the construct, or remove it from runtime/settings.py"
        )
    if unknown := given.keys() - known:
        raise VariablesError(
            f"{of}: {settings.__name__} knows no {', '.join(sorted(unknown))}; "
            "add it to runtime/settings.py, or do not give it"
        )
    return dict(given)


class Function(Construct):
    """One function: `prepai-<environment>-<name>`, called by its alias.

    The role can write this function's log and nothing else; what more it may do is granted by whoever owns the thing.
    In production a new version gets a tenth of the calls for five minutes, and an alarm of it rolls it back.

    name: the part of its name behind the environment's.
    variables: exactly those of `settings`, but PREPAI_ENVIRONMENT, which is added.
    warm_snapshot: whether to start from a snapshot of the initialised process (SnapStart), for functions whose import
        takes longer than Lambda's ten seconds allow.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        name: str,
        description: str,
        deployable: Deployable,
        settings: type[DeployedSettings],
        variables: Mapping[str, str],
        memory_mb: int,
        timeout: cdk.Duration,
        warm_snapshot: bool = False,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, id)
        function_name = environment.named(name)
        self.log_group = log_group(self, "Log", environment=environment, name=f"/aws/lambda/{function_name}")
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What {function_name} may do",
        )
        self.log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=_ARCHITECTURES[environment.architecture],
            handler=f"{deployable.entry}.handler",
            code=lambda_.Code.from_asset(str(ROOT), **deployable.options(environment.architecture)),
            role=self.role,
            log_group=self.log_group,
            # Powertools writes JSON itself; Lambda's own lines (REPORT, START) come as JSON as well.
            logging_format=lambda_.LoggingFormat.JSON,
            memory_size=memory_mb,
            timeout=timeout,
            environment=environment_variables(
                settings, {"PREPAI_ENVIRONMENT": environment.name, **variables}, of=function_name
            ),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if warm_snapshot else None,
            reserved_concurrent_executions=reserved_concurrency,
        )
        cdk.Validations.of(self.function).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-L1",
                reason="Python 3.13 everywhere: what is tested, locked and compiled is what runs",
            )
        )
        if warm_snapshot:
            cdk.Validations.of(self.function).acknowledge(
                cdk.Acknowledgment(
                    id="Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish",
                    reason="Callers use the alias, behind which every version is published",
                )
            )
        self.alias = lambda_.Alias(self, "Live", alias_name=ALIAS, version=self.function.current_version)
        self._release = self._canary(function_name) if environment.production else None
        errors, *_ = self._alarms(surface, name, timeout)
        self.taken_back_by(errors)

    @property
    def called_as(self) -> str:
        """The name by which callers invoke it: the function's name and its alias, known before it is deployed."""
        return f"{self.function.function_name}:{ALIAS}"

    def taken_back_by(self, alarm: cloudwatch.IAlarm) -> None:
        """Let `alarm` roll a release back. It must speak within the five minutes that a canary lasts."""
        if self._release is not None:
            group, role = self._release
            group.add_alarm(alarm)
            role.add_to_policy(
                iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[alarm.alarm_arn])
            )

    def allow(self, *actions: str, on: Sequence[str], conditions: Mapping[str, Any] | None = None) -> None:
        """Let the function do `actions` on the resources `on` (ARNs)."""
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=list(actions), resources=list(on), conditions=dict(conditions) if conditions else None
            )
        )

    def _canary(self, name: str) -> tuple[codedeploy.LambdaDeploymentGroup, iam.Role]:
        # AWS's own policy for it may move every alias of the account.
        role = iam.Role(
            self,
            "Releaser",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            description=f"Moves {name} from one version to the next",
        )
        arn = cdk.Stack.of(self).format_arn(
            service="lambda",
            resource="function",
            resource_name=name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
                resources=[arn, f"{arn}:{ALIAS}"],
            )
        )
        group = codedeploy.LambdaDeploymentGroup(
            self,
            "Release",
            alias=self.alias,
            role=role.without_policy_updates(),
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
        )
        group.node.add_dependency(role)
        return group, role

    def _alarms(self, surface: Surface, name: str, timeout: cdk.Duration) -> tuple[cloudwatch.Alarm, ...]:
        minutes = cdk.Duration.minutes(5)
        return (
            surface.alarm(
                f"{name}-errors",
                metric=self.alias.metric_errors(period=minutes),
                threshold=0,
                evaluation_periods=2,
                datapoints=1,
                runbook="function-errors",
            ),
            surface.alarm(
                f"{name}-throttles",
                metric=self.alias.metric_throttles(period=minutes),
                threshold=0,
                evaluation_periods=2,
                datapoints=2,
                runbook="function-throttles",
            ),
            surface.alarm(
                f"{name}-duration",
                metric=self.alias.metric_duration(period=minutes, statistic="p95"),
                threshold=timeout.to_milliseconds() * 0.8,
                evaluation_periods=3,
                runbook="function-duration",
            ),
        )
