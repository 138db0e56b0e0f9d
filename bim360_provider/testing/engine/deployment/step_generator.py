"""Same, update or replace: what is to happen to a resource that exists."""

import threading
from collections.abc import Callable
from dataclasses import replace

from bim360_provider.testing.engine.deployment import steps
from bim360_provider.testing.engine.deployment.replacement import (
    FORCED,
    is_forced,
    replace_resource,
)
from bim360_provider.testing.engine.deployment.run import InterruptError, Run
from bim360_provider.testing.engine.deployment.steps import Change, Verdict, ignoring, judge
from bim360_provider.testing.engine.plugin.provider_client import HostError, Provider, problems_of
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.property_path import PathError
from bim360_provider.testing.engine.state.resource import Goal, Outcome, Resource, resource_for
from bim360_provider.testing.engine.state.values import Properties, has_unknown


class Registrar:
    """Meets the goals of one program run. Every method may be called from many threads."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.olds = run.state.live()
        self.seen: set[str] = set()
        self.failed, self.invalid = set[str](), set[str]()
        self.replaced: set[str] = set()
        self._lock = threading.Lock()

    def register(self, goal: Goal) -> Outcome:
        """Meet a goal; a failure is recorded and answered, never raised."""
        return self._guarded(goal, lambda: self._register(goal))

    def read(self, goal: Goal, id_: str) -> Outcome:
        """Read a resource the program only refers to."""
        return self._guarded(goal, lambda: self._read(goal, id_))

    def finish(self, urn: str, outputs: Properties) -> None:
        """Record the outputs of a component, or of the stack.

        What hangs on a resource that failed is unknown even in an up; it is left out.
        """
        known = {k: v for k, v in outputs.items() if self._run.dry_run or not has_unknown(v)}
        found = self._run.state.live().get(urn)
        if found is not None and found.outputs != known:
            self._run.state.put(replace(found, outputs=known), instead_of=found)

    def is_gone(self, resource: Resource) -> bool:
        """Tell whether a resource in the state is no longer in the program, or was replaced."""
        with self._lock:
            return resource.condemned or resource.urn not in self.seen

    def refuse(self, urn: str, reason: str) -> None:
        """Record a registration that could not even be read."""
        self._run.recorder.fail(urn, reason)
        with self._lock:
            self.seen.add(urn)
            self.failed.add(urn)

    def _guarded(self, goal: Goal, work: Callable[[], Outcome]) -> Outcome:
        try:
            self._admit(goal)
            return work()
        except InterruptError:
            pass
        except (HostError, LocalEngineError, PathError) as error:
            self._run.recorder.fail(goal.urn, str(error))
        with self._lock:
            self.failed.add(goal.urn)
        return Outcome(goal.urn, ok=False)

    def _admit(self, goal: Goal) -> None:
        """Let a goal in, unless its name is taken or the user stopped."""
        with self._lock:
            if goal.urn in self.seen:
                msg = f"Duplicate resource URN '{goal.urn}'; try giving it a unique name"
                raise LocalEngineError(msg)
            self.seen.add(goal.urn)
        if self._run.stopping.is_set():
            raise InterruptError
        self._run.keyring.learn(goal.inputs)

    def _require_needs(self, goal: Goal, *, checked: bool = True) -> None:
        """Skip a resource if one that it needs has failed: since CLI 3.274, before its check.

        Only below a resource with invalid inputs it is checked: one run reports all problems.
        """
        with self._lock:
            failed = self.failed if checked else self.failed - self.invalid
            if not failed.isdisjoint(resource_for(goal, "", {}, {}).needs()):
                raise InterruptError

    def _old(self, goal: Goal) -> Resource | None:
        for urn in (goal.urn, *goal.aliases):
            old = self.olds.get(urn)
            if old is not None:
                with self._lock:
                    self.seen.add(urn)
                return self._run.state.opened(old)
        return None

    def _register(self, goal: Goal) -> Outcome:
        old = self._old(goal)
        if not goal.custom:
            self._require_needs(goal)
            return steps.component(self._run, goal, old)
        _require_dynamic(goal)
        self._require_needs(goal, checked=False)
        if resource.is_provider(goal.type):
            return steps.provider(self._run, goal, old)
        return self._dynamic(goal, old)

    def _read(self, goal: Goal, id_: str) -> Outcome:
        _require_dynamic(goal)
        if id_ == "" or not self._run.hosts.is_open(goal.provider):
            return Outcome(goal.urn)
        host = self._run.hosts.of(goal.provider)
        return steps.external(self._run, goal, host, self._old(goal), id_)

    def _dynamic(self, goal: Goal, old: Resource | None) -> Outcome:
        run = self._run
        if not run.hosts.is_open(goal.provider):
            return self._blind(goal, old)
        host = run.hosts.of(goal.provider)
        if old is None:
            inputs = self.check(host, goal, {}, goal.inputs)
            self._require_needs(goal)
            return steps.create(run, goal, host, inputs)
        if old.deleted or old.external:
            return self._made_anew(goal, host, old)
        if is_forced(run, old):
            inputs, verdict = self.check(host, goal, {}, goal.inputs), FORCED
            verdict = replace(verdict, delete_first=bool(goal.delete_before_replace))
        else:
            wanted = ignoring(goal.ignore_changes, old.inputs, goal.inputs)
            inputs = self.check(host, goal, old.inputs, wanted)
            verdict = self._verdict(goal, host, old, inputs)
        self._require_needs(goal)
        return self._decided(Change(goal, host, old, inputs, verdict))

    def _decided(self, change: Change) -> Outcome:
        if not change.verdict.changed:
            return steps.same(self._run, change)
        if not change.verdict.replaces:
            return steps.update(self._run, change)
        with self._lock:
            self.replaced.add(change.goal.urn)
        return replace_resource(self._run, self, change)

    def _verdict(self, goal: Goal, host: Provider, old: Resource, inputs: Properties) -> Verdict:
        with self._lock:
            follows = not self.replaced.isdisjoint(goal.replace_with)
            goes_with = goal.deleted_with in self.replaced
        if follows or goes_with:
            why, first = "replaceWith" if follows else "deletedWith", goal.delete_before_replace
            return Verdict(changed=True, replaces=(why,), delete_first=bool(first))
        answer = host.diff(goal.urn, old, inputs, goal.ignore_changes)
        return judge(goal, old, inputs, answer)

    def _made_anew(self, goal: Goal, host: Provider, old: Resource) -> Outcome:
        """Replace what was deleted ahead of this, or what was not ours to begin with."""
        change = Change(goal, host, old, self.check(host, goal, {}, goal.inputs))
        self._require_needs(goal)
        with self._lock:
            self.replaced.add(goal.urn)
        step = steps.recreate if old.deleted else steps.replace_after
        return step(self._run, change)

    def _blind(self, goal: Goal, old: Resource | None) -> Outcome:
        """Preview a resource whose provider cannot be configured yet: nobody can be asked."""
        new = resource_for(goal, "" if old is None else old.id, goal.inputs, goal.inputs)
        self._run.recorder.done("create" if old is None else "update", old, new)
        return Outcome(goal.urn, id=new.id, outputs=new.outputs)

    def check(self, host: Provider, goal: Goal, olds: Properties, news: Properties) -> Properties:
        """Check inputs; ``LocalEngineError`` if they are not valid, each problem recorded."""
        checked = host.check(goal.urn, olds, news)
        if not checked.failures:
            return checked.inputs
        self.invalid.add(goal.urn)
        problems = list(problems_of(goal, checked))
        for problem in problems[:-1]:
            self._run.recorder.say("error", problem, goal.urn)
        raise LocalEngineError(problems[-1])


def _require_dynamic(goal: Goal) -> None:
    package = resource.package_of(goal.type)
    if goal.type == resource.DYNAMIC_PROVIDER_TYPE or package == resource.DYNAMIC_PACKAGE:
        return
    msg = f"{goal.type} needs Pulumi: the local engine runs Python dynamic providers only"
    raise LocalEngineError(msg)
