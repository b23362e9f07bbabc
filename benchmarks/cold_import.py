"""How long a function's code takes to load: `python -m benchmarks.cold_import [--runs N]`.

Each handler is imported in a process of its own, with the environment that the stack gives it and compiled bytecode, in
turns with `python -c pass`. A cold start is this, and what Lambda does before it. The time on the CPU says how much of
it was work, on a machine that is not quiet.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import resource
import statistics
import subprocess
import sys
import time
from typing import Final

_FUNCTIONS: Final = ("api", "cv_analyzer", "performance_evaluator", "knowledge_ingestion")
_ARN: Final = "arn:aws:{}:eu-west-1:123456789012:{}"
_ENVIRONMENT: Final = {
    "AWS_REGION": "eu-west-1",
    "AWS_LAMBDA_FUNCTION_NAME": "prepai-bench",
    "PREPAI_ENVIRONMENT": "bench",
    "EVENT_TABLE": "events",
    "S3_BUCKET": "data",
    "CANDIDATE_DATA_DAYS": "30",
    "LAMBDA_CODE_EXECUTOR": "code-executor",
    "LAMBDA_CV_ANALYZER": "cv-analyzer",
    "LAMBDA_PERFORMANCE_EVALUATOR": "performance-evaluator",
    "ORIGIN_SECRET_ARN": _ARN.format("secretsmanager", "secret:origin-AbCdEf"),
    "VOICE_RUNTIME_ARN": _ARN.format("bedrock-agentcore", "runtime/voice-AbCdEf1234"),
    "KNOWLEDGE_BASE_ID": "KB12345678",
    "DATA_SOURCE_ID": "DS12345678",
}


def _seconds(code: str) -> tuple[float, float]:
    """By the clock, and on the CPU."""
    begun, worked = time.perf_counter(), _worked()
    subprocess.run(
        [sys.executable, "-c", code], check=True, env=os.environ | _ENVIRONMENT, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begun, _worked() - worked


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs: int = parser.parse_args().runs
    programs = {"pass": "pass"} | {name: f"import lambdas.{name}.handler" for name in _FUNCTIONS}
    for code in programs.values():  # writes the bytecode
        _seconds(code)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, code in programs.items():
            taken[name].append(_seconds(code))
    print(
        f"Python {sys.version.split()[0]}, botocore {importlib.metadata.version('botocore')}, {runs} runs each"
    )
    empty = statistics.median(seconds for seconds, _ in taken["pass"])
    for name, measured in taken.items():
        clock, cpu = zip(*measured, strict=True)
        median = statistics.median(clock)
        print(
            f"{name:22} median {median:.3f} s, worst {max(clock):.3f} s, on the CPU {statistics.median(cpu):.3f} s; "
            f"{median / empty:.0f}x `python -c pass`"
        )


if __name__ == "__main__":
    main()
