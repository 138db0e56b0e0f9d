"""A project's folder: its `Pulumi.yaml`, and where its program is.

See https://www.pulumi.com/docs/iac/concepts/projects/project-file/
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bim360_provider.testing.engine.results import LocalEngineError


@dataclass(frozen=True)
class PulumiProject:
    """What the engine needs to know of a project."""

    name: str
    root: Path
    folder: Path
    """The working directory of the program and of its provider host."""
    entry_point: str
    """What to run, seen from ``folder``: ``"."`` or a file."""
    config_folder: Path
    config: dict[str, Any]
    """The project's own configuration: defaults for all its stacks."""


def read_project(root: Path) -> PulumiProject:
    """Read ``Pulumi.yaml`` (or ``.yml``) of a folder.

    Raises:
        LocalEngineError: There is none, it cannot be read, or its program is not in Python.
    """
    path = _find_project_file(root)
    settings = read_mapping(path)
    _require_python(path, settings.get("runtime"))
    folder, entry = _locate_program(root, str(settings.get("main") or "."))
    name = settings.get("name")
    if not isinstance(name, str) or not name:
        msg = f"{path} has no name: add `name: my-project`"
        raise LocalEngineError(msg)
    config = settings.get("config")
    return PulumiProject(
        name=name,
        root=root,
        folder=folder,
        entry_point=entry,
        config_folder=root / str(settings.get("stackConfigDir") or "."),
        config=config if isinstance(config, dict) else {},
    )


def _find_project_file(root: Path) -> Path:
    for name in ("Pulumi.yaml", "Pulumi.yml"):
        if (root / name).is_file():
            return root / name
    msg = f"there is no Pulumi.yaml in {root}: name the project's folder with --cwd"
    raise LocalEngineError(msg)


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping; an empty file is an empty one.

    Raises:
        LocalEngineError: It is not YAML, or not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        msg = f"{path} is not YAML: {' '.join(str(error).split())}"
        raise LocalEngineError(msg) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        msg = f"{path} must hold `key: value` lines"
        raise LocalEngineError(msg)
    return content


def _require_python(path: Path, runtime: object) -> None:
    name = runtime.get("name") if isinstance(runtime, dict) else runtime
    if name != "python":
        msg = f"{path} says `runtime: {name}`; the local engine runs `runtime: python` only"
        raise LocalEngineError(msg)


def _locate_program(root: Path, main: str) -> tuple[Path, str]:
    """Split ``main`` as Pulumi does: a folder is entered, a file is run from its folder."""
    target = root / main
    if target.is_dir():
        return target.resolve(), "."
    if target.is_file():
        return target.parent.resolve(), target.name
    msg = f"Pulumi.yaml says `main: {main}`, but there is no such file or folder in {root}"
    raise LocalEngineError(msg)
