"""The CDK CLI, on the Node that came with the packages: nobody is asked to install either."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from infra import NODE, ROOT


class ToolchainError(Exception):
    """Something that `make setup-dev` installs is missing."""


def cdk(arguments: Sequence[str], *, quiet: bool = False) -> int:
    """Run `cdk` in the clone with these arguments, its output going to the terminal; the exit code."""
    cli = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not cli.exists():
        raise ToolchainError("the CDK CLI is not installed; run `make setup-dev`")
    environment = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603 - our own command
        [str(NODE / "node"), str(cli), *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL if quiet else None,
    )
    return done.returncode
