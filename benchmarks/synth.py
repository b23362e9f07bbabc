"""How long one environment's app takes: `python -m benchmarks.synth [--runs N]`, without and with validation.

Assets are made beforehand; `python -m benchmarks.assets` times those. What `cdk synth` adds is its own start, about a
second.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
ENVIRONMENTS: Final = ("dev", "staging", "prod")


def seconds(environment: str, out: str, *, validated: bool) -> float:
    """The wall time of `app.py` as the CDK CLI starts it."""
    context = {**json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"], "env": environment}
    variables = {
        **os.environ,
        "CDK_OUTDIR": out,
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_VALIDATION": "true" if validated else "false",
    }
    begun = time.perf_counter()
    subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=variables, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for environment in ENVIRONMENTS:
            out = str(Path(folder) / environment)
            seconds(environment, out, validated=False)  # makes the assets
            plain, checked = [], []
            for _ in range(runs):
                plain.append(seconds(environment, out, validated=False))
                checked.append(seconds(environment, out, validated=True))
            print(
                f"{environment:8} app median {statistics.median(plain):.1f} s (worst {max(plain):.1f}), "
                f"with validation {statistics.median(checked):.1f} s (worst {max(checked):.1f})"
            )


if __name__ == "__main__":
    main()
