"""A stack's two files, made of what was read."""

from dataclasses import dataclass
from pathlib import Path

from bim360_provider.export.files import UNSEALED, sealed, write
from bim360_provider.export.import_file import import_file, names_in
from bim360_provider.export.python import program
from bim360_provider.export.reader import Account, Kept

__all__ = ["Paths", "names_kept", "write_stack"]


@dataclass(frozen=True)
class Paths:
    """Where a stack's files are."""

    program: Path
    import_file: Path

    @classmethod
    def of(cls, folder: Path, stack: str) -> "Paths":
        """Return the paths for a stack; ``-`` and ``.`` in its name are ``_`` in the file's."""
        name = stack.replace("-", "_").replace(".", "_")
        return cls(folder / f"{name}.py", folder / f"{name}.import.json")


def names_kept(paths: Paths) -> Kept:
    """Return the names that the last export gave; none where there was none."""
    try:
        return names_in(paths.import_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def write_stack(account: Account, paths: Paths, title: str, *, force: bool) -> list[Path]:
    """Write a stack's files, and return those that are new or different.

    Args:
        account: What was read.
        paths: Where they are to be.
        title: The first line of the program.
        force: Whether what an export wrote and somebody changed may be written over.

    Raises:
        InputError: One of them is somebody's own, or cannot be written; none was written.
    """
    seal = f"# {UNSEALED}"
    text = program(account.declarations, title, paths.import_file.name, seal)
    rows = import_file(account.declarations, UNSEALED)
    texts = {paths.import_file: sealed(rows), paths.program: sealed(text)}
    return write(texts, force=force)
