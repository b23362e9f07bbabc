"""From an entry module to what Lambda or AgentCore runs: its import closure, its data, its locked dependencies.

No Docker and no AWS call: wheels are chosen for the target by uv, our own files by following imports. The same input
gives the same bytes, so an asset changes only when what it runs changes.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import grimp
import jsii
import uv

from infra import ROOT
from infra.environments import Architecture
from runtime.knowledge import bank, phrases

_OURS: Final = ("runtime", "lambdas")
_PLATFORMS: Final[dict[Architecture, str]] = {
    "arm64": "aarch64-manylinux_2_28",
    "x86_64": "x86_64-manylinux_2_28",
}
_PYTHON: Final = "3.13"
# Large parts of packages that nothing of ours imports: Powertools' own web framework, and the emergency numbers of 240
# regions, which are read by name when one is asked for, are a tenth of the API's asset.
_LEFT_OUT: Final = ("aws_lambda_powertools/event_handler", "phonenumbers/shortdata/region_*.py*")
# Raised when the recipe below changes what it makes of the same input.
_RECIPE: Final = 3


class BundlingError(Exception):
    """An asset cannot be made here; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployable:
    """Something that runs by itself in AWS.

    entry: the module that is started; everything it imports of ours comes along.
    lock: its lock in `requirements/`, without the suffix.
    also: modules that are started or read as files, where no import leads to them.
    data: folders of the clone that it reads.
    sources: packages that it reads as text, beside or instead of importing them.
    main: the text of a `main.py` for platforms that start a file and not a module.
    bank: whether it reads the question bank, which comes along as JSON, read and found whole here.
    """

    entry: str
    lock: str
    also: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    main: str | None = field(default=None)
    bank: bool = False

    def files(self) -> tuple[Path, ...]:
        """What is ours in the asset, relative to the clone, in order."""
        modules = _closure((self.entry, *self.also))
        code = (_source(module) for module in modules)
        data = (
            path.relative_to(ROOT)
            for folder in self.data
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
        return tuple(sorted({*code, *data}))

    def digest(self, architecture: Architecture) -> str:
        """Names the asset: it changes exactly when the asset's bytes can."""
        digest = hashlib.sha256(
            f"{_RECIPE} {architecture} {_PYTHON} {self.entry} {self.main} {self.sources}".encode()
        )
        for path in (Path("requirements") / f"{self.lock}.lock", *self.files()):
            digest.update(f"\0{path}\0".encode())
            digest.update((ROOT / path).read_bytes())
        for path, document in self.rendered().items():
            digest.update(f"\0{path}\0{document}".encode())
        return digest.hexdigest()

    def rendered(self) -> dict[Path, str]:
        """What is made of the authors' files, by its place in the asset."""
        if not self.bank:
            return {}
        folder = bank.BANK_DIR.relative_to(ROOT)
        return {
            folder / bank.RENDERED: bank.load_bank().model_dump_json(),
            folder / phrases.RENDERED: phrases.load_phrases().model_dump_json(),
        }

    def build(self, target: Path, architecture: Architecture) -> None:
        """Write the asset into the folder `target`. Raises `BundlingError`."""
        _install(target, ROOT / "requirements" / f"{self.lock}.lock", architecture)
        _compile_packages(target, self.sources)
        for path in self.files():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, target / path)
        for path, document in self.rendered().items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(document, encoding="utf-8")
        if self.main is not None:
            (target / "main.py").write_text(self.main, encoding="utf-8")
        # Ours with its sources: a traceback of ours shows its lines.
        _compile(target, [target / name for name in (*_OURS, "main.py") if (target / name).exists()])
        _settle(target)

    def options(self, architecture: Architecture) -> dict[str, Any]:
        """The arguments of `Code.from_asset` and its like that make this asset here, without Docker."""
        return {
            "asset_hash": self.digest(architecture),
            "asset_hash_type": cdk.AssetHashType.CUSTOM,
            "bundling": cdk.BundlingOptions(
                # Never pulled: `_Local` either makes the asset or raises.
                image=cdk.DockerImage.from_registry("scratch"),
                local=_Local(self, architecture),
            ),
        }


@jsii.implements(cdk.ILocalBundling)
class _Local:
    """CDK's side of a deployable. It raises where it fails: to return False would mean "try Docker"."""

    def __init__(self, deployable: Deployable, architecture: Architecture) -> None:
        self._deployable = deployable
        self._architecture = architecture

    @jsii.member(jsii_name="tryBundle")
    def try_bundle(self, output_dir: str, *_options: Any, **_named: Any) -> bool:
        self._deployable.build(Path(output_dir), self._architecture)
        return True


def this_machine() -> Architecture:
    """The architecture whose assets can be tried here."""
    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


@functools.cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(*_OURS, exclude_type_checking_imports=True, cache_dir=None)


def _closure(entries: tuple[str, ...]) -> frozenset[str]:
    """The modules of ours that run when the entries are imported, the packages they lie in included."""
    graph = _graph()
    found: set[str] = set()
    left = list(entries)
    while left:
        name = left.pop()
        parts = name.split(".")
        for module in (".".join(parts[:length]) for length in range(1, len(parts) + 1)):
            if module in found:
                continue
            if module not in graph.modules:
                # `lambdas` and its like are namespaces, without a file of their own.
                if (ROOT / module.replace(".", "/")).is_dir():
                    continue
                raise BundlingError(f"expected a module of {', '.join(_OURS)}, got {module}")
            found.add(module)
            left += graph.find_modules_directly_imported_by(module)
    return frozenset(module for module in found if _exists(module))


def _exists(module: str) -> bool:
    return any(path.exists() for path in _places(module))


def _source(module: str) -> Path:
    return next(path for path in _places(module) if path.exists()).relative_to(ROOT)


def _places(module: str) -> Iterator[Path]:
    path = ROOT / module.replace(".", "/")
    yield path.with_suffix(".py")
    yield path / "__init__.py"


def _install(target: Path, lock: Path, architecture: Architecture) -> None:
    command = [
        *(uv.find_uv_bin(), "pip", "install", "--quiet", "--target", str(target), "--no-deps"),
        *("--python-platform", _PLATFORMS[architecture], "--python-version", _PYTHON),
        *("--only-binary", ":all:", "--require-hashes", "--no-installer-metadata", "--no-compile-bytecode"),
        *("--link-mode", "copy", "-r", str(lock)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise BundlingError(
            f"the packages of {lock.name} could not be installed for {architecture}:\n{done.stderr.strip()}"
        )
    # uv's own lock, and what console scripts say of the machine they were made on.
    (target / ".lock").unlink(missing_ok=True)
    shutil.rmtree(target / "bin", ignore_errors=True)
    for part in (found for pattern in _LEFT_OUT for found in target.glob(pattern)):
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink()


def _compile_packages(target: Path, sources: tuple[str, ...]) -> None:
    """Packages as bytecode alone: their sources would be half of the asset, and a traceback names files and lines
    without them. The sources are what the lock's hashes name."""
    _compile(target, [target], "-b")
    for source in target.rglob("*.py"):
        # Some files are for other versions of Python and do not compile; nothing imports them.
        if source.with_suffix(".pyc").exists() and source.relative_to(target).parts[0] not in sources:
            source.unlink()


def _compile(target: Path, what: list[Path], *options: str) -> None:
    """Bytecode that is used without looking at the source's time: half of a cold start is compiling."""
    if sys.version_info[:2] != (3, 13):
        raise BundlingError(
            f"expected Python {_PYTHON}, whose bytecode Lambda runs, got {platform.python_version()}; "
            "run CDK with .venv/bin/python"
        )
    command = [
        *(sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"),
        # Paths as they will be there, so that tracebacks and bytes do not depend on where this was made.
        *("-s", str(target), "-p", "/var/task", *options, *map(str, what)),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603 - our own arguments


def _settle(target: Path) -> None:
    """The same modes everywhere: Lambda's user must be able to read what whoever bundles may keep to themselves."""
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
