"""The objects that all threads of the host share."""

import difflib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pulumi.dynamic import Config

from bim360_provider.core.names.renames import RenameRegistry, share_renames
from bim360_provider.core.replacements import ReplacementTracker
from bim360_provider.core.run import ArchiveCounter, ArchiveLimit, Ownership, Run
from bim360_provider.core.settings import CONFIG_KEYS, EXPLICIT_KEY, HIDDEN_KEY, Settings
from bim360_provider.dynamic.engine import notify
from bim360_provider.dynamic.stack_state import is_held_by_another, read_previous_outputs
from bim360_provider.errors import ConfigError
from bim360_provider.hq import Connection, HqClient, Transport
from bim360_provider.models.display import keep_secret, mask_text

__all__ = [
    "archives",
    "get_client",
    "get_run",
    "owners",
    "renames",
    "replacements",
    "resolve_settings",
    "warn_about_setup",
]

NAMESPACE: Final = "bim360:"

_lock: Final = threading.Lock()

SETTINGS_KEYS: Final = (*CONFIG_KEYS, EXPLICIT_KEY, HIDDEN_KEY)

_settings: Final[dict[tuple[object, ...], Settings]] = {}
"""The settings of each configuration and environment that this process has seen."""


def resolve_settings(config: Config | None) -> Settings:
    """Return the settings of a configuration; the same configuration is resolved once.

    Raises:
        ConfigError: A value is invalid; every such value is named.
    """
    values = {key: config.get(key) for key in SETTINGS_KEYS} if config else {}
    environ = {name: os.environ[name] for name in CONFIG_KEYS.values() if name in os.environ}
    key = (*values.items(), *environ.items())
    settings = _settings.get(key)
    if settings is None:
        settings = _settings[key] = _resolve_settings(values, environ)
    return settings


def _resolve_settings(values: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    hidden = str(values.get(HIDDEN_KEY) or "").split()
    with keep_secret(*(values.get(key) for key in hidden)):
        try:
            return Settings.resolve(values, environ)
        except ConfigError as error:
            raise ConfigError(mask_text(str(error))) from None


_reported_warnings: Final[set[str]] = set()
"""The warnings that this run has shown."""


def warn_about_setup(settings: Settings, config: Config | None) -> None:
    """Warn about missing credentials and unknown configuration keys.

    Neither is an error: a preview of a fork needs no credentials.
    """
    for line in (
        *_describe_missing_credentials(settings),
        *_describe_unknown_keys(vars(config).get("_props", {}) if config else ()),
    ):
        with _lock:
            is_new = line not in _reported_warnings
            _reported_warnings.add(line)
        if is_new:
            notify(line, warning=True)


def _describe_missing_credentials(settings: Settings) -> Iterator[str]:
    missing = settings.list_missing_credentials()
    if missing:
        yield (
            f"BIM 360: no credentials: {'; '.join(missing)}. A preview needs none, but "
            "`pulumi up` does."
        )


def _describe_unknown_keys(keys: Iterable[str]) -> Iterator[str]:
    for key in sorted(keys):
        if key.startswith(NAMESPACE) and key not in (*CONFIG_KEYS, EXPLICIT_KEY, HIDDEN_KEY):
            folded = {each.removeprefix(NAMESPACE).casefold(): each for each in CONFIG_KEYS}
            near = difflib.get_close_matches(key.removeprefix(NAMESPACE).casefold(), folded, n=1)
            advice = f"; did you mean {folded[near[0]]}?" if near else "."
            yield f"BIM 360: {key} is not a configuration key and has no effect{advice}"


owners: Final = Ownership(
    find_previous_state=read_previous_outputs, is_owned_elsewhere=is_held_by_another
)
"""The objects that the resources of this run own."""

renames: Final = RenameRegistry()
"""The renames of this run."""

archives: Final = ArchiveCounter()
"""Counts the projects that this run has archived."""

replacements: Final = ReplacementTracker()
"""The replacements of this run."""

_clients: Final[dict[Connection, HqClient]] = {}

_transports: Final[dict[tuple[str, str, str], Transport]] = {}


def get_client(connection: Connection) -> HqClient:
    """Return the client of a connection; accounts of one app share its token and rate limit."""
    secret = connection.client_secret.get_secret_value()
    app = (connection.base_url, connection.client_id, secret)
    with _lock:
        if connection not in _clients:
            transport = _transports.get(app) or Transport(connection, notify=notify)
            _transports[app] = transport
            _clients[connection] = HqClient(connection, transport=transport)
            share_renames(_clients[connection], renames)
        return _clients[connection]


_runs: Final[dict[tuple[Settings, str | None, str | None], Run]] = {}


def get_run(settings: Settings, account_id: str | None, region: str | None) -> Run:
    """Return the run of an account, by default the configured one; it lasts as long as the process.

    Raises:
        ConfigError: The credentials or the account are missing.
    """
    key = (settings, account_id, region)
    run = _runs.get(key)
    if run is None:
        client = get_client(settings.build_connection(account_id, region))
        limit = ArchiveLimit(settings.max_archives, archives)
        run = _runs[key] = Run(client, settings, owners, limit)
    return run
