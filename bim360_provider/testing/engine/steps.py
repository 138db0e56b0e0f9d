"""The steps on one resource: make it so, and remember it."""

from dataclasses import replace
from uuid import uuid4

from bim360_provider.testing.engine.host import Host, HostError
from bim360_provider.testing.engine.outcome import Outcome, outcome_of
from bim360_provider.testing.engine.resources import Goal, Resource, resource_for
from bim360_provider.testing.engine.run import Run
from bim360_provider.testing.engine.values import Properties, has_sealed, mark_keys
from bim360_provider.testing.engine.verdicts import SAME, Verdict


def create(run: Run, goal: Goal, host: Host, inputs: Properties) -> Outcome:
    """Create a resource that was not there."""
    run.recorder.begin(goal.urn, "create")
    made = _made(run, goal, host, inputs)
    run.state.put(made)
    run.recorder.done("create", None, made)
    return outcome_of(made)


def same(run: Run, goal: Goal, old: Resource, inputs: Properties) -> Outcome:
    """Leave a resource alone; its inputs and options are remembered as they now are."""
    kept = resource_for(goal, old.id, inputs, mark_keys(old.outputs, goal.secret_outputs))
    if kept != old:
        run.state.put(kept, instead_of=old)
    run.recorder.done("same", old, kept)
    return outcome_of(kept)


def update(
    run: Run, goal: Goal, host: Host, old: Resource, inputs: Properties, verdict: Verdict
) -> Outcome:
    """Change a resource in place."""
    run.recorder.begin(goal.urn, "update")
    outputs = inputs
    if not run.dry_run:
        _require_whole(inputs)
        with run.slot():
            outputs = host.update(goal.urn, old.id, old.outputs, old.inputs, inputs)
    new = resource_for(goal, old.id, inputs, mark_keys(outputs, goal.secret_outputs))
    run.state.put(new, instead_of=old)
    run.recorder.done("update", old, new, verdict.paths)
    return outcome_of(new)


def replace_after(
    run: Run, goal: Goal, host: Host, old: Resource, inputs: Properties, verdict: Verdict
) -> Outcome:
    """Create the replacement; the old one is deleted when everything else is done."""
    run.recorder.begin(goal.urn, "create-replacement")
    made = _made(run, goal, host, inputs)
    run.state.condemn(old)
    run.state.put(made)
    run.recorder.done("create-replacement", old, made, verdict.paths, verdict.replaces)
    run.recorder.done("replace", old, made, verdict.paths, verdict.replaces)
    return outcome_of(made)


def recreate(
    run: Run, goal: Goal, host: Host, old: Resource, inputs: Properties, verdict: Verdict = SAME
) -> Outcome:
    """Create the replacement of a resource that was deleted ahead of it."""
    run.recorder.done(
        "replace", old, resource_for(goal, "", inputs, {}), verdict.paths, verdict.replaces
    )
    run.recorder.begin(goal.urn, "create-replacement")
    made = _made(run, goal, host, inputs)
    run.state.put(made, instead_of=old)
    run.recorder.done("create-replacement", old, made, verdict.paths, verdict.replaces)
    return outcome_of(made)


def _made(run: Run, goal: Goal, host: Host, inputs: Properties) -> Resource:
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


def component(run: Run, goal: Goal, old: Resource | None) -> Outcome:
    """Record a component, or the stack itself: there is no provider to ask."""
    outputs = {} if old is None else old.outputs
    new = resource_for(goal, "", goal.inputs, outputs)
    return _recorded(run, old, new)


def provider(run: Run, goal: Goal, old: Resource | None) -> Outcome:
    """Record an explicit provider; its inputs are what its host will be configured with."""
    known_id = "" if run.dry_run else str(uuid4())
    new = resource_for(goal, known_id if old is None else old.id, goal.inputs, goal.inputs)
    run.hosts.declare(goal.urn, goal.inputs)
    return _recorded(run, old, new)


def _recorded(run: Run, old: Resource | None, new: Resource) -> Outcome:
    if old is None:
        op = "create"
    else:
        op = "same" if old.inputs == new.inputs else "update"
    run.state.put(new, instead_of=old)
    if op == "create":
        run.recorder.done("create", None, new)
    elif op == "same":
        run.recorder.done("same", old, new)
    else:
        run.recorder.done("update", old, new)
    return outcome_of(new)


def external(run: Run, goal: Goal, host: Host, old: Resource | None, id_: str) -> Outcome:
    """Read a resource that somebody else manages: ``Resource.get``; also in a preview."""
    run.recorder.begin(goal.urn, "read")
    with run.slot():
        found = host.read(goal.urn, id_, goal.inputs, goal.inputs)
    outputs = mark_keys(found.outputs, goal.secret_outputs)
    new = replace(resource_for(goal, found.id or id_, goal.inputs, outputs), external=True)
    if old is not None and not old.external:
        run.state.condemn(old)
    run.state.put(new)
    run.recorder.done("read", old, new)
    return outcome_of(new)
