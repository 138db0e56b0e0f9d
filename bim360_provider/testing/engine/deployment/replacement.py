"""Replaces resources: create before delete, or delete first, together with the dependents."""

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
"""Pulumi's diff of a replacement that the user requested."""


class ReplacementContext(Protocol):
    """The part of `StepGenerator` that a replacement needs."""

    old_resources: dict[str, Resource]
    seen_urns: set[str]

    def check_inputs(
        self, host: ProviderClient, goal: Goal, olds: Properties, news: Properties
    ) -> Properties:
        """Return the checked inputs."""


def is_forced(run: EngineRun, old: Resource) -> bool:
    """Return whether the user requested the replacement, which makes a diff unnecessary."""
    return old.taint or old.urn in run.forced_urns


def replace_resource(
    run: EngineRun, context: ReplacementContext, change: PendingChange
) -> RegistrationResult:
    """Replace a resource, in the order that its provider or its options require.

    The inputs are checked again as those of a new resource, without values of the old one. Those of
    a forced replacement were already checked this way.

    Raises:
        LocalEngineError: The resource, or one that must be deleted with it, is protected.
    """
    goal, old = change.goal, change.old
    if goal.protect and old.protect:
        _reject_protected(run, goal.urn)
    if not is_forced(run, old):
        inputs = context.check_inputs(change.host, goal, {}, goal.inputs)
        change = replace(change, inputs=inputs)
    if not change.decision.delete_before_replace:
        return steps.create_before_delete(run, change)
    for dependent in reversed(list(_find_replaced_dependents(run, context, old))):
        _delete_before_replacement(run, context, dependent)
    return steps.create_after_delete(
        run, replace(change, old=_delete_before_replacement(run, context, old))
    )


def _reject_protected(run: EngineRun, urn: str) -> None:
    """Raise an error; in a preview record it, so that the preview shows all changes."""
    if not run.dry_run:
        raise LocalEngineError(_format_protected_error(urn))
    run.recorder.record_message("error", _format_protected_error(urn), urn)


def _format_protected_error(urn: str) -> str:
    return (
        f"unable to replace resource {urn!r} as it is currently marked for protection: "
        "remove `protect` from it in the program and run `up` first"
    )


def _delete_before_replacement(
    run: EngineRun, context: ReplacementContext, resource: Resource
) -> Resource:
    """Delete a resource and mark it as waiting for its replacement."""
    if resource.protect:
        raise LocalEngineError(_format_protected_error(resource.urn))
    delete_resource(run, resource, set(), replaced=True)
    deleted = replace(resource, deleted=True)
    run.state.put(deleted, previous=resource)
    context.old_resources[resource.urn] = deleted
    return deleted


def _find_replaced_dependents(
    run: EngineRun, context: ReplacementContext, root: Resource
) -> Iterator[Resource]:
    """Yield the resources that must be replaced together with ``root``, dependencies first.

    As in Pulumi, the provider of each resource computes a diff in which the properties that come
    from the replaced resources are unknown.
    """
    replaced_urns = {root.urn}
    for urn in _sort_by_dependency(context.old_resources):
        resource = run.state.restore_secrets(context.old_resources[urn])
        if urn in context.seen_urns or not resource.custom or resource.external or resource.deleted:
            continue
        if resource.deleted_with in replaced_urns or _needs_replacement(
            run, resource, replaced_urns
        ):
            replaced_urns.add(urn)
            yield resource


def _needs_replacement(run: EngineRun, resource: Resource, replaced_urns: set[str]) -> bool:
    affected = {
        key
        for key, sources in resource.property_dependencies.items()
        if not replaced_urns.isdisjoint(sources) and key in resource.inputs
    }
    if not affected:
        return False
    news = {key: UNKNOWN if key in affected else value for key, value in resource.inputs.items()}
    host = run.hosts.get_host(resource.provider)
    response = host.diff(resource.urn, resource, news, ())
    goal = Goal(
        resource.urn, resource.type, True, news, replace_on_changes=resource.replace_on_changes
    )
    return bool(decide_diff(goal, resource, news, response).replaces)


def _sort_by_dependency(resources: dict[str, Resource]) -> list[str]:
    """Return the URNs in an order in which dependencies come first."""
    ordered: dict[str, None] = {}

    def visit(urn: str) -> None:
        if urn in ordered or urn not in resources:
            return
        for dependency in sorted(resources[urn].list_dependencies()):
            visit(dependency)
        ordered[urn] = None

    for urn in sorted(resources):
        visit(urn)
    return list(ordered)
