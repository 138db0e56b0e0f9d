"""The environment of one subject: its own emulator, a virtual clock and a folder."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.engines import BenchEngine
from bench.matrix import BASELINE, IDEAL_CONDITIONS, SCRIPT, Conditions, Operation
from bench.measure import CommandResult, measure_command
from bench.subjects.portfolio import COUNT_VARIABLE
from bench.virtual_clock import VirtualClock, read_processor_seconds, run_clock
from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    serve,
)
from bim360_provider.emulator.clock import EmulatorClock, parse_timestamp

REQUEST_KINDS = {
    ("POST", "token"): "token",
    ("GET", "projects"): "list",
    ("POST", "projects"): "create",
    ("GET", ":project_id"): "read",
    ("PATCH", ":project_id"): "update",
}
"""Method and last segment of a route -> kind of request in the report."""

TOO_MANY_REQUESTS = 429

CLOCK_FOLDER_VARIABLE = "BENCH_CLOCK_FOLDER"
"""The variable that `bench/site/sitecustomize.py` reads: folder of the virtual clock."""

LATENCY_VARIABLE = "BENCH_LATENCY"
"""Likewise: seconds between a request and its response."""


@dataclass(frozen=True)
class RequestStats:
    """Requests of a run.

    Attributes:
        counts: Number of requests by kind, without those that got a 429.
        throttled_count: Number of 429 responses.
        times: Time of each accepted request, in seconds of the emulator's clock.
    """

    counts: dict[str, int]
    throttled_count: int
    times: list[float]


@dataclass
class BenchEnvironment:
    """A subject, its emulator, its virtual clock and its folder."""

    engine: BenchEngine
    subject: str
    folder: Path
    hq: Emulator
    clock: VirtualClock
    environment: dict[str, str]
    process_ids: set[int] = field(default_factory=set)

    def run_operation(self, op: Operation) -> tuple[CommandResult, RequestStats]:
        """Run one operation and return its measurements and requests."""
        self.hq.journal.clear()
        if self.subject == SCRIPT:
            command = [sys.executable, "-m", "bench.subjects.script", op]
        else:
            command = self.engine.build_command(op, self.folder)
        result = measure_command(
            command, self.folder, self.environment, self.clock.now, self.process_ids
        )
        return result, self._collect_requests()

    def _collect_requests(self) -> RequestStats:
        entries = list(self.hq.journal.find_entries())
        hq_entries = [each for each in entries if "/hq/" in each.path]
        kinds = Counter(
            _classify_request(each.route) for each in entries if each.status != TOO_MANY_REQUESTS
        )
        throttled = sum(each.status == TOO_MANY_REQUESTS for each in entries)
        times = [
            parse_timestamp(each.time) for each in hq_entries if each.status != TOO_MANY_REQUESTS
        ]
        return RequestStats(dict(sorted(kinds.items())), throttled, times)


def _classify_request(route: str) -> str:
    method, _, path = route.partition(" ")
    return REQUEST_KINDS.get((method, path.rpartition("/")[2]), route)


@contextmanager
def open_environment(
    engine: BenchEngine, subject: str, count: int, conditions: Conditions
) -> Iterator[BenchEnvironment]:
    """Yield the environment of a subject, with an account without projects."""
    process_ids: set[int] = set()

    def read_usage() -> float:
        return sum(read_processor_seconds(each) for each in (os.getpid(), *list(process_ids)))

    with (
        tempfile.TemporaryDirectory(prefix="bench-") as root,
        run_clock(Path(root), read_usage) as clock,
        serve(
            Emulator(
                options={"rate_limit_per_minute": conditions.limit},
                clock=EmulatorClock(wall_clock=clock.get_wall_time),
            )
        ) as hq,
    ):
        folder = Path(root, "project")
        folder.mkdir()
        variables = {
            **_build_variables(hq.url, count, conditions),
            **_build_clock_variables(root, subject, conditions),
        }
        if subject != SCRIPT:
            engine.write_project(folder, subject)
        environment = engine.build_environment(folder, variables)
        yield BenchEnvironment(
            engine, subject, folder, hq.emulator, clock, environment, process_ids
        )


def _build_variables(url: str, count: int, conditions: Conditions) -> dict[str, str]:
    """Return the variables for the emulator; without a limit of HQ, the provider's is off too."""
    return {
        COUNT_VARIABLE: str(count),
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_ACTING_USER": ADMIN_EMAIL,
        "BIM360_BASE_URL": url,
        "BIM360_MAX_ARCHIVES": "unlimited",
        **({} if conditions.limit else {"BIM360_REQUESTS_PER_MINUTE": "0"}),
    }


def _build_clock_variables(root: str, subject: str, conditions: Conditions) -> dict[str, str]:
    """Return the variables for the virtual clock; without any waits it is not needed."""
    if conditions == IDEAL_CONDITIONS or subject == BASELINE:
        return {}
    return {CLOCK_FOLDER_VARIABLE: root, LATENCY_VARIABLE: str(conditions.latency)}
