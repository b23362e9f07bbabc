"""Each deployable's lock holds every distribution that its entry modules import, however far down."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

LOCKS = Path(__file__).parents[2] / "requirements"
OURS = ("runtime", "lambdas", "models")
ENTRIES = {
    "api": ("lambdas.api.handler",),
    "voice": ("runtime.voice_server",),
    "laptop": ("runtime.cli",),
    "cv-analyzer": ("lambdas.cv_analyzer.handler",),
    "code-executor": ("lambdas.code_executor.handler",),
    "performance-evaluator": ("lambdas.performance_evaluator.handler",),
    "knowledge-ingestion": ("lambdas.knowledge_ingestion.handler",),
    "speech-embedded": ("models.embedded",),
}
# In a function: the SDK, the hooks around a snapshot and the loop around the handler are part of Lambda's own Python.
FUNCTIONS = frozenset({"api", "cv-analyzer", "code-executor", "performance-evaluator", "knowledge-ingestion"})
# They carry the bank as one JSON document; YAML is read where its authors' files lie.
BANK_AS_JSON = frozenset({"api", "voice", "performance-evaluator"})
LAMBDA_HAS = frozenset({"awslambdaric", "boto3", "botocore", "snapshot-restore-py", "urllib3"})


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        *OURS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def with_parents(module: str) -> list[str]:
    """The module and the packages it lies in, whose `__init__` runs before it."""
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def imported(entries: tuple[str, ...]) -> frozenset[str]:
    """The distributions that the entries import, directly or through ours; an entry may be a package."""
    found: set[str] = set()
    left = [module for entry in entries for module in (entry, *graph().find_descendants(entry))]
    while left:
        module = left.pop()
        for name in with_parents(module):
            if name not in found:
                found.add(name)
                left += graph().find_modules_directly_imported_by(name)
    outside = {name.partition(".")[0] for name in found} - set(OURS) - sys.stdlib_module_names
    # Not installed everywhere, so that nothing there knows which distribution they are of.
    lambdas = {"awslambdaric": ["awslambdaric"], "snapshot_restore_py": ["snapshot-restore-py"]}
    names = {**lambdas, **packages_distributions()}
    return frozenset(normal(distribution) for package in outside for distribution in names[package])


def locked(extra: str) -> frozenset[str]:
    lines = (LOCKS / f"{extra}.lock").read_text(encoding="utf-8").splitlines()
    return frozenset(normal(match[1]) for line in lines if (match := re.match(r"([\w.-]+)==", line)))


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("extra", ENTRIES)
def test_a_deployable_can_be_imported_from_its_own_lock(extra: str) -> None:
    needed = imported(ENTRIES[extra]) - (frozenset({"pyyaml"}) if extra in BANK_AS_JSON else frozenset())

    assert "pydantic" in needed
    assert needed - locked(extra) - (LAMBDA_HAS if extra in FUNCTIONS else frozenset()) == frozenset()


@pytest.mark.parametrize("extra", sorted(FUNCTIONS))
def test_a_function_ships_no_sdk_which_lambda_has_already(extra: str) -> None:
    assert not locked(extra) & {"boto3", "botocore"}


def test_every_handler_and_engine_has_its_deployable() -> None:
    handlers = {name for name in graph().find_descendants("lambdas") if name.endswith(".handler")}
    engines = graph().find_children("models")

    assert handlers | engines <= {entry for entries in ENTRIES.values() for entry in entries}
