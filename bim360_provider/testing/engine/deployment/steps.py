"""The steps on one resource: make it so, and remember it."""

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
    """What is to happen, and which properties are the reason."""

    has_changes: bool
    paths: PropertyChanges = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


NO_CHANGES = DiffDecision(has_changes=False)


def decide_diff(goal: Goal, old: Resource, news: Properties, answer: DiffResponse) -> DiffDecision:
    """Turn a provider's answer to Diff into a verdict.

    Where the provider answers neither yes nor no, the old inputs are compared with the new ones,
    path by path; only then does ``replace_on_changes`` have an effect, exactly as with Pulumi.
    """
    if answer.has_changes is False:
        return NO_CHANGES
    if answer.has_changes is None:
        return _compare_inputs(goal, old, news, answer)
    visible = compare_properties(old.inputs, news, include_internal=False)
    return DiffDecision(True, visible, answer.replaces, _needs_delete_first(goal, answer))


def _compare_inputs(
    goal: Goal, old: Resource, news: Properties, answer: DiffResponse
) -> DiffDecision:
    compared = compare_properties(
        old.inputs, restore_ignored(goal.ignore_changes, old.inputs, news)
    )
    if not compared:
        return NO_CHANGES
    forced = _find_forced_keys(goal.replace_on_changes, compared)
    replaces = tuple(dict.fromkeys((*answer.replaces, *forced)))
    return DiffDecision(True, compared, replaces, _needs_delete_first(goal, answer))


def _find_forced_keys(patterns: tuple[str, ...], changes: PropertyChanges) -> tuple[str, ...]:
    wanted = [property_path.parse_path(pattern) for pattern in patterns]
    changed = [property_path.parse_path(path) for path in changes]
    return tuple(
        str(path[0])
        for path in changed
        if any(property_path.is_match(want, path) for want in wanted)
    )


def _needs_delete_first(goal: Goal, answer: DiffResponse) -> bool:
    wanted = goal.delete_before_replace
    return answer.delete_before_replace if wanted is None else wanted


def restore_ignored(patterns: tuple[str, ...], old: Properties, new: Properties) -> Properties:
    """Return the new inputs with the ignored places set back to what they were."""
    for pattern in patterns:
        set_back = property_path.reset_value(property_path.parse_path(pattern), old, new)
        new = set_back if isinstance(set_back, dict) else new
    return new


@dataclass(frozen=True)
class PendingChange:
    """One resource, what it is to become, and why."""

    goal: Goal
    host: ProviderClient
    old: Resource
    inputs: Properties
    decision: DiffDecision = NO_CHANGES


def create_resource(
    run: "EngineRun", goal: Goal, host: ProviderClient, inputs: Properties
) -> RegistrationResult:
    """Create a resource that was not there."""
    run.recorder.record_start(goal.urn, "create")
    made = _create_object(run, goal, host, inputs)
    run.state.put(made)
    run.recorder.record_step("create", None, made)
    return build_registration_result(made)


def keep_resource(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Leave a resource alone; its inputs and options are remembered as they now are."""
    goal, old = change.goal, change.old
    outputs = mark_secret_keys(old.outputs, goal.secret_outputs)
    kept = build_resource(goal, old.id, change.inputs, outputs)
    if kept != old:
        run.state.put(kept, previous=old)
    run.recorder.record_step("same", old, kept)
    return build_registration_result(kept)


def update_resource(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Change a resource in place; in a preview its outputs are its inputs."""
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
    """Create the replacement; the old one is deleted when everything else is done."""
    made = _create_replacement(run, change)
    run.state.mark_for_deletion(change.old)
    run.state.put(made)
    _record_replacement(run, "create-replacement", change, made)
    _record_replacement(run, "replace", change, made)
    return build_registration_result(made)


def create_after_delete(run: "EngineRun", change: PendingChange) -> RegistrationResult:
    """Create the replacement of a resource that was deleted ahead of it."""
    wanted = build_resource(change.goal, "", change.inputs, {})
    _record_replacement(run, "replace", change, wanted)
    made = _create_replacement(run, change)
    run.state.put(made, previous=change.old)
    _record_replacement(run, "create-replacement", change, made)
    return build_registration_result(made)


def _create_replacement(run: "EngineRun", change: PendingChange) -> Resource:
    run.recorder.record_start(change.goal.urn, "create-replacement")
    return _create_object(run, change.goal, change.host, change.inputs)


def _record_replacement(run: "EngineRun", op: "Op", change: PendingChange, new: Resource) -> None:
    run.recorder.record_step(op, change.old, new, change.decision.paths, change.decision.replaces)


def _create_object(
    run: "EngineRun", goal: Goal, host: ProviderClient, inputs: Properties
) -> Resource:
    """Create the object; in a preview its outputs are the inputs, and its id is not known."""
    if run.dry_run:
        return build_resource(goal, "", inputs, mark_secret_keys(inputs, goal.secret_outputs))
    _require_known_secrets(inputs)
    with run.acquire_slot():
        id_, outputs = host.create(goal.urn, inputs)
    return build_resource(goal, id_, inputs, mark_secret_keys(outputs, goal.secret_outputs))


def _require_known_secrets(inputs: Properties) -> None:
    lost = sorted(key for key, value in inputs.items() if has_secret_digest(value))
    if lost:
        msg = (
            f"{', '.join(lost)} comes from a secret output of an earlier run, which the local "
            "engine does not keep: run this stack with the Pulumi CLI"
        )
        raise HostError(msg)


def register_component(run: "EngineRun", goal: Goal, old: Resource | None) -> RegistrationResult:
    """Record a component, or the stack itself: there is no provider to ask."""
    outputs = {} if old is None else old.outputs
    return _record_registration(run, old, build_resource(goal, "", goal.inputs, outputs))


def register_provider(run: "EngineRun", goal: Goal, old: Resource | None) -> RegistrationResult:
    """Record an explicit provider; its inputs are what its host will be configured with."""
    new_id = "" if run.dry_run else str(uuid4())
    new = build_resource(goal, new_id if old is None else old.id, goal.inputs, goal.inputs)
    run.hosts.set_config(goal.urn, goal.inputs)
    return _record_registration(run, old, new)


def _record_registration(
    run: "EngineRun", old: Resource | None, new: Resource
) -> RegistrationResult:
    op: Op = "create"
    if old is not None:
        op = "same" if old.inputs == new.inputs else "update"
    run.state.put(new, previous=old)
    run.recorder.record_step(op, old, new)
    return build_registration_result(new)


def read_external(
    run: "EngineRun", goal: Goal, host: ProviderClient, old: Resource | None, id_: str
) -> RegistrationResult:
    """Read a resource that somebody else manages: ``Resource.get``; also in a preview."""
    run.recorder.record_start(goal.urn, "read")
    asked = build_resource(goal, id_, goal.inputs, goal.inputs)
    with run.acquire_slot():
        found = host.read(asked)
    outputs = mark_secret_keys(found.outputs, goal.secret_outputs)
    new = replace(asked, id=found.id or id_, outputs=outputs, external=True)
    if old is not None and not old.external:
        run.state.mark_for_deletion(old)
    run.state.put(new)
    run.recorder.record_step("read", old, new)
    return build_registration_result(new)
