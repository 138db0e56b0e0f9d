"""The door itself: Pulumi's six calls, handed to whichever entity stands behind it."""

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from bim360_provider.core.entity import Entity
from bim360_provider.core.settings import EXPLICIT, KEYS, Settings
from bim360_provider.dynamic.bags import from_pulumi, provider_changed, to_pulumi
from bim360_provider.dynamic.clients import client_for, owners
from bim360_provider.dynamic.engine_log import notify
from bim360_provider.dynamic.one_line import one_line
from bim360_provider.errors import ConfigError
from bim360_provider.hq import HqClient

__all__ = ["Door"]

Bag = dict[str, Any]
Values = Mapping[str, Any]


class Door(ResourceProvider):
    """Hands Pulumi's calls to the core.

    It is pickled into every state, so it holds nothing: by reference it is the same
    bytes on every machine, and no code and no secret travels with it.
    """

    serialize_as_secret_always = False
    entity: ClassVar[Entity]

    def __reduce__(self) -> tuple[type["Door"], tuple[()]]:
        """Pickle the reference alone."""
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Keep what the stack's configuration says; nothing is judged yet."""
        self._config = {key: req.config.get(key) for key in (*KEYS, EXPLICIT)}

    @one_line
    def check(self, olds: Bag, news: Bag) -> CheckResult:
        """Return the arguments in normal form, with every problem; sends nothing."""
        try:
            settings = self._settings()
        except ConfigError as error:
            return CheckResult(dict(news), [CheckFailure("", str(error))])
        inputs, problems = self.entity.check(from_pulumi(olds), from_pulumi(news), settings)
        for warning in (each for each in problems if each.warning):
            notify(f"BIM 360: {warning}", warning=True)
        failures = [CheckFailure("", str(each)) for each in problems if not each.warning]
        return CheckResult(to_pulumi(inputs), failures)

    @one_line
    def diff(self, id_: str, olds: Bag, news: Bag) -> DiffResult:
        """Return whether anything would change; sends nothing.

        "Perhaps" (None) makes Pulumi compare the arguments itself, which is what prints
        single properties and fills ``detailedDiff``.
        """
        owners.owns(id_)
        difference = self.entity.diff(from_pulumi(olds), from_pulumi(news))
        for warning in difference.warnings:
            notify(warning, warning=True)
        if not difference.changed:
            return DiffResult(changes=difference.unfinished)
        unseen = difference.unfinished or provider_changed(olds, news)
        return DiffResult(
            changes=True if unseen else None,
            replaces=list(difference.replaces),
        )

    @one_line
    def create(self, props: Bag) -> CreateResult:
        """Create or adopt."""
        inputs = from_pulumi(props)
        client, settings = self._client(inputs), self._settings()
        entity_id, outs = self._create(client, inputs, settings)
        return CreateResult(entity_id, to_pulumi(outs))

    @one_line
    def update(self, id_: str, olds: Bag, news: Bag) -> UpdateResult:
        """Change what differs."""
        state = from_pulumi(olds)
        outs = self._update(self._client(state), id_, state, from_pulumi(news))
        return UpdateResult(to_pulumi(outs))

    @one_line
    def read(self, id_: str, props: Bag) -> ReadResult:
        """Read for a refresh, a ``.get()`` or after an import."""
        state = from_pulumi(props)
        live = self.entity.read(self._client(state), id_, state)
        if live is None:
            return ReadResult("", {})
        return ReadResult(live.id, to_pulumi(live.outputs), to_pulumi(live.inputs))

    @one_line
    def delete(self, id_: str, props: Bag) -> None:
        """Take it away as far as HQ can, or leave it."""
        state = from_pulumi(props)
        self._delete(self._client(state), id_, state)

    def _create(
        self, client: HqClient, inputs: Values, settings: Settings
    ) -> tuple[str, dict[str, Any]]:
        return self.entity.create(client, inputs, settings, owners)

    def _update(self, client: HqClient, id_: str, state: Values, inputs: Values) -> dict[str, Any]:
        return self.entity.update(client, id_, state, inputs)

    def _delete(self, client: HqClient, id_: str, state: Values) -> None:
        self.entity.delete(client, id_, state, owners)

    def _settings(self) -> Settings:
        return Settings.resolve(getattr(self, "_config", {}), os.environ)

    def _client(self, known: Values) -> HqClient:
        """Return the client of the account that it is in, whatever is configured now."""
        connection = self._settings().connection(known.get("account_id"), known.get("region"))
        return client_for(connection)
