"""`make compare BASE=`: what differs from a commit in every template, as Markdown. AWS is asked nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from infra import NODE, ROOT

_MAKE: Final = ("make", "--no-print-directory")


class CannotCompareError(Exception):
    """One side could not be synthesised or read; the message says which."""


def synthesised_at(commit: str, take: Callable[[Path], None]) -> None:
    """Give `take` the cloud assembly of a commit, made in a work tree of its own. Raises `CannotCompareError`."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "base"
        _run("git", "worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            if "\nsynth:" not in (tree / "Makefile").read_text(encoding="utf-8"):
                raise CannotCompareError(
                    f"{commit} is from before there was a stack; there is nothing to compare with"
                )
            _run(*_MAKE, "-C", str(tree), "synth")
            take(tree / "cdk.out")
        finally:
            _run("git", "worktree", "remove", "--force", str(tree))


def templates(assembly: Path) -> dict[str, Path]:
    """The templates of a cloud assembly by the path of their stack, such as `dev/app`."""
    found: dict[str, Path] = {}
    for manifest in sorted(assembly.glob("assembly-*/manifest.json")):
        artifacts: Mapping[str, Mapping[str, object]] = json.loads(manifest.read_text(encoding="utf-8"))[
            "artifacts"
        ]
        for artifact in artifacts.values():
            if artifact["type"] == "aws:cloudformation:stack":
                properties = artifact["properties"]
                assert isinstance(properties, Mapping)
                path = str(artifact["displayName"]).partition(" ")[0]
                found[path] = manifest.parent / str(properties["templateFile"])
    if not found:
        raise CannotCompareError(f"expected stacks in {assembly}, found none; run `make synth`")
    return found


def differences(before: Path, after: Path) -> Iterator[str]:
    """Markdown, a piece for each stack. Raises `CannotCompareError` when CDK cannot tell."""
    old, new = templates(before), templates(after)
    for path in sorted(old.keys() - new.keys()):
        yield f"- `{path}` is gone\n"
    for path, template in sorted(new.items()):
        if path not in old:
            yield f"- `{path}` is new\n"
        elif old[path].read_bytes() == template.read_bytes():
            yield f"- `{path}` stays as it is\n"
        else:
            told = _difference(after, path, old[path])
            yield f"<details><summary><code>{path}</code> changes</summary>\n\n```\n{told}\n```\n</details>\n"


def _difference(assembly: Path, path: str, before: Path) -> str:
    cli = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(str(NODE / "node"), str(cli), "diff", path, "--app", str(assembly), "--no-color"),
            *("--template", str(before)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotCompareError(f"cdk diff of {path} failed: {done.stderr.strip()[-500:]}")
    return (done.stdout + done.stderr).strip()


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotCompareError(
            f"{' '.join(command[:4])} failed: {(done.stderr or done.stdout).strip()[-500:]}"
        )
