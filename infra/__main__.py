"""`python -m infra`: what the Makefile calls. Each command parses, calls one thing, prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from infra.commands import cost as costs
from infra.commands import doctor as doctors
from infra.commands import release
from infra.environments import Environment, InvalidEnvironmentError, chosen
from infra.toolchain import ToolchainError, cdk

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_err = Console(stderr=True, highlight=False)
_out = Console(highlight=False)

_MARKS = {"ok": "[green]ok     [/]", "failed": "[red]failed [/]", "unknown": "[yellow]unknown[/]"}

Env = Annotated[str, typer.Option("--env", help="dev, staging, prod, or sandbox-NAME for a personal one.")]
Interviewer = Annotated[
    str | None, typer.Option(help="authored, converse or bedrock_agent instead of the committed one.")
]
Speech = Annotated[
    str | None, typer.Option(help="always_on, scale_to_zero or off instead of the committed one.")
]


@app.command()
def doctor(
    env: Env,
    interviewer: Interviewer = None,
    speech: Speech = None,
    try_agent: Annotated[bool, typer.Option(help="Make a Bedrock agent and remove it, to know.")] = False,
) -> None:
    """Say whether an environment can be deployed from here, and what to do where it cannot."""
    environment, _ = _chosen(env, interviewer, speech)
    findings = []
    for finding in doctors.examine(environment, doctors.client_for(environment), try_agent=try_agent):
        findings.append(finding)
        _show(finding)
    if not doctors.ready(findings):
        _fail(f"{environment.name} cannot be deployed yet")


@app.command()
def deploy(
    env: Env,
    interviewer: Interviewer = None,
    speech: Speech = None,
    assembly: Annotated[Path | None, typer.Option(help="A folder that `make synth` wrote before.")] = None,
) -> None:
    """Deploy every stack of an environment."""
    environment, context = _chosen(env, interviewer, speech)
    try:
        code = release.deploy(
            environment,
            context=context,
            assembly=str(assembly) if assembly else None,
            client=doctors.client_for(environment),
            cdk=cdk,
            report=_show,
        )
    except (release.RefusedError, ToolchainError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def bootstrap(env: Env, interviewer: Interviewer = None, speech: Speech = None) -> None:
    """Make what CDK needs in the environment's account and region, once."""
    environment, _ = _chosen(env, interviewer, speech)
    try:
        code = release.bootstrap(environment, client=doctors.client_for(environment), cdk=cdk)
    except ToolchainError as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def destroy(env: Env, interviewer: Interviewer = None, speech: Speech = None) -> None:
    """Remove an environment with all data in it; production is refused."""
    environment, context = _chosen(env, interviewer, speech)
    try:
        confirmed = (
            "" if environment.production else typer.prompt(f"Everything in {env} is lost. Type its name")
        )
        code = release.destroy(
            environment,
            context=context,
            confirmed=confirmed,
            client=doctors.client_for(environment),
            cdk=cdk,
        )
    except (release.RefusedError, ToolchainError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def cost(
    env: Env,
    interviewer: Interviewer = None,
    speech: Speech = None,
    assembly: Annotated[Path, typer.Option(help="Where `make synth` wrote.")] = Path("cdk.out"),
) -> None:
    """Price an environment: a month of being idle, and one hundred interviews."""
    environment, _ = _chosen(env, interviewer, speech)
    prices = costs.load_prices()
    try:
        stacks = costs.templates(assembly, environment)
        bills = {
            "Idle, per month": list(costs.idle(stacks, prices)),
            f"{costs.INTERVIEWS} interviews": list(costs.used(stacks, prices, environment)),
        }
    except (FileNotFoundError, costs.UnknownPriceError) as error:
        _fail(str(error))
    for title, lines in bills.items():
        table = Table("", "", "US$", title=f"{title} ({environment.name})", title_justify="left")
        for line in sorted(lines, key=lambda line: -line.dollars):
            table.add_row(line.what, line.how, f"{line.dollars:.2f}")
        table.add_section()
        table.add_row("Sum", "", f"{sum(line.dollars for line in lines):.2f}")
        _out.print(table)
    one = ", ".join(f"{name} {value:g}" for name, value in prices.interview.model_dump().items())
    _out.print(
        f"List prices of us-east-1 looked at on {prices.checked}, no free tiers. One interview: {one}."
    )


def _chosen(env: str, interviewer: str | None, speech: str | None) -> tuple[Environment, list[str]]:
    context = ({"sandbox": env.removeprefix("sandbox-")} if env.startswith("sandbox-") else {"env": env}) | {
        name: value for name, value in (("interviewer", interviewer), ("speech", speech)) if value
    }
    try:
        (environment,) = chosen(context)
    except InvalidEnvironmentError as error:
        _fail(str(error))
    return environment, [f"{name}={value}" for name, value in context.items()]


def _show(finding: doctors.Finding) -> None:
    _err.print(f"{_MARKS[finding.outcome]} {finding.what}: {finding.how}", soft_wrap=True)


def _fail(message: str) -> NoReturn:
    _err.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
