"""Pulumi's six calls: convert its property bags, call the core, convert the result."""

from functools import partial
from typing import Any, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    Config,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from bim360_provider.core.entity import Entity, Fields, Inputs, State
from bim360_provider.core.replacements import (
    Predecessor,
    format_retention_message,
    list_replacement_warnings,
)
from bim360_provider.core.run import Run
from bim360_provider.dynamic import stack_state
from bim360_provider.dynamic.engine import exit_with_engine, notify
from bim360_provider.dynamic.host import (
    ReadResultWithInputs,
    get_call_urn,
    return_inputs_of_reads,
)
from bim360_provider.dynamic.progress import ProgressReport
from bim360_provider.dynamic.property_bag import (
    from_pulumi,
    has_provider_changed,
    protect_secrets,
    to_pulumi,
)
from bim360_provider.dynamic.shared import (
    get_run,
    owners,
    renames,
    replacements,
    resolve_settings,
    warn_about_setup,
)
from bim360_provider.errors import ConfigError, ConflictError
from bim360_provider.models import normalize

__all__ = ["EntityCalls"]

PropertyBag = dict[str, Any]

# The first call of a process imports this module.
exit_with_engine()
return_inputs_of_reads()

progress: Final = ProgressReport(partial(notify, warning=False))
"""The progress of a refresh or a destroy, which run no program."""


class EntityCalls:
    """Passes Pulumi's calls to an entity of the core."""

    def __init__(self, entity: Entity, config: Config | None) -> None:
        self._entity = entity
        self._config = config
        self._kind = entity.__name__.rpartition(".")[2]

    @protect_secrets
    def check(self, olds: PropertyBag, news: PropertyBag) -> CheckResult:
        """Return the normalized arguments and every problem; send nothing."""
        try:
            settings = resolve_settings(self._config)
        except ConfigError as error:
            return CheckResult(dict(news), [CheckFailure("", str(error))])
        warn_about_setup(settings, self._config)
        old = from_pulumi(olds)
        inputs, problems = self._entity.check(old, from_pulumi(news), settings)
        urn = get_call_urn()
        replacements.note_check(self._kind, old, inputs, urn or "")
        failures = [CheckFailure("", str(each)) for each in problems if not each.warning]
        stack_state.record_check(urn, {} if failures else inputs)
        for warning in (each for each in problems if each.warning):
            notify(f"BIM 360: {warning}", warning=True)
        return CheckResult(to_pulumi(inputs), failures)

    @protect_secrets
    def diff(self, id_: str, olds: PropertyBag, news: PropertyBag) -> DiffResult:
        """Return whether anything would change; send nothing.

        With None, Pulumi compares the arguments itself, which shows single properties and fills
        ``detailedDiff``.
        """
        id_ = normalize.parse_entity_id(id_)
        owners.mark_owned(id_)
        state, inputs = State(from_pulumi(olds)), Inputs(from_pulumi(news))
        difference = self._entity.diff(state, inputs)
        is_other = bool(difference.replaces)
        urn = get_call_urn()
        known = Predecessor(id_, state, urn or "")
        replacements.note_diff(self._kind, known, inputs, is_replacement=is_other)
        # A refresh and the deletion of a dependency compare a resource with its old arguments.
        is_declared = stack_state.is_checked(urn)
        if is_declared and (names := difference.name_change) is not None:
            renames.record_comparison(id_, names)
        stack_state.record_diff(urn)
        changes = difference.changed_arguments or difference.is_unfinished
        if is_declared and changes and not difference.replaces:
            renames.begin_change(id_)
        for warning in difference.warnings:
            notify(warning, warning=True)
        if not difference.changed_arguments:
            return DiffResult(changes=difference.is_unfinished)
        unseen = difference.is_unfinished or has_provider_changed(olds, news)
        return DiffResult(
            changes=True if unseen else None,
            replaces=list(difference.replaces),
        )

    @protect_secrets
    def create(self, props: PropertyBag) -> CreateResult:
        """Create or adopt the object."""
        inputs = Inputs(from_pulumi(props))
        run = self._get_run(inputs)
        urn = get_call_urn() or ""
        predecessor = stack_state.pop_released_object(urn) or replacements.find_predecessor(
            self._kind, inputs, urn
        )
        renames.begin_change(urn)  # it occupies one of the host's threads, as an update does
        try:
            kept = predecessor and self._keep_object(run, predecessor, inputs)
            entity_id, outs = kept or self._create_or_keep(run, inputs, urn)
        finally:
            renames.end_change(urn)
        return CreateResult(entity_id, to_pulumi(outs))

    @protect_secrets
    def update(self, id_: str, olds: PropertyBag, news: PropertyBag) -> UpdateResult:
        """Update the arguments that differ."""
        state = State(from_pulumi(olds))
        id_ = normalize.parse_entity_id(id_)
        try:
            outs = self._entity.update(self._get_run(state), id_, state, Inputs(from_pulumi(news)))
        finally:
            renames.end_change(id_)
        return UpdateResult(to_pulumi(outs))

    @protect_secrets
    def read(self, id_: str, props: PropertyBag) -> ReadResult:
        """Read the object for a refresh, a ``.get()`` or an import."""
        state = State(from_pulumi(props))
        id_ = normalize.parse_entity_id(id_)
        live = self._entity.read(self._get_run(state), id_, state)
        progress.finish(partial(stack_state.count_resources, id_))
        if live is None:
            return ReadResult("", {})
        return ReadResultWithInputs(live.id, to_pulumi(live.outputs), to_pulumi(live.inputs))

    @protect_secrets
    def delete(self, id_: str, props: PropertyBag) -> None:
        """Delete, archive or keep the object, as far as HQ can."""
        state = State(from_pulumi(props))
        id_ = normalize.parse_entity_id(id_)
        urn = get_call_urn() or ""
        predecessor = Predecessor(id_, state, urn)
        is_kept = replacements.is_kept(self._kind, id_, state, urn)
        if is_kept or stack_state.is_exchanged(
            self._kind, predecessor, partial(self._get_run, state)
        ):
            stack_state.release_object(self._kind, predecessor)
            notify(f"BIM 360: {format_retention_message(self._kind, id_, state)}.", warning=False)
            return
        with replacements.get_deletion_lock(id_):
            if not replacements.was_deleted(id_):
                self._entity.delete(self._get_run(state), id_, state)
                replacements.note_delete(id_)
        progress.finish(partial(stack_state.count_resources, id_))

    def _keep_object(
        self, run: Run, predecessor: Predecessor, inputs: Inputs
    ) -> tuple[str, State] | None:
        """Keep the object of the predecessor; return None if it no longer exists."""
        live = self._entity.read(run, predecessor.id, predecessor.state)
        if live is None:
            return None
        run.ownership.mark_adopted(live.id)
        run.ownership.mark_owned(live.id)
        for warning in list_replacement_warnings(predecessor, self._kind, inputs):
            notify(f"BIM 360: {warning}.", warning=True)
        stack_state.plan_rename(renames, self._kind, live, inputs)
        try:
            return live.id, self._entity.update(run, live.id, live.outputs, inputs)
        finally:
            renames.end_change(predecessor.id)

    def _create_or_keep(self, run: Run, inputs: Inputs, urn: str) -> tuple[str, State]:
        """Create; if the name is exchanged between resources, keep the object instead."""
        try:
            return self._entity.create(run, inputs)
        except ConflictError:
            predecessor = stack_state.find_exchanged_object(self._kind, urn, run, inputs)
            if not (kept := predecessor and self._keep_object(run, predecessor, inputs)):
                raise
            return kept

    def _get_run(self, known: Fields) -> Run:
        """Return the run of an object's account, which may differ from the configured one."""
        settings = resolve_settings(self._config)
        return get_run(settings, known.get("account_id"), known.get("region"))
