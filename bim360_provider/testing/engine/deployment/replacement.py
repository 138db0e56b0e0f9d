"""Replacements: create then delete, or delete then create with all that hangs on it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Protocol

from bim360_provider.testing.engine.deployment import steps
from bim360_provider.testing.engine.deployment.deletion import delete_resource
from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.deployment.steps import DiffDecision, PendingChange, decide_diff
from bim360_provider.testing.engine.plugin.provider_client import ProviderClient
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.resource import Goal, RegistrationResult, Resource
from bim360_provider.testing.engine.state.values import UNKNOWN, Properties

FORCED_REPLACEMENT: Final = DiffDecision(has_changes=True, replaces=("id",))
"""What Pulumi puts in the place of a diff where a person asks for the replacement."""


class ReplacementContext(Protocol):
    """What a replacement needs of the registrar."""

    old_resources: dict[str, Resource]
    seen_urns: set[str]

    def check_inputs(
        self, host: ProviderClient, goal: Goal, olds: Properties, news: Properties
    ) -> Properties:
        """Have inputs checked."""


def is_forced(run: EngineRun, old: Resource) -> bool:
    """Return whether a person asked to replace a resource; its provider is not asked for a diff."""
    return old.taint or old.urn in run.forced_urns


def replace_resource(
    run: EngineRun, registrar: ReplacementContext, change: PendingChange
) -> RegistrationResult:
    """Replace a resource, in the order its provider or its options ask for.

    The inputs are checked once more, as those of a new resource: values carried over from the old
    one are no longer wanted. Those of a forced replacement were checked so from the start.

    Raises:
        LocalEngineError: The resource, or one that has to go with it, is protected.
    """
    goal, old = change.goal, change.old
    if goal.protect and old.protect:
        _reject_protected(run, goal.urn)
    if not is_forced(run, old):
        inputs = registrar.check_inputs(change.host, goal, {}, goal.inputs)
        change = replace(change, inputs=inputs)
    if not change.decision.delete_before_replace:
        return steps.create_before_delete(run, change)
    for dependent in reversed(list(_find_replaced_dependents(run, registrar, old))):
        _delete_before_replacement(run, registrar, dependent)
    return steps.create_after_delete(
        run, replace(change, old=_delete_before_replacement(run, registrar, old))
    )


def _reject_protected(run: EngineRun, urn: str) -> None:
    """Fail; but let a preview go on to show what the change was."""
    if not run.dry_run:
        raise LocalEngineError(_format_protected_error(urn))
    run.recorder.record_message("error", _format_protected_error(urn), urn)


def _format_protected_error(urn: str) -> str:
    return (
        f"unable to replace resource {urn!r} as it is currently marked for protection: "
        "remove `protect` from it in the program and run `up` first"
    )


def _delete_before_replacement(
    run: EngineRun, registrar: ReplacementContext, doomed: Resource
) -> Resource:
    """Delete a resource now, and remember that its replacement is still to be made."""
    if doomed.protect:
        raise LocalEngineError(_format_protected_error(doomed.urn))
    delete_resource(run, doomed, set(), replaced=True)
    gone = replace(doomed, deleted=True)
    run.state.put(gone, previous=doomed)
    registrar.old_resources[doomed.urn] = gone
    return gone


def _find_replaced_dependents(
    run: EngineRun, registrar: ReplacementContext, root: Resource
) -> Iterator[Resource]:
    """Yield the resources that would be replaced because ``root`` is, dependencies first.

    As Pulumi does, ask each one's provider what it would do if the properties that come from the
    replaced resources were unknown.
    """
    doomed = {root.urn}
    for urn in _sort_by_dependency(registrar.old_resources):
        resource = run.state.restore_secrets(registrar.old_resources[urn])
        if (
            urn in registrar.seen_urns
            or not resource.custom
            or resource.external
            or resource.deleted
        ):
            continue
        if resource.deleted_with in doomed or _needs_replacement(run, resource, doomed):
            doomed.add(urn)
            yield resource


def _needs_replacement(run: EngineRun, resource: Resource, doomed: set[str]) -> bool:
    affected = {
        key
        for key, sources in resource.property_dependencies.items()
        if not doomed.isdisjoint(sources) and key in resource.inputs
    }
    if not affected:
        return False
    news = {key: UNKNOWN if key in affected else value for key, value in resource.inputs.items()}
    host = run.hosts.get_host(resource.provider)
    answer = host.diff(resource.urn, resource, news, ())
    goal = Goal(
        resource.urn, resource.type, True, news, replace_on_changes=resource.replace_on_changes
    )
    return bool(decide_diff(goal, resource, news, answer).replaces)


def _sort_by_dependency(resources: dict[str, Resource]) -> list[str]:
    """Return the URNs so that what a resource needs comes before it."""
    ordered: dict[str, None] = {}

    def visit(urn: str) -> None:
        if urn in ordered or urn not in resources:
            return
        for need in sorted(resources[urn].list_dependencies()):
            visit(need)
        ordered[urn] = None

    for urn in sorted(resources):
        visit(urn)
    return list(ordered)
