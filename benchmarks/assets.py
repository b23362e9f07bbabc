"""What is uploaded: `python -m benchmarks.assets`; each deployable packed for arm64 as for a deployment, and zipped."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from infra.bundling import Deployable
from infra.constructs import knowledge_ingestion, tool_functions, voice_runtime
from infra.stacks import app

_MEGABYTE: Final = 1_000_000
DEPLOYABLES: Final[dict[str, Deployable]] = {
    "api": app.API,
    "voice": voice_runtime.DEPLOYABLE,
    "code-executor": tool_functions.CODE_EXECUTOR,
    "cv-analyzer": tool_functions.CV_ANALYZER,
    "performance-evaluator": tool_functions.PERFORMANCE_EVALUATOR,
    "knowledge-ingestion": knowledge_ingestion.DEPLOYABLE,
}


def main() -> None:
    for name, deployable in DEPLOYABLES.items():
        with tempfile.TemporaryDirectory() as folder:
            asset = Path(folder) / "asset"
            asset.mkdir()
            begun = time.perf_counter()
            deployable.build(asset, "arm64")
            seconds = time.perf_counter() - begun
            unpacked = sum(path.stat().st_size for path in asset.rglob("*") if path.is_file())
            packed = Path(shutil.make_archive(str(Path(folder) / name), "zip", asset)).stat().st_size
        print(
            f"{name:22} zip {packed / _MEGABYTE:5.1f} MB, unpacked {unpacked / _MEGABYTE:6.1f} MB, "
            f"packed in {seconds:.1f} s"
        )


if __name__ == "__main__":
    main()
