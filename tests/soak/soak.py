"""One soak: bad weather, kills and changes; then fair weather and one `up`."""

import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bim360_provider.emulator import serve
from tests.soak import invariants
from tests.soak.browser_users import People
from tests.soak.config import Outcome, Plan
from tests.soak.fault_schedule import Weather
from tests.soak.kill_points import SoakedHq, Trap
from tests.soak.kinds.active_projects import SITES
from tests.soak.kinds.project_image import ProjectImages, content
from tests.soak.other_entities import AllHeld, Parts
from tests.soak.program import Program
from tests.soak.stack import PROJECT_TYPE, Held, Run, Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITS: Final = (6, 24)
"""How many changes of the projects come before one run."""

PART_EDITS: Final = (3, 9)
"""How many changes of everything else."""

PAUSE: Final = (2.0, 90.0)
"""Seconds of HQ's time between two runs; nobody starts the next one within the same second."""

REVOKED: Final = 0.15
"""The share of runs in the middle of which all tokens are revoked."""

BETWEEN: Final = ("up", "up", "up", "up", "up", "up", "up --refresh", "refresh")
"""What is run; a destroy of the whole stack is rarer still."""

DESTROYED: Final = 0.1

REPLACED: Final = 0.3
"""The share of ups that are told to replace some resources in any case."""

MOST_REPLACED: Final = 6

WAITS = "waits for the name"
"""What is said of a name that another update sets: the next run finds that it is set."""

ADOPTED: Final = "is what an interrupted run left behind"
FOUND: Final = "was created, although HQ's response was lost"


class Soak:
    """The stack, its HQ, and what happens to both."""

    def __init__(self, plan: Plan, folder: Path, hq: SoakedHq, url: str) -> None:
        self._dice = Random(plan.seed)  # noqa: S311 - chance that can be repeated is the point
        self._hq = hq
        self._weather = Weather(hq, plan.faults)
        self._work = Workplace(folder, url, hq.secret)
        self._drifts = plan.seed % 2 == 1
        self._program = Program(self._dice, plan.projects, drifts=self._drifts)
        self._parts = Parts(self._dice, hq.account(), drifts=self._drifts)
        self._people = People(self._dice, hq, self._program, drifts=self._drifts)
        self._ever: set[str] = set()
        self._let_go: set[str] = set()
        self.outcome = Outcome(plan, folder, "up --refresh" if self._drifts else "up")

    def play(self) -> Outcome:
        """Play it to its end and return what came of it."""
        began, at = time.monotonic(), self._hq.clock.now()
        while self._operations().total() < self.outcome.plan.operations:
            self._turn()
        self._end()
        self.outcome.operations = self._operations()
        self.outcome.faults = self._weather.struck
        self.outcome.faults["token revoked"] = self._hq.revoked
        self.outcome.requests = self._asked()
        self.outcome.hours = (self._hq.clock.now() - at) / 3600
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _operations(self) -> Counter[str]:
        return self._program.operations

    def _turn(self) -> None:
        held = self._work.held()
        destroys = self._destroys(_projects(held))
        times = self._dice.randint(*EDITS)
        edits = self._program.edit(times, _projects(held), exchanges=not destroys)
        if not self.outcome.plan.projects_only:
            edited = self._parts.edit(self._dice.randint(*PART_EDITS), held)
            edits += edited.total()
            self._program.operations += edited
        self.outcome.told += self._people.work(held, _projects(held))
        words = self._words(destroys=destroys)
        words += self._replaced(words, held)
        self._weather.worsen(self._dice)
        trap = self._trap(max(edits, 1))
        revoke_at = self._dice.randint(2, 40) if self._dice.random() < REVOKED else 0
        self._hq.expect(trap, revoke_at)
        fair = self._asked()
        self._run(words)
        self.outcome.in_bad_weather += self._asked() - fair
        self._hq.expect(None, 0)
        self._weather.clear()
        self._hq.clock.advance(self._dice.uniform(*PAUSE))

    def _destroys(self, held: dict[str, Held]) -> bool:
        """Return whether to destroy: not halfway in an exchange, or adoption mixes projects up."""
        chosen = self._drifts and self._dice.random() < DESTROYED
        return chosen and self._program.has_its_names(held)

    def _words(self, *, destroys: bool) -> str:
        words = "destroy" if destroys else self._dice.choice(BETWEEN)
        if words in ("refresh", "destroy", "up --refresh"):
            self._program.operations[words.removeprefix("up --")] += 1
        return words

    def _replaced(self, words: str, held: AllHeld) -> str:
        """Return flags that replace some resources that are as declared, now and then."""
        if words != "up" or self._dice.random() >= REPLACED:
            return ""
        mine = _projects(held)
        here = [mine[name] for name in self._program.settled(mine)]
        here += [] if self.outcome.plan.projects_only else self._parts.settled(held)
        chosen = self._dice.sample(here, min(len(here), self._dice.randint(1, MOST_REPLACED)))
        self._program.operations["forced replacement"] += len(chosen)
        return "".join(f" --replace={each.urn}" for each in chosen)

    def _trap(self, edits: int) -> Trap | None:
        if self._dice.random() >= self.outcome.plan.kills:
            return None
        victim = self._dice.choice(["engine", "host", "both"])
        moment = self._dice.choice(["lost", "acting", "answered"])

        def strike() -> None:
            self.outcome.kills[f"{victim}, {moment}"] += 1
            self._program.operations["kill"] += 1
            self._work.kill(victim)

        return Trap(self._dice.randint(1, edits), moment, self._dice.uniform(0, 0.05), strike)

    def _run(self, words: str) -> Run:
        before = self._work.held()
        self._declare()
        run = self._work.run(*words.split())
        after = self._work.held()
        self._note(words, run)
        self._remember(_projects(before), _projects(after))
        self._parts.remember(after)
        if words == "destroy":
            self._program.expect_return(_projects(before))
        self._compare(before, after, words)
        self._found(invariants.tracebacks_in(run.output, words))
        return run

    def _declare(self) -> None:
        parts = {} if self.outcome.plan.projects_only else self._parts.declared
        pictures = parts.get(ProjectImages.kind, {})
        drawn = {name: content(arguments) for name, arguments in pictures.items()}
        # A stack may be destroyed after a kill, and Pulumi then forgets what it has deleted first.
        first = {} if self._drifts else {"deleted first": self._dice.random() < 0.5}
        self._work.declare({"projects": self._program.declared, **parts, **first}, drawn)

    def _compare(self, before: AllHeld, after: AllHeld, words: str) -> None:
        destroyed = words == "destroy"
        mine = _projects(before).items()
        declared = {k: v for k, v in mine if k in self._program.declared}
        self._found(invariants.lost(declared, _projects(after), destroyed))
        self._found(invariants.doubly_owned(after.get(PROJECT_TYPE, {})))
        self._found(self._parts.lost(before, after, destroyed=destroyed))

    def _note(self, words: str, run: Run) -> None:
        self.outcome.runs[words.partition(" --replace")[0]] += 1
        self.outcome.told["errors told"] += len(run.said("error"))
        self.outcome.told["warnings told"] += len(run.said("warning"))
        told = [each["message"] for each in run.messages]
        self.outcome.told["leftovers adopted"] += sum(ADOPTED in text for text in told)
        self.outcome.told["made without an answer"] += sum(FOUND in text for text in told)

    def _remember(self, before: dict[str, Held], after: dict[str, Held]) -> None:
        self._ever |= {each.id for each in after.values()}
        gone = {k: v for k, v in before.items() if k not in after}
        self._let_go |= {v.id for v in gone.values() if v.inputs.get("on_destroy") == "retain"}

    def _end(self) -> None:
        """Let the sun come out, and expect one run to put everything right."""
        run = self._run(self.outcome.final)
        if run.code:
            self.outcome.violations += [f"the last up failed: {each}" for each in run.said("error")]
        if any(WAITS in each["message"] for each in run.messages):
            self._run("up")
        asked = self._asked()
        again = self._run("up")
        if self._asked() != asked or again.code:
            self.outcome.violations.append(f"a second up sent {self._asked() - asked} requests")
        drift = self._run("refresh --expect-no-changes")
        if drift.code:
            self.outcome.violations.append("the state is not what HQ has: a refresh changes it")
        self._judge()

    def _judge(self) -> None:
        account, held = self._hq.account(), self._work.held()
        rows, mine = account["projects"], _projects(held)
        foreign = {row["id"] for row in self._hq.foreign}
        self._found(invariants.unequal(self._program.declared, rows, mine))
        self._found(invariants.duplicates(rows))
        self._found(invariants.orphans(rows, held.get(PROJECT_TYPE, {}), self._let_go | foreign))
        self._found(invariants.vanished(rows, self._ever))
        self._found(invariants.touched(self._hq.foreign, rows))
        self._found(invariants.secrets_in(self._work.folder, self._hq.secret))
        if not self.outcome.plan.projects_only:
            self._found(self._parts.findings(account, held))

    def _found(self, evidence: "Iterator[str]") -> None:
        self.outcome.violations += evidence

    def _asked(self) -> int:
        return sum(self._hq.journal.count().values())


def _projects(held: AllHeld) -> dict[str, Held]:
    """Return the many projects of the program, without the sites."""
    return {k: v for k, v in held.get(PROJECT_TYPE, {}).items() if k not in SITES}


def soak(plan: Plan, folder: Path) -> Outcome:
    """Run one soak in a folder of its own."""
    with serve(SoakedHq()) as running:
        hq = running.emulator
        assert isinstance(hq, SoakedHq)
        return Soak(plan, folder, hq, running.url).play()
