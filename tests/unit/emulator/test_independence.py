"""The emulator implements HQ's rules separately: it shares no code with the provider."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bim360_provider.emulator

FOLDER = Path(bim360_provider.emulator.__file__).parent


def list_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield f"{'.' * node.level}{node.module}"


def test_the_emulator_imports_no_other_part_of_the_package() -> None:
    """Shared code would share its mistakes, and no test would find them."""
    found = {name for path in FOLDER.rglob("*.py") for name in list_imports(path)}

    ours = {name for name in found if name.startswith(("bim360_provider", "."))}
    assert {name for name in ours if not name.startswith("bim360_provider.emulator")} == set()


def test_only_the_server_and_the_command_need_the_extra() -> None:
    """An emulator in the process needs only the provider's dependencies."""
    allowed = {"cli.py", "asgi.py", "rendering.py"}

    users = {
        path.name
        for path in FOLDER.rglob("*.py")
        if any(name.startswith(("jinja2", "uvicorn", "typer")) for name in list_imports(path))
    }

    assert users == allowed
