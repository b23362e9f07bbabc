"""`python -m infra --env NAME COMMAND`: what the Makefile calls. Each command parses, calls one thing, prints."""

from __future__ import annotations

import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.commands import access as accesses
from infra.commands import compare as comparisons
from infra.commands import cost as costs
from infra.commands import doctor as doctors
from infra.commands import release
from infra.environments import COMMITTED, Environment, InvalidEnvironmentError, chosen
from infra.toolchain import ToolchainError, cdk

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_err = Console(stderr=True, highlight=False)
_out = Console(highlight=False)

_MARKS = {"ok": "[green]ok     [/]", "failed": "[red]failed [/]", "unknown": "[yellow]unknown[/]"}


@dataclass(frozen=True, slots=True)
class Target:
    """The environment a command is about, and the CDK context that chooses the same one."""

    environment: Environment
    context: tuple[str, ...]

    @property
    def client(self) -> doctors.Client:
        return doctors.client_for(self.environment)


@app.callback()
def main(
    ctx: typer.Context,
    env: Annotated[str, typer.Option(help="dev, staging, prod, or sandbox-NAME for a personal one.")],
    interviewer: Annotated[str, typer.Option(help="authored, converse or bedrock_agent.")] = "",
    speech: Annotated[str, typer.Option(help="always_on, scale_to_zero or off.")] = "",
    whisper: Annotated[str, typer.Option(help="The digest of Whisper's image.")] = "",
    tts: Annotated[str, typer.Option(help="The digest of the voice's image.")] = "",
) -> None:
    """Choose an environment. What is left out stays as it is committed."""
    which = {"sandbox": env.removeprefix("sandbox-")} if env.startswith("sandbox-") else {"env": env}
    changes = {"interviewer": interviewer, "speech": speech, "whisper": whisper, "tts": tts}
    context = which | {name: value for name, value in changes.items() if value}
    try:
        (environment,) = chosen(context)
    except InvalidEnvironmentError as error:
        _fail(str(error))
    ctx.obj = Target(environment, tuple(f"{name}={value}" for name, value in context.items()))


@app.command()
def doctor(
    ctx: typer.Context,
    try_agent: Annotated[bool, typer.Option(help="Make a Bedrock agent and remove it, to know.")] = False,
) -> None:
    """Say whether the environment can be deployed from here, and what to do where it cannot."""
    target: Target = ctx.obj
    findings = []
    for finding in doctors.examine(target.environment, target.client, try_agent=try_agent):
        findings.append(finding)
        _show(finding)
    if not doctors.ready(findings):
        _fail(f"{target.environment.name} cannot be deployed yet")


@app.command()
def deploy(
    ctx: typer.Context,
    assembly: Annotated[Path | None, typer.Option(help="A folder that `make synth` wrote before.")] = None,
) -> None:
    """Deploy every stack of the environment."""
    target: Target = ctx.obj
    try:
        code = release.deploy(
            target.environment,
            context=target.context,
            assembly=str(assembly) if assembly else None,
            client=target.client,
            cdk=cdk,
            report=_show,
        )
    except (release.RefusedError, ToolchainError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def bootstrap(ctx: typer.Context) -> None:
    """Make what CDK needs in the environment's account and region, once."""
    target: Target = ctx.obj
    try:
        code = release.bootstrap(target.environment, client=target.client, cdk=cdk)
    except (release.RefusedError, ToolchainError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def destroy(ctx: typer.Context) -> None:
    """Remove the environment with all data in it; production is refused."""
    target: Target = ctx.obj
    name = target.environment.name
    try:
        confirmed = (
            ""
            if target.environment.production
            else typer.prompt(f"Everything in {name} is lost. Type its name")
        )
        code = release.destroy(
            target.environment, context=target.context, confirmed=confirmed, client=target.client, cdk=cdk
        )
    except (release.RefusedError, ToolchainError) as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def token(ctx: typer.Context) -> None:
    """Print the platform's address and an hour's token for programs, to be evaluated by a shell."""
    target: Target = ctx.obj
    try:
        found = accesses.access(target.environment, target.client)
    except (accesses.NoAccessError, httpx.HTTPError) as error:
        _fail(str(error))
    typer.echo(f"PREPAI_URL={shlex.quote(found.url)}")
    typer.echo(f"PREPAI_ACCESS_TOKEN={shlex.quote(found.token)}")


@app.command()
def diff(ctx: typer.Context) -> None:
    """Say what deploying the environment would change."""
    _hand_on(ctx.obj, "diff")


@app.command()
def drift(ctx: typer.Context) -> None:
    """Say what was changed by hand since the environment was deployed; fails when something was."""
    _hand_on(ctx.obj, "drift", "--fail")


@app.command()
def cost(
    ctx: typer.Context,
    assembly: Annotated[
        Path | None, typer.Option(help="A folder that was synthesised before, for the same environment.")
    ] = None,
) -> None:
    """Price the environment: a month of being idle, and one hundred interviews."""
    target: Target = ctx.obj
    with tempfile.TemporaryDirectory() as folder:
        if assembly is None:
            _synthesise(target, Path(folder))
        _bill(target.environment, assembly or Path(folder), _out)


@app.command()
def compare(
    ctx: typer.Context,
    base: Annotated[str, typer.Option(help="A commit, such as origin/main.")],
    assembly: Annotated[Path, typer.Option(help="Where `make synth` wrote just now.")] = Path("cdk.out"),
) -> None:
    """Print as Markdown what differs from a commit in every template, and what each environment costs."""
    del ctx

    def told(before: Path) -> None:
        typer.echo(f"# Templates against {base}\n")
        for piece in comparisons.differences(before, assembly):
            typer.echo(piece)

    try:
        comparisons.synthesised_at(base, told)
    except comparisons.CannotCompareError as error:
        _fail(str(error))
    for environment in COMMITTED.values():
        typer.echo(f"\n# Cost of {environment.name}\n\n```")
        _bill(environment, assembly, Console(highlight=False, no_color=True, width=100))
        typer.echo("```")


def _bill(environment: Environment, assembly: Path, out: Console) -> None:
    prices = costs.load_prices()
    try:
        stacks = costs.templates(assembly, environment)
        bills = {
            "Idle, per month": list(costs.idle(stacks, prices, environment)),
            f"{costs.INTERVIEWS} interviews": list(costs.used(stacks, prices, environment)),
        }
    except (FileNotFoundError, costs.UnknownPriceError) as error:
        _fail(str(error))
    for title, lines in bills.items():
        table = Table(
            "", "", "US$", title=f"{title} ({environment.name})", title_justify="left", min_width=72
        )
        for line in sorted(lines, key=lambda line: -line.dollars):
            table.add_row(line.what, line.how, f"{line.dollars:.2f}")
        table.add_section()
        table.add_row("Sum", "", f"{sum(line.dollars for line in lines):.2f}")
        out.print(table)
    one = ", ".join(f"{name} {value:g}" for name, value in prices.interview.model_dump().items())
    out.print(f"List prices of us-east-1 of {prices.checked}, no free tiers. One interview: {one}.")
    out.print(
        "Not confirmed: " + "; ".join(f"{name} ({why})" for name, why in prices.unconfirmed.items()) + "."
    )


def _synthesise(target: Target, folder: Path) -> None:
    context = [part for pair in target.context for part in ("-c", pair)]
    if cdk(["synth", "--quiet", "--output", str(folder), *context], quiet=True):
        _fail(f"{target.environment.name} could not be synthesised; `make synth` says why")


def _hand_on(target: Target, command: str, *options: str) -> NoReturn:
    context = [part for pair in target.context for part in ("-c", pair)]
    raise typer.Exit(cdk([command, f"{target.environment.name}/*", *options, *context]))


def _show(finding: doctors.Finding) -> None:
    _err.print(f"{_MARKS[finding.outcome]} {finding.what}: {finding.how}", soft_wrap=True)


def _fail(message: str) -> NoReturn:
    _err.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(2)


def run() -> None:
    """The entry point; what AWS says is one sentence, never a traceback."""
    try:
        app()
    except (BotoCoreError, ClientError) as error:
        _err.print(
            f"AWS could not be asked, or refused: {error}; `make doctor` says more",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        sys.exit(2)


if __name__ == "__main__":
    run()
