"""A stack's configuration: the project's, the stack file's, the environment's and the caller's.

See https://www.pulumi.com/docs/iac/concepts/config/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bim360_provider.testing.engine.program.project import Project, read_mapping
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.values import Properties, Secret


@dataclass(frozen=True)
class Configuration:
    """Values by key (``namespace:name``), all text, and which of the keys are secret."""

    values: dict[str, str]
    secret_keys: frozenset[str]

    def properties(self) -> Properties:
        """Return it as a bag of properties, the form a provider is configured with."""
        return {
            key: Secret(value) if key in self.secret_keys else value
            for key, value in self.values.items()
        }


def read_configuration(
    project: Project,
    stack: str,
    environment: Mapping[str, str],
    config: Mapping[str, Any],
    secret_config: Mapping[str, Any],
) -> Configuration:
    """Gather a stack's configuration; what comes later here wins.

    Order: defaults in ``Pulumi.yaml``, ``Pulumi.<stack>.yaml``, then what the caller gives. A value
    that is encrypted in the file has to be given by the caller, or by the environment variable that
    Pulumi's SDK also looks at: ``PULUMI_CONFIG_`` and the key in capitals.

    Raises:
        LocalEngineError: An encrypted value was given nowhere else, or the file cannot be read.
    """
    given = {_full(project, key): _text(value) for key, value in config.items()}
    secret = {_full(project, key): _text(value) for key, value in secret_config.items()}
    path = project.config_folder / f"Pulumi.{stack}.yaml"
    found = {_full(project, key): value for key, value in _stack_values(path).items()}
    values = _defaults(project)
    for key, value in found.items():
        if key in given or key in secret:
            continue
        if _is_encrypted(value):
            secret[key] = _from_environment(key, path, environment)
        else:
            values[key] = _text(value)
    return Configuration({**values, **given, **secret}, frozenset(secret))


def _stack_values(path: Path) -> dict[str, Any]:
    settings = read_mapping(path) if path.is_file() else {}
    if "environment" in settings:
        msg = f"{path} imports an environment from Pulumi Cloud: give its values as config"
        raise LocalEngineError(msg)
    values = settings.get("config") or {}
    return values if isinstance(values, dict) else {}


def _defaults(project: Project) -> dict[str, str]:
    defaults: dict[str, str] = {}
    for key, value in project.config.items():
        declared = value if isinstance(value, dict) else {"value": value}
        for field in ("value", "default"):
            if field in declared:
                defaults[_full(project, key)] = _text(declared[field])
    return defaults


def _full(project: Project, key: str) -> str:
    return key if ":" in key else f"{project.name}:{key}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), default=str)


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def variable_for(key: str) -> str:
    """Return the environment variable that stands for a configuration key."""
    return "PULUMI_CONFIG_" + re.sub("[^A-Z0-9_]", "_", key.upper())


def _from_environment(key: str, path: Path, environment: Mapping[str, str]) -> str:
    variable = variable_for(key)
    if variable in environment:
        return environment[variable]
    msg = (
        f"{key} is encrypted in {path.name}, and only the Pulumi CLI can decrypt it: "
        f"set {variable}, or pass it with --secret {key}=..."
    )
    raise LocalEngineError(msg)
