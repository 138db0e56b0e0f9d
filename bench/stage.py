"""Where a contestant performs: an emulator of its own, a clock, and a folder."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.contestants.portfolio import COUNT_VARIABLE
from bench.engines import BenchEngine
from bench.grid import BASELINE, IDEAL_CONDITIONS, SCRIPT, Conditions, Operation
from bench.measure import CommandResult, measure_command
from bench.timekeeper import VirtualClock, read_processor_seconds, run_clock
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Emulator, serve
from bim360_provider.emulator.clock import EmulatorClock, parse_timestamp

REQUEST_KINDS = {
    ("POST", "token"): "token",
    ("GET", "projects"): "list",
    ("POST", "projects"): "create",
    ("GET", ":project_id"): "read",
    ("PATCH", ":project_id"): "change",
}
"""Method and last word of a route, and what a table calls it."""

TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class RequestStats:
    """What HQ was asked in a run: by kind, how often it refused, and when (emulator's seconds)."""

    counts: dict[str, int]
    refusal_count: int
    times: list[float]


@dataclass
class BenchEnvironment:
    """One contestant's stage."""

    engine: BenchEngine
    contestant: str
    folder: Path
    hq: Emulator
    clock: VirtualClock
    environment: dict[str, str]
    process_ids: set[int] = field(default_factory=set)

    def run_operation(self, op: Operation) -> tuple[CommandResult, RequestStats]:
        """Run one operation."""
        self.hq.journal.clear()
        if self.contestant == SCRIPT:
            command = [sys.executable, "-m", "bench.contestants.script", op]
        else:
            command = self.engine.build_command(op, self.folder)
        ran = measure_command(
            command, self.folder, self.environment, self.clock.now, self.process_ids
        )
        return ran, self._collect_requests()

    def _collect_requests(self) -> RequestStats:
        entries = list(self.hq.journal.find_entries())
        counted = [each for each in entries if "/hq/" in each.path]
        kinds = Counter(
            _classify_request(each.route) for each in entries if each.status != TOO_MANY_REQUESTS
        )
        refused = sum(each.status == TOO_MANY_REQUESTS for each in entries)
        times = [parse_timestamp(each.time) for each in counted if each.status != TOO_MANY_REQUESTS]
        return RequestStats(dict(sorted(kinds.items())), refused, times)


def _classify_request(route: str) -> str:
    method, _, path = route.partition(" ")
    return REQUEST_KINDS.get((method, path.rpartition("/")[2]), route)


@contextmanager
def open_environment(
    engine: BenchEngine, contestant: str, count: int, weather: Conditions
) -> Iterator[BenchEnvironment]:
    """Set a stage, with an account that has no projects."""
    seen: set[int] = set()

    def busy() -> float:
        return sum(read_processor_seconds(each) for each in (os.getpid(), *list(seen)))

    with (
        tempfile.TemporaryDirectory(prefix="bench-") as place,
        run_clock(Path(place), busy) as clock,
        serve(
            Emulator(
                options={"rate_limit_per_minute": weather.limit},
                clock=EmulatorClock(wall_clock=clock.get_wall_time),
            )
        ) as hq,
    ):
        folder = Path(place, "project")
        folder.mkdir()
        more = {
            **_build_variables(hq.url, count, weather),
            **_build_clock_variables(place, contestant, weather),
        }
        if contestant != SCRIPT:
            engine.write_project(folder, contestant)
        environment = engine.build_environment(folder, more)
        yield BenchEnvironment(engine, contestant, folder, hq.emulator, clock, environment, seen)


def _build_variables(url: str, count: int, weather: Conditions) -> dict[str, str]:
    """Return what leads to the emulator; where HQ has no limit, this provider keeps to none."""
    return {
        COUNT_VARIABLE: str(count),
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "BIM360_MAX_ARCHIVES": "unlimited",
        **({} if weather.limit else {"BIM360_REQUESTS_PER_MINUTE": "0"}),
    }


def _build_clock_variables(place: str, contestant: str, weather: Conditions) -> dict[str, str]:
    """Return what puts a contestant on the stage's clock; where nothing waits, it needs none."""
    if weather == IDEAL_CONDITIONS or contestant == BASELINE:
        return {}
    return {"BENCH_STAGE": place, "BENCH_LATENCY": str(weather.latency)}
