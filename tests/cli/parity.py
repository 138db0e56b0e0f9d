"""Compare the local engine with the Pulumi CLI and write the page on parity: ``make parity``.

``ARGS=--check`` compares without writing.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bim360_provider.emulator import Emulator, serve
from tests.meta.source_files import ROOT
from tests.support.hq_scenarios import HQ_SCENARIOS
from tests.support.scenarios import SCENARIOS, Command
from tests.support.stack_runners import CommandReport, LocalStack, PulumiStack

PAGE: Final = ROOT / "docs" / "explanation" / "parity.md"
ALL_SCENARIOS: Final = {**HQ_SCENARIOS, **SCENARIOS}

COLUMNS: Final = {
    "ops": "Operations",
    "calls": "Requests or calls",
    "paths": "Changed properties",
    "changes": "Counts",
    "state": "State",
    "plan": "Plan",
    "exit_code": "Exit code",
}
"""The compared fields of a report, with their headings."""

INTRODUCTION: Final = """# Parity with Pulumi

To see where the [local engine](../reference/local_engine.md) differs from Pulumi, read the
[known differences](#known-differences). The tables compare both in each scenario, command by
command: what the CLI did, and the number of the known difference where the local engine did
something else. `make parity` generates this page, and a test fails at any other difference.

Compared are the reported operations, the requests to HQ or the calls of the provider with all
arguments, the changed properties, the counts of the summary, each resource in the state, each
change in the JSON of a preview, and the exit code. Not compared are ids and times that HQ sets,
empty values, hidden properties, and the ids of providers. Secrets and unknown values are
compared as such, because each engine has its own marks for them.
"""


@dataclass(frozen=True)
class KnownDifference:
    """A difference in some fields of some scenarios, with its reason."""

    reason: str
    fields: frozenset[str]
    scenarios: frozenset[str]

    def covers(self, scenario: str, field: str) -> bool:
        """Return whether it explains a difference."""
        return field in self.fields and scenario in self.scenarios


KNOWN_DIFFERENCES: Final = (
    KnownDifference(
        "The state of the local engine contains no secret, also where a provider copied it to "
        "another output; Pulumi's state has that copy in plain text.",
        frozenset({"state", "plan"}),
        frozenset(
            {
                "create, no changes, destroy",
                "update in place",
                "nested secrets",
                "resources leave the program",
                "refreshed secrets",
            }
        ),
    ),
    KnownDifference(
        "A list that contains a secret is secret as a whole in Pulumi's state; in that of the "
        "local engine, only the element is.",
        frozenset({"state", "plan"}),
        frozenset({"nested secrets", "refreshed secrets"}),
    ),
    KnownDifference(
        "The plan of the local engine lists the parts of a replacement as steps of their own; "
        "Pulumi's only has the replacement, with the outputs that stay known.",
        frozenset({"plan"}),
        frozenset(
            {
                "replace, create first",
                "replace, delete first, with a dependent",
                "protect",
            }
        ),
    ),
    KnownDifference(
        "The plan of the local engine has the outputs of a resource that the program reads.",
        frozenset({"plan"}),
        frozenset({"get"}),
    ),
    KnownDifference(
        "In a preview with a refresh, the local engine shows the drift in the step of the refresh; "
        "Pulumi shows it in the step of the update only.",
        frozenset({"plan"}),
        frozenset({"drift"}),
    ),
    KnownDifference(
        "A refresh in Pulumi also removes the dependencies on a resource that no longer exists; "
        "the local engine removes them in the next up.",
        frozenset({"state"}),
        frozenset({"deleted outside"}),
    ),
)


@dataclass(frozen=True)
class Row:
    """A command on the CLI, and the fields in which the local engine differs."""

    scenario: str
    command: str
    report: CommandReport
    local: CommandReport

    @property
    def differences(self) -> list[str]:
        """The fields that differ."""
        return [each for each in COLUMNS if getattr(self.local, each) != getattr(self.report, each)]

    def find_reasons(self, field: str) -> list[int]:
        """Return the numbers of the known differences that explain a field."""
        return [
            number
            for number, known in enumerate(KNOWN_DIFFERENCES, 1)
            if known.covers(self.scenario, field)
        ]

    def describe_unknown_differences(self) -> Iterator[str]:
        """Describe each difference that is not known: what only one of the engines has."""
        for field in self.differences:
            if not self.find_reasons(field):
                local, real = (_list_values(each, field) for each in (self.local, self.report))
                only_local = [each for each in local if each not in real]
                only_real = [each for each in real if each not in local]
                yield (
                    f"{self.scenario}, {self.command}, {field}:\n"
                    f"  local engine: {only_local}\n  Pulumi CLI:   {only_real}"
                )

    def render(self) -> str:
        """Return the row of the table."""
        cells = [f"`{self.command}`", *(self._render_cell(field) for field in COLUMNS)]
        return f"| {' | '.join(cells)} |"

    def _render_cell(self, field: str) -> str:
        summary = _SUMMARIES[field](self.report)
        if field not in self.differences:
            return summary
        numbers = ", ".join(map(str, self.find_reasons(field)))
        return f"{summary} [differs: {numbers}](#known-differences)".strip()


def _list_values(report: CommandReport, field: str) -> list[object]:
    value = getattr(report, field)
    if isinstance(value, dict):
        return list(value.items())
    return value if isinstance(value, list) else [value]


def _summarize_calls(report: CommandReport) -> str:
    """Return the requests by method and last part of the path, or the calls by name."""
    names = []
    for each in map(json.loads, report.calls):
        if isinstance(each, dict):
            names.append(each["call"])
        else:
            method, path, _ = each
            names.append(f"{method} {path.partition('?')[0].rpartition('/')[2]}")
    return _join_counts(Counter(names))


def _summarize_ops(report: CommandReport) -> str:
    """Return the names of the resources by operation."""
    names: dict[str, list[str]] = {}
    for op, _, name in (each.partition(" ") for each in report.ops):
        names.setdefault(op, []).append(name)
    return "; ".join(f"{op}: {', '.join(each)}" for op, each in names.items())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _join_counts(counts: Counter[str] | dict[str, int]) -> str:
    rows = sorted(counts.items())
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in rows)


def _summarize_paths(report: CommandReport) -> str:
    return "; ".join(
        f"{k}: {', '.join(f'`{path}`' for path in v)}" for k, v in report.paths.items()
    )


_SUMMARIES: Final[dict[str, Callable[[CommandReport], str]]] = {
    "ops": _summarize_ops,
    "calls": _summarize_calls,
    "paths": _summarize_paths,
    "changes": lambda report: ", ".join(f"{v} {k}" for k, v in sorted(report.changes.items())),
    "state": lambda report: _count(len(report.state), "resource"),
    "plan": lambda report: _count(len(report.plan), "change") if report.plan else "",
    "exit_code": lambda report: str(report.exit_code),
}


def compare_engines(scenario: str, folder: Path) -> list[Row]:
    """Run a scenario on both engines; each command continues from the state of its own engine."""
    with ExitStack() as served:
        hqs = [
            served.enter_context(serve(Emulator())) if scenario in HQ_SCENARIOS else None
            for _ in range(2)
        ]
        local = LocalStack(folder / "local", hqs[0])
        pulumi = PulumiStack(folder / "pulumi", hqs[1])
        return [
            Row(
                scenario,
                f"{number}. {command.command}",
                local=local.run_command(command),
                report=pulumi.run_command(command),
            )
            for number, command in enumerate(_list_commands(scenario), 1)
        ]


def _list_commands(scenario: str) -> tuple[Command, ...]:
    return ALL_SCENARIOS[scenario]


def render_table(rows: list[Row]) -> str:
    """Return the section of a scenario."""
    head = ["Command", *COLUMNS.values()]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(each.render() for each in rows)]
    return "\n".join((build_heading(rows[0].scenario), "", *lines, ""))


def build_heading(scenario: str) -> str:
    """Return the heading of a scenario's section."""
    return f"### {scenario[0].upper()}{scenario[1:]}"


def render_known_differences() -> str:
    """Return the section that explains all known differences."""
    lines = [
        f"{number}. {known.reason} Scenarios: {', '.join(sorted(known.scenarios))}."
        for number, known in enumerate(KNOWN_DIFFERENCES, 1)
    ]
    return "\n".join(("## Known differences", "", *lines, ""))


def read_cli_version() -> str:
    """Return the version of the CLI on PATH."""
    output = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True)  # noqa: S607 - the one of `make pulumi`
    return output.stdout.strip().removeprefix("v")


def render_page(tables: list[str]) -> str:
    """Return the whole page."""
    versions = render_versions(read_cli_version())
    return "\n".join(
        (INTRODUCTION, f"{versions}\n", render_known_differences(), "## Scenarios\n", *tables)
    )


def render_versions(cli: str) -> str:
    """Return the versions of the CLI and of the installed SDK."""
    return f"Generated with Pulumi CLI {cli} and version {version('pulumi')} of its SDK."


def main(arguments: list[str]) -> int:
    """Compare all scenarios and write the page; return 1 at an unknown difference."""
    if shutil.which("pulumi") is None:
        print("Parity needs the Pulumi CLI on PATH: run `make pulumi` first.")  # noqa: T201 - it talks to a person
        return 1
    tables, unknown = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, scenario in enumerate(ALL_SCENARIOS):
            print(f"{scenario} ...", flush=True)  # noqa: T201 - as above
            rows = compare_engines(scenario, Path(folder, str(number)))
            tables.append(render_table(rows))
            unknown += [text for row in rows for text in row.describe_unknown_differences()]
    print("\n".join(("", *unknown)) if unknown else "No unknown differences.")  # noqa: T201 - as above
    if "--check" not in arguments:
        PAGE.write_text(render_page(tables), encoding="utf-8")
    return int(bool(unknown))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
