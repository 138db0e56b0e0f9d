"""Pulumi's six calls: convert its property bags, call the core, convert the result."""

import os
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    Config,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from bim360_provider.core import project
from bim360_provider.core.entity import Entity
from bim360_provider.core.replacements import Predecessor, replacement_message, retention_message
from bim360_provider.core.run import Allowance
from bim360_provider.core.settings import EXPLICIT, HIDDEN, KEYS, Settings
from bim360_provider.dynamic import exchanged_names
from bim360_provider.dynamic.engine import exit_with_engine, notify
from bim360_provider.dynamic.property_bag import from_pulumi, provider_changed, to_pulumi
from bim360_provider.dynamic.secret_values import secret_safe
from bim360_provider.dynamic.shared import (
    archives,
    client_for,
    owners,
    renames,
    replacements,
    warn_of_setup,
)
from bim360_provider.dynamic.stack_state import urn_of_call
from bim360_provider.errors import ConfigError, ConflictError
from bim360_provider.hq import HqClient
from bim360_provider.models import normalize
from bim360_provider.models.display import keep_secret, masked

__all__ = ["Calls", "ProjectCalls"]

Bag = dict[str, Any]

Values = Mapping[str, Any]


class Calls:
    """Hands Pulumi's calls to an entity of the core."""

    def __init__(self, entity: Entity, config: Config | None) -> None:
        exit_with_engine()
        self._entity = entity
        self._config = config
        self._kind = entity.__name__.rpartition(".")[2]

    @secret_safe
    def check(self, olds: Bag, news: Bag) -> CheckResult:
        """Return the arguments in normal form, with every problem; sends nothing."""
        try:
            settings = self._settings
        except ConfigError as error:
            return CheckResult(dict(news), [CheckFailure("", str(error))])
        warn_of_setup(settings, self._config)
        old = from_pulumi(olds)
        inputs, problems = self._entity.check(old, from_pulumi(news), settings)
        urn = urn_of_call()
        replacements.note_check(self._kind, old, inputs, urn or "")
        failures = [CheckFailure("", str(each)) for each in problems if not each.warning]
        exchanged_names.note_check(urn, {} if failures else inputs)
        for warning in (each for each in problems if each.warning):
            notify(f"BIM 360: {warning}", warning=True)
        return CheckResult(to_pulumi(inputs), failures)

    @secret_safe
    def diff(self, id_: str, olds: Bag, news: Bag) -> DiffResult:
        """Return whether anything would change; sends nothing.

        "Perhaps" (None) makes Pulumi compare the arguments itself, which is what prints
        single properties and fills ``detailedDiff``.
        """
        id_ = normalize.entity_id(id_)
        owners.owns(id_)
        state, inputs = from_pulumi(olds), from_pulumi(news)
        difference = self._entity.diff(state, inputs)
        is_other = bool(difference.replaces)
        urn = urn_of_call()
        known = Predecessor(id_, state, urn or "")
        replacements.note_diff(self._kind, known, inputs, replaces=is_other)
        # A refresh, and the deletion of what it depends on, compare a resource as it was declared.
        is_declared = exchanged_names.is_checked(urn)
        if is_declared and (names := difference.names) is not None:
            renames.compare(id_, names)
        exchanged_names.note_diff(urn)
        changes = difference.changed or difference.unfinished
        if is_declared and changes and not difference.replaces:
            renames.begin(id_)
        for warning in difference.warnings:
            notify(warning, warning=True)
        if not difference.changed:
            return DiffResult(changes=difference.unfinished)
        unseen = difference.unfinished or provider_changed(olds, news)
        return DiffResult(
            changes=True if unseen else None,
            replaces=list(difference.replaces),
        )

    @secret_safe
    def create(self, props: Bag) -> CreateResult:
        """Create or adopt."""
        inputs = from_pulumi(props)
        client = self._client(inputs)
        urn = urn_of_call() or ""
        before = exchanged_names.pop_released_object(urn) or replacements.predecessor(
            self._kind, inputs, urn
        )
        renames.begin(urn)  # it takes one of the host's threads, as an update does
        try:
            made = before and self._keep(client, before, inputs)
            entity_id, outs = made or self._created(client, inputs, urn)
        finally:
            renames.settle(urn)
        return CreateResult(entity_id, to_pulumi(outs))

    @secret_safe
    def update(self, id_: str, olds: Bag, news: Bag) -> UpdateResult:
        """Change what differs."""
        state = from_pulumi(olds)
        id_ = normalize.entity_id(id_)
        try:
            outs = self._update(self._client(state), id_, state, from_pulumi(news))
        finally:
            renames.settle(id_)
        return UpdateResult(to_pulumi(outs))

    @secret_safe
    def read(self, id_: str, props: Bag) -> ReadResult:
        """Read for a refresh, a ``.get()`` or after an import."""
        state = from_pulumi(props)
        live = self._entity.read(self._client(state), normalize.entity_id(id_), state)
        if live is None:
            return ReadResult("", {})
        return ReadResult(live.id, to_pulumi(live.outputs), to_pulumi(live.inputs))

    @secret_safe
    def delete(self, id_: str, props: Bag) -> None:
        """Take it away as far as HQ can, or leave it."""
        state = from_pulumi(props)
        id_ = normalize.entity_id(id_)
        urn = urn_of_call() or ""
        before = Predecessor(id_, state, urn)
        is_kept = replacements.is_kept(self._kind, id_, state, urn)
        if is_kept or exchanged_names.is_exchanged(
            self._kind, before, partial(self._client, state)
        ):
            exchanged_names.release_object(self._kind, before)
            notify(f"BIM 360: {retention_message(self._kind, id_, state)}.", warning=False)
            return
        with replacements.deletion(id_):
            if not replacements.was_deleted(id_):
                self._delete(self._client(state), id_, state)
                replacements.note_delete(id_)

    def _keep(
        self, client: HqClient, before: Predecessor, inputs: Values
    ) -> tuple[str, dict[str, Any]] | None:
        """Give a replacement the object of its predecessor; return None where that is gone."""
        live = self._entity.read(client, before.id, before.state)
        if live is None:
            return None
        owners.takes(live.id)
        owners.owns(live.id)
        notify(f"BIM 360: {replacement_message(self._kind, live.id, inputs)}.", warning=True)
        exchanged_names.plan_rename(renames, self._kind, live, inputs)
        try:
            return live.id, self._update(client, live.id, live.outputs, inputs)
        finally:
            renames.settle(before.id)

    def _created(self, client: HqClient, inputs: Values, urn: str) -> tuple[str, dict[str, Any]]:
        """Create; a replacement whose name another resource gives up keeps its object."""
        try:
            return self._create(client, inputs, self._settings)
        except ConflictError:
            before = exchanged_names.find_exchanged_object(self._kind, urn, client, inputs)
            if not (made := before and self._keep(client, before, inputs)):
                raise
            return made

    def _create(
        self, client: HqClient, inputs: Values, settings: Settings
    ) -> tuple[str, dict[str, Any]]:
        return self._entity.create(client, inputs, settings, owners)

    def _update(self, client: HqClient, id_: str, state: Values, inputs: Values) -> dict[str, Any]:
        return self._entity.update(client, id_, state, inputs)

    def _delete(self, client: HqClient, id_: str, state: Values) -> None:
        self._entity.delete(client, id_, state, owners)

    @cached_property
    def _settings(self) -> Settings:
        keys = (*KEYS, EXPLICIT, HIDDEN)
        config = {key: self._config.get(key) for key in keys} if self._config else {}
        with keep_secret(*(config.get(key) for key in str(config.get(HIDDEN) or "").split())):
            try:
                return Settings.resolve(config, os.environ)
            except ConfigError as error:
                raise ConfigError(masked(str(error))) from None

    def _client(self, known: Values) -> HqClient:
        """Return the client of the account that it is in, whatever is configured now."""
        connection = self._settings.connection(known.get("account_id"), known.get("region"))
        return client_for(connection)


class ProjectCalls(Calls):
    """The calls of a project."""

    def _keep(
        self, client: HqClient, before: Predecessor, inputs: Values
    ) -> tuple[str, dict[str, Any]] | None:
        kept = super()._keep(client, before, inputs)
        template = inputs.get("template_project_id")
        if kept and template and template != before.state.get("template_project_id"):
            words = f"the template is not copied into '{inputs['name']}': it existed already"
            notify(f"BIM 360: {words}.", warning=True)
        return kept

    def _create(
        self, client: HqClient, inputs: Values, settings: Settings
    ) -> tuple[str, dict[str, Any]]:
        return project.create(client, inputs, settings, owners, self._allowance())

    def _update(self, client: HqClient, id_: str, state: Values, inputs: Values) -> dict[str, Any]:
        return project.update(client, id_, state, inputs, self._allowance())

    def _delete(self, client: HqClient, id_: str, state: Values) -> None:
        project.delete(client, id_, state, owners, self._allowance())

    def _allowance(self) -> Allowance:
        return Allowance(self._settings.max_archives, archives)
