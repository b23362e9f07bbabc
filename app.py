"""What `cdk` runs: one stage per environment."""

from __future__ import annotations

from infra.stage import synthesise

synthesise()
