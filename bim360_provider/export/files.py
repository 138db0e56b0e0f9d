"""Write the files of an export, either all or none."""

import hashlib
import json
import os
import re
import shlex
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final

from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.rpc import UNKNOWN

from bim360_provider import files
from bim360_provider.dynamic.property_bag import PROVIDER_KEY, to_pulumi
from bim360_provider.errors import InputError
from bim360_provider.export.declaration import Declaration
from bim360_provider.export.pulumi_project import ProjectLayout, render_launcher
from bim360_provider.export.python_writer import render_program
from bim360_provider.export.reader import ExportedAccount, KeptNames

__all__ = [
    "COMMIT_MESSAGE",
    "SEAL_PLACEHOLDER",
    "StackPaths",
    "add_seal",
    "build_cd_commands",
    "build_local_commands",
    "build_pulumi_commands",
    "parse_names",
    "parse_stack_name",
    "read_kept_names",
    "render_import_file",
    "render_stack",
    "write_files",
]

SEAL_KEY: Final = "writtenBy"
"""A key that Pulumi ignores."""

VOLATILE_OUTPUTS: Final = frozenset({"updated_at", "last_sign_in"})
"""Outputs that change without a change of the object; the first refresh adds them."""

COMMIT_MESSAGE: Final = "Adopt the BIM 360 account"
"""The suggested commit message."""

SEAL_PLACEHOLDER: Final = f"bim360 export, seal {'0' * 16}"
"""The placeholder in a text before its seal is computed."""

SEAL_PATTERN: Final = re.compile(r"bim360 export, seal ([0-9a-f]{16})")
"""The seal of a file: a hash that shows whether an exported file was changed."""

STACK_PATTERN: Final = re.compile(
    r"(?:(?!\.+/)[A-Za-z0-9_.-]{1,100}/){0,2}(?!\.+$)(?P<name>[A-Za-z0-9_.-]{1,100})"
)
"""The name of a stack, optionally with organization and project.

Valid characters: https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
"""

SAFE_MODULES: Final = frozenset({"test"})
"""Python modules that a stack's file may hide: no program imports them."""


def render_import_file(declarations: Iterable[Declaration], seal: str) -> str:
    """Return the text of the import file with a line for each resource."""
    rows = [row for each in declarations for row in _build_rows(each)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{\n"{SEAL_KEY}": {json.dumps(seal)},\n"resources": [\n{lines}\n]\n}}\n'


def parse_names(content: str) -> dict[tuple[str, str], str]:
    """Return the names in an import file by type and id; empty if the content is invalid."""
    try:
        rows = json.loads(content)["resources"]
        return {(row["type"], row["id"]): _get_name(row) for row in rows if "id" in row}
    except (ValueError, LookupError, TypeError):
        return {}


def _get_name(row: Mapping[str, Any]) -> str:
    return str(row.get("logicalName") or row["name"])


def _drop_unknown_values(value: Any) -> Any:
    """Return a value without Pulumi's placeholder for unknown values, which an import rejects."""
    if isinstance(value, Mapping):
        return {key: _drop_unknown_values(each) for key, each in value.items() if each != UNKNOWN}
    if isinstance(value, list):
        return [_drop_unknown_values(each) for each in value if each != UNKNOWN]
    return value


def _build_rows(each: Declaration) -> Iterator[dict[str, Any]]:
    if not each.component:
        yield _build_row(each)
        return
    # The import file needs a unique name for the parent; a project may have the same name.
    parent = f"{each.component.type} {each.name}"
    names = {"name": parent, "logicalName": each.name, "component": True}
    yield {"type": each.component.type, **names}
    for part in each.parts or (each,):
        yield _build_row(part, parent=parent)


def _build_row(each: Declaration, **parent: str) -> dict[str, Any]:
    code: Any = serialize_provider(each.resource.PROVIDER())
    provider = {PROVIDER_KEY: code}
    outputs = {
        k: _drop_unknown_values(v)
        for k, v in each.outputs.items()
        if k not in VOLATILE_OUTPUTS and v != UNKNOWN
    }
    row = {"type": each.resource.type_token(), "name": each.name, "id": each.id, **parent}
    inputs = {**to_pulumi(each.inputs), **provider}
    return {**row, "inputs": inputs, "outputs": {**to_pulumi(outputs), **provider}}


def build_pulumi_commands(
    root: Path, cwd: Path, stack: str, import_file: Path, written: Iterable[Path]
) -> list[str]:
    """Return the commands for the Pulumi CLI.

    The import protects each resource, so that an incomplete program cannot delete it. The ``up``
    removes the protection after a preview without changes.

    Args:
        root: The folder of ``Pulumi.yaml``.
        cwd: The folder of the user's shell.
        stack: The stack.
        import_file: The file to import.
        written: The files to commit.
    """
    return [
        *build_cd_commands(root, cwd),
        f"pulumi stack select --create {shlex.quote(stack)}",
        f"pulumi import --file {_quote_path(import_file, root)} --generate-code=false",
        "pulumi preview --expect-no-changes",
        "pulumi up --expect-no-changes",
        _build_commit_command(root, written),
    ]


def build_local_commands(
    root: Path, cwd: Path, stack: str, import_file: Path, written: Iterable[Path]
) -> list[str]:
    """Return the commands for the local engine; see ``build_pulumi_commands``."""
    flag = f"--stack {shlex.quote(stack.rpartition('/')[2])}"
    return [
        *build_cd_commands(root, cwd),
        f"bim360 local import {flag} --file {_quote_path(import_file, root)}",
        f"bim360 local preview {flag} --expect-no-changes",
        f"bim360 local up {flag} --expect-no-changes",
        _build_commit_command(root, written),
    ]


def build_cd_commands(root: Path, cwd: Path) -> list[str]:
    """Return the command that changes to the project's folder; none if it is the current one."""
    return [] if root == cwd else [f"cd {_quote_path(root, cwd)}"]


def _build_commit_command(root: Path, written: Iterable[Path]) -> str:
    names = " ".join(_quote_path(path, root) for path in written)
    return f"git add {names} && git commit -m {shlex.quote(COMMIT_MESSAGE)}"


def _quote_path(path: Path, folder: Path) -> str:
    relative = os.path.relpath(path, folder)
    # Commands would parse a name such as `-n.py` as an option.
    return shlex.quote(relative if not relative.startswith("-") else f"./{relative}")


def add_seal(text: str) -> str:
    """Return a text with the seal in place of ``SEAL_PLACEHOLDER`` and without lone surrogates."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace(
        SEAL_PLACEHOLDER, SEAL_PLACEHOLDER.replace("0" * 16, _compute_seal(text)), 1
    )


def write_files(texts: Mapping[Path, str], *, force: bool) -> list[Path]:
    """Write files and return the new or changed ones.

    Args:
        texts: The content of each file, in the order of writing.
        force: Whether to overwrite exported files that were changed since.

    Raises:
        InputError: A file was not exported or cannot be written; no file was written.
    """
    for path in texts:
        _refuse_foreign_file(path, force=force)
    changed = [path for path, text in texts.items() if _read_content(path) != text]
    try:
        # Resolved, so that a symbolic link stays one.
        files.write_files(
            {path.resolve(): texts[path].encode() for path in changed}, overwrite=True
        )
    except OSError as error:
        msg = f"BIM 360: could not write {_join_paths(changed)}: {error.strerror}."
        raise InputError(msg) from None
    return changed


def _join_paths(paths: Iterable[Path]) -> str:
    return " and ".join(map(str, paths))


def _refuse_foreign_file(path: Path, *, force: bool) -> None:
    content = _read_content(path)
    if content is None:
        return
    seal = SEAL_PATTERN.search(content)
    if seal is None:
        msg = (
            f"BIM 360: {path} is not a file that `bim360 export` wrote, so it is not overwritten; "
            "use another --stack or --out."
        )
        raise InputError(msg)
    unsealed = content[: seal.start()] + SEAL_PLACEHOLDER + content[seal.end() :]
    if seal[1] != _compute_seal(unsealed) and not force:
        msg = (
            f"BIM 360: {path} was changed since `bim360 export` wrote it, so it is not "
            "overwritten; use another --stack or --out, or --force to overwrite it."
        )
        raise InputError(msg)


def _read_content(path: Path) -> str | None:
    """Return the content of a file with normalized line ends; None if the file does not exist."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        msg = f"BIM 360: could not read {path}: {reason}."
        raise InputError(msg) from None


def _compute_seal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StackPaths:
    """The paths of a stack's files.

    Attributes:
        program: The program with the declarations.
        import_file: The file for ``pulumi import``.
        launcher: The program of the project, if the export has to write it.
    """

    program: Path
    import_file: Path
    launcher: Path | None = None

    @classmethod
    def from_stack(
        cls, folder: Path, stack: str, layout: ProjectLayout | None = None
    ) -> "StackPaths":
        """Return the paths for a stack; the file name has ``_`` for ``-`` and ``.``.

        Raises:
            InputError: The name is invalid, or the file would hide a Python module.
        """
        name = _get_file_name(stack)
        file = folder / f"{name}.py"
        entry = layout.entry if layout else file
        needs_launcher = not entry.exists() and entry != _get_absolute_path(file)
        return cls(file, folder / f"{name}.import.json", entry if needs_launcher else None)

    def get_absolute_paths(self) -> "StackPaths":
        """Return absolute paths without resolving a symbolic link of a file."""
        return StackPaths(
            _get_absolute_path(self.program), _get_absolute_path(self.import_file), self.launcher
        )

    def list_committed_files(self) -> Iterable[Path]:
        """Return the files to commit."""
        return [path for path in (self.launcher, self.program, self.import_file) if path]


def _get_absolute_path(path: Path) -> Path:
    return path.parent.resolve() / path.name


def parse_stack_name(stack: str) -> str:
    """Return the name of a stack without organization and project.

    Raises:
        InputError: It is not the name of a stack.
    """
    match = STACK_PATTERN.fullmatch(stack)
    if match is None:
        msg = (
            f"BIM 360: --stack '{stack}' is not the name of a stack; "
            "use letters, digits, '-', '_' and '.'."
        )
        raise InputError(msg)
    return match["name"]


def _get_file_name(stack: str) -> str:
    name = parse_stack_name(stack).replace("-", "_").replace(".", "_")
    if _is_module(name):
        msg = (
            f"BIM 360: could not export: a file {name}.py would hide the Python module '{name}' "
            "from the program; use another --stack."
        )
        raise InputError(msg)
    return name


def _is_module(name: str) -> bool:
    if name in SAFE_MODULES:
        return False
    reserved = {"__main__", "__init__", "bim360_provider", *sys.stdlib_module_names}
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return name in reserved or PathFinder.find_spec(name, [*folders]) is not None


def read_kept_names(paths: StackPaths) -> KeptNames:
    """Return the names of the previous export; empty without one."""
    try:
        return parse_names(paths.import_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def render_stack(
    account: ExportedAccount, paths: StackPaths, title: str, stack: str
) -> dict[Path, str]:
    """Return the texts of a stack's files, in the order of writing.

    Args:
        account: The exported account.
        paths: The paths of the files.
        title: The first line of the program.
        stack: The name of the stack.
    """
    seal = f"# {SEAL_PLACEHOLDER}"
    texts = {}
    if paths.launcher:
        name = stack.rpartition("/")[2]
        texts[paths.launcher] = add_seal(render_launcher(paths.launcher, paths.program, name, seal))
    text = render_program(account.declarations, title, paths.import_file.name, seal)
    texts[paths.program] = add_seal(text)
    # The import file comes last: without the program, its resources would be planned for deletion.
    texts[paths.import_file] = add_seal(render_import_file(account.declarations, SEAL_PLACEHOLDER))
    return texts
