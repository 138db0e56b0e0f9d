"""The files of an export, written completely or not at all."""

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
    "build_local_commands",
    "build_pulumi_commands",
    "parse_names",
    "read_kept_names",
    "render_import_file",
    "write_files",
    "write_stack",
]

SEAL_KEY: Final = "writtenBy"
"""A key that Pulumi passes over."""

VOLATILE_OUTPUTS: Final = frozenset({"updated_at", "last_sign_in"})
"""Outputs that change when nobody changed anything: the first refresh fills them in."""

COMMIT_MESSAGE: Final = "Adopt the BIM 360 account"
"""The text of the commit."""

SEAL_PLACEHOLDER: Final = f"bim360 export, seal {'0' * 16}"
"""Stands in a text until its seal is known."""

SEAL_PATTERN: Final = re.compile(r"bim360 export, seal ([0-9a-f]{16})")
"""Says of a file who wrote it, and whether anybody has changed it since."""

STACK_PATTERN: Final = re.compile(
    r"(?:(?!\.+/)[A-Za-z0-9_.-]{1,100}/){0,2}(?!\.+$)(?P<name>[A-Za-z0-9_.-]{1,100})"
)
"""A stack, perhaps behind its organization and project.

https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack has the characters.
"""

SAFE_MODULES: Final = frozenset({"test"})
"""A module of Python that no program imports, and a usual name of a stack."""


def render_import_file(declarations: Iterable[Declaration], seal: str) -> str:
    """Return the text of the file, a line for each thing."""
    rows = [row for each in declarations for row in _build_rows(each)]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{{\n"{SEAL_KEY}": {json.dumps(seal)},\n"resources": [\n{lines}\n]\n}}\n'


def parse_names(content: str) -> dict[tuple[str, str], str]:
    """Return the names that an import file gives, by type and id; none where it cannot be read."""
    try:
        rows = json.loads(content)["resources"]
        return {(row["type"], row["id"]): _get_name(row) for row in rows if "id" in row}
    except (ValueError, LookupError, TypeError):
        return {}


def _get_name(row: Mapping[str, Any]) -> str:
    return str(row.get("logicalName") or row["name"])


def _drop_unknown_values(value: Any) -> Any:
    """Return a value without texts that Pulumi takes for unknown values: no import may hold one."""
    if isinstance(value, Mapping):
        return {key: _drop_unknown_values(each) for key, each in value.items() if each != UNKNOWN}
    if isinstance(value, list):
        return [_drop_unknown_values(each) for each in value if each != UNKNOWN]
    return value


def _build_rows(each: Declaration) -> Iterator[dict[str, Any]]:
    code: Any = serialize_provider(each.resource.PROVIDER())
    provider = {PROVIDER_KEY: code}
    outputs = {
        k: _drop_unknown_values(v)
        for k, v in each.outputs.items()
        if k not in VOLATILE_OUTPUTS and v != UNKNOWN
    }
    row = {"type": each.resource.type_token(), "name": each.name, "id": each.id}
    if each.component:
        # A name of its own, because a parent is named by it and a project may have the same.
        parent = f"{each.component.type} {each.name}"
        named = {"name": parent, "logicalName": each.name, "component": True}
        yield {"type": each.component.type, **named}
        row["parent"] = parent
    inputs, kept = to_pulumi(each.inputs), to_pulumi(outputs)
    yield {**row, "inputs": {**inputs, **provider}, "outputs": {**kept, **provider}}


def build_pulumi_commands(
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
        *_build_cd_commands(root, here),
        f"pulumi stack select --create {shlex.quote(stack)}",
        f"pulumi import --file {_quote_path(import_file, root)} --generate-code=false",
        "pulumi preview --expect-no-changes",
        "pulumi up --expect-no-changes",
        _build_commit_command(root, written),
    ]


def build_local_commands(
    root: Path, here: Path, stack: str, import_file: Path, written: Iterable[Path]
) -> list[str]:
    """Return the same for the local engine; the arguments are those of ``pulumi_steps``."""
    of_stack = f"--stack {shlex.quote(stack.rpartition('/')[2])}"
    return [
        *_build_cd_commands(root, here),
        f"bim360 local import {of_stack} --file {_quote_path(import_file, root)}",
        f"bim360 local preview {of_stack} --expect-no-changes",
        f"bim360 local up {of_stack} --expect-no-changes",
        _build_commit_command(root, written),
    ]


def _build_cd_commands(root: Path, here: Path) -> list[str]:
    return [] if root == here else [f"cd {_quote_path(root, here)}"]


def _build_commit_command(root: Path, written: Iterable[Path]) -> str:
    names = " ".join(_quote_path(path, root) for path in written)
    return f"git add {names} && git commit -m {shlex.quote(COMMIT_MESSAGE)}"


def _quote_path(path: Path, folder: Path) -> str:
    relative = os.path.relpath(path, folder)
    # A name such as `-n.py` would be taken for an option.
    return shlex.quote(relative if not relative.startswith("-") else f"./{relative}")


def add_seal(text: str) -> str:
    """Return a text with the seal in place of ``UNSEALED``, and without halves of characters."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace(
        SEAL_PLACEHOLDER, SEAL_PLACEHOLDER.replace("0" * 16, _compute_seal(text)), 1
    )


def write_files(texts: Mapping[Path, str], *, force: bool) -> list[Path]:
    """Write files, and return those that are new or different.

    Args:
        texts: What each file is to hold, in the order in which they are replaced.
        force: Whether files that an export wrote and somebody changed may be written over.

    Raises:
        InputError: One of them is somebody's own, or cannot be written; none was written.
    """
    for path in texts:
        _refuse_foreign_file(path, force=force)
    changed = [path for path, text in texts.items() if _read_content(path) != text]
    drafts: dict[Path, Path] = {}
    try:
        for path in changed:
            target = path.resolve()  # a user's link to a file stays a link
            target.parent.mkdir(parents=True, exist_ok=True)
            drafts[target] = files.write_draft(target, texts[path].encode(), keep_mode=True)
        for target, draft in drafts.items():
            files.replace_file(draft, target)
            files.sync_folder(target.parent)
    except OSError as error:
        msg = f"BIM 360: could not write {_join_paths(changed)}: {error.strerror}."
        raise InputError(msg) from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return changed


def _join_paths(paths: Iterable[Path]) -> str:
    return " and ".join(map(str, paths))


def _refuse_foreign_file(path: Path, *, force: bool) -> None:
    content = _read_content(path)
    if content is None:
        return
    found = SEAL_PATTERN.search(content)
    if found is None:
        msg = (
            f"BIM 360: {path} is not a file that `bim360 export` wrote; "
            "it stays as it is. Give another --stack or --out."
        )
        raise InputError(msg)
    whole = content[: found.start()] + SEAL_PLACEHOLDER + content[found.end() :]
    if found[1] != _compute_seal(whole) and not force:
        msg = (
            f"BIM 360: {path} was changed since `bim360 export` wrote it; it stays as it is. "
            "Give another --stack or --out, or --force to write over it."
        )
        raise InputError(msg)


def _read_content(path: Path) -> str | None:
    """Return what a file holds, its ends of lines as we write them; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        msg = f"BIM 360: could not read {path}: {why}."
        raise InputError(msg) from None


def _compute_seal(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StackPaths:
    """Where a stack's files are.

    Attributes:
        program: The declarations.
        import_file: The file for ``pulumi import``.
        launcher: The program of the project, where an export has to write that too.
    """

    program: Path
    import_file: Path
    launcher: Path | None = None

    @classmethod
    def from_stack(
        cls, folder: Path, stack: str, layout: ProjectLayout | None = None
    ) -> "StackPaths":
        """Return the paths for a stack; ``-`` and ``.`` in its name are ``_`` in the file's.

        Raises:
            InputError: The name is not one of a stack, or the file would hide a Python module.
        """
        name = _get_file_name(stack)
        file = folder / f"{name}.py"
        entry = layout.entry if layout else file
        missing = not entry.exists() and entry != _get_absolute_path(file)
        return cls(file, folder / f"{name}.import.json", entry if missing else None)

    def get_absolute_paths(self) -> "StackPaths":
        """Return the same paths from the root on; a file that is a link stays one."""
        return StackPaths(
            _get_absolute_path(self.program), _get_absolute_path(self.import_file), self.launcher
        )

    def list_committed_files(self) -> Iterable[Path]:
        """Return the files that belong into the repository."""
        return [path for path in (self.launcher, self.program, self.import_file) if path]


def _get_absolute_path(path: Path) -> Path:
    return path.parent.resolve() / path.name


def _get_file_name(stack: str) -> str:
    found = STACK_PATTERN.fullmatch(stack)
    if found is None:
        msg = (
            f"BIM 360: could not export: --stack '{stack}' is not the name of a stack; "
            "use letters, digits, '-', '_' and '.'."
        )
        raise InputError(msg)
    name = found["name"].replace("-", "_").replace(".", "_")
    if _is_module(name):
        msg = (
            f"BIM 360: could not export: a file {name}.py would hide the Python module '{name}' "
            "from the program; give another --stack."
        )
        raise InputError(msg)
    return name


def _is_module(name: str) -> bool:
    if name in SAFE_MODULES:
        return False
    ours = {"__main__", "__init__", "bim360_provider", *sys.stdlib_module_names}
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return name in ours or PathFinder.find_spec(name, [*places]) is not None


def read_kept_names(paths: StackPaths) -> KeptNames:
    """Return the names that the last export gave; none where there was none."""
    try:
        return parse_names(paths.import_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def write_stack(
    account: ExportedAccount, paths: StackPaths, title: str, stack: str, *, force: bool
) -> list[Path]:
    """Write a stack's files, and return those that are new or different.

    Args:
        account: What was read.
        paths: Where they are to be.
        title: The first line of the program.
        stack: The stack's name.
        force: Whether what an export wrote and somebody changed may be written over.

    Raises:
        InputError: One of them is somebody's own, or cannot be written; none was written.
    """
    seal = f"# {SEAL_PLACEHOLDER}"
    texts = {}
    if paths.launcher:
        name = stack.rpartition("/")[2]
        texts[paths.launcher] = add_seal(render_launcher(paths.launcher, paths.program, name, seal))
    text = render_program(account.declarations, title, paths.import_file.name, seal)
    texts[paths.program] = add_seal(text)
    # Last: without the program, the resources in it would be planned for deletion.
    texts[paths.import_file] = add_seal(render_import_file(account.declarations, SEAL_PLACEHOLDER))
    return write_files(texts, force=force)
