"""The commands around CDK: what they ask, refuse, and hand on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from pydantic import ValidationError

from infra.commands import compare, cost, doctor, release
from infra.commands.access import NoAccessError, access
from infra.environments import COMMITTED, EngineImage, Environment
from tests.infra.conftest import EUROPE, Stacks

ACCOUNT = "123456789012"
DIGEST = f"sha256:{'a' * 64}"
DEV = COMMITTED["dev"]
STAGING = replace(
    COMMITTED["staging"],
    whisper=EngineImage(repository="prepai/whisper", digest=DIGEST),
    tts=EngineImage(repository="prepai/tts", digest=DIGEST),
)


@dataclass
class Aws:
    """An account that answers as a test says; a question nobody foresaw fails the test."""

    stubs: dict[str, tuple[Any, Stubber]] = field(default_factory=dict)
    regions: list[str] = field(default_factory=list)

    def __call__(self, service: str, region: str | None = None, /) -> Any:
        if region:
            self.regions.append(region)
        return self._stub(service)[0]

    def answers(self, service: str, operation: str, answer: Mapping[str, Any]) -> Aws:
        self._stub(service)[1].add_response(operation, dict(answer))
        return self

    def refuses(self, service: str, operation: str, code: str) -> Aws:
        self._stub(service)[1].add_client_error(operation, service_error_code=code)
        return self

    def _stub(self, service: str) -> tuple[Any, Stubber]:
        if service not in self.stubs:
            client = boto3.client(  # type: ignore[call-overload]
                service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
            )
            stubber = Stubber(client)
            stubber.activate()
            self.stubs[service] = (client, stubber)
        return self.stubs[service]


@pytest.fixture
def aws() -> Aws:
    return Aws()


def known(aws: Aws, account: str = ACCOUNT) -> Aws:
    return aws.answers(
        "sts",
        "get_caller_identity",
        {"Account": account, "UserId": "u", "Arn": f"arn:aws:sts::{account}:assumed-role/x/y"},
    )


def bootstrapped(aws: Aws, version: int = 30) -> Aws:
    return aws.answers("ssm", "get_parameter", {"Parameter": {"Value": str(version)}})


def opt_out(services: Mapping[str, str]) -> dict[str, Any]:
    """The policy that is in effect, as Organizations writes it."""
    content = {"services": {name: {"opt_out_policy": value} for name, value in services.items()}}
    return {
        "EffectivePolicy": {
            "PolicyType": "AISERVICES_OPT_OUT_POLICY",
            "PolicyContent": json.dumps(content),
        }
    }


def outcomes(findings: Iterator[doctor.Finding]) -> dict[str, str]:
    return {finding.what: finding.outcome for finding in findings}


class TestPreconditions:
    def test_a_ready_account_has_nothing_that_stops(self, aws: Aws) -> None:
        known(aws)
        bootstrapped(aws)

        findings = list(doctor.preconditions(DEV, aws))

        assert doctor.ready(findings)
        assert {finding.outcome for finding in findings} == {"ok"}

    def test_without_images_speech_is_refused_and_the_way_out_named(self, aws: Aws) -> None:
        bare = replace(STAGING, whisper=EngineImage(repository="prepai/whisper"))
        known(aws)

        first = next(doctor.preconditions(bare, aws))

        assert first.outcome == "failed"
        assert first.stops
        assert "prepai/whisper" in first.how
        assert "SPEECH=off" in first.how

    def test_production_whose_alarms_tell_nobody_is_refused_and_others_are_not(self, aws: Aws) -> None:
        prod = replace(COMMITTED["prod"], speech="off", prewarm=(), alarm_email=None)

        def told(environment: Environment) -> doctor.Finding:
            return next(f for f in doctor.preconditions(environment, known(aws)) if f.what == "alarms")

        assert not doctor.ready([told(prod)])
        assert "infra/environments.py" in told(prod).how
        assert doctor.ready([told(replace(prod, alarm_email="team@example.com"))])
        assert doctor.ready([told(DEV)])

    def test_another_account_than_the_environments_is_refused(self, aws: Aws) -> None:
        known(aws, account="999999999999")
        findings = list(doctor.preconditions(replace(DEV, account=ACCOUNT), aws))

        assert findings[-1].what == "credentials"
        assert not doctor.ready(findings)
        assert "999999999999" in findings[-1].how

    def test_an_account_that_was_not_bootstrapped_is_told_how(self, aws: Aws) -> None:
        known(aws).refuses("ssm", "get_parameter", "ParameterNotFound")
        findings = list(doctor.preconditions(DEV, aws))

        assert not doctor.ready(findings)
        assert "make bootstrap ENV=dev" in findings[-1].how

    def test_an_old_bootstrap_is_too_old(self, aws: Aws) -> None:
        known(aws)
        bootstrapped(aws, version=6)

        assert not doctor.ready(list(doctor.preconditions(DEV, aws)))

    def test_a_missing_ceiling_names_the_command_that_makes_it(self, aws: Aws) -> None:
        known(known(aws)).refuses("iam", "get_policy", "NoSuchEntity")
        bootstrapped(aws)
        findings = {f.what: f for f in doctor.preconditions(replace(STAGING, speech="off", prewarm=()), aws)}

        assert findings["permission boundary"].stops
        assert "make pipeline ENV=staging" in findings["permission boundary"].how

    def test_an_image_that_was_never_pushed_stops(self, aws: Aws) -> None:
        known(known(aws)).answers("iam", "get_policy", {"Policy": {}})
        bootstrapped(aws)
        aws.answers("ecr", "describe_images", {"imageDetails": []})
        aws.refuses("ecr", "describe_images", "ImageNotFoundException")
        findings = list(doctor.preconditions(STAGING, aws))

        assert [f.what for f in findings if f.stops and f.outcome == "failed"] == ["image prepai/tts"]

    def test_who_may_not_look_is_told_so_and_not_stopped(self, aws: Aws) -> None:
        known(aws).refuses("ssm", "get_parameter", "AccessDeniedException")
        findings = list(doctor.preconditions(DEV, aws))

        assert findings[-1].outcome == "unknown"
        assert doctor.ready(findings)


class TestExamination:
    def examined(
        self, aws: Aws, environment: Environment, *, try_agent: bool = False, quota: float = 2e6
    ) -> dict[str, str]:
        known(aws)
        bootstrapped(aws)
        aws.answers("service-quotas", "get_service_quota", {"Quota": {"Value": 1000.0}})
        active = {"TagKey": "environment", "Type": "UserDefined", "Status": "Active"}
        aws.answers("ce", "list_cost_allocation_tags", {"CostAllocationTags": [active]})
        aws.answers("organizations", "describe_effective_policy", opt_out({"default": "optOut"}))
        aws.answers(
            "service-quotas",
            "list_service_quotas",
            {
                "Quotas": [
                    {"QuotaName": "Cross-region tokens per minute for Claude Haiku 5.5", "Value": quota}
                ]
            },
        )
        return outcomes(doctor.examine(environment, aws, try_agent=try_agent))

    def available(self, aws: Aws, authorization: str = "AUTHORIZED") -> None:
        aws.answers(
            "bedrock",
            "get_foundation_model_availability",
            {
                "modelId": DEV.model.id,
                "agreementAvailability": {"status": "AVAILABLE"},
                "authorizationStatus": authorization,
                "entitlementAvailability": "AVAILABLE",
                "regionAvailability": "AVAILABLE",
            },
        )

    def test_an_account_with_agents_may_have_more(self, aws: Aws) -> None:
        self.available(aws)
        summary = {
            "agentId": "AAAAAAAAAA",
            "agentName": "x",
            "agentStatus": "PREPARED",
            "updatedAt": "2026-01-01T00:00:00Z",
        }
        aws.answers("bedrock-agent", "list_agents", {"agentSummaries": [summary]})

        assert set(self.examined(aws, DEV).values()) == {"ok"}

    def test_whether_a_new_customer_may_make_agents_is_not_guessed(self, aws: Aws) -> None:
        self.available(aws)
        aws.answers("bedrock-agent", "list_agents", {"agentSummaries": []})

        assert self.examined(aws, DEV)["Bedrock Agents"] == "unknown"

    def test_a_refused_agent_is_a_failure_with_a_way_out(self, aws: Aws) -> None:
        self.available(aws)
        aws.answers("bedrock-agent", "list_agents", {"agentSummaries": []})
        aws.refuses("bedrock-agent", "create_agent", "AccessDeniedException")

        assert self.examined(aws, DEV, try_agent=True)["Bedrock Agents"] == "failed"

    def test_without_the_agent_nobody_asks_for_it(self, aws: Aws) -> None:
        self.available(aws)

        assert "Bedrock Agents" not in self.examined(aws, replace(DEV, interviewer="converse"))

    def test_a_quota_below_what_the_alarm_counts_on_is_a_failure(self, aws: Aws) -> None:
        self.available(aws)

        findings = self.examined(
            aws, replace(DEV, interviewer="converse"), quota=DEV.model_tokens_per_minute - 1
        )

        assert findings["model tokens"] == "failed"

    @pytest.mark.parametrize(("gpus", "outcome"), [(4.0, "ok"), (3.0, "failed")])
    def test_each_engines_own_kind_of_instance_must_be_allowed(
        self, aws: Aws, gpus: float, outcome: str
    ) -> None:
        quotas = [
            {"QuotaName": "ml.g6.xlarge for endpoint usage", "Value": gpus},
            {"QuotaName": "ml.c7i.xlarge for endpoint usage", "Value": 4.0},
            {"QuotaName": "ml.g5.xlarge for endpoint usage", "Value": 99.0},
        ]
        aws.answers("service-quotas", "list_service_quotas", {"Quotas": quotas})

        assert doctor._endpoints(aws).outcome == outcome

    @pytest.mark.parametrize(
        ("services", "outcome"),
        [
            ({"default": "optOut"}, "ok"),
            ({"transcribe": "optOut", "polly": "optOut", "textract": "optOut"}, "ok"),
            ({"default": "optOut", "textract": "optIn"}, "unknown"),
            ({"transcribe": "optOut"}, "unknown"),
            ({}, "unknown"),
        ],
    )
    def test_each_service_that_hears_or_reads_candidates_must_be_opted_out_of(
        self, aws: Aws, services: dict[str, str], outcome: str
    ) -> None:
        aws.answers("organizations", "describe_effective_policy", opt_out(services))

        assert doctor._opted_out(aws).outcome == outcome

    @pytest.mark.parametrize(
        "code", ["AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException", "AccessDenied"]
    )
    def test_whether_aws_may_keep_content_is_not_guessed(self, aws: Aws, code: str) -> None:
        aws.refuses("organizations", "describe_effective_policy", code)

        assert doctor._opted_out(aws).outcome == "unknown"

    def test_a_tag_that_costs_are_not_counted_by_is_named(self, aws: Aws) -> None:
        inactive = {"TagKey": "environment", "Type": "UserDefined", "Status": "Inactive"}
        aws.answers("ce", "list_cost_allocation_tags", {"CostAllocationTags": [inactive]})

        assert doctor._tag_counted(aws).outcome == "failed"

    def test_a_model_without_access_is_named(self, aws: Aws) -> None:
        self.available(aws, authorization="NOT_AUTHORIZED")

        assert self.examined(aws, replace(DEV, interviewer="converse"))["model access"] == "failed"


def stack(part: str) -> dict[str, Any]:
    return {
        "StackName": DEV.named(part),
        "CreationTime": dt.datetime.now(dt.UTC),
        "StackStatus": "CREATE_COMPLETE",
    }


@dataclass
class Cdk:
    ran: list[Sequence[str]] = field(default_factory=list)

    def __call__(self, arguments: Sequence[str]) -> int:
        self.ran.append(arguments)
        return 0


class TestRelease:
    def test_what_was_synthesised_before_is_deployed_as_it_is(self, aws: Aws) -> None:
        known(aws)
        bootstrapped(aws)
        aws.refuses("cloudformation", "describe_stacks", "ValidationError")
        cdk = Cdk()
        release.deploy(
            DEV, context=("env=dev",), assembly="cdk.out", client=aws, cdk=cdk, report=lambda _: None
        )

        (ran,) = cdk.ran
        assert ran[:2] == ["deploy", "dev/*"]
        assert "-c" not in ran
        assert ran[ran.index("--app") + 1] == "cdk.out"

    def test_nothing_is_deployed_where_it_would_fail(self, aws: Aws) -> None:
        known(aws).refuses("ssm", "get_parameter", "ParameterNotFound")
        cdk = Cdk()
        said: list[doctor.Finding] = []
        with pytest.raises(release.RefusedError, match="dev is not deployed"):
            release.deploy(DEV, context=(), assembly=None, client=aws, cdk=cdk, report=said.append)

        assert cdk.ran == []
        assert "failed" in {finding.outcome for finding in said}

    def test_a_stack_that_the_environment_no_longer_has_is_removed(self, aws: Aws) -> None:
        aws.answers("cloudformation", "describe_stacks", {"Stacks": [stack("speech")]})
        aws.answers("cloudformation", "delete_stack", {})

        (finding,) = release.retire(DEV, aws)

        aws.stubs["cloudformation"][1].assert_no_pending_responses()
        assert (finding.what, finding.outcome) == ("prepai-dev-speech", "ok")

    def test_a_protected_stack_is_left_to_a_person_with_the_command(self, aws: Aws) -> None:
        protected = {**stack("speech"), "EnableTerminationProtection": True}
        aws.answers("cloudformation", "describe_stacks", {"Stacks": [protected]})

        (finding,) = release.retire(DEV, aws)

        assert finding.outcome == "failed"
        assert "delete-stack --stack-name prepai-dev-speech" in finding.how

    def test_what_is_left_out_is_what_the_templates_lack(self, synthesise: Callable[..., Stacks]) -> None:
        everything = synthesise("staging").keys()
        all_changes: tuple[dict[str, Any], ...] = (
            {"speech": "off"},
            {"interviewer": "converse"},
            {"interviewer": "authored"},
        )
        for changes in all_changes:
            environment = replace(COMMITTED["staging"], prewarm=(), **changes)
            stacks = synthesise("staging", **changes).keys()

            assert set(environment.left_out) == everything - stacks

    def test_production_is_never_destroyed(self, aws: Aws) -> None:
        with pytest.raises(release.RefusedError, match="production"):
            release.destroy(COMMITTED["prod"], context=(), confirmed="prod", client=aws, cdk=Cdk())

    @pytest.mark.parametrize("typed", ["", "Dev", "staging"])
    def test_only_the_name_typed_back_destroys(self, aws: Aws, typed: str) -> None:
        cdk = Cdk()
        with pytest.raises(release.RefusedError, match="typed back"):
            release.destroy(DEV, context=(), confirmed=typed, client=aws, cdk=cdk)
        assert cdk.ran == []

    def test_every_stack_with_a_bucket_is_emptied_before_it_goes(self, stacks: Stacks) -> None:
        holding = {name for name, template in stacks.items() if template.of("AWS::S3::Bucket")}

        assert holding == set(release._WITH_BUCKETS)

    def test_a_destroyed_environment_leaves_no_version_of_anything(self, aws: Aws) -> None:
        known(aws)
        bucket = {
            "LogicalResourceId": "Bucket",
            "PhysicalResourceId": "prepai-dev-candidates",
            "ResourceType": "AWS::S3::Bucket",
            "LastUpdatedTimestamp": dt.datetime.now(dt.UTC),
            "ResourceStatus": "CREATE_COMPLETE",
        }
        gone = {**bucket, "PhysicalResourceId": "prepai-dev-knowledge"}
        function = {**bucket, "ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": "prepai-dev-api"}
        aws.refuses("cloudformation", "describe_stacks", "ValidationError")
        aws.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": [bucket, function]})
        aws.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": [gone]})
        aws.refuses("cloudformation", "list_stack_resources", "ValidationError")
        versions = {
            "Versions": [{"Key": "cvs/a", "VersionId": "1"}],
            "DeleteMarkers": [{"Key": "cvs/b", "VersionId": "2"}],
        }
        aws.answers("s3", "put_bucket_logging", {})
        aws.refuses("s3", "put_bucket_logging", "NoSuchBucket")
        aws.answers("s3", "list_object_versions", versions)
        aws.answers("s3", "delete_objects", {})
        aws.refuses("s3", "list_object_versions", "NoSuchBucket")
        cdk = Cdk()
        release.destroy(DEV, context=("env=dev",), confirmed="dev", client=aws, cdk=cdk)

        aws.stubs["s3"][1].assert_no_pending_responses()
        assert cdk.ran == [["destroy", "dev/*", "--force", "-c", "env=dev"]]

    def test_a_bounded_environments_bootstrap_is_below_a_ceiling(self, aws: Aws) -> None:
        cdk = Cdk()
        release.bootstrap(STAGING, client=known(aws), cdk=cdk)
        release.bootstrap(DEV, client=known(aws), cdk=cdk)

        bounded, free = cdk.ran
        chosen = dict(zip(bounded[2:-1:2], bounded[3::2], strict=False))
        assert chosen == {
            "--qualifier": "pp-staging",
            "--toolkit-stack-name": "CDKToolkit-pp-staging",
            "--custom-permissions-boundary": "prepai-staging-deployer",
        }
        assert bounded[-1] == "--apply-permissions-boundary-to-all-roles"
        assert free == ["bootstrap", f"aws://{ACCOUNT}/us-east-1"]

    def test_every_region_of_an_environment_is_bootstrapped_and_asked_for_it(self, aws: Aws) -> None:
        cdk, europe = Cdk(), replace(DEV, **EUROPE)
        release.bootstrap(europe, client=known(aws), cdk=cdk)
        bootstrapped(bootstrapped(known(aws)), version=6)
        found = outcomes(doctor.preconditions(europe, aws))

        assert cdk.ran == [["bootstrap", f"aws://{ACCOUNT}/eu-west-1", f"aws://{ACCOUNT}/us-east-1"]]
        assert aws.regions == ["eu-west-1", "us-east-1"]
        assert found["bootstrap in eu-west-1"] == "ok"
        assert found["bootstrap in us-east-1"] == "failed"


class TestCost:
    def test_every_environment_can_be_priced(self, synthesise: Callable[..., Stacks]) -> None:
        prices = cost.load_prices()
        for name, environment in COMMITTED.items():
            stacks = {stack.name: stack.template for stack in synthesise(name).values()}
            idle = sum(line.dollars for line in cost.idle(stacks, prices, environment))
            used = sum(line.dollars for line in cost.used(stacks, prices, environment))

            assert idle > 0
            assert used > 0

    def test_always_on_speech_costs_its_instances_all_month(self, synthesise: Callable[..., Stacks]) -> None:
        prices = cost.load_prices()

        def idle(speech: str) -> float:
            stacks = synthesise("staging", speech=speech)
            return sum(
                line.dollars for line in cost.idle({s.name: s.template for s in stacks.values()}, prices, DEV)
            )

        assert idle("always_on") - idle("scale_to_zero") >= min(prices.instance_hour.values()) * 730

    def test_an_instance_without_a_price_is_an_error_and_not_free(self) -> None:
        variant = {"InstanceType": "ml.unheard.of"}
        resource = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}}
        with pytest.raises(cost.UnknownPriceError, match=r"ml\.unheard\.of"):
            list(cost.idle({"speech": {"Resources": {"E": resource}}}, cost.load_prices(), DEV))

    def test_a_price_that_nobody_reads_is_an_error(self, tmp_path: Path) -> None:
        file = tmp_path / "prices.yaml"
        file.write_text(cost.PRICES.read_text() + "\ncandy: 1\n")
        with pytest.raises(ValidationError, match="candy"):
            cost.load_prices(file)

    def test_the_price_file_says_when_it_was_checked_and_what_is_not_sure(self) -> None:
        prices = cost.load_prices()

        assert prices.checked >= "2026-11-24"
        assert prices.unconfirmed.keys() <= cost.Prices.model_fields.keys()


@pytest.fixture
def issuer() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A token endpoint, and what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            asked.append({"body": body, "authorization": self.headers["authorization"]})
            answer = json.dumps({"access_token": "a-token"}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/oauth2/token", asked
    server.shutdown()
    thread.join()
    server.server_close()


class TestAccess:
    def test_a_program_comes_with_its_scope(self, aws: Aws, issuer: tuple[str, list[dict[str, str]]]) -> None:
        url, asked = issuer
        outputs = {
            "UserPoolId": "us-east-1_abc",
            "MachineClientId": "m",
            "TokenUrl": url,
            "PageUrl": "https://page.example",
        }
        stack = {
            "StackName": "prepai-dev-app",
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
        }
        aws.answers("cloudformation", "describe_stacks", {"Stacks": [stack]})
        aws.answers(
            "cognito-idp", "describe_user_pool_client", {"UserPoolClient": {"ClientSecret": "s" * 40}}
        )

        found = access(DEV, aws)

        assert (found.url, found.token) == ("https://page.example", "a-token")
        assert "scope=prepai%2Finterviews" in asked[0]["body"]

    def test_an_environment_that_is_not_there_says_how_to_make_it(self, aws: Aws) -> None:
        aws.refuses("cloudformation", "describe_stacks", "ValidationError")
        with pytest.raises(NoAccessError, match="make deploy ENV=dev"):
            access(DEV, aws)

    def test_its_outputs_are_those_of_the_app_stack(self, synthesise: Callable[..., Stacks]) -> None:
        outputs = synthesise("dev")["app"].template["Outputs"]

        assert {"UserPoolId", "MachineClientId", "TokenUrl", "PageUrl"} <= outputs.keys()


def manifest(folder: Path, body: str) -> Path:
    """A cloud assembly with one stack, `dev/app`, whose file is named as CDK names it."""
    stage = folder / "assembly-dev"
    stage.mkdir(parents=True)
    artifact = {
        "type": "aws:cloudformation:stack",
        "displayName": "dev/app (prepai-dev-app)",
        "properties": {"templateFile": "devapp0A1B2C3D.template.json"},
    }
    (stage / "manifest.json").write_text(json.dumps({"artifacts": {"devapp0A1B2C3D": artifact}}))
    (stage / "devapp0A1B2C3D.template.json").write_text(body)
    return folder


class TestComparison:
    def test_a_stack_is_known_by_its_path_whatever_its_file_is_called(self, tmp_path: Path) -> None:
        assert list(compare.templates(manifest(tmp_path / "a", "{}"))) == ["dev/app"]

    def test_an_unchanged_template_says_so_without_asking_the_cli(self, tmp_path: Path) -> None:
        told = compare.differences(manifest(tmp_path / "a", "{}"), manifest(tmp_path / "b", "{}"))

        assert list(told) == ["- `dev/app` stays as it is\n"]

    def test_a_cli_that_fails_is_no_comparison(self, tmp_path: Path) -> None:
        # The folder has no manifest of its own, so the CLI finds no such stack in it.
        before, after = manifest(tmp_path / "a", "{}"), manifest(tmp_path / "b", '{"Resources": {}}')
        told = compare.differences(before, after)

        with pytest.raises(compare.CannotCompareError, match="dev/app"):
            list(told)

    def test_an_empty_folder_is_no_assembly(self, tmp_path: Path) -> None:
        with pytest.raises(compare.CannotCompareError, match="make synth"):
            compare.templates(tmp_path)
