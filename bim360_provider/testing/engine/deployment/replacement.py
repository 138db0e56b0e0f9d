"""Replacements: create then delete, or delete then create with all that hangs on it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Protocol

from bim360_provider.testing.engine.deployment import steps
from bim360_provider.testing.engine.deployment.deletion import remove
from bim360_provider.testing.engine.deployment.run import Run
from bim360_provider.testing.engine.deployment.steps import Change, Verdict, judge
from bim360_provider.testing.engine.plugin.provider_client import Provider
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.resource import Goal, Outcome, Resource
from bim360_provider.testing.engine.state.values import UNKNOWN, Properties

FORCED: Final = Verdict(changed=True, replaces=("id",))
"""What Pulumi puts in the place of a diff where a person asks for the replacement."""


class Checks(Protocol):
    """What a replacement needs of the registrar."""

    olds: dict[str, Resource]
    seen: set[str]

    def check(self, host: Provider, goal: Goal, olds: Properties, news: Properties) -> Properties:
        """Have inputs checked."""


def is_forced(run: Run, old: Resource) -> bool:
    """Return whether a person asked to replace a resource; its provider is not asked for a diff."""
    return old.taint or old.urn in run.replace


def replace_resource(run: Run, registrar: Checks, change: Change) -> Outcome:
    """Replace a resource, in the order its provider or its options ask for.

    The inputs are checked once more, as those of a new resource: values carried over from the old
    one are no longer wanted. Those of a forced replacement were checked so from the start.

    Raises:
        LocalEngineError: The resource, or one that has to go with it, is protected.
    """
    goal, old = change.goal, change.old
    if goal.protect and old.protect:
        _refuse_protected(run, goal.urn)
    if not is_forced(run, old):
        inputs = registrar.check(change.host, goal, {}, goal.inputs)
        change = replace(change, inputs=inputs)
    if not change.verdict.delete_first:
        return steps.replace_after(run, change)
    for dependent in reversed(list(_condemned_with(run, registrar, old))):
        _delete_ahead(run, registrar, dependent)
    return steps.recreate(run, replace(change, old=_delete_ahead(run, registrar, old)))


def _refuse_protected(run: Run, urn: str) -> None:
    """Fail; but let a preview go on to show what the change was."""
    if not run.dry_run:
        raise LocalEngineError(_protected(urn))
    run.recorder.say("error", _protected(urn), urn)


def _protected(urn: str) -> str:
    return (
        f"unable to replace resource {urn!r} as it is currently marked for protection: "
        "remove `protect` from it in the program and run `up` first"
    )


def _delete_ahead(run: Run, registrar: Checks, doomed: Resource) -> Resource:
    """Delete a resource now, and remember that its replacement is still to be made."""
    if doomed.protect:
        raise LocalEngineError(_protected(doomed.urn))
    remove(run, doomed, set(), replaced=True)
    gone = replace(doomed, deleted=True)
    run.state.put(gone, instead_of=doomed)
    registrar.olds[doomed.urn] = gone
    return gone


def _condemned_with(run: Run, registrar: Checks, root: Resource) -> Iterator[Resource]:
    """Yield the resources that would be replaced because ``root`` is, dependencies first.

    As Pulumi does, ask each one's provider what it would do if the properties that come from the
    replaced resources were unknown.
    """
    doomed = {root.urn}
    for urn in _in_order(registrar.olds):
        resource = run.state.opened(registrar.olds[urn])
        if urn in registrar.seen or not resource.custom or resource.external or resource.deleted:
            continue
        if resource.deleted_with in doomed or _would_be_replaced(run, resource, doomed):
            doomed.add(urn)
            yield resource


def _would_be_replaced(run: Run, resource: Resource, doomed: set[str]) -> bool:
    affected = {
        key
        for key, sources in resource.property_dependencies.items()
        if not doomed.isdisjoint(sources) and key in resource.inputs
    }
    if not affected:
        return False
    news = {key: UNKNOWN if key in affected else value for key, value in resource.inputs.items()}
    host = run.hosts.of(resource.provider)
    answer = host.diff(resource.urn, resource, news, ())
    goal = Goal(
        resource.urn, resource.type, True, news, replace_on_changes=resource.replace_on_changes
    )
    return bool(judge(goal, resource, news, answer).replaces)


def _in_order(resources: dict[str, Resource]) -> list[str]:
    """Return the URNs so that what a resource needs comes before it."""
    ordered: dict[str, None] = {}

    def visit(urn: str) -> None:
        if urn in ordered or urn not in resources:
            return
        for need in sorted(resources[urn].needs()):
            visit(need)
        ordered[urn] = None

    for urn in sorted(resources):
        visit(urn)
    return list(ordered)
