"""Deletes resources, dependents before their dependencies."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from bim360_provider.testing.engine.deployment.run import EngineRun, InterruptError
from bim360_provider.testing.engine.plugin.provider_client import HostError
from bim360_provider.testing.engine.results import LocalEngineError, Op
from bim360_provider.testing.engine.state.resource import Resource, is_provider_type


def delete_resource(
    run: EngineRun, resource: Resource, deleted_urns: set[str], *, replaced: bool = False
) -> None:
    """Delete one resource through its provider, unless it is external, and record the step.

    Args:
        run: The run.
        resource: The resource.
        deleted_urns: URNs deleted in this run; a resource ``deleted_with`` one of them needs no
            provider call.
        replaced: Whether the resource is deleted as part of a replacement.

    Raises:
        HostError: The provider failed; the resource stays in the state.
        InterruptError: The user interrupted the run.
    """
    op = _choose_op(resource, replaced)
    run.recorder.record_start(resource.urn, op)
    if not run.dry_run and _is_managed(resource) and resource.deleted_with not in deleted_urns:
        host = run.hosts.get_host(resource.provider)
        with run.acquire_slot():
            host.delete(resource)
    run.recorder.record_step(op, resource, None)


def delete_resources(run: EngineRun, resources: Iterable[Resource], threads: int) -> None:
    """Delete resources in parallel, dependents first; failures are recorded.

    The dependencies of a resource that could not be deleted are kept too.
    """
    waiting = list(resources)
    deleted_urns = {item.urn for item in waiting if not item.pending_delete}
    blocked_urns: set[str] = set()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        while waiting and not run.stop_event.is_set():
            needed = {urn for item in waiting for urn in item.list_dependencies()}
            ready = [item for item in waiting if item.urn not in needed]
            waiting = [item for item in waiting if item.urn in needed]
            if not ready:
                ready, waiting = waiting, []
            deletable = [item for item in ready if item.urn not in blocked_urns]
            results = pool.map(lambda item: _try_delete(run, item, deleted_urns), deletable)
            failed = [item for item, ok in zip(deletable, results, strict=True) if not ok]
            blocked = [item for item in ready if item.urn in blocked_urns]
            blocked_urns.update(
                urn for item in (*failed, *blocked) for urn in item.list_dependencies()
            )


def _choose_op(resource: Resource, replaced: bool) -> Op:
    """Return the operation; an external resource is discarded, not deleted."""
    if resource.external:
        return "discard-replaced" if replaced else "discard"
    return "delete-replaced" if replaced else "delete"


def _is_managed(resource: Resource) -> bool:
    is_kept = resource.external or resource.retain_on_delete
    return resource.custom and not is_provider_type(resource.type) and not is_kept


def _try_delete(run: EngineRun, resource: Resource, deleted_urns: set[str]) -> bool:
    try:
        _require_unprotected(resource)
        if not resource.deleted:
            delete_resource(run, resource, deleted_urns, replaced=resource.pending_delete)
        run.state.remove(resource)
    except InterruptError:
        return False
    except (HostError, LocalEngineError) as error:
        run.recorder.record_failure(resource.urn, str(error))
        return False
    return True


def _require_unprotected(resource: Resource) -> None:
    if resource.protect and not resource.pending_delete:
        msg = (
            f"resource {resource.urn!r} cannot be deleted because it is protected: "
            "remove `protect` from it in the program and run `up` first"
        )
        raise LocalEngineError(msg)
