"""The steps on one resource: make it so, and remember it."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from bim360_provider.testing.engine.plugin.provider_client import Diffed, HostError, Provider
from bim360_provider.testing.engine.state import property_path
from bim360_provider.testing.engine.state.property_path import Changes, changes_between
from bim360_provider.testing.engine.state.resource import (
    Goal,
    Outcome,
    Resource,
    outcome_of,
    resource_for,
)
from bim360_provider.testing.engine.state.values import Properties, has_sealed, mark_keys

if TYPE_CHECKING:
    from bim360_provider.testing.engine.deployment.run import Run
    from bim360_provider.testing.engine.results import Op


@dataclass(frozen=True)
class Verdict:
    """What is to happen, and which properties are the reason."""

    changed: bool
    paths: Changes = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_first: bool = False


SAME = Verdict(changed=False)


def judge(goal: Goal, old: Resource, news: Properties, answer: Diffed) -> Verdict:
    """Turn a provider's answer to Diff into a verdict.

    Where the provider answers neither yes nor no, the old inputs are compared with the new ones,
    path by path; only then does ``replace_on_changes`` have an effect, exactly as with Pulumi.
    """
    if answer.changed is False:
        return SAME
    if answer.changed is None:
        return _by_comparison(goal, old, news, answer)
    visible = changes_between(old.inputs, news, internal=False)
    return Verdict(True, visible, answer.replaces, _deletes_first(goal, answer))


def _by_comparison(goal: Goal, old: Resource, news: Properties, answer: Diffed) -> Verdict:
    compared = changes_between(old.inputs, ignoring(goal.ignore_changes, old.inputs, news))
    if not compared:
        return SAME
    forced = _forced(goal.replace_on_changes, compared)
    replaces = tuple(dict.fromkeys((*answer.replaces, *forced)))
    return Verdict(True, compared, replaces, _deletes_first(goal, answer))


def _forced(patterns: tuple[str, ...], changes: Changes) -> tuple[str, ...]:
    wanted = [property_path.parse(pattern) for pattern in patterns]
    changed = [property_path.parse(path) for path in changes]
    return tuple(
        str(path[0])
        for path in changed
        if any(property_path.contains(want, path) for want in wanted)
    )


def _deletes_first(goal: Goal, answer: Diffed) -> bool:
    wanted = goal.delete_before_replace
    return answer.delete_before_replace if wanted is None else wanted


def ignoring(patterns: tuple[str, ...], old: Properties, new: Properties) -> Properties:
    """Return the new inputs with the ignored places set back to what they were."""
    for pattern in patterns:
        set_back = property_path.reset(property_path.parse(pattern), old, new)
        new = set_back if isinstance(set_back, dict) else new
    return new


@dataclass(frozen=True)
class Change:
    """One resource, what it is to become, and why."""

    goal: Goal
    host: Provider
    old: Resource
    inputs: Properties
    verdict: Verdict = SAME


def create(run: "Run", goal: Goal, host: Provider, inputs: Properties) -> Outcome:
    """Create a resource that was not there."""
    run.recorder.begin(goal.urn, "create")
    made = _made(run, goal, host, inputs)
    run.state.put(made)
    run.recorder.done("create", None, made)
    return outcome_of(made)


def same(run: "Run", change: Change) -> Outcome:
    """Leave a resource alone; its inputs and options are remembered as they now are."""
    goal, old = change.goal, change.old
    outputs = mark_keys(old.outputs, goal.secret_outputs)
    kept = resource_for(goal, old.id, change.inputs, outputs)
    if kept != old:
        run.state.put(kept, instead_of=old)
    run.recorder.done("same", old, kept)
    return outcome_of(kept)


def update(run: "Run", change: Change) -> Outcome:
    """Change a resource in place; in a preview its outputs are its inputs."""
    goal, old, inputs = change.goal, change.old, change.inputs
    run.recorder.begin(goal.urn, "update")
    outputs = inputs
    if not run.dry_run:
        _require_whole(inputs)
        with run.slot():
            outputs = change.host.update(goal.urn, old, inputs)
    new = resource_for(goal, old.id, inputs, mark_keys(outputs, goal.secret_outputs))
    run.state.put(new, instead_of=old)
    run.recorder.done("update", old, new, change.verdict.paths)
    return outcome_of(new)


def replace_after(run: "Run", change: Change) -> Outcome:
    """Create the replacement; the old one is deleted when everything else is done."""
    made = _replacement(run, change)
    run.state.condemn(change.old)
    run.state.put(made)
    _record_replacement(run, "create-replacement", change, made)
    _record_replacement(run, "replace", change, made)
    return outcome_of(made)


def recreate(run: "Run", change: Change) -> Outcome:
    """Create the replacement of a resource that was deleted ahead of it."""
    wanted = resource_for(change.goal, "", change.inputs, {})
    _record_replacement(run, "replace", change, wanted)
    made = _replacement(run, change)
    run.state.put(made, instead_of=change.old)
    _record_replacement(run, "create-replacement", change, made)
    return outcome_of(made)


def _replacement(run: "Run", change: Change) -> Resource:
    run.recorder.begin(change.goal.urn, "create-replacement")
    return _made(run, change.goal, change.host, change.inputs)


def _record_replacement(run: "Run", op: "Op", change: Change, new: Resource) -> None:
    run.recorder.done(op, change.old, new, change.verdict.paths, change.verdict.replaces)


def _made(run: "Run", goal: Goal, host: Provider, inputs: Properties) -> Resource:
    """Create the object; in a preview its outputs are the inputs, and its id is not known."""
    if run.dry_run:
        return resource_for(goal, "", inputs, mark_keys(inputs, goal.secret_outputs))
    _require_whole(inputs)
    with run.slot():
        id_, outputs = host.create(goal.urn, inputs)
    return resource_for(goal, id_, inputs, mark_keys(outputs, goal.secret_outputs))


def _require_whole(inputs: Properties) -> None:
    lost = sorted(key for key, value in inputs.items() if has_sealed(value))
    if lost:
        msg = (
            f"{', '.join(lost)} comes from a secret output of an earlier run, which the local "
            "engine does not keep: run this stack with the Pulumi CLI"
        )
        raise HostError(msg)


def component(run: "Run", goal: Goal, old: Resource | None) -> Outcome:
    """Record a component, or the stack itself: there is no provider to ask."""
    outputs = {} if old is None else old.outputs
    return _recorded(run, old, resource_for(goal, "", goal.inputs, outputs))


def provider(run: "Run", goal: Goal, old: Resource | None) -> Outcome:
    """Record an explicit provider; its inputs are what its host will be configured with."""
    new_id = "" if run.dry_run else str(uuid4())
    new = resource_for(goal, new_id if old is None else old.id, goal.inputs, goal.inputs)
    run.hosts.declare(goal.urn, goal.inputs)
    return _recorded(run, old, new)


def _recorded(run: "Run", old: Resource | None, new: Resource) -> Outcome:
    op: Op = "create"
    if old is not None:
        op = "same" if old.inputs == new.inputs else "update"
    run.state.put(new, instead_of=old)
    run.recorder.done(op, old, new)
    return outcome_of(new)


def external(run: "Run", goal: Goal, host: Provider, old: Resource | None, id_: str) -> Outcome:
    """Read a resource that somebody else manages: ``Resource.get``; also in a preview."""
    run.recorder.begin(goal.urn, "read")
    asked = resource_for(goal, id_, goal.inputs, goal.inputs)
    with run.slot():
        found = host.read(asked)
    outputs = mark_keys(found.outputs, goal.secret_outputs)
    new = replace(asked, id=found.id or id_, outputs=outputs, external=True)
    if old is not None and not old.external:
        run.state.condemn(old)
    run.state.put(new)
    run.recorder.done("read", old, new)
    return outcome_of(new)
