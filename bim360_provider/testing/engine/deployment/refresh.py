"""Refresh: see what the world looks like now, and what of it the program did not say."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from bim360_provider.testing.engine.deployment.run import InterruptError, Run
from bim360_provider.testing.engine.deployment.steps import judge
from bim360_provider.testing.engine.plugin.provider_client import HostError, Provider
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.property_path import Changes, changes_between, inverted
from bim360_provider.testing.engine.state.resource import Goal, Resource, is_provider
from bim360_provider.testing.engine.state.values import mark_keys

if TYPE_CHECKING:
    from bim360_provider.testing.engine.results import Op


def refresh_all(run: Run, threads: int, *, as_command: bool) -> None:
    """Read every resource again, several at once.

    Args:
        run: The run.
        threads: How many at once.
        as_command: True for ``refresh``, whose steps are named by what was found (same, update,
            delete); False where it comes before an ``up``, whose counts it does not enter.
    """
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(lambda item: _refresh(run, item, as_command), run.state.all()))


def _refresh(run: Run, resource: Resource, as_command: bool) -> None:
    if not resource.custom or is_provider(resource.type) or resource.deleted:
        run.recorder.done("same" if as_command else "refresh", resource, resource)
        return
    try:
        _look(run, run.state.opened(resource), as_command)
    except InterruptError:
        return
    except (HostError, LocalEngineError) as error:
        run.recorder.fail(resource.urn, str(error))


def _look(run: Run, old: Resource, as_command: bool) -> None:
    run.recorder.begin(old.urn, "refresh")
    host = run.hosts.of(old.provider)
    with run.slot():
        found = host.read(old)
    if not found.id:
        run.state.drop(old)
        run.recorder.done("delete" if as_command else "refresh", old, None)
        return
    # What was read may be the very secret of which the state has only the digest.
    run.keyring.learn({"outputs": found.outputs, "inputs": found.inputs})
    old = run.state.opened(old)
    inputs = old.inputs if found.inputs is None else found.inputs
    outputs = mark_keys(found.outputs, old.secret_outputs)
    new = run.state.opened(replace(old, id=found.id, inputs=inputs, outputs=outputs))
    changed, paths = _drift(host, old, new)
    run.state.put(new, instead_of=old)
    op: Op = "update" if changed else "same"
    run.recorder.done(op if as_command else "refresh", old, new, paths)


def _drift(host: Provider, old: Resource, new: Resource) -> tuple[bool, Changes]:
    """Ask what an ``up`` would now change, and turn it round: that is what drifted."""
    if old.external:
        return bool(changes_between(old.outputs, new.outputs, internal=False)), {}
    ignored = old.ignore_changes
    answer = host.diff(new.urn, new, old.inputs, ignored)
    goal = Goal(old.urn, old.type, True, old.inputs, ignore_changes=ignored)
    verdict = judge(goal, new, old.inputs, answer)
    return verdict.changed, inverted(verdict.paths)
