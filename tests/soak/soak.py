"""One soak: faults, kills and changes; then one `up` without faults."""

import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bim360_provider.emulator import serve
from tests.soak import invariants
from tests.soak.account_entities import ProjectImages, build_content
from tests.soak.browser_users import BrowserUsers
from tests.soak.config import SoakConfig, SoakResult
from tests.soak.declarations import SoakDeclarations, StateByType, select_resources
from tests.soak.fault_schedule import FaultSchedule
from tests.soak.kill_points import KillingEmulator, KillPoint
from tests.soak.stack import EngineRun, SoakStack

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_CHANGES_PER_RUN: Final = (6, 24)
"""The number of changes of the projects before a run."""

ENTITY_CHANGES_PER_RUN: Final = (3, 9)
"""The number of changes of all other resources."""

PAUSE_BETWEEN_RUNS: Final = (2.0, 90.0)
"""Seconds of HQ's time between two runs; people do not start the next one at once."""

REVOCATION_SHARE: Final = 0.15
"""The share of runs during which all tokens are revoked."""

COMMANDS: Final = ("up", "up", "up", "up", "up", "up", "up --refresh", "refresh")
"""The commands; a destroy of the whole stack is rarer still."""

DESTROY_SHARE: Final = 0.1

REPLACEMENT_SHARE: Final = 0.3
"""The share of ups that replace some resources by force."""

MAX_REPLACEMENTS: Final = 6

RENAME_PENDING_TEXT = "waits for the name"
"""The error about a name that another update sets: the next run finds it set."""

ADOPTED_TEXT: Final = "is a leftover of an interrupted run"
LOST_RESPONSE_TEXT: Final = "was created, although HQ's response was lost"


class Soak:
    """The stack, its HQ, and all events."""

    def __init__(self, plan: SoakConfig, folder: Path, hq: KillingEmulator, url: str) -> None:
        self._dice = Random(plan.seed)  # noqa: S311 - chance that can be repeated is the point
        self._hq = hq
        self._fault_schedule = FaultSchedule(hq, plan.faults)
        self._stack = SoakStack(folder, url, hq.secret)
        self._drifts = plan.seed % 2 == 1
        self._declared = SoakDeclarations(
            self._dice,
            hq.get_account(),
            drifts=self._drifts,
            projects=plan.projects,
            projects_only=plan.projects_only,
        )
        self._projects = self._declared.projects
        self._browser_users = BrowserUsers(self._dice, hq, self._declared)
        self.result = SoakResult(plan, folder, "up --refresh" if self._drifts else "up")

    def run(self) -> SoakResult:
        """Run all turns and return the result."""
        began, at = time.monotonic(), self._hq.clock.now()
        while self.result.operations.total() < self.result.config.operations:
            self._run_turn()
        self._run_final_commands()
        self.result.faults = self._fault_schedule.triggered
        self.result.faults["token revoked"] = self._hq.revocation_count
        self.result.requests = self._count_requests()
        self.result.hours = (self._hq.clock.now() - at) / 3600
        self.result.seconds = time.monotonic() - began
        return self.result

    def _run_turn(self) -> None:
        state = self._stack.read_state()
        destroys = self._choose_destroy(state)
        edits = self._change_declarations(state, destroys=destroys)
        self.result.notifications += self._browser_users.change_entities(state)
        command = self._choose_command(destroys=destroys)
        command += self._build_replace_flags(command, state)
        self._fault_schedule.add_faults(self._dice)
        kill_point = self._create_kill_point(max(edits, 1))
        revoke_at = self._dice.randint(2, 40) if self._dice.random() < REVOCATION_SHARE else 0
        self._hq.prepare_run(kill_point, revoke_at)
        earlier = self._count_requests()
        self._run_command(command)
        self.result.requests_under_faults += self._count_requests() - earlier
        self._hq.prepare_run(None, 0)
        self._fault_schedule.remove_faults()
        self._hq.clock.advance(self._dice.uniform(*PAUSE_BETWEEN_RUNS))

    def _change_declarations(self, state: StateByType, *, destroys: bool) -> int:
        """Change the program; return the number of changes."""
        self._projects.may_exchange = not destroys
        changes: Counter[str] = Counter()
        for entities, limits in (
            ([self._projects], PROJECT_CHANGES_PER_RUN),
            (self._declared.other_entities, ENTITY_CHANGES_PER_RUN),
        ):
            times = self._dice.randint(*limits)
            changes += self._declared.apply_changes(entities, times, state)
        self.result.operations += changes
        return changes.total()

    def _choose_destroy(self, state: StateByType) -> bool:
        """Return whether to destroy: not halfway in an exchange, or adoption mixes projects up."""
        chosen = self._drifts and self._dice.random() < DESTROY_SHARE
        mine = select_resources(self._projects, state)
        return chosen and self._projects.has_no_pending_rename(mine)

    def _choose_command(self, *, destroys: bool) -> str:
        command = "destroy" if destroys else self._dice.choice(COMMANDS)
        if command in ("refresh", "destroy", "up --refresh"):
            self.result.operations[command.removeprefix("up --")] += 1
        return command

    def _build_replace_flags(self, command: str, state: StateByType) -> str:
        """Return flags that replace some resources that are as declared, now and then."""
        if command != "up" or self._dice.random() >= REPLACEMENT_SHARE:
            return ""
        urns = self._declared.list_settled_urns(state)
        count = min(len(urns), self._dice.randint(1, MAX_REPLACEMENTS))
        self.result.operations["forced replacement"] += count
        return "".join(f" --replace={urn}" for urn in self._dice.sample(urns, count))

    def _create_kill_point(self, edits: int) -> KillPoint | None:
        if self._dice.random() >= self.result.config.kills:
            return None
        victim = self._dice.choice(["engine", "host", "both"])
        moment = self._dice.choice(["lost", "acting", "received"])

        def kill() -> None:
            self.result.kills[f"{victim}, {moment}"] += 1
            self.result.operations["kill"] += 1
            self._stack.kill(victim)

        return KillPoint(self._dice.randint(1, edits), moment, self._dice.uniform(0, 0.05), kill)

    def _run_command(self, command: str) -> EngineRun:
        before = self._stack.read_state()
        self._declare()
        run = self._stack.run(*command.split())
        after = self._stack.read_state()
        self._record_run(command, run)
        if command == "destroy":
            self._projects.allow_adoption(select_resources(self._projects, before))
        elif command.startswith("up"):
            self._projects.follow_advice(select_resources(self._projects, after))
        destroyed = command == "destroy"
        self._record_violations(self._declared.record_run(before, after, destroyed=destroyed))
        self._record_violations(invariants.find_tracebacks(run.output, command))
        return run

    def _declare(self) -> None:
        declarations = self._declared.declarations
        pictures = declarations.get(ProjectImages.kind, {})
        drawn = {name: build_content(arguments) for name, arguments in pictures.items()}
        # A stack may be destroyed after a kill; Pulumi then forgets the resources it deleted first.
        first = {} if self._drifts else {"deleted first": self._dice.random() < 0.5}
        self._stack.declare({**declarations, **first}, drawn)

    def _record_run(self, command: str, run: EngineRun) -> None:
        self.result.runs[command.partition(" --replace")[0]] += 1
        self.result.notifications["errors reported"] += len(run.list_messages("error"))
        self.result.notifications["warnings reported"] += len(run.list_messages("warning"))
        messages = [each["message"] for each in run.messages]
        self.result.notifications["leftovers adopted"] += sum(
            ADOPTED_TEXT in text for text in messages
        )
        self.result.notifications["created without a response"] += sum(
            LOST_RESPONSE_TEXT in text for text in messages
        )

    def _run_final_commands(self) -> None:
        """Remove all faults, and expect one run to repair everything."""
        run = self._run_command(self.result.final_command)
        if run.exit_code:
            self.result.violations += [
                f"the last up failed: {each}" for each in run.list_messages("error")
            ]
        if any(RENAME_PENDING_TEXT in each["message"] for each in run.messages):
            self._run_command("up")
        sent = self._count_requests()
        again = self._run_command("up")
        if self._count_requests() != sent or again.exit_code:
            self.result.violations.append(
                f"a second up sent {self._count_requests() - sent} requests"
            )
        drift = self._run_command("refresh --expect-no-changes")
        if drift.exit_code:
            self.result.violations.append("the state is not what HQ has: a refresh changes it")
        self._check_invariants()

    def _check_invariants(self) -> None:
        account, state = self._hq.get_account(), self._stack.read_state()
        self._record_violations(self._declared.find_violations(account, state))
        self._record_violations(invariants.find_secrets(self._stack.folder, self._hq.secret))

    def _record_violations(self, evidence: "Iterator[str]") -> None:
        self.result.violations += evidence

    def _count_requests(self) -> int:
        return sum(self._hq.journal.count_requests().values())


def run_soak(plan: SoakConfig, folder: Path) -> SoakResult:
    """Run one soak in a folder of its own."""
    with serve(KillingEmulator()) as running:
        hq = running.emulator
        assert isinstance(hq, KillingEmulator)
        return Soak(plan, folder, hq, running.url).run()
