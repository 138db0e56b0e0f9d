"""The project's own files, read once: what the tests of this folder look at."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bim360_provider"

# Not part of the tree: made by tools, or the user's own state.
NOT_OURS = frozenset(
    {".git", ".venv", ".demo", ".hypothesis", ".pulumi", "__pycache__", "build", "dist"}
)
CACHES = "_cache"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One Python file: where it is, its text and its syntax tree."""

    path: Path
    text: str
    syntax: ast.Module

    @property
    def place(self) -> str:
        """The path from the root, as messages name it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def dotted(self) -> str:
        """The name it is imported by; a package is named without its ``__init__``."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    def at(self, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
        """Say where a node stands, in the way that editors jump to."""
        return f"{self.place}:{node.lineno}"

    def definitions(self) -> Iterator[Definition]:
        """Yield every class and function, however deep."""
        for node in ast.walk(self.syntax):
            if isinstance(node, Definition):
                yield node

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, however deep."""
        for node in self.definitions():
            if isinstance(node, Function):
                yield node


def read_module(path: Path) -> Module:
    """Read and parse one file."""
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text, filename=str(path)))


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the project, in order."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.name.endswith(CACHES) or path.suffix == ".egg-info":
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python files under these top-level folders; of the package, if none is named."""
    wanted = folders or (PACKAGE,)
    return tuple(
        read_module(path)
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted
    )


def texts() -> Iterator[tuple[str, str]]:
    """Yield the place and content of every text file of the project."""
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8")
