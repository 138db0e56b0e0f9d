"""One soak: faults, kills and changes; then one `up` without faults."""

import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bim360_provider.emulator import serve
from tests.soak import invariants
from tests.soak.browser_users import BrowserUsers
from tests.soak.config import SoakConfig, SoakResult
from tests.soak.fault_schedule import FaultSchedule
from tests.soak.kill_points import KillingEmulator, KillPoint
from tests.soak.kinds.active_projects import ACTIVE_PROJECTS
from tests.soak.kinds.project_image import ProjectImages, build_content
from tests.soak.other_entities import OtherEntities, StateByType
from tests.soak.program import RandomProgram
from tests.soak.stack import PROJECT_TYPE, EngineRun, ResourceState, SoakStack

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
        self._program = RandomProgram(self._dice, plan.projects, drifts=self._drifts)
        self._other_entities = OtherEntities(self._dice, hq.get_account(), drifts=self._drifts)
        self._browser_users = BrowserUsers(self._dice, hq, self._program, drifts=self._drifts)
        self._recorded_ids: set[str] = set()
        self._released_ids: set[str] = set()
        self.result = SoakResult(plan, folder, "up --refresh" if self._drifts else "up")

    def run(self) -> SoakResult:
        """Run all turns and return the result."""
        began, at = time.monotonic(), self._hq.clock.now()
        while self._get_operations().total() < self.result.config.operations:
            self._run_turn()
        self._run_final_commands()
        self.result.operations = self._get_operations()
        self.result.faults = self._fault_schedule.triggered
        self.result.faults["token revoked"] = self._hq.revocation_count
        self.result.requests = self._count_requests()
        self.result.hours = (self._hq.clock.now() - at) / 3600
        self.result.seconds = time.monotonic() - began
        return self.result

    def _get_operations(self) -> Counter[str]:
        return self._program.operations

    def _run_turn(self) -> None:
        state = self._stack.read_state()
        destroys = self._choose_destroy(_select_projects(state))
        times = self._dice.randint(*PROJECT_CHANGES_PER_RUN)
        edits = self._program.apply_changes(times, _select_projects(state), exchanges=not destroys)
        if not self.result.config.projects_only:
            edited = self._other_entities.apply_changes(
                self._dice.randint(*ENTITY_CHANGES_PER_RUN), state
            )
            edits += edited.total()
            self._program.operations += edited
        self.result.notifications += self._browser_users.change_entities(
            state, _select_projects(state)
        )
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

    def _choose_destroy(self, state: dict[str, ResourceState]) -> bool:
        """Return whether to destroy: not halfway in an exchange, or adoption mixes projects up."""
        chosen = self._drifts and self._dice.random() < DESTROY_SHARE
        return chosen and self._program.has_no_pending_rename(state)

    def _choose_command(self, *, destroys: bool) -> str:
        command = "destroy" if destroys else self._dice.choice(COMMANDS)
        if command in ("refresh", "destroy", "up --refresh"):
            self._program.operations[command.removeprefix("up --")] += 1
        return command

    def _build_replace_flags(self, command: str, state: StateByType) -> str:
        """Return flags that replace some resources that are as declared, now and then."""
        if command != "up" or self._dice.random() >= REPLACEMENT_SHARE:
            return ""
        mine = _select_projects(state)
        resources = [mine[name] for name in self._program.list_settled(mine)]
        resources += (
            [] if self.result.config.projects_only else self._other_entities.list_settled(state)
        )
        chosen = self._dice.sample(
            resources, min(len(resources), self._dice.randint(1, MAX_REPLACEMENTS))
        )
        self._program.operations["forced replacement"] += len(chosen)
        return "".join(f" --replace={each.urn}" for each in chosen)

    def _create_kill_point(self, edits: int) -> KillPoint | None:
        if self._dice.random() >= self.result.config.kills:
            return None
        victim = self._dice.choice(["engine", "host", "both"])
        moment = self._dice.choice(["lost", "acting", "received"])

        def kill() -> None:
            self.result.kills[f"{victim}, {moment}"] += 1
            self._program.operations["kill"] += 1
            self._stack.kill(victim)

        return KillPoint(self._dice.randint(1, edits), moment, self._dice.uniform(0, 0.05), kill)

    def _run_command(self, command: str) -> EngineRun:
        before = self._stack.read_state()
        self._declare()
        run = self._stack.run(*command.split())
        after = self._stack.read_state()
        self._record_run(command, run)
        self._record_ids(_select_projects(before), _select_projects(after))
        self._other_entities.record_ids(after)
        if command == "destroy":
            self._program.allow_adoption(_select_projects(before))
        self._check_transition(before, after, command)
        self._record_violations(invariants.find_tracebacks(run.output, command))
        return run

    def _declare(self) -> None:
        parts = {} if self.result.config.projects_only else self._other_entities.declarations
        pictures = parts.get(ProjectImages.kind, {})
        drawn = {name: build_content(arguments) for name, arguments in pictures.items()}
        # A stack may be destroyed after a kill; Pulumi then forgets the resources it deleted first.
        first = {} if self._drifts else {"deleted first": self._dice.random() < 0.5}
        self._stack.declare({"projects": self._program.declarations, **parts, **first}, drawn)

    def _check_transition(self, before: StateByType, after: StateByType, command: str) -> None:
        destroyed = command == "destroy"
        mine = _select_projects(before).items()
        declared = {k: v for k, v in mine if k in self._program.declarations}
        self._record_violations(
            invariants.find_lost_ids(declared, _select_projects(after), destroyed)
        )
        self._record_violations(invariants.find_owned_twice(after.get(PROJECT_TYPE, {})))
        self._record_violations(
            self._other_entities.find_lost_ids(before, after, destroyed=destroyed)
        )

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

    def _record_ids(
        self, before: dict[str, ResourceState], after: dict[str, ResourceState]
    ) -> None:
        self._recorded_ids |= {each.id for each in after.values()}
        removed = {k: v for k, v in before.items() if k not in after}
        self._released_ids |= {
            v.id for v in removed.values() if v.inputs.get("on_destroy") == "retain"
        }

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
        rows, mine = account["projects"], _select_projects(state)
        foreign = {row["id"] for row in self._hq.foreign_projects}
        self._record_violations(invariants.find_drifted(self._program.declarations, rows, mine))
        self._record_violations(invariants.find_duplicates(rows))
        self._record_violations(
            invariants.find_orphans(rows, state.get(PROJECT_TYPE, {}), self._released_ids | foreign)
        )
        self._record_violations(invariants.find_missing(rows, self._recorded_ids))
        self._record_violations(invariants.find_changed_foreign(self._hq.foreign_projects, rows))
        self._record_violations(invariants.find_secrets(self._stack.folder, self._hq.secret))
        if not self.result.config.projects_only:
            self._record_violations(self._other_entities.find_violations(account, state))

    def _record_violations(self, evidence: "Iterator[str]") -> None:
        self.result.violations += evidence

    def _count_requests(self) -> int:
        return sum(self._hq.journal.count_requests().values())


def _select_projects(state: StateByType) -> dict[str, ResourceState]:
    """Return the many projects of the program, without the sites."""
    return {k: v for k, v in state.get(PROJECT_TYPE, {}).items() if k not in ACTIVE_PROJECTS}


def run_soak(plan: SoakConfig, folder: Path) -> SoakResult:
    """Run one soak in a folder of its own."""
    with serve(KillingEmulator()) as running:
        hq = running.emulator
        assert isinstance(hq, KillingEmulator)
        return Soak(plan, folder, hq, running.url).run()
