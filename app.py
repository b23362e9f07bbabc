"""What `cdk` runs: one stage per environment."""

from __future__ import annotations

import sys

from infra.environments import InvalidEnvironmentError
from infra.stage import synthesise

try:
    synthesise()
except InvalidEnvironmentError as error:
    sys.exit(str(error))
