"""What the threads of the host share: clients, transports, who owns what, what was archived."""

import threading
from typing import Final

from bim360_provider.core.archives import Archives
from bim360_provider.core.owners import Owners
from bim360_provider.core.renames import Renames, share_renames
from bim360_provider.core.replacements import Replacements
from bim360_provider.dynamic.engine_log import notify
from bim360_provider.dynamic.own_objects import is_of_another, outputs_before
from bim360_provider.hq import Connection, HqClient, Transport

__all__ = ["archives", "client_for", "owners", "renames", "replacements"]

owners: Final = Owners(had=outputs_before, held=is_of_another)
"""The projects that resources of this run have."""

renames: Final = Renames()
"""Which names of projects and companies this run changes."""

archives: Final = Archives()
"""How many projects this run has archived."""

replacements: Final = Replacements()
"""What this run has seen of replacements."""

_lock: Final = threading.Lock()
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
