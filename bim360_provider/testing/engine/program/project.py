"""Reads `Pulumi.yaml` and locates the program.

See https://www.pulumi.com/docs/iac/concepts/projects/project-file/
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bim360_provider.testing.engine.results import LocalEngineError


@dataclass(frozen=True)
class PulumiProject:
    """The settings of a project that the engine needs."""

    name: str
    root: Path
    folder: Path
    """The working directory of the program and of its provider host."""
    entry_point: str
    """The program, relative to ``folder``: ``"."`` or a file."""
    config_folder: Path
    config: dict[str, Any]
    """The configuration of the project: defaults for all its stacks."""


def read_project(root: Path) -> PulumiProject:
    """Read ``Pulumi.yaml`` (or ``.yml``) of a folder.

    Raises:
        LocalEngineError: The file does not exist, is invalid, or the program is not in Python.
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


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that contains a mapping; an empty file is an empty mapping.

    Raises:
        LocalEngineError: The file is not YAML or not a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        msg = f"{path} is not YAML: {' '.join(str(error).split())}"
        raise LocalEngineError(msg) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        msg = f"{path} must contain `key: value` lines"
        raise LocalEngineError(msg)
    return content


def _find_project_file(root: Path) -> Path:
    for name in ("Pulumi.yaml", "Pulumi.yml"):
        if (root / name).is_file():
            return root / name
    msg = f"there is no Pulumi.yaml in {root}: set the project's folder with --cwd"
    raise LocalEngineError(msg)


def _require_python(path: Path, runtime: object) -> None:
    name = runtime.get("name") if isinstance(runtime, dict) else runtime
    if name != "python":
        msg = f"{path} has `runtime: {name}`; the local engine supports only `runtime: python`"
        raise LocalEngineError(msg)


def _locate_program(root: Path, main: str) -> tuple[Path, str]:
    """Return working directory and entry point for ``main``, as Pulumi does."""
    target = root / main
    if target.is_dir():
        return target.resolve(), "."
    if target.is_file():
        return target.parent.resolve(), target.name
    msg = f"Pulumi.yaml has `main: {main}`, but there is no such file or folder in {root}"
    raise LocalEngineError(msg)
