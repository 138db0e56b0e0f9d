"""A row as one project's arguments, judged by the rules for a project in a stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.arguments import UNKNOWN, Problem
from bim360_provider.core.portfolio.cells import value_of
from bim360_provider.core.portfolio.columns import ELSEWHERE, RESOURCE_NAME
from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.table import Cell, Row
from bim360_provider.core.settings import Settings
from bim360_provider.models import normal

__all__ = ["Rules", "faults_of", "read_row"]

Values = Mapping[str, Any]

STRAY = "stands under no column; is there a separator too many, or a quote too few?"


@dataclass(frozen=True)
class Rules:
    """What every row is read with.

    Attributes:
        positions: Where each argument's column is.
        named: The positions that the header has a name for.
        common: Arguments of every project whose line does not give them.
        faults: What is wrong with those, which is not told again for every line.
        settings: Say whether values outside the public lists are let through.
        date_format: How the file writes dates.
    """

    positions: Mapping[str, int]
    named: frozenset[int]
    common: Values
    faults: tuple[Problem, ...]
    settings: Settings
    date_format: str | None

    def cell(self, row: Row, argument: str) -> Cell:
        """Return an argument's cell; an empty one at the row's end where the row has none."""
        position = self.positions.get(argument, len(row))
        return row[position] if position < len(row) else Cell("", row[-1].line)


def faults_of(common: Values, settings: Settings) -> tuple[Problem, ...]:
    """Return what is wrong with arguments that all projects are to have."""
    faults = []
    if "name" in common:
        faults.append(Problem("name", "is each project's own: it must be a column"))
    faults += [
        Problem(name, "is said by a Bim360Provider in opts=")
        for name in ELSEWHERE
        if name in common
    ]
    _, problems = project.check({}, common, settings)
    return (*faults, *(each for each in problems if each.argument in common and not each.warning))


def read_row(row: Row, rules: Rules) -> tuple[dict[str, Any], list[Mistake]]:
    """Return what a row says, empty cells left out, and everything that is wrong with it."""
    for position, cell in enumerate(row):
        if cell.text and position not in rules.named:
            # The cells have moved, so that nothing else that could be said of them would be true.
            return {}, [Mistake(f"{normal.shown(cell.text)} {STRAY}", cell.line)]
    values, mistakes = _values(row, rules)
    return values, mistakes + _judged(row, values, rules)


def _values(row: Row, rules: Rules) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes = []
    for argument in rules.positions:
        cell = rules.cell(row, argument)
        if not cell.text:
            continue
        try:
            values[argument] = value_of(argument, cell.text, rules.date_format)
        except ValueError as error:
            values[argument] = UNKNOWN
            mistakes.append(Mistake(str(error), cell.line, argument))
    return values, mistakes


def _judged(row: Row, values: Values, rules: Rules) -> list[Mistake]:
    given = {name: each for name, each in values.items() if name != RESOURCE_NAME}
    _, problems = project.check({}, {**rules.common, **given}, rules.settings)
    sources = {*rules.positions, *rules.common}
    return [
        Mistake(problem.words, rules.cell(row, problem.argument).line, problem.argument)
        for problem in problems
        if problem.argument in sources and problem not in rules.faults and not problem.warning
    ]
