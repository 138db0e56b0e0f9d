"""Read the layout of a Pulumi project and render its launcher program."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bim360_provider.errors import InputError

__all__ = ["ProjectLayout", "read_layout", "render_launcher"]

LAUNCHER_TEMPLATE: Final = '''"""Run the file of the selected stack.

`pulumi up --stack {stack}` runs {file}.
"""

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
    """Return the text of the launcher program.

    Args:
        entry: The path of the launcher.
        file: The file of the stack.
        stack: The name of the stack.
        seal: The comment that identifies exported files.
    """
    folder = Path(os.path.relpath(file.parent, entry.parent)).as_posix()
    return LAUNCHER_TEMPLATE.format(stack=stack, file=file.name, folder=folder, seal=seal)


@dataclass(frozen=True)
class ProjectLayout:
    """The location of a project's program.

    Attributes:
        root: The folder of ``Pulumi.yaml``.
        folder: The folder in which the program runs.
        entry: The file that Pulumi runs; it may not exist.
        has_file_entry: Whether ``main`` is a file. Python then cannot import files next to it.
    """

    root: Path
    folder: Path
    entry: Path
    has_file_entry: bool


def read_layout(start: Path) -> ProjectLayout:
    """Return the layout of the project that ``pulumi`` uses in a folder.

    Args:
        start: The folder; ``Pulumi.yaml`` is in it or in a parent.

    Raises:
        InputError: The project is missing, unreadable or not a Python project.
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
        reason = getattr(error, "strerror", None) or "it is not valid YAML"
        msg = f"BIM 360: could not read {path}: {reason}. Correct it, then export again."
        raise InputError(msg) from None
    if not isinstance(settings, dict):
        msg = f"BIM 360: could not read {path}: it has no `key: value` lines. Correct it."
        raise InputError(msg)
    return settings


def _build_layout(root: Path, main: str) -> ProjectLayout:
    """Return the layout for ``main``; Pulumi runs a file in its folder, or a folder."""
    target = (root / main).resolve()
    if target.is_file() or (not target.is_dir() and target.suffix == ".py"):
        return ProjectLayout(root, target.parent, target, has_file_entry=True)
    return ProjectLayout(root, target, target / "__main__.py", has_file_entry=False)
