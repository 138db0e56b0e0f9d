"""Runs the matrix of measurements and prints the progress."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence

from bench.engines import BenchEngine
from bench.environment import open_environment
from bench.large_stack import measure_imported_stack
from bench.matrix import (
    ALL_CONDITIONS,
    BASELINE,
    IDEAL_CONDITIONS,
    LARGEST_SIZE,
    LIMITED_OPERATIONS,
    OPERATIONS,
    QUICK_SIZES,
    REAL_CONDITIONS,
    SIZES,
    SUBJECTS,
    TEAM_COUNT,
    TEAMS,
    THIS_PROVIDER,
    THRESHOLD_OPERATIONS,
    THRESHOLD_RUNS,
    THRESHOLD_SIZE,
    Conditions,
    Operation,
)
from bench.results import MINUTE, Measurement, Results, compute_used_share


def run_matrix(engine: BenchEngine, results: Results, *, quick: bool, scale: bool) -> None:
    """Run all measurements and append them to the results."""
    for size in QUICK_SIZES if quick else SIZES:
        _run_size(engine, results, size, quick=quick)
    if not quick:
        _run_thresholds(engine, results)
    if scale:
        _run_largest(engine, results)


def measure_operations(
    engine: BenchEngine,
    subject: str,
    size: int,
    conditions: Conditions,
    ops: Sequence[Operation] = (),
) -> Iterator[Measurement]:
    """Yield one measurement per operation; each starts with a full minute of HQ's rate limit."""
    default = OPERATIONS if conditions == IDEAL_CONDITIONS else LIMITED_OPERATIONS
    with open_environment(engine, subject, size, conditions) as environment:
        for op in ops or default:
            result, requests = environment.run_operation(op)
            environment.hq.clock.advance(MINUTE)
            yield Measurement(
                subject=subject,
                size=size,
                latency=conditions.latency,
                limit=conditions.limit,
                op=op,
                seconds=result.seconds,
                cpu=result.cpu,
                memory=result.memory,
                requests=requests.counts,
                throttled=requests.throttled_count,
                used_share=compute_used_share(requests.times, conditions.limit),
            )


def describe_machine() -> str:
    """Return cores, system and Python version, without the name of the machine."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _run_size(engine: BenchEngine, results: Results, size: int, *, quick: bool) -> None:
    _run_cell(engine, results.rows, BASELINE, size, IDEAL_CONDITIONS)
    all_conditions = (
        (IDEAL_CONDITIONS, REAL_CONDITIONS) if quick else _choose_conditions(engine, size)
    )
    for conditions in all_conditions:
        for subject in SUBJECTS:
            _run_cell(engine, results.rows, subject, size, conditions)


def _run_largest(engine: BenchEngine, results: Results) -> None:
    """Run the largest stacks; the Pulumi CLI imports them."""
    measure = measure_imported_stack if engine.pulumi else measure_created_stack
    for subject in (BASELINE, THIS_PROVIDER):
        _add_rows(results.rows, measure(engine, subject, LARGEST_SIZE))
    _add_rows(results.team_rows, measure(engine, TEAMS, TEAM_COUNT))


def measure_created_stack(engine: BenchEngine, subject: str, size: int) -> Iterator[Measurement]:
    """Yield one measurement per operation under the best conditions."""
    return measure_operations(engine, subject, size, IDEAL_CONDITIONS)


def _choose_conditions(engine: BenchEngine, size: int) -> Sequence[Conditions]:
    """Return the conditions under which a size is run.

    Pulumi writes its whole state after every step, which takes minutes for the largest stack, so
    that one runs under the best and the worst conditions only.
    """
    if engine.pulumi and size == SIZES[-1]:
        return (IDEAL_CONDITIONS, REAL_CONDITIONS)
    return ALL_CONDITIONS


def _run_thresholds(engine: BenchEngine, results: Results) -> None:
    for _ in range(THRESHOLD_RUNS):
        for subject in (BASELINE, THIS_PROVIDER):
            _run_cell(
                engine,
                results.threshold_rows,
                subject,
                THRESHOLD_SIZE,
                IDEAL_CONDITIONS,
                THRESHOLD_OPERATIONS,
            )


def _run_cell(  # noqa: PLR0913, PLR0917 - the coordinates of one cell of the matrix
    engine: BenchEngine,
    rows: list[Measurement],
    subject: str,
    size: int,
    conditions: Conditions,
    ops: Sequence[Operation] = (),
) -> None:
    _add_rows(rows, measure_operations(engine, subject, size, conditions, ops))


def _add_rows(rows: list[Measurement], measured: Iterable[Measurement]) -> None:
    for row in measured:
        rows.append(row)
        print(
            f"{row.subject:14} {row.size:5} {row.conditions.description:22} {row.op:17}"
            f" {row.seconds:8.1f} s {row.request_count:5} requests {row.throttled:4} x 429",
            flush=True,
        )
