"""What one run of a program has looked up so far: its clients, and the answers that they got."""

import os
import weakref
from contextlib import ExitStack
from typing import Any, Final

import pulumi
from pulumi.runtime import get_root_resource

from bim360_provider.core.lookups import LookUps
from bim360_provider.core.settings import KEYS, Settings
from bim360_provider.hq import Connection, HqClient
from bim360_provider.models.secrecy import masked

__all__ = ["Run", "this_run"]


class Run:
    """What one run of a program has asked so far.

    Attributes:
        close: Closes the connections; called when the run is over.
    """

    def __init__(self) -> None:
        config = pulumi.Config("bim360")
        # A plain reading: a secret output would make everything that is looked up a secret.
        self._config = {key: config.get(key.removeprefix("bim360:")) for key in KEYS}
        self._known: dict[Connection, LookUps] = {}
        self._clients = ExitStack()
        self.close = weakref.finalize(self, self._clients.close)

    def of(self, account_id: str | None, region: str | None) -> LookUps:
        """Return the look-ups of an account."""
        settings = self._settings(account_id, region)
        connection = settings.connection(settings.account_id, settings.region)
        if connection not in self._known:
            client = HqClient(connection, notify=_notify)
            self._clients.callback(client.close)
            self._known[connection] = LookUps(client)
        return self._known[connection]

    def _settings(self, account_id: str | None, region: str | None) -> Settings:
        """Return the settings; a place that is named goes before all others."""
        told = {"bim360:accountId": account_id, "bim360:region": region}
        named = {key: value for key, value in told.items() if value}
        aside = {KEYS[key] for key in named}
        environ = {name: value for name, value in os.environ.items() if name not in aside}
        return Settings.resolve({**self._config, **named}, environ)


_runs: Final[weakref.WeakKeyDictionary[Any, Run]] = weakref.WeakKeyDictionary()
"""Each run has a root of its own: programs of the automation API share a process, not answers."""


def this_run() -> Run:
    """Return the run that asks."""
    root = get_root_resource()
    if root is None:
        return Run()
    return _runs.setdefault(root, Run())


def _notify(message: str, warning: bool) -> None:
    (pulumi.log.warn if warning else pulumi.log.info)(masked(message))
