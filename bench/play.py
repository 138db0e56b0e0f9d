"""Plays the whole grid, one contestant after the other, and tells how far it is."""

import os
import platform
from collections.abc import Iterator, Sequence
from typing import Final

from bench.engines import BenchEngine
from bench.grid import (
    ALL_CONDITIONS,
    BASELINE,
    CONTESTANTS,
    IDEAL_CONDITIONS,
    LARGEST_SIZE,
    OPERATIONS,
    QUICK_SIZES,
    REAL_CONDITIONS,
    SIZES,
    THIS_PROVIDER,
    THRESHOLD_RUNS,
    THRESHOLD_SIZE,
    Conditions,
    Operation,
)
from bench.rows import MINUTE, Measurement, Results, compute_used_share
from bench.stage import open_environment

REQUESTING_OPERATIONS: Final[tuple[Operation, ...]] = ("up", "again", "refresh")
"""What is run where there is something in the way."""

THRESHOLD_OPERATIONS: Final[tuple[Operation, ...]] = ("preview", "up", "again", "refresh")
"""What has a bar. A preview of what is new comes first, then the stack is made."""


def run_matrix(engine: BenchEngine, results: Results, *, quick: bool, scale: bool) -> None:
    """Run everything; the results grow as it goes."""
    for size in QUICK_SIZES if quick else SIZES:
        _run_size(engine, results, size, quick=quick)
    if not quick:
        _run_thresholds(engine, results)
    if scale:
        for contestant in (BASELINE, THIS_PROVIDER):
            _run_cell(engine, results.rows, contestant, LARGEST_SIZE, IDEAL_CONDITIONS)


def _run_size(engine: BenchEngine, results: Results, size: int, *, quick: bool) -> None:
    _run_cell(engine, results.rows, BASELINE, size, IDEAL_CONDITIONS)
    for weather in (
        (IDEAL_CONDITIONS, REAL_CONDITIONS) if quick else _choose_conditions(engine, size)
    ):
        for contestant in CONTESTANTS:
            _run_cell(engine, results.rows, contestant, size, weather)


def _choose_conditions(engine: BenchEngine, size: int) -> Sequence[Conditions]:
    """Return what to run a size in.

    Pulumi writes its whole state after every step, which takes minutes for the largest stack: there
    only the two ends are run.
    """
    return (
        (IDEAL_CONDITIONS, REAL_CONDITIONS)
        if engine.pulumi and size == SIZES[-1]
        else ALL_CONDITIONS
    )


def _run_thresholds(engine: BenchEngine, results: Results) -> None:
    for _ in range(THRESHOLD_RUNS):
        for contestant in (BASELINE, THIS_PROVIDER):
            _run_cell(
                engine,
                results.bars,
                contestant,
                THRESHOLD_SIZE,
                IDEAL_CONDITIONS,
                THRESHOLD_OPERATIONS,
            )


def _run_cell(  # noqa: PLR0913, PLR0917 - one cell of the grid
    engine: BenchEngine,
    rows: list[Measurement],
    contestant: str,
    size: int,
    weather: Conditions,
    ops: Sequence[Operation] = (),
) -> None:
    for row in measure_operations(engine, contestant, size, weather, ops):
        rows.append(row)
        print(
            f"{contestant:9} {size:5} {weather.description:22} {row.op:8}"
            f" {row.seconds:8.1f} s {row.request_count:5} requests {row.refused:4} x 429",
            flush=True,
        )


def measure_operations(
    engine: BenchEngine,
    contestant: str,
    size: int,
    weather: Conditions,
    ops: Sequence[Operation] = (),
) -> Iterator[Measurement]:
    """Yield a row for each operation; each begins with a fresh minute of HQ's limit."""
    with open_environment(engine, contestant, size, weather) as on:
        for op in ops or (OPERATIONS if weather == IDEAL_CONDITIONS else REQUESTING_OPERATIONS):
            ran, asked = on.run_operation(op)
            on.hq.clock.advance(MINUTE)
            yield Measurement(
                contestant=contestant,
                size=size,
                latency=weather.latency,
                limit=weather.limit,
                op=op,
                seconds=ran.seconds,
                cpu=ran.cpu,
                memory=ran.memory,
                requests=asked.counts,
                refused=asked.refusal_count,
                used=compute_used_share(asked.times, weather.limit),
            )


def describe_machine() -> str:
    """Say what it ran on, without naming the machine."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
