"""Check whether the program that ``pulumi`` runs also runs the exported file, from its source."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.export.pulumi_project import ProjectLayout

__all__ = ["build_run_line", "is_file_run", "remove_dead_branches", "require_run"]

RUN_FUNCTIONS: Final = frozenset(
    ("run_path", "run_module", "import_module", "__import__", "exec", "spec_from_file_location")
)
"""Functions that run a file or a module named by their first argument."""


def remove_dead_branches(module: ast.Module, stack: str) -> ast.Module:
    """Return a module without branches that never run for a stack.

    It evaluates constants, ``TYPE_CHECKING`` and comparisons of ``get_stack()`` with a string.

    Args:
        module: The program; it is modified.
        stack: The name of the stack, without organization and project.
    """
    _BranchPruner(stack).visit(module)
    return ast.fix_missing_locations(module)


class _BranchPruner(ast.NodeTransformer):
    """Empties ``if`` branches that never run."""

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def visit_If(self, node: ast.If) -> ast.AST:
        """Keep branches that may run."""
        condition = _evaluate_condition(node.test, self._stack)
        self.generic_visit(node)
        if condition is False:
            node.body = [ast.Pass()]
        if condition is True:
            node.orelse = []
        return node


def _evaluate_condition(test: ast.expr, stack: str) -> bool | None:
    """Return the value of a condition; None if it is only known at run time."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING":
        return False
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides = [test.left, test.comparators[0]]
    texts = [each.value for each in sides if isinstance(each, ast.Constant)]
    if len(texts) != 1 or not any(map(_is_stack_call, sides)):
        return None
    is_equal = texts[0] == stack
    return {ast.Eq: is_equal, ast.NotEq: not is_equal}.get(type(test.ops[0]))


def _is_stack_call(value: ast.expr) -> bool:
    function = value.func if isinstance(value, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", "")) == "get_stack"


def require_run(layout: ProjectLayout, file: Path, stack: str) -> None:
    """Check that the project's program runs a file.

    Args:
        layout: The project.
        file: The file that the export writes.
        stack: The stack that runs the file.

    Raises:
        InputError: The program exists but does not run the file, or cannot be read.
    """
    if is_file_run(layout, file, stack):
        return
    entry = _get_relative_path(layout.entry, layout.root)
    hint = (
        "; move its own resources into an else branch"
        if _may_declare_resources(layout.entry)
        else ""
    )
    msg = (
        f"BIM 360: could not export: Pulumi runs {entry}, which does not run "
        f"{_get_relative_path(file, layout.root)}, so after an import every resource would be "
        f"planned for deletion. Add {build_run_line(layout, file, stack)} to {entry}{hint}, "
        "then export again."
    )
    raise InputError(msg)


def is_file_run(layout: ProjectLayout, file: Path, stack: str) -> bool:
    """Return whether a project's program runs a file for a stack; true without a program."""
    if file == layout.entry or not layout.entry.exists():
        return True
    pending, visited = [layout.entry], set[Path]()
    while pending:
        path = pending.pop()
        if path in visited:
            continue
        visited.add(path)
        module = remove_dead_branches(_parse_file(path), stack)
        if _may_run_file(module, layout, file):
            return True
        pending += [
            each
            for name in _list_imports(module, path, layout)
            for each in _list_module_files(name, layout)
        ]
    return False


def build_run_line(layout: ProjectLayout, file: Path, stack: str) -> str:
    """Return the statement that makes the program run a file for one stack."""
    run = f'import runpy; runpy.run_path("{_get_relative_path(file, layout.folder)}")'
    if not layout.has_file_entry and file.parent == layout.folder and file.stem.isidentifier():
        run = f"import {file.stem}"
    condition = f'`if pulumi.get_stack() == "{stack}": {run}`'
    is_imported = "pulumi" in _list_bound_names(_parse_file(layout.entry))[0]
    return condition if is_imported else f"`import pulumi` and {condition}"


def _may_run_file(module: ast.Module, layout: ProjectLayout, file: Path) -> bool:
    names = set(_list_imports(module, layout.entry, layout))
    if any(file in _list_module_files(name, layout) for name in names):
        return True
    texts = {each.value for each in ast.walk(module) if isinstance(each, ast.Constant)}
    if any(isinstance(each, str) and PurePath(each).name == file.name for each in texts):
        return True
    return any(
        _may_run_unknown_file(call) for call in ast.walk(module) if isinstance(call, ast.Call)
    )


def _may_run_unknown_file(call: ast.Call) -> bool:
    """Return whether a call runs a file whose name is only known at run time."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name not in RUN_FUNCTIONS or not call.args or isinstance(call.args[0], ast.Constant):
        return False
    texts = (each.value for each in ast.walk(call.args[0]) if isinstance(each, ast.Constant))
    return not any(isinstance(each, str) and PurePath(each).suffix == ".py" for each in texts)


def _list_imports(module: ast.Module, path: Path, layout: ProjectLayout) -> Iterator[str]:
    """Yield the full names of the modules that a file imports."""
    package = [*path.parent.parts[len(layout.folder.parts) :]]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import beyond the package fails.
            if node.level > len(package):
                continue
            parents = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parents, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in RUN_FUNCTIONS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def _list_module_files(name: str, layout: ProjectLayout) -> list[Path]:
    """Return the possible files of a module next to the program; they may not exist."""
    if layout.has_file_entry and "sys.path" not in ast.unparse(_parse_file(layout.entry)):
        return []
    stem = layout.folder.joinpath(*name.split("."))
    files = [stem.with_name(f"{stem.name}.py"), stem / "__init__.py"] if name else []
    return [path.resolve() for path in files]


def _list_bound_names(module: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names that ``import`` binds, and the modules that a file imports."""
    nodes = [*ast.walk(module)]
    aliases = [alias for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    sources = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    bound = {alias.asname or alias.name for alias in aliases}
    return bound, sources | {alias.name for alias in aliases}


def _may_declare_resources(entry: Path) -> bool:
    """Return whether a program probably declares resources itself."""
    _, names = _list_bound_names(_parse_file(entry))
    return any(name.startswith(("bim360_provider", "pulumi_")) for name in names)


def _parse_file(path: Path) -> ast.Module:
    if not path.is_file():
        return ast.Module([], [])
    try:
        return ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", "?")
        reason = getattr(error, "strerror", None) or f"line {line} is invalid"
        msg = (
            f"BIM 360: could not read the program {path}: {reason}. Correct it, then export again."
        )
        raise InputError(msg) from None


def _get_relative_path(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
