"""What the engine knows, and what pytest has to pay for the fixture."""

import ast
import subprocess
import sys
from pathlib import Path

import bim360_provider.testing

HERE = Path(bim360_provider.testing.__file__).parent
ENGINE = "bim360_provider.testing.engine"
FILES = "bim360_provider.files"  # it knows nothing of BIM 360 either


def imported(path: Path) -> set[str]:
    """Return the modules of this package that a module imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith("bim360_provider")}


def test_the_engine_knows_nothing_of_bim_360() -> None:
    """It would run any other dynamic provider as well."""
    foreign = {
        name
        for path in (HERE / "engine").rglob("*.py")
        for name in imported(path)
        if not name.startswith((ENGINE, FILES))
    }

    assert foreign == set()


def test_a_child_process_imports_nothing_of_ours() -> None:
    """It is somebody else's program, and its import path is theirs."""
    assert imported(HERE / "engine" / "plugin" / "child.py") == set()


def test_the_plugin_brings_no_engine_and_no_emulator() -> None:
    """It is loaded at every start of pytest, also for people who do not use it that day."""
    code = "import sys, bim360_provider.testing.pytest_plugin; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 -- our own code

    modules = set(ran.stdout.split())
    assert modules.isdisjoint({"starlette", "uvicorn", "rich", "typer", f"{ENGINE}.local"})
