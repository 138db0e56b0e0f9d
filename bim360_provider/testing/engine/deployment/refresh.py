"""Refreshes the state from the real resources and reports the drift."""

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
    """Read all resources in parallel and update the state.

    Args:
        run: The run.
        threads: Maximum number of parallel reads.
        as_command: True for the command ``refresh``, whose steps are same, update or delete; False
            before an ``up``, whose counts do not include the refresh.
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
        read = host.read(old)
    if not read.id:
        run.state.remove(old)
        run.recorder.record_step("delete" if as_command else "refresh", old, None)
        return
    # The response may contain a secret of which the state has only the digest.
    run.secret_store.remember_secrets({"outputs": read.outputs, "inputs": read.inputs})
    old = run.state.restore_secrets(old)
    inputs = old.inputs if read.inputs is None else read.inputs
    outputs = mark_secret_keys(read.outputs, old.secret_outputs)
    new = run.state.restore_secrets(replace(old, id=read.id, inputs=inputs, outputs=outputs))
    has_drifted, paths = _compute_drift(host, old, new)
    run.state.put(new, previous=old)
    op: Op = "update" if has_drifted else "same"
    run.recorder.record_step(op if as_command else "refresh", old, new, paths)


def _compute_drift(
    host: ProviderClient, old: Resource, new: Resource
) -> tuple[bool, PropertyChanges]:
    """Return whether a resource has drifted, and the drift: the inverse of what ``up`` would do."""
    if old.external:
        return bool(compare_properties(old.outputs, new.outputs, include_internal=False)), {}
    ignored = old.ignore_changes
    response = host.diff(new.urn, new, old.inputs, ignored)
    goal = Goal(old.urn, old.type, True, old.inputs, ignore_changes=ignored)
    decision = decide_diff(goal, new, old.inputs, response)
    return decision.has_changes, invert_changes(decision.paths)
