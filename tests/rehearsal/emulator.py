"""MiniStack, mended where it would refuse or wave through what AWS does not. Run by its own environment's Python.

    .setup/rehearsal/bin/python tests/rehearsal/emulator.py FOLDER

Templates are deployed as they were synthesised. What the emulator cannot create is accepted here by type, each with the
values that a template may ask of it, and what was asked for is written into FOLDER/accepted for tests to read.
"""

from __future__ import annotations

import io
import json
import mimetypes
import os
import re
import stat
import sys
import zipfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import botocore.session
from ministack import app
from ministack.core import iam_actions, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, bedrock, bedrock_agent, cloudfront, lambda_svc
from ministack.services import s3 as s3_service
from ministack.services.cloudformation import provisioners

type Properties = dict[str, Any]
type Created = tuple[str, dict[str, Any]]
type Create = Callable[[str, Properties, str], Created]

# What Lambda's Python runtime has beside the standard library; nothing else of the emulator's is a function's.
_LAMBDA_BRINGS = (
    *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "snapshot_restore_py", "urllib3"),
)


def mend(folder: Path) -> None:
    """Patch what stands in the way. Each entry says what AWS does instead."""
    # A second listener, on 443, is not ours to open.
    app._port_is_bindable = lambda *_: False
    # What answers below /health is the API's.
    app._HEALTH_PATHS = ("/_ministack/health",)
    _keys_over_tls()
    _converse_is_invoke_model()
    _sockets_are_authorised()
    _distributions_reach_apis()
    _functions_alone(folder)
    _types(folder)


def _keys_over_tls() -> None:
    """The JWT authorizer asks the gateway for a pool's keys over http, where it serves https alone."""
    resolve = apigateway._resolve_jwks_url

    async def over_tls(authorizer: dict[str, Any]) -> str | None:
        url: str | None = await resolve(authorizer)
        return url.replace("http://", "https://", 1) if url else url

    apigateway._resolve_jwks_url = over_tls


def _converse_is_invoke_model() -> None:
    """There is no action bedrock:Converse; an inference profile is the account's own; an agent is called by alias."""
    action, resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    of = {"bedrock:Converse": "InvokeModel", "bedrock:ConverseStream": "InvokeModelWithResponseStream"}

    def checked_action(*given: Any, **named: Any) -> str | None:
        found: str | None = action(*given, **named)
        return f"bedrock:{of[found]}" if found in of else found

    def checked_resource(*given: Any, **named: Any) -> str:
        found: str = resource(*given, **named)
        path = given[2]
        if ":agent/" in found and "/agentAliases/" in path and "/sessions/" in path:
            agent, alias = unquote(path).split("/")[2], unquote(path).split("/")[4]
            return _arn("bedrock", f"agent-alias/{agent}/{alias}")
        if ":foundation-model/" in found:
            model = found.rpartition("/")[2]
            if model.split(".")[0] in {"us", "eu", "apac", "global"}:
                return f"arn:aws:bedrock:{get_region()}:{get_account_id()}:inference-profile/{model}"
        return found

    iam_actions.extract_iam_action = checked_action
    iam_actions.extract_resource_arn = checked_resource


def _sockets_are_authorised() -> None:
    """AgentCore's sockets are not served, but whether a signed address may open one is asked here, as AWS asks."""
    detect = app.detect_service

    def detected(method: str, path: str, headers: dict[str, str], *rest: Any) -> str:
        if headers.get("host", "").startswith("bedrock-agentcore."):
            return "bedrock-agentcore"
        found: str = detect(method, path, headers, *rest)
        return found

    app.detect_service = detected
    action, resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def is_socket(service: str, path: str) -> bool:
        return service == "bedrock-agentcore" and path.endswith("/ws")

    def checked_action(service: str, method: str, path: str, *rest: Any) -> str | None:
        if is_socket(service, path):
            return "bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream"
        found: str | None = action(service, method, path, *rest)
        return found

    def checked_resource(service: str, method: str, path: str, *rest: Any) -> str:
        if is_socket(service, path):
            return unquote(path).removeprefix("/runtimes/").removesuffix("/ws")
        found: str = resource(service, method, path, *rest)
        return found

    iam_actions.extract_iam_action = checked_action
    iam_actions.extract_resource_arn = checked_resource


def _distributions_reach_apis() -> None:
    """An origin that is an HTTP API of this account's is here; its name in AWS resolves to nothing of ours."""
    ours = re.compile(r"^([a-f0-9]{8})\.execute-api\.(?:[a-z0-9-]+\.amazonaws\.com|localhost)(?::\d+)?$")
    app._EXECUTE_API_RE = ours
    target = cloudfront._origin_connect_target

    def reached(origin: dict[str, Any], *rest: Any) -> tuple[str, int, bool]:
        if ours.match(origin["domain_name"]):
            return "localhost", int(os.environ["GATEWAY_PORT"]), True
        found: tuple[str, int, bool] = target(origin, *rest)
        return found

    cloudfront._origin_connect_target = reached


def _functions_alone(folder: Path) -> None:
    """Functions get the interpreter and what Lambda brings: neither this environment's packages nor its settings."""
    packages = Path(botocore.session.__file__).parents[1]
    brought = folder / "lambda-runtime"
    brought.mkdir()
    for name in _LAMBDA_BRINGS:
        (brought / name).symlink_to(packages / name)
    # Functions may add to Lambda's own loop; the emulator has another, which does not know what was added.
    (brought / "awslambdaric").mkdir()
    (brought / "awslambdaric" / "lambda_runtime_client.py").write_text(
        "class LambdaRuntimeClient:\n    def wait_next_invocation(self):\n        raise NotImplementedError\n"
    )
    python = Path(sys.executable).resolve()
    starter = folder / "lambda-python"
    starter.write_text(
        f'#!/bin/sh\nunset {os.environ["REHEARSAL_OWN"]}\nPYTHONPATH={brought} exec {python} -S "$@"\n'
    )
    starter.chmod(starter.stat().st_mode | stat.S_IXUSR)
    detect = lambda_runtime._detect_runtime_binary

    def binary(runtime: str) -> tuple[str, str]:
        command, worker = detect(runtime)
        return (str(starter), worker) if runtime.startswith("python") else (command, worker)

    lambda_runtime._detect_runtime_binary = binary


def _types(folder: Path) -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    accepted = folder / "accepted"
    accepted.mkdir()

    def put_down(kind: str, logical_id: str, properties: Properties, created: Created, more: Any) -> None:
        of = {"type": kind, "properties": properties, "ref": created[0], "attributes": created[1], **more}
        (accepted / f"{logical_id}.json").write_text(json.dumps(of, indent=1))

    def register(kind: str, create: Create, delete: Callable[..., None] = _nothing, **also: Any) -> None:
        def created(logical_id: str, properties: Properties, stack: str) -> Created:
            made = create(logical_id, properties, stack)
            more = {name: make(properties) for name, make in also.items()}
            put_down(kind, logical_id, properties, made, more)
            return made

        handlers[kind] = {"create": created, "delete": delete}

    for kind, create in _NOT_SERVED.items():
        register(kind, create)
    register("AWS::BedrockAgentCore::Runtime", _runtime, credentials=_credentials_of_runtime)
    register("AWS::Bedrock::Agent", _agent, lambda agent, _: bedrock_agent._delete_agent(agent, {}))
    register("AWS::Bedrock::AgentAlias", _agent_alias, _delete_agent_alias)
    register("AWS::Bedrock::Guardrail", _guardrail, _delete_guardrail)
    register("AWS::Bedrock::GuardrailVersion", _guardrail_version)
    register("AWS::Bedrock::KnowledgeBase", _knowledge_base, lambda base, _: bedrock_agent._delete_kb(base))
    register("AWS::Bedrock::DataSource", _data_source, _delete_data_source)
    register("Custom::CDKBucketDeployment", _bucket_deployment, _delete_deployed)
    handlers["AWS::S3::Bucket"] = _buckets(handlers["AWS::S3::Bucket"])
    handlers["AWS::SecretsManager::Secret"] = _secrets(handlers["AWS::SecretsManager::Secret"])
    handlers["AWS::CloudWatch::Alarm"] = _alarms(handlers["AWS::CloudWatch::Alarm"])


def _nothing(*_: Any) -> None:
    """There is nothing behind what was only accepted."""


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _named(service: str, resource: str, name: str, *attributes: str) -> Create:
    """Accept a type: its Ref is the property `name`, its ARN (`attributes`) is of `service` and `resource`."""

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        ref = str(properties.get(name) or f"{stack}-{logical_id}")
        return ref, dict.fromkeys(attributes, _arn(service, resource.format(ref)))

    return create


def _index(_: str, properties: Properties, __: str) -> Created:
    arn = f"{properties['VectorBucketArn']}/index/{properties['IndexName']}"
    return arn, {"IndexArn": arn}


_NOT_SERVED: dict[str, Create] = {
    "AWS::Budgets::Budget": _named("budgets", "budget/{}", "BudgetName"),
    "AWS::BedrockAgentCore::RuntimeEndpoint": _named("bedrock-agentcore", "runtime-endpoint/{}", "Name"),
    "AWS::CloudWatch::CompositeAlarm": _named("cloudwatch", "alarm:{}", "AlarmName", "Arn"),
    "AWS::Logs::Delivery": _named("logs", "delivery:{}", "", "Arn"),
    "AWS::Logs::DeliveryDestination": _named("logs", "delivery-destination:{}", "Name", "Arn"),
    "AWS::Logs::DeliverySource": _named("logs", "delivery-source:{}", "Name", "Arn"),
    "AWS::S3Vectors::Index": _index,
    "AWS::S3Vectors::VectorBucket": _named("s3vectors", "bucket/{}", "VectorBucketName", "VectorBucketArn"),
    "AWS::WAFv2::LoggingConfiguration": _named("wafv2", "logging/{}", "ResourceArn"),
}


def _runtime(_: str, properties: Properties, __: str) -> Created:
    runtime = f"{properties['AgentRuntimeName']}-Rehearsal1"
    arn = _arn("bedrock-agentcore", f"runtime/{runtime}")
    return runtime, {"AgentRuntimeId": runtime, "AgentRuntimeArn": arn, "AgentRuntimeVersion": "1"}


def _credentials_of_runtime(properties: Properties) -> dict[str, str]:
    """What AgentCore hands the server: a session of its role."""
    name = properties["AgentRuntimeName"]
    function = {
        "Role": properties["RoleArn"],
        "FunctionName": name,
        "FunctionArn": _arn("lambda", f"function:{name}"),
    }
    given: dict[str, str] = lambda_runtime.execution_credentials(function)
    return given


def _asked(answer: tuple[int, Any, bytes]) -> dict[str, Any]:
    status, _, body = answer
    if status >= 300:
        raise ValueError(body.decode())
    found: dict[str, Any] = json.loads(body)
    return {name[:1].upper() + name[1:]: value for name, value in found.items()}


def _as_request(properties: Any, *, without: tuple[str, ...] = ("Tags",)) -> Any:
    """CloudFormation's names as the API's: the same words, beginning small."""
    if isinstance(properties, dict):
        return {
            name[:1].lower() + name[1:]: _as_request(value)
            for name, value in properties.items()
            if name not in without
        }
    return [_as_request(value) for value in properties] if isinstance(properties, list) else properties


def _body(properties: Properties) -> bytes:
    return json.dumps(_as_request(properties)).encode()


def _agent(_: str, properties: Properties, __: str) -> Created:
    """The agent alone: its reply is the same whatever it is made of."""
    made = _asked(bedrock_agent._create_agent(_body(properties)))["Agent"]
    found = {name[:1].upper() + name[1:]: value for name, value in made.items()}
    bedrock_agent._prepare_agent(found["AgentId"])
    return found["AgentId"], {name: found[name] for name in ("AgentId", "AgentArn")}


def _agent_alias(_: str, properties: Properties, __: str) -> Created:
    agent = properties["AgentId"]
    made = _asked(bedrock_agent._create_agent_alias(agent, _body(properties)))["AgentAlias"]
    found = {name[:1].upper() + name[1:]: value for name, value in made.items()}
    wanted = ("AgentAliasId", "AgentAliasArn", "AgentId")
    return f"{agent}|{found['AgentAliasId']}", {name: found[name] for name in wanted}


def _delete_agent_alias(ref: str, _: Properties) -> None:
    bedrock_agent._delete_agent_alias(*ref.split("|"))


def _guardrail(_: str, properties: Properties, __: str) -> Created:
    made = _asked(bedrock._create_guardrail(_body(properties)))
    return made["GuardrailArn"], {"GuardrailId": made["GuardrailId"], "GuardrailArn": made["GuardrailArn"]}


def _delete_guardrail(arn: str, _: Properties) -> None:
    bedrock._guardrails.pop(arn.rpartition("/")[2], None)


def _guardrail_version(_: str, properties: Properties, __: str) -> Created:
    of = properties["GuardrailIdentifier"]
    made = _asked(bedrock._create_guardrail_version(of, _body(properties)))
    return f"{of}|{made['Version']}", {"Version": made["Version"], "GuardrailId": of}


def _knowledge_base(_: str, properties: Properties, __: str) -> Created:
    made = _asked(bedrock_agent._create_kb(_body(properties)))["KnowledgeBase"]
    found = {name[:1].upper() + name[1:]: value for name, value in made.items()}
    return found["KnowledgeBaseId"], {name: found[name] for name in ("KnowledgeBaseId", "KnowledgeBaseArn")}


def _data_source(_: str, properties: Properties, __: str) -> Created:
    base = properties["KnowledgeBaseId"]
    made = _asked(bedrock_agent._create_ds(base, _body(properties)))["DataSource"]
    found = {name[:1].upper() + name[1:]: value for name, value in made.items()}
    return f"{base}|{found['DataSourceId']}", {"DataSourceId": found["DataSourceId"]}


def _delete_data_source(ref: str, _: Properties) -> None:
    bedrock_agent._delete_ds(*ref.split("|"))


def _alarms(known: dict[str, Any]) -> dict[str, Any]:
    """Alarms over an expression are accepted; those over one metric are really made."""

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        if properties.get("Metrics"):
            return _named("cloudwatch", "alarm:{}", "AlarmName", "Arn")(logical_id, properties, stack)
        made: Created = known["create"](logical_id, properties, stack)
        return made

    def update(physical_id: str, before: Properties, after: Properties, *rest: Any) -> Created:
        if after.get("Metrics"):
            return physical_id, {"Arn": _arn("cloudwatch", f"alarm:{physical_id}")}
        made: Created = known["update"](physical_id, before, after, *rest)
        return made

    def delete(physical_id: str, properties: Properties) -> None:
        if not properties.get("Metrics"):
            known["delete"](physical_id, properties)

    return {**known, "create": create, "update": update, "delete": delete}


def _buckets(known: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation removes no bucket that holds anything, versions and delete markers included."""

    def delete(name: str, properties: Properties) -> None:
        objects = s3_service._buckets.get(name) or {}
        if objects.get("objects") or s3_service._bucket_has_versions(name):
            raise ValueError(f"The bucket you tried to delete is not empty: {name}")
        known["delete"](name, properties)

    return {**known, "delete": delete}


def _secrets(known: dict[str, Any]) -> dict[str, Any]:
    """The Ref of a secret is its ARN; here it was the name, which no policy's resource matches."""

    def create(logical_id: str, properties: Properties, stack: str) -> Created:
        _, attributes = known["create"](logical_id, properties, stack)
        return attributes["Arn"], attributes

    def delete(arn: str, properties: Properties) -> None:
        # The name, and six characters that were drawn behind it.
        known["delete"](arn.rpartition(":")[2][:-7], properties)

    return {"create": create, "delete": delete}


def _s3_of(service_token: str) -> Any:
    """S3 as the role of the function that would copy the files in AWS, so that its rights are asked for."""
    _, config, _ = lambda_svc._get_func_record_for_ref(service_token)
    session = botocore.session.get_session()
    role = lambda_runtime.execution_credentials(config)
    return session.create_client(
        "s3",
        region_name=get_region(),
        endpoint_url=f"https://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id=role["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=role["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=role["AWS_SESSION_TOKEN"],
    )


def _bucket_deployment(logical_id: str, properties: Properties, stack: str) -> Created:
    """CDK's own function needs the AWS command line in a layer below /opt; this copies the files in its place."""
    s3 = _s3_of(properties["ServiceToken"])
    bucket = properties["DestinationBucketName"]
    prefix = properties.get("DestinationBucketKeyPrefix", "")
    sources = zip(properties["SourceBucketNames"], properties["SourceObjectKeys"], strict=True)
    markers = properties.get("SourceMarkers") or [{}] * len(properties["SourceObjectKeys"])
    keys = []
    for (source, key), replaced in zip(sources, markers, strict=True):
        zipped = s3.get_object(Bucket=source, Key=key)["Body"].read()
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            for name in archive.namelist():
                if name.endswith("/") or not _wanted(name, properties):
                    continue
                content = archive.read(name)
                for marker, value in replaced.items():
                    content = content.replace(marker.encode(), str(value).encode())
                to = f"{prefix}/{name}" if prefix else name
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                s3.put_object(Bucket=bucket, Key=to, Body=content, ContentType=kind)
                keys.append(to)
    return f"{stack}-{logical_id}", {"SourceObjectKeys": properties["SourceObjectKeys"], "keys": keys}


def _wanted(name: str, properties: Properties) -> bool:
    """As `aws s3 sync --exclude --include` decides: what comes last counts."""
    excluded = any(fnmatch(name, pattern) for pattern in properties.get("Exclude") or ())
    return not excluded or any(fnmatch(name, pattern) for pattern in properties.get("Include") or ())


def _delete_deployed(_: str, properties: Properties) -> None:
    """CDK's function removes what it has copied where the stack says so."""
    if str(properties.get("RetainOnDelete", True)).lower() == "true":
        return
    s3 = _s3_of(properties["ServiceToken"])
    bucket = properties["DestinationBucketName"]
    for item in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
        s3.delete_object(Bucket=bucket, Key=item["Key"])


if __name__ == "__main__":
    mend(Path(sys.argv[1]))
    sys.argv = sys.argv[:1]
    app.main()
