"""The imports of the engine and of the pytest plugin."""

import ast
import subprocess
import sys
from pathlib import Path

import bim360_provider.testing

HERE = Path(bim360_provider.testing.__file__).parent
ENGINE = "bim360_provider.testing.engine"
FILES = "bim360_provider.files"  # independent of BIM 360 too


def list_imports(path: Path) -> set[str]:
    """Return the modules of this package that a module imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith("bim360_provider")}


def test_the_engine_does_not_import_the_provider() -> None:
    """It can run any dynamic provider."""
    foreign = {
        name
        for path in (HERE / "engine").rglob("*.py")
        for name in list_imports(path)
        if not name.startswith((ENGINE, FILES))
    }

    assert foreign == set()


def test_a_child_process_imports_no_module_of_this_package() -> None:
    """It runs the user's program with the user's import path."""
    assert list_imports(HERE / "engine" / "plugin" / "child.py") == set()


def test_the_plugin_imports_neither_engine_nor_emulator() -> None:
    """Pytest loads it at every start, even if no test uses it."""
    code = "import sys, bim360_provider.testing.pytest_plugin; print(*sys.modules)"
    process = subprocess.run(  # noqa: S603 -- fixed code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    modules = set(process.stdout.split())
    assert modules.isdisjoint({"starlette", "uvicorn", "rich", "typer", f"{ENGINE}.engine"})
