"""What deploys, and the ceilings above everything deployed, change in a file that a review reads."""

from __future__ import annotations

import difflib

from infra.environments import COMMITTED
from tests.infra import roles


def test_the_pipelines_roles_and_ceilings_are_as_they_were_reviewed() -> None:
    reviewed = roles.PIPELINE.read_text("utf-8").splitlines()
    now = roles.rendered_pipeline().splitlines()

    drift = list(difflib.unified_diff(reviewed, now, "reviewed", "now", lineterm="", n=2))
    assert drift == [], "read the difference, then run make roles"


def test_every_environment_that_is_bounded_has_its_ceilings_in_the_reviewed_file() -> None:
    written = roles.PIPELINE.read_text("utf-8")

    for name, environment in COMMITTED.items():
        assert (f"\n{name}/BoundaryPolicy:" in written) == environment.bounded, name
