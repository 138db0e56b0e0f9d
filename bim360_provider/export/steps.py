"""The commands that take an export over, right for the project and the engine."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["MESSAGE", "local_steps", "pulumi_steps"]

MESSAGE: Final = "Adopt the BIM 360 account"
"""The text of the commit."""


def pulumi_steps(
    root: Path, here: Path, stack: str, import_file: Path, written: Iterable[Path]
) -> list[str]:
    """Return the commands for the Pulumi CLI.

    The import protects each resource: until an ``up`` removes the protection, no program, however
    incomplete, can delete one. The ``up`` comes after a preview that finds no change.

    Args:
        root: The folder of ``Pulumi.yaml``.
        here: The folder of the user's shell.
        stack: The stack.
        import_file: The file to import.
        written: The files that belong into the repository.
    """
    return [
        *_change_folder(root, here),
        f"pulumi stack select --create {shlex.quote(stack)}",
        f"pulumi import --file {_quoted(import_file, root)} --generate-code=false",
        "pulumi preview --expect-no-changes",
        "pulumi up --expect-no-changes",
        _commit(root, written),
    ]


def local_steps(
    root: Path, here: Path, stack: str, import_file: Path, written: Iterable[Path]
) -> list[str]:
    """Return the same for the local engine; the arguments are those of ``pulumi_steps``."""
    of_stack = f"--stack {shlex.quote(stack.rpartition('/')[2])}"
    return [
        *_change_folder(root, here),
        f"bim360 local import {of_stack} --file {_quoted(import_file, root)}",
        f"bim360 local preview {of_stack} --expect-no-changes",
        f"bim360 local up {of_stack} --expect-no-changes",
        _commit(root, written),
    ]


def _change_folder(root: Path, here: Path) -> list[str]:
    return [] if root == here else [f"cd {_quoted(root, here)}"]


def _commit(root: Path, written: Iterable[Path]) -> str:
    names = " ".join(_quoted(path, root) for path in written)
    return f"git add {names} && git commit -m {shlex.quote(MESSAGE)}"


def _quoted(path: Path, folder: Path) -> str:
    relative = os.path.relpath(path, folder)
    # A name such as `-n.py` would be taken for an option.
    return shlex.quote(relative if not relative.startswith("-") else f"./{relative}")
