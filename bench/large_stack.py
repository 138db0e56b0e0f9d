"""Large stacks on the Pulumi CLI, without the hours of an `up`.

The CLI writes its whole state after each step, so the time of an `up` grows with the square of the
number of resources. The local engine creates the resources instead, and the CLI imports its state.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any, Final

from bench.engines import BenchEngine, choose_engine
from bench.environment import BenchEnvironment, open_environment
from bench.matrix import IDEAL_CONDITIONS, Operation
from bench.results import Measurement

IMPORTED_OPERATIONS: Final[tuple[Operation, ...]] = ("preview_unchanged", "refresh")
"""The operations of an imported stack."""

COMPONENT_PREFIX: Final = "bim360:"
"""Begins the types of components, which have no provider."""


def measure_imported_stack(engine: BenchEngine, subject: str, size: int) -> Iterator[Measurement]:
    """Yield one measurement per operation of a stack that the CLI imports.

    Args:
        engine: The Pulumi CLI.
        subject: The module of `bench/subjects`.
        size: Number of its projects or teams.
    """
    with open_environment(engine, subject, 1, IDEAL_CONDITIONS) as small:
        small.run_operation("up")
        template = _export_resources(small)
    with open_environment(engine, subject, size, IDEAL_CONDITIONS) as large:
        replace(large, engine=choose_engine("local")).run_operation("up")
        _import_state(large, template)
        for op in IMPORTED_OPERATIONS:
            result, requests = large.run_operation(op)
            yield Measurement(
                subject=subject,
                size=size,
                latency=0.0,
                limit=0,
                op=op,
                seconds=result.seconds,
                cpu=result.cpu,
                memory=result.memory,
                requests=requests.counts,
                throttled=requests.throttled_count,
            )


def _export_resources(environment: BenchEnvironment) -> list[dict[str, Any]]:
    """Return the stack and the provider of dynamic resources as the CLI saves them."""
    exported = _run_cli(environment, "export")
    rows: list[dict[str, Any]] = json.loads(exported)["deployment"]["resources"]
    return [row for row in rows if row["type"].startswith("pulumi:")]


def _import_state(environment: BenchEnvironment, template: list[dict[str, Any]]) -> None:
    """Import the local engine's state, with the stack and the provider of the template."""
    (provider,) = (row for row in template if row["type"].startswith("pulumi:providers:"))
    reference = f"{provider['urn']}::{provider['id']}"
    state = json.loads((environment.folder / "state.json").read_text("utf-8"))
    rows = [row for row in state["resources"] if not row["type"].startswith("pulumi:")]
    for row in rows:
        if not row["type"].startswith(COMPONENT_PREFIX):
            row["provider"] = reference
    file = environment.folder / "import.json"
    resources = [*template, *_sort_by_dependency(rows)]
    deployment = {"version": 3, "deployment": {"resources": resources}}
    file.write_text(json.dumps(deployment), "utf-8")
    _run_cli(environment, "import", f"--file={file}")


def _sort_by_dependency(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in the order that the CLI requires; the local engine sorts them by name."""
    by_urn = {row["urn"]: row for row in rows}
    graph = {
        urn: by_urn.keys() & {row.get("parent"), *row.get("dependencies", ())}
        for urn, row in by_urn.items()
    }
    return [by_urn[urn] for urn in TopologicalSorter(graph).static_order()]


def _run_cli(environment: BenchEnvironment, *command: str) -> str:
    arguments = [str(environment.engine.pulumi), "stack", *command, "--stack=bench"]
    return subprocess.run(
        arguments,
        cwd=environment.folder,
        env=environment.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
