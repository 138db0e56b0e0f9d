"""Reads the configuration of a stack: project, stack file, environment and caller.

See https://www.pulumi.com/docs/iac/concepts/config/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bim360_provider.testing.engine.program.project import PulumiProject, read_mapping
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.values import Properties, Secret


@dataclass(frozen=True)
class Configuration:
    """Configuration values as text, by key (``namespace:name``), and the secret keys."""

    values: dict[str, str]
    secret_keys: frozenset[str]

    def to_properties(self) -> Properties:
        """Return the configuration as properties, for a provider."""
        return {
            key: Secret(value) if key in self.secret_keys else value
            for key, value in self.values.items()
        }


def read_configuration(
    project: PulumiProject,
    stack: str,
    environment: Mapping[str, str],
    config: Mapping[str, Any],
    secret_config: Mapping[str, Any],
) -> Configuration:
    """Return the configuration of a stack.

    Sources, the last one takes precedence: defaults in ``Pulumi.yaml``, ``Pulumi.<stack>.yaml``,
    the caller. A value that is encrypted in the file must come from the caller, or from the
    environment variable that Pulumi's SDK also reads: ``PULUMI_CONFIG_`` and the key in capitals.

    Raises:
        LocalEngineError: An encrypted value has no other source, or the file cannot be read.
    """
    plain = {_qualify_key(project, key): _serialize_value(value) for key, value in config.items()}
    secret = {
        _qualify_key(project, key): _serialize_value(value) for key, value in secret_config.items()
    }
    path = project.config_folder / f"Pulumi.{stack}.yaml"
    stack_values = {
        _qualify_key(project, key): value for key, value in _read_stack_values(path).items()
    }
    values = _read_defaults(project)
    for key, value in stack_values.items():
        if key in plain or key in secret:
            continue
        if _is_encrypted(value):
            secret[key] = _read_variable(key, path, environment)
        else:
            values[key] = _serialize_value(value)
    return Configuration({**values, **plain, **secret}, frozenset(secret))


def build_variable_name(key: str) -> str:
    """Return the name of the environment variable for a configuration key."""
    return "PULUMI_CONFIG_" + re.sub("[^A-Z0-9_]", "_", key.upper())


def _read_stack_values(path: Path) -> dict[str, Any]:
    settings = read_mapping(path) if path.is_file() else {}
    if "environment" in settings:
        msg = f"{path} imports an environment from Pulumi Cloud: pass its values as config"
        raise LocalEngineError(msg)
    values = settings.get("config") or {}
    return values if isinstance(values, dict) else {}


def _read_defaults(project: PulumiProject) -> dict[str, str]:
    defaults: dict[str, str] = {}
    for key, value in project.config.items():
        declared = value if isinstance(value, dict) else {"value": value}
        for field in ("value", "default"):
            if field in declared:
                defaults[_qualify_key(project, key)] = _serialize_value(declared[field])
    return defaults


def _qualify_key(project: PulumiProject, key: str) -> str:
    return key if ":" in key else f"{project.name}:{key}"


def _serialize_value(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), default=str)


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def _read_variable(key: str, path: Path, environment: Mapping[str, str]) -> str:
    variable = build_variable_name(key)
    if variable in environment:
        return environment[variable]
    msg = (
        f"{key} is encrypted in {path.name}, and only the Pulumi CLI can decrypt it: "
        f"set {variable}, or pass it with --secret {key}=..."
    )
    raise LocalEngineError(msg)
