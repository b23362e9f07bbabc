"""Labelled CVs of invented people: `python -m benchmarks.cv_documents OUT` writes them with their truth.json."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.cv_documents.writing import write_all


def main() -> None:
    """Writes the documents; says how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the documents")
    records = write_all(parser.parse_args().out)
    held = sum(record["split"] == "held-out" for record in records)
    print(f"{len(records)} documents, {held} of them held out")


if __name__ == "__main__":
    main()
