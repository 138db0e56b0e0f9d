"""The objects that all threads of the host share."""

import difflib
import threading
from collections.abc import Iterable, Iterator
from typing import Final

from pulumi.dynamic import Config

from bim360_provider.core.names.renames import RenameRegistry, share_renames
from bim360_provider.core.replacements import ReplacementTracker
from bim360_provider.core.run import ArchiveCounter, Ownership
from bim360_provider.core.settings import CONFIG_KEYS, EXPLICIT_KEY, HIDDEN_KEY, Settings
from bim360_provider.dynamic.engine import notify
from bim360_provider.dynamic.exchanged_names import is_held_by_another, read_previous_outputs
from bim360_provider.hq import Connection, HqClient, Transport

__all__ = ["archives", "get_client", "owners", "renames", "replacements", "warn_about_setup"]

NAMESPACE: Final = "bim360:"

_lock: Final = threading.Lock()

_reported_warnings: Final[set[str]] = set()
"""Warnings that this process, and so this run, has given."""


def warn_about_setup(settings: Settings, config: Config | None) -> None:
    """Warn of missing credentials and of configuration keys that do not exist.

    Neither is an error: a preview of a fork has no credentials, and needs none.
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
"""The projects that resources of this run have."""

renames: Final = RenameRegistry()
"""Which names of projects and companies this run changes."""

archives: Final = ArchiveCounter()
"""How many projects this run has archived."""

replacements: Final = ReplacementTracker()
"""What this run has seen of replacements."""

_clients: Final[dict[Connection, HqClient]] = {}

_transports: Final[dict[tuple[str, str, str], Transport]] = {}


def get_client(connection: Connection) -> HqClient:
    """Return the client of a connection; accounts of one app share its token and its pace."""
    secret = connection.client_secret.get_secret_value()
    app = (connection.base_url, connection.client_id, secret)
    with _lock:
        if connection not in _clients:
            transport = _transports.get(app) or Transport(connection, notify=notify)
            _transports[app] = transport
            _clients[connection] = HqClient(connection, transport=transport)
            share_renames(_clients[connection], renames)
        return _clients[connection]
