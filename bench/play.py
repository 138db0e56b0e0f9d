"""Plays the whole grid, one contestant after the other, and tells how far it is."""

import os
import platform
from collections.abc import Iterator, Sequence
from typing import Final

from bench.engines import Engine
from bench.grid import (
    BAR_RUNS,
    BAR_SIZE,
    CALM,
    CONTESTANTS,
    FLOOR,
    OPS,
    OURS,
    QUICK_SIZES,
    REAL,
    SCALE,
    SIZES,
    WEATHERS,
    Op,
    Weather,
)
from bench.rows import MINUTE, Results, Row, used_share
from bench.stage import stage

REQUESTING: Final[tuple[Op, ...]] = ("up", "again", "refresh")
"""What is run where there is something in the way."""

BARRED: Final[tuple[Op, ...]] = ("preview", "up", "again", "refresh")
"""What has a bar. A preview of what is new comes first, then the stack is made."""


def play(engine: Engine, results: Results, *, quick: bool, scale: bool) -> None:
    """Run everything; the results grow as it goes."""
    for size in QUICK_SIZES if quick else SIZES:
        _size(engine, results, size, quick=quick)
    if not quick:
        _bars(engine, results)
    if scale:
        for contestant in (FLOOR, OURS):
            _play(engine, results.rows, contestant, SCALE, CALM)


def _size(engine: Engine, results: Results, size: int, *, quick: bool) -> None:
    _play(engine, results.rows, FLOOR, size, CALM)
    for weather in (CALM, REAL) if quick else _weathers(engine, size):
        for contestant in CONTESTANTS:
            _play(engine, results.rows, contestant, size, weather)


def _weathers(engine: Engine, size: int) -> Sequence[Weather]:
    """Return what to run a size in.

    Pulumi writes its whole state after every step, which takes minutes for the largest stack: there
    only the two ends are run.
    """
    return (CALM, REAL) if engine.pulumi and size == SIZES[-1] else WEATHERS


def _bars(engine: Engine, results: Results) -> None:
    for _ in range(BAR_RUNS):
        for contestant in (FLOOR, OURS):
            _play(engine, results.bars, contestant, BAR_SIZE, CALM, BARRED)


def _play(  # noqa: PLR0913, PLR0917 - one cell of the grid
    engine: Engine,
    rows: list[Row],
    contestant: str,
    size: int,
    weather: Weather,
    ops: Sequence[Op] = (),
) -> None:
    for row in performed(engine, contestant, size, weather, ops):
        rows.append(row)
        print(
            f"{contestant:9} {size:5} {weather.words:22} {row.op:8}"
            f" {row.seconds:8.1f} s {row.sent:5} requests {row.refused:4} x 429",
            flush=True,
        )


def performed(
    engine: Engine, contestant: str, size: int, weather: Weather, ops: Sequence[Op] = ()
) -> Iterator[Row]:
    """Yield a row for each operation; each begins with a fresh minute of HQ's limit."""
    with stage(engine, contestant, size, weather) as on:
        for op in ops or (OPS if weather == CALM else REQUESTING):
            ran, asked = on.run(op)
            on.hq.clock.advance(MINUTE)
            yield Row(
                contestant=contestant,
                size=size,
                latency=weather.latency,
                limit=weather.limit,
                op=op,
                seconds=ran.seconds,
                cpu=ran.cpu,
                memory=ran.memory,
                requests=asked.kinds,
                refused=asked.refused,
                used=used_share(asked.times, weather.limit),
            )


def machine() -> str:
    """Say what it ran on, without naming the machine."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
