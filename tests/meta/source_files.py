"""The project's own files, read once for the tests of this folder."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "bim360_provider"

# Not part of the tree: created by tools, or the user's own state.
IGNORED_FOLDERS = frozenset(
    {".git", ".venv", ".demo", ".hypothesis", ".pulumi", "__pycache__", "build", "dist"}
)
CACHE_SUFFIX = "_cache"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = FunctionNode | ast.ClassDef


@dataclass(frozen=True)
class SourceModule:
    """One Python file: its path, its text and its syntax tree."""

    path: Path
    text: str
    syntax: ast.Module

    @property
    def location(self) -> str:
        """The path from the root, as messages name it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def dotted_name(self) -> str:
        """The name it is imported by; a package is named without its ``__init__``."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    def locate_node(self, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
        """Return the place of a node, in the form that editors jump to."""
        return f"{self.location}:{node.lineno}"

    def iterate_definitions(self) -> Iterator[DefinitionNode]:
        """Yield every class and function, however deep."""
        for node in ast.walk(self.syntax):
            if isinstance(node, DefinitionNode):
                yield node

    def iterate_functions(self) -> Iterator[FunctionNode]:
        """Yield every function and method, however deep."""
        for node in self.iterate_definitions():
            if isinstance(node, FunctionNode):
                yield node


@cache
def read_module(path: Path) -> SourceModule:
    """Read and parse one file."""
    text = path.read_text(encoding="utf-8")
    return SourceModule(path, text, ast.parse(text, filename=str(path)))


@cache
def list_files() -> tuple[Path, ...]:
    """Return every file of the project, in order."""
    return tuple(sorted(_walk_folder(ROOT)))


def _walk_folder(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if (
            path.name in IGNORED_FOLDERS
            or path.name.endswith(CACHE_SUFFIX)
            or path.suffix == ".egg-info"
        ):
            continue
        if path.is_dir():
            yield from _walk_folder(path)
        else:
            yield path


@cache
def list_modules(*folders: str) -> tuple[SourceModule, ...]:
    """Return the Python files in these top-level folders, by default those of the package."""
    wanted = folders or (PACKAGE,)
    return tuple(
        read_module(path)
        for path in list_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted
    )


def iterate_texts() -> Iterator[tuple[str, str]]:
    """Yield the path and the content of every text file of the project."""
    for path in list_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path.relative_to(ROOT).as_posix(), content.decode("utf-8")
