"""The Pulumi project of an export: its folder, and the program that ``pulumi`` runs."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bim360_provider.errors import InputError

__all__ = ["ProjectLayout", "read_layout", "render_launcher"]

LAUNCHER_TEMPLATE: Final = '''"""Run the file of the selected stack: `pulumi up --stack {stack}` runs {file}."""

{seal}

import runpy
from pathlib import Path

import pulumi

name = pulumi.get_stack().replace("-", "_").replace(".", "_")
file = Path(__file__).parent / "{folder}" / f"{{name}}.py"
if not file.is_file():
    raise pulumi.RunError(f"there is no {{file}}; select a stack that has a file")
runpy.run_path(str(file), run_name="__main__")
'''

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")

PYTHON_RUNTIME: Final = "python"


def render_launcher(entry: Path, file: Path, stack: str, seal: str) -> str:
    """Return the text of a program.

    Args:
        entry: Where the program will be.
        file: The file of the stack.
        stack: The stack's name.
        seal: The comment by which the next export knows its own.
    """
    folder = Path(os.path.relpath(file.parent, entry.parent)).as_posix()
    return LAUNCHER_TEMPLATE.format(stack=stack, file=file.name, folder=folder, seal=seal)


@dataclass(frozen=True)
class ProjectLayout:
    """Where the program of a project is.

    Attributes:
        root: The folder of ``Pulumi.yaml``.
        folder: The folder in which the program runs.
        entry: The file that is run; it may be missing.
        by_file: Whether ``main`` names the file itself. Python then cannot import the files
            next to it.
    """

    root: Path
    folder: Path
    entry: Path
    has_file_entry: bool


def read_layout(start: Path) -> ProjectLayout:
    """Return the layout of the project that ``pulumi`` uses in a folder.

    Args:
        start: The folder; ``Pulumi.yaml`` is in it or above it.

    Raises:
        InputError: There is no project, it cannot be read, or its program is not in Python.
    """
    path = _find_project_file(start.resolve())
    settings = _read_settings(path)
    runtime = settings.get("runtime")
    name = runtime.get("name") if isinstance(runtime, dict) else runtime
    if name != PYTHON_RUNTIME:
        msg = (
            f"BIM 360: could not export: {path} has `runtime: {name}`, and the exported program "
            "is in Python. Use the folder of a project with `runtime: python`."
        )
        raise InputError(msg)
    return _build_layout(path.parent, str(settings.get("main") or "."))


def _find_project_file(start: Path) -> Path:
    for folder in (start, *start.parents):
        for name in PROJECT_FILES:
            if (folder / name).is_file():
                return folder / name
    msg = (
        f"BIM 360: could not export: there is no Pulumi.yaml in {start} or above it, so `pulumi` "
        "cannot run the program. Change to the folder of your project, or create Pulumi.yaml "
        "with the lines `name: NAME` and `runtime: python`."
    )
    raise InputError(msg)


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = getattr(error, "strerror", None) or "it is not valid YAML"
        msg = f"BIM 360: could not read {path}: {why}. Correct it, then export again."
        raise InputError(msg) from None
    if not isinstance(settings, dict):
        msg = f"BIM 360: could not read {path}: it holds no `key: value` lines. Correct it."
        raise InputError(msg)
    return settings


def _build_layout(root: Path, main: str) -> ProjectLayout:
    """Split ``main`` as Pulumi does: a folder is entered, a file is run from its folder."""
    target = (root / main).resolve()
    by_file = target.is_file() or (not target.is_dir() and target.suffix == ".py")
    if by_file:
        return ProjectLayout(root, target.parent, target, by_file)
    return ProjectLayout(root, target, target / "__main__.py", by_file)
