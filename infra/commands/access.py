"""`make token ENV=`: a program's way in, as the machine client of the environment's user pool."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from botocore.exceptions import ClientError

from infra.commands.doctor import Client
from infra.constructs.identity import MACHINE_SCOPE
from infra.environments import Environment


class NoAccessError(Exception):
    """No token could be had; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the platform is, and an hour's token for it."""

    url: str
    token: str


def access(environment: Environment, client: Client) -> Access:
    """Ask the environment's own token endpoint, with the machine client's secret. Raises `NoAccessError`."""
    outputs = _outputs(environment, client)
    try:
        secret = client("cognito-idp").describe_user_pool_client(
            UserPoolId=outputs["UserPoolId"], ClientId=outputs["MachineClientId"]
        )["UserPoolClient"]["ClientSecret"]
    except ClientError as error:
        raise NoAccessError(
            f"the machine client's secret cannot be read ({error.response['Error']['Code']}); these credentials need "
            "cognito-idp:DescribeUserPoolClient"
        ) from error
    answer = httpx.post(
        outputs["TokenUrl"],
        data={"grant_type": "client_credentials", "scope": MACHINE_SCOPE},
        auth=(outputs["MachineClientId"], secret),
        timeout=20,
    )
    if answer.status_code != httpx.codes.OK:
        raise NoAccessError(f"{outputs['TokenEndpoint']} answered {answer.status_code}")
    return Access(url=outputs["PageUrl"], token=answer.json()["access_token"])


def _outputs(environment: Environment, client: Client) -> dict[str, str]:
    name = environment.named("app")
    try:
        (stack,) = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        raise NoAccessError(
            f"there is no stack {name} to be seen with these credentials; `make deploy ENV={environment.name}` makes it"
        ) from error
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
