"""Decides the step of each registered resource: same, create, update or replace."""

import threading
from collections.abc import Callable
from dataclasses import replace

from bim360_provider.testing.engine.deployment import steps
from bim360_provider.testing.engine.deployment.replacement import (
    FORCED_REPLACEMENT,
    is_forced,
    replace_resource,
)
from bim360_provider.testing.engine.deployment.run import EngineRun, InterruptError
from bim360_provider.testing.engine.deployment.steps import (
    DiffDecision,
    PendingChange,
    decide_diff,
    restore_ignored,
)
from bim360_provider.testing.engine.plugin.provider_client import (
    HostError,
    ProviderClient,
    describe_failures,
)
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.property_path import PathError
from bim360_provider.testing.engine.state.resource import (
    Goal,
    RegistrationResult,
    Resource,
    build_resource,
)
from bim360_provider.testing.engine.state.values import Properties, has_unknown


class StepGenerator:
    """Turns the goals of one run of a program into steps. All methods are thread-safe."""

    def __init__(self, run: EngineRun) -> None:
        self._run = run
        self.old_resources = run.state.get_live_resources()
        self.seen_urns: set[str] = set()
        self.failed_urns, self.invalid_urns = set[str](), set[str]()
        self.replaced_urns: set[str] = set()
        self._lock = threading.Lock()

    def register_resource(self, goal: Goal) -> RegistrationResult:
        """Run the step for a goal; a failure is recorded and returned, not raised."""
        return self._record_errors(goal, lambda: self._register_goal(goal))

    def read_resource(self, goal: Goal, id_: str) -> RegistrationResult:
        """Read an external resource, which the program does not manage."""
        return self._record_errors(goal, lambda: self._read_goal(goal, id_))

    def set_outputs(self, urn: str, outputs: Properties) -> None:
        """Record the outputs of a component or of the stack.

        Outputs of failed resources are unknown even in an up; they are omitted.
        """
        known = {k: v for k, v in outputs.items() if self._run.dry_run or not has_unknown(v)}
        old = self._run.state.get_live_resources().get(urn)
        if old is not None and old.outputs != known:
            self._run.state.put(replace(old, outputs=known), previous=old)

    def is_obsolete(self, resource: Resource) -> bool:
        """Return whether a resource in the state is no longer in the program or was replaced."""
        with self._lock:
            return resource.pending_delete or resource.urn not in self.seen_urns

    def record_rejection(self, urn: str, reason: str) -> None:
        """Record a registration that could not be parsed."""
        self._run.recorder.record_failure(urn, reason)
        with self._lock:
            self.seen_urns.add(urn)
            self.failed_urns.add(urn)

    def _record_errors(
        self, goal: Goal, work: Callable[[], RegistrationResult]
    ) -> RegistrationResult:
        try:
            self._claim_urn(goal)
            return work()
        except InterruptError:
            pass
        except (HostError, LocalEngineError, PathError) as error:
            self._run.recorder.record_failure(goal.urn, str(error))
        with self._lock:
            self.failed_urns.add(goal.urn)
        return RegistrationResult(goal.urn, ok=False)

    def _claim_urn(self, goal: Goal) -> None:
        """Reserve the URN of a goal, unless it is in use or the run was interrupted."""
        with self._lock:
            if goal.urn in self.seen_urns:
                msg = f"Duplicate resource URN '{goal.urn}'; try giving it a unique name"
                raise LocalEngineError(msg)
            self.seen_urns.add(goal.urn)
        if self._run.stop_event.is_set():
            raise InterruptError
        self._run.secret_store.remember_secrets(goal.inputs)

    def _require_dependencies(self, goal: Goal, *, is_checked: bool = True) -> None:
        """Skip a resource if one of its dependencies has failed; as CLI 3.274, before its check.

        Dependents of a resource with invalid inputs are checked, so that one run reports all
        problems.
        """
        with self._lock:
            failed = self.failed_urns if is_checked else self.failed_urns - self.invalid_urns
            if not failed.isdisjoint(build_resource(goal, "", {}, {}).list_dependencies()):
                raise InterruptError

    def _find_old(self, goal: Goal) -> Resource | None:
        for urn in (goal.urn, *goal.aliases):
            old = self.old_resources.get(urn)
            if old is not None:
                with self._lock:
                    self.seen_urns.add(urn)
                return self._run.state.restore_secrets(old)
        return None

    def _register_goal(self, goal: Goal) -> RegistrationResult:
        old = self._find_old(goal)
        if not goal.custom:
            self._require_dependencies(goal)
            return steps.register_component(self._run, goal, old)
        _require_dynamic(goal)
        self._require_dependencies(goal, is_checked=False)
        if resource.is_provider_type(goal.type):
            return steps.register_provider(self._run, goal, old)
        return self._register_dynamic(goal, old)

    def _read_goal(self, goal: Goal, id_: str) -> RegistrationResult:
        _require_dynamic(goal)
        if id_ == "" or not self._run.hosts.is_configurable(goal.provider):
            return RegistrationResult(goal.urn)
        host = self._run.hosts.get_host(goal.provider)
        return steps.read_external(self._run, goal, host, self._find_old(goal), id_)

    def _register_dynamic(self, goal: Goal, old: Resource | None) -> RegistrationResult:
        run = self._run
        if not run.hosts.is_configurable(goal.provider):
            return self._preview_unconfigured(goal, old)
        host = run.hosts.get_host(goal.provider)
        if old is None:
            inputs = self.check_inputs(host, goal, {}, goal.inputs)
            self._require_dependencies(goal)
            return steps.create_resource(run, goal, host, inputs)
        if old.deleted or old.external:
            return self._recreate_resource(goal, host, old)
        if is_forced(run, old):
            inputs, decision = self.check_inputs(host, goal, {}, goal.inputs), FORCED_REPLACEMENT
            decision = replace(decision, delete_before_replace=bool(goal.delete_before_replace))
        else:
            news = restore_ignored(goal.ignore_changes, old.inputs, goal.inputs)
            inputs = self.check_inputs(host, goal, old.inputs, news)
            decision = self._decide_diff(goal, host, old, inputs)
        self._require_dependencies(goal)
        return self._apply_decision(PendingChange(goal, host, old, inputs, decision))

    def _apply_decision(self, change: PendingChange) -> RegistrationResult:
        if not change.decision.has_changes:
            return steps.keep_resource(self._run, change)
        if not change.decision.replaces:
            return steps.update_resource(self._run, change)
        with self._lock:
            self.replaced_urns.add(change.goal.urn)
        return replace_resource(self._run, self, change)

    def _decide_diff(
        self, goal: Goal, host: ProviderClient, old: Resource, inputs: Properties
    ) -> DiffDecision:
        with self._lock:
            replaced_with = not self.replaced_urns.isdisjoint(goal.replace_with)
            deleted_with = goal.deleted_with in self.replaced_urns
        if replaced_with or deleted_with:
            reason = "replaceWith" if replaced_with else "deletedWith"
            return DiffDecision(
                has_changes=True,
                replaces=(reason,),
                delete_before_replace=bool(goal.delete_before_replace),
            )
        response = host.diff(goal.urn, old, inputs, goal.ignore_changes)
        return decide_diff(goal, old, inputs, response)

    def _recreate_resource(
        self, goal: Goal, host: ProviderClient, old: Resource
    ) -> RegistrationResult:
        """Create a resource again that was deleted before, or take over an external one."""
        change = PendingChange(goal, host, old, self.check_inputs(host, goal, {}, goal.inputs))
        self._require_dependencies(goal)
        with self._lock:
            self.replaced_urns.add(goal.urn)
        step = steps.create_after_delete if old.deleted else steps.create_before_delete
        return step(self._run, change)

    def _preview_unconfigured(self, goal: Goal, old: Resource | None) -> RegistrationResult:
        """Preview a resource whose provider cannot be configured yet, without calling it."""
        new = build_resource(goal, "" if old is None else old.id, goal.inputs, goal.inputs)
        self._run.recorder.record_step("create" if old is None else "update", old, new)
        return RegistrationResult(goal.urn, id=new.id, outputs=new.outputs)

    def check_inputs(
        self, host: ProviderClient, goal: Goal, olds: Properties, news: Properties
    ) -> Properties:
        """Check inputs; ``LocalEngineError`` if they are not valid, each problem recorded."""
        checked = host.check(goal.urn, olds, news)
        if not checked.failures:
            return checked.inputs
        self.invalid_urns.add(goal.urn)
        problems = list(describe_failures(goal, checked))
        for problem in problems[:-1]:
            self._run.recorder.record_message("error", problem, goal.urn)
        raise LocalEngineError(problems[-1])


def _require_dynamic(goal: Goal) -> None:
    package = resource.get_package(goal.type)
    if goal.type == resource.DYNAMIC_PROVIDER_TYPE or package == resource.DYNAMIC_PACKAGE:
        return
    msg = f"{goal.type} needs Pulumi: the local engine runs Python dynamic providers only"
    raise LocalEngineError(msg)
