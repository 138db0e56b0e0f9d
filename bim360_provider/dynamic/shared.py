"""The objects that all threads of the host share."""

import difflib
import threading
from collections.abc import Iterable, Iterator
from typing import Final

from pulumi.dynamic import Config

from bim360_provider.core.names.renames import Renames, share_renames
from bim360_provider.core.replacements import Replacements
from bim360_provider.core.run import Archives, Owners
from bim360_provider.core.settings import EXPLICIT, HIDDEN, KEYS, Settings
from bim360_provider.dynamic.engine import notify
from bim360_provider.dynamic.exchanged_names import is_of_another, outputs_before
from bim360_provider.hq import Connection, HqClient, Transport

__all__ = ["archives", "client_for", "owners", "renames", "replacements", "warn_of_setup"]

NAMESPACE: Final = "bim360:"

_lock: Final = threading.Lock()

_given: Final[set[str]] = set()
"""Warnings that this process, and so this run, has given."""


def warn_of_setup(settings: Settings, config: Config | None) -> None:
    """Warn of missing credentials and of configuration keys that do not exist.

    Neither is an error: a preview of a fork has no credentials, and needs none.
    """
    for line in (*_missing(settings), *_unknown(vars(config).get("_props", {}) if config else ())):
        with _lock:
            is_new = line not in _given
            _given.add(line)
        if is_new:
            notify(line, warning=True)


def _missing(settings: Settings) -> Iterator[str]:
    missing = settings.missing_credentials()
    if missing:
        yield (
            f"BIM 360: no credentials: {'; '.join(missing)}. A preview needs none, but "
            "`pulumi up` does."
        )


def _unknown(keys: Iterable[str]) -> Iterator[str]:
    for key in sorted(keys):
        if key.startswith(NAMESPACE) and key not in (*KEYS, EXPLICIT, HIDDEN):
            folded = {each.removeprefix(NAMESPACE).casefold(): each for each in KEYS}
            near = difflib.get_close_matches(key.removeprefix(NAMESPACE).casefold(), folded, n=1)
            advice = f"; did you mean {folded[near[0]]}?" if near else "."
            yield f"BIM 360: {key} is not a configuration key and has no effect{advice}"


owners: Final = Owners(had=outputs_before, held=is_of_another)
"""The projects that resources of this run have."""

renames: Final = Renames()
"""Which names of projects and companies this run changes."""

archives: Final = Archives()
"""How many projects this run has archived."""

replacements: Final = Replacements()
"""What this run has seen of replacements."""

_clients: Final[dict[Connection, HqClient]] = {}

_transports: Final[dict[tuple[str, str, str], Transport]] = {}


def client_for(connection: Connection) -> HqClient:
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
