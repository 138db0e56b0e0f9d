"""Deletions: nothing goes before what depends on it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from bim360_provider.testing.engine.deployment.run import EngineRun, InterruptError
from bim360_provider.testing.engine.plugin.provider_client import HostError
from bim360_provider.testing.engine.results import LocalEngineError, Op
from bim360_provider.testing.engine.state.resource import Resource, is_provider_type


def delete_resource(
    run: EngineRun, doomed: Resource, going: set[str], *, replaced: bool = False
) -> None:
    """Delete one resource through its provider, if it is ours to delete, and record the step.

    Args:
        run: The run.
        doomed: The resource.
        replaced: Whether it is deleted because another one takes its place.
        going: URNs deleted in this run; what is ``deleted_with`` one of them needs no call.

    Raises:
        HostError: The provider failed; the resource stays in the state.
        InterruptError: The user asked to stop.
    """
    op = _choose_op(doomed, replaced)
    run.recorder.record_start(doomed.urn, op)
    if not run.dry_run and _is_managed(doomed) and doomed.deleted_with not in going:
        host = run.hosts.get_host(doomed.provider)
        with run.acquire_slot():
            host.delete(doomed)
    run.recorder.record_step(op, doomed, None)


def _choose_op(doomed: Resource, replaced: bool) -> Op:
    """Name the step; letting go of what somebody else manages is not deleting it."""
    if doomed.external:
        return "discard-replaced" if replaced else "discard"
    return "delete-replaced" if replaced else "delete"


def _is_managed(resource: Resource) -> bool:
    kept = resource.external or resource.retain_on_delete
    return resource.custom and not is_provider_type(resource.type) and not kept


def delete_resources(run: EngineRun, doomed: Iterable[Resource], threads: int) -> None:
    """Delete resources, several at once, dependents first; failures are recorded.

    What a resource that could not be deleted depends on stays as well.
    """
    waiting = list(doomed)
    going = {item.urn for item in waiting if not item.condemned}
    stuck: set[str] = set()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        while waiting and not run.stop_event.is_set():
            needed = {urn for item in waiting for urn in item.list_dependencies()}
            ready = [item for item in waiting if item.urn not in needed]
            waiting = [item for item in waiting if item.urn in needed]
            if not ready:
                ready, waiting = waiting, []
            free = [item for item in ready if item.urn not in stuck]
            results = pool.map(lambda item: _try_delete(run, item, going), free)
            failed = [item for item, ok in zip(free, results, strict=True) if not ok]
            blocked = [item for item in ready if item.urn in stuck]
            stuck.update(urn for item in (*failed, *blocked) for urn in item.list_dependencies())


def _try_delete(run: EngineRun, doomed: Resource, going: set[str]) -> bool:
    try:
        _require_unprotected(doomed)
        if not doomed.deleted:
            delete_resource(run, doomed, going, replaced=doomed.condemned)
        run.state.remove(doomed)
    except InterruptError:
        return False
    except (HostError, LocalEngineError) as error:
        run.recorder.record_failure(doomed.urn, str(error))
        return False
    return True


def _require_unprotected(doomed: Resource) -> None:
    if doomed.protect and not doomed.condemned:
        msg = (
            f"resource {doomed.urn!r} cannot be deleted because it is protected: "
            "remove `protect` from it in the program and run `up` first"
        )
        raise LocalEngineError(msg)
