"""Reads the sources of the configuration: the environment and the files of a stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from bim360_provider.core.settings import CONFIG_KEYS, ConfigReader
from bim360_provider.errors import ConfigError

__all__ = ["Sources", "read_sources"]

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True)
class Sources:
    """The configuration and its sources.

    Attributes:
        environ: The environment.
        folder: The folder of the project.
        project: Content of ``Pulumi.yaml``; empty if there is none.
        config: Plain values by key.
        config_files: Name of the file of each plain value, by key.
        encrypted_files: Name of the file of each encrypted value, by key.
    """

    environ: Mapping[str, str] = field(repr=False)  # contains the client secret
    folder: Path
    project: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    config_files: Mapping[str, str] = field(default_factory=dict)
    encrypted_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def config_reader(self) -> ConfigReader:
        """A reader of the values, as the provider uses it."""
        return ConfigReader(self.config, self.environ)

    def find_origin(self, key: str) -> str:
        """Return the source of a value: a variable, a file name or "default"."""
        return (
            CONFIG_KEYS[key]
            if self.config_reader.is_from_environment(key)
            else self.config_files.get(key, "default")
        )

    def is_encrypted(self, key: str) -> bool:
        """Return whether a key has a value that only Pulumi can decrypt."""
        return key in self.encrypted_files and not self.config_reader.read_text(key)


def read_sources(folder: Path, stack: str | None, environ: Mapping[str, str]) -> Sources:
    """Read the files of the project, if it has any.

    Args:
        folder: The folder of ``Pulumi.yaml``, which is required for a stack only.
        stack: The stack whose ``Pulumi.<stack>.yaml`` is read as well, or None.
        environ: The environment.

    Raises:
        ConfigError: A file does not exist or cannot be read.
    """
    path = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    if path is None and stack:
        msg = f"There is no Pulumi.yaml in {folder}; set its folder with --cwd."
        raise ConfigError(msg)
    project = _read_mapping(path) if path else {}
    sources = Sources(environ, folder, project)
    if path:
        sources = _add_file(sources, path.name, _get_config(project))
    if not stack:
        return sources
    file = folder / str(project.get("stackConfigDir") or ".") / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        msg = f"There is no {file}; check --stack."
        raise ConfigError(msg)
    return _add_file(sources, file.name, _get_config(_read_mapping(file)))


def _add_file(sources: Sources, file_name: str, values: Mapping[str, Any]) -> Sources:
    """Return the sources with the values of another file, which take precedence."""
    known = {key: value for key, value in values.items() if key in CONFIG_KEYS}
    encrypted = {key: file_name for key, value in known.items() if _is_encrypted(value)}
    plain = {key: _format_value(value) for key, value in known.items() if key not in encrypted}
    earlier = {key: value for key, value in sources.config.items() if key not in encrypted}
    return Sources(
        sources.environ,
        sources.folder,
        sources.project,
        {**earlier, **plain},
        {**sources.config_files, **dict.fromkeys(plain, file_name)},
        {
            **{key: file for key, file in sources.encrypted_files.items() if key not in plain},
            **encrypted,
        },
    )


def _get_config(file: Mapping[str, Any]) -> Mapping[str, Any]:
    config = file.get("config")
    return config if isinstance(config, dict) else {}


def _format_value(value: Any) -> str:
    declared = value.get("value", value.get("default", "")) if isinstance(value, dict) else value
    return "" if declared is None else str(declared)


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"secure"}


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        msg = f"{path} cannot be read: {' '.join(str(error).split())}"
        raise ConfigError(msg) from None
    return content if isinstance(content, dict) else {}
