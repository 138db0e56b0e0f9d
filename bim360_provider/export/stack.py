"""A stack's files, written from what was read."""

import re
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.export.files import UNSEALED, sealed, write
from bim360_provider.export.import_file import import_file, names_in
from bim360_provider.export.launcher import launcher
from bim360_provider.export.layout import Layout
from bim360_provider.export.python import program
from bim360_provider.export.reader import Account, Kept

__all__ = ["Paths", "names_kept", "write_stack"]

STACK: Final = re.compile(
    r"(?:(?!\.+/)[A-Za-z0-9_.-]{1,100}/){0,2}(?!\.+$)(?P<name>[A-Za-z0-9_.-]{1,100})"
)
"""A stack, perhaps behind its organization and project.

https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack has the characters.
"""

HARMLESS: Final = frozenset({"test"})
"""A module of Python that no program imports, and a usual name of a stack."""


@dataclass(frozen=True)
class Paths:
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
    def of(cls, folder: Path, stack: str, layout: Layout | None = None) -> "Paths":
        """Return the paths for a stack; ``-`` and ``.`` in its name are ``_`` in the file's.

        Raises:
            InputError: The name is not one of a stack, or the file would hide a Python module.
        """
        name = _file_name(stack)
        file = folder / f"{name}.py"
        entry = layout.entry if layout else file
        missing = not entry.exists() and entry != _absolute(file)
        return cls(file, folder / f"{name}.import.json", entry if missing else None)

    def absolute(self) -> "Paths":
        """Return the same paths from the root on; a file that is a link stays one."""
        return Paths(_absolute(self.program), _absolute(self.import_file), self.launcher)

    def committed(self) -> Iterable[Path]:
        """Return the files that belong into the repository."""
        return [path for path in (self.launcher, self.program, self.import_file) if path]


def _absolute(path: Path) -> Path:
    return path.parent.resolve() / path.name


def _file_name(stack: str) -> str:
    found = STACK.fullmatch(stack)
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
    if name in HARMLESS:
        return False
    ours = {"__main__", "__init__", "bim360_provider", *sys.stdlib_module_names}
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return name in ours or PathFinder.find_spec(name, [*places]) is not None


def names_kept(paths: Paths) -> Kept:
    """Return the names that the last export gave; none where there was none."""
    try:
        return names_in(paths.import_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def write_stack(
    account: Account, paths: Paths, title: str, stack: str, *, force: bool
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
    seal = f"# {UNSEALED}"
    texts = {}
    if paths.launcher:
        name = stack.rpartition("/")[2]
        texts[paths.launcher] = sealed(launcher(paths.launcher, paths.program, name, seal))
    text = program(account.declarations, title, paths.import_file.name, seal)
    texts[paths.program] = sealed(text)
    # Last: without the program, the resources in it would be planned for deletion.
    texts[paths.import_file] = sealed(import_file(account.declarations, UNSEALED))
    return write(texts, force=force)
