"""Refresh: see what the world looks like now, and what of it the program did not say."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from bim360_provider.testing.engine.deployment.run import EngineRun, InterruptError
from bim360_provider.testing.engine.deployment.steps import decide_diff
from bim360_provider.testing.engine.plugin.provider_client import HostError, ProviderClient
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.property_path import (
    PropertyChanges,
    compare_properties,
    invert_changes,
)
from bim360_provider.testing.engine.state.resource import Goal, Resource, is_provider_type
from bim360_provider.testing.engine.state.values import mark_secret_keys

if TYPE_CHECKING:
    from bim360_provider.testing.engine.results import Op


def refresh_resources(run: EngineRun, threads: int, *, as_command: bool) -> None:
    """Read every resource again, several at once.

    Args:
        run: The run.
        threads: How many at once.
        as_command: True for ``refresh``, whose steps are named by what was found (same, update,
            delete); False where it comes before an ``up``, whose counts it does not enter.
    """
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(
            pool.map(
                lambda item: _refresh_resource(run, item, as_command), run.state.list_resources()
            )
        )


def _refresh_resource(run: EngineRun, resource: Resource, as_command: bool) -> None:
    if not resource.custom or is_provider_type(resource.type) or resource.deleted:
        run.recorder.record_step("same" if as_command else "refresh", resource, resource)
        return
    try:
        _read_resource(run, run.state.restore_secrets(resource), as_command)
    except InterruptError:
        return
    except (HostError, LocalEngineError) as error:
        run.recorder.record_failure(resource.urn, str(error))


def _read_resource(run: EngineRun, old: Resource, as_command: bool) -> None:
    run.recorder.record_start(old.urn, "refresh")
    host = run.hosts.get_host(old.provider)
    with run.acquire_slot():
        found = host.read(old)
    if not found.id:
        run.state.remove(old)
        run.recorder.record_step("delete" if as_command else "refresh", old, None)
        return
    # What was read may be the very secret of which the state has only the digest.
    run.secret_store.remember_secrets({"outputs": found.outputs, "inputs": found.inputs})
    old = run.state.restore_secrets(old)
    inputs = old.inputs if found.inputs is None else found.inputs
    outputs = mark_secret_keys(found.outputs, old.secret_outputs)
    new = run.state.restore_secrets(replace(old, id=found.id, inputs=inputs, outputs=outputs))
    changed, paths = _compute_drift(host, old, new)
    run.state.put(new, previous=old)
    op: Op = "update" if changed else "same"
    run.recorder.record_step(op if as_command else "refresh", old, new, paths)


def _compute_drift(
    host: ProviderClient, old: Resource, new: Resource
) -> tuple[bool, PropertyChanges]:
    """Ask what an ``up`` would now change, and turn it round: that is what drifted."""
    if old.external:
        return bool(compare_properties(old.outputs, new.outputs, include_internal=False)), {}
    ignored = old.ignore_changes
    answer = host.diff(new.urn, new, old.inputs, ignored)
    goal = Goal(old.urn, old.type, True, old.inputs, ignore_changes=ignored)
    verdict = decide_diff(goal, new, old.inputs, answer)
    return verdict.has_changes, invert_changes(verdict.paths)
