"""Where a contestant performs: an emulator of its own, a clock, and a folder."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.contestants.portfolio import COUNT
from bench.engines import Engine
from bench.grid import CALM, FLOOR, SCRIPT, Op, Weather
from bench.measure import Ran, measured
from bench.timekeeper import Timekeeper, keeping_time, processor_seconds
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Emulator, serve
from bim360_provider.emulator.clock import Clock, moment_of

KINDS = {
    ("POST", "token"): "token",
    ("GET", "projects"): "list",
    ("POST", "projects"): "create",
    ("GET", ":project_id"): "read",
    ("PATCH", ":project_id"): "change",
}
"""Method and last word of a route, and what a table calls it."""

REFUSED = 429


@dataclass(frozen=True)
class Asked:
    """What HQ was asked in a run: by kind, how often it refused, and when (emulator's seconds)."""

    kinds: dict[str, int]
    refused: int
    times: list[float]


@dataclass
class Stage:
    """One contestant's stage."""

    engine: Engine
    contestant: str
    folder: Path
    hq: Emulator
    clock: Timekeeper
    environment: dict[str, str]
    seen: set[int] = field(default_factory=set)

    def run(self, op: Op) -> tuple[Ran, Asked]:
        """Run one operation."""
        self.hq.journal.clear()
        if self.contestant == SCRIPT:
            command = [sys.executable, "-m", "bench.contestants.script", op]
        else:
            command = self.engine.command(op, self.folder)
        ran = measured(command, self.folder, self.environment, self.clock.now, self.seen)
        return ran, self._asked()

    def _asked(self) -> Asked:
        entries = list(self.hq.journal.entries())
        counted = [each for each in entries if "/hq/" in each.path]
        kinds = Counter(_kind(each.route) for each in entries if each.status != REFUSED)
        refused = sum(each.status == REFUSED for each in entries)
        times = [moment_of(each.time) for each in counted if each.status != REFUSED]
        return Asked(dict(sorted(kinds.items())), refused, times)


def _kind(route: str) -> str:
    method, _, path = route.partition(" ")
    return KINDS.get((method, path.rpartition("/")[2]), route)


@contextmanager
def stage(engine: Engine, contestant: str, count: int, weather: Weather) -> Iterator[Stage]:
    """Set a stage, with an account that has no projects."""
    seen: set[int] = set()

    def busy() -> float:
        return sum(processor_seconds(each) for each in (os.getpid(), *list(seen)))

    with (
        tempfile.TemporaryDirectory(prefix="bench-") as place,
        keeping_time(Path(place), busy) as clock,
        serve(
            Emulator(options={"rate_limit_per_minute": weather.limit}, clock=Clock(wall=clock.wall))
        ) as hq,
    ):
        folder = Path(place, "project")
        folder.mkdir()
        more = {**_variables(hq.url, count, weather), **_steering(place, contestant, weather)}
        if contestant != SCRIPT:
            engine.lay_out(folder, contestant)
        environment = engine.environment(folder, more)
        yield Stage(engine, contestant, folder, hq.emulator, clock, environment, seen)


def _variables(url: str, count: int, weather: Weather) -> dict[str, str]:
    """Return what leads to the emulator; where HQ has no limit, this provider keeps to none."""
    return {
        COUNT: str(count),
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "BIM360_MAX_ARCHIVES": "unlimited",
        **({} if weather.limit else {"BIM360_REQUESTS_PER_MINUTE": "0"}),
    }


def _steering(place: str, contestant: str, weather: Weather) -> dict[str, str]:
    """Return what puts a contestant on the stage's clock; where nothing waits, it needs none."""
    if weather == CALM or contestant == FLOOR:
        return {}
    return {"BENCH_STAGE": place, "BENCH_LATENCY": str(weather.latency)}
