"""Runs the steps of one resource and records them in the state."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from bim360_provider.testing.engine.plugin.provider_client import (
    DiffResponse,
    HostError,
    ProviderClient,
)
from bim360_provider.testing.engine.state import property_path
from bim360_provider.testing.engine.state.property_path import PropertyChanges, compare_properties
from bim360_provider.testing.engine.state.resource import (
    Goal,
    RegistrationResult,
    Resource,
    build_registration_result,
    build_resource,
)
from bim360_provider.testing.engine.state.values import (
    Properties,
    has_secret_digest,
    mark_secret_keys,
)

if TYPE_CHECKING:
    from bim360_provider.testing.engine.deployment.run import EngineRun
    from bim360_provider.testing.engine.results import Op


@dataclass(frozen=True)
class DiffDecision:
    """The outcome of a diff: whether to change or replace, and because of which properties."""

    has_changes: bool
    paths: PropertyChanges = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


NO_CHANGES = DiffDecision(has_changes=False)


def decide_diff(
    goal: Goal, old: Resource, news: Properties, response: DiffResponse
) -> DiffDecision:
    """Turn a provider's response to Diff into a decision.

    If the provider does not decide, old and new inputs are compared by property path; only then
    ``replace_on_changes`` has an effect, as in Pulumi.
    """
    if response.has_changes is False:
        return NO_CHANGES
    if response.has_changes is None:
        return _compare_inputs(goal, old, news, response)
    visible = compare_properties(old.inputs, news, include_internal=False)
    return DiffDecision(True, visible, response.replaces, _needs_delete_first(goal, response))


def restore_ignored(patterns: tuple[str, ...], old: Properties, new: Properties) -> Properties:
    """Return the new inputs with the old values at the ignored paths."""
    for pattern in patterns:
        restored = property_path.reset_value(property_path.parse_path(pattern), old, new)
        new = restored if isinstance(restored, dict) else new
    return new


@dataclass(frozen=True)
class PendingChange:
    """A resource with its goal, its new inputs and the decision."""

    goal: Goal
    host: ProviderClient
    old: Resource
    inputs: Properties
    decision: DiffDecision = NO_CHANGES


def create_resource(
    run: "EngineRun", goal: Goal, host: ProviderClient, inputs: Properties
) -> RegistrationResult:
    """Create a new resource."""
    run.recorder.record_start(goal.urn, "create")
    created = _create_object(run, goal, host, inputs)
    run.state.put(created)
    run.recorder.record_step("create", None, created)
    return build_registration_result(created)


def keep_resource(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Keep a resource unchanged; the state gets its current inputs and options."""
    goal, old = change.goal, change.old
    outputs = mark_secret_keys(old.outputs, goal.secret_outputs)
    kept = build_resource(goal, old.id, change.inputs, outputs)
    if kept != old:
        run.state.put(kept, previous=old)
    run.recorder.record_step("same", old, kept)
    return build_registration_result(kept)


def update_resource(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Update a resource in place; in a preview its outputs are its inputs."""
    goal, old, inputs = change.goal, change.old, change.inputs
    run.recorder.record_start(goal.urn, "update")
    outputs = inputs
    if not run.dry_run:
        _require_known_secrets(inputs)
        with run.acquire_slot():
            outputs = change.host.update(goal.urn, old, inputs)
    new = build_resource(goal, old.id, inputs, mark_secret_keys(outputs, goal.secret_outputs))
    run.state.put(new, previous=old)
    run.recorder.record_step("update", old, new, change.decision.paths)
    return build_registration_result(new)


def create_before_delete(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Create the replacement; the old resource is deleted at the end of the run."""
    created = _create_replacement(run, change)
    run.state.mark_for_deletion(change.old)
    run.state.put(created)
    _record_replacement(run, "create-replacement", change, created)
    _record_replacement(run, "replace", change, created)
    return build_registration_result(created)


def create_after_delete(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Create the replacement of a resource that was already deleted."""
    planned = build_resource(change.goal, "", change.inputs, {})
    _record_replacement(run, "replace", change, planned)
    created = _create_replacement(run, change)
    run.state.put(created, previous=change.old)
    _record_replacement(run, "create-replacement", change, created)
    return build_registration_result(created)


def register_component(run: "EngineRun", goal: Goal, old: Resource | None) -> RegistrationResult:
    """Record a component or the stack, which have no provider."""
    outputs = {} if old is None else old.outputs
    return _record_registration(run, old, build_resource(goal, "", goal.inputs, outputs))


def register_provider(run: "EngineRun", goal: Goal, old: Resource | None) -> RegistrationResult:
    """Record an explicit provider; its inputs are the configuration of its host."""
    new_id = "" if run.dry_run else str(uuid4())
    new = build_resource(goal, new_id if old is None else old.id, goal.inputs, goal.inputs)
    run.hosts.set_config(goal.urn, goal.inputs)
    return _record_registration(run, old, new)


def read_external(
    run: "EngineRun", goal: Goal, host: ProviderClient, old: Resource | None, id_: str
) -> RegistrationResult:
    """Read an external resource (``Resource.get``), also in a preview."""
    run.recorder.record_start(goal.urn, "read")
    requested = build_resource(goal, id_, goal.inputs, goal.inputs)
    with run.acquire_slot():
        read = host.read(requested)
    outputs = mark_secret_keys(read.outputs, goal.secret_outputs)
    new = replace(requested, id=read.id or id_, outputs=outputs, external=True)
    if old is not None and not old.external:
        run.state.mark_for_deletion(old)
    run.state.put(new)
    run.recorder.record_step("read", old, new)
    return build_registration_result(new)


def _compare_inputs(
    goal: Goal, old: Resource, news: Properties, response: DiffResponse
) -> DiffDecision:
    compared = compare_properties(
        old.inputs, restore_ignored(goal.ignore_changes, old.inputs, news)
    )
    if not compared:
        return NO_CHANGES
    forced = _find_forced_keys(goal.replace_on_changes, compared)
    replaces = tuple(dict.fromkeys((*response.replaces, *forced)))
    return DiffDecision(True, compared, replaces, _needs_delete_first(goal, response))


def _find_forced_keys(patterns: tuple[str, ...], changes: PropertyChanges) -> tuple[str, ...]:
    forced = [property_path.parse_path(pattern) for pattern in patterns]
    changed = [property_path.parse_path(path) for path in changes]
    return tuple(
        str(path[0])
        for path in changed
        if any(property_path.is_match(pattern, path) for pattern in forced)
    )


def _needs_delete_first(goal: Goal, response: DiffResponse) -> bool:
    if goal.delete_before_replace is None:
        return response.delete_before_replace
    return goal.delete_before_replace


def _create_replacement(run: "EngineRun", change: PendingChange) -> Resource:
    run.recorder.record_start(change.goal.urn, "create-replacement")
    return _create_object(run, change.goal, change.host, change.inputs)


def _record_replacement(run: "EngineRun", op: "Op", change: PendingChange, new: Resource) -> None:
    run.recorder.record_step(op, change.old, new, change.decision.paths, change.decision.replaces)


def _create_object(
    run: "EngineRun", goal: Goal, host: ProviderClient, inputs: Properties
) -> Resource:
    """Create the object; in a preview its outputs are its inputs, and its id is unknown."""
    if run.dry_run:
        return build_resource(goal, "", inputs, mark_secret_keys(inputs, goal.secret_outputs))
    _require_known_secrets(inputs)
    with run.acquire_slot():
        id_, outputs = host.create(goal.urn, inputs)
    return build_resource(goal, id_, inputs, mark_secret_keys(outputs, goal.secret_outputs))


def _require_known_secrets(inputs: Properties) -> None:
    missing = sorted(key for key, value in inputs.items() if has_secret_digest(value))
    if missing:
        msg = (
            f"{', '.join(missing)} comes from a secret output of an earlier run, which the local "
            "engine does not store: run this stack with the Pulumi CLI"
        )
        raise HostError(msg)


def _record_registration(
    run: "EngineRun", old: Resource | None, new: Resource
) -> RegistrationResult:
    op: Op = "create"
    if old is not None:
        op = "same" if old.inputs == new.inputs else "update"
    run.state.put(new, previous=old)
    run.recorder.record_step(op, old, new)
    return build_registration_result(new)
