"""A row as one project's arguments, judged by the rules for a project in a stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core import project
from bim360_provider.core.arguments import UNKNOWN, Problem
from bim360_provider.core.portfolio.cells import value_of
from bim360_provider.core.portfolio.columns import ELSEWHERE, RESOURCE_NAME
from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.residue import residue
from bim360_provider.core.portfolio.scanning import Cell, Row
from bim360_provider.core.portfolio.shifts import Layout
from bim360_provider.core.settings import Settings
from bim360_provider.models import normal

__all__ = ["Rules", "faults_of", "read_row"]

Values = Mapping[str, Any]

NOTHING: Final = "has no value in any column of a project; remove the line"
NO_PROJECT: Final = "write them, or remove the line if it is not a project"
NAME_LIMIT: Final = 255
"""Characters of a resource name: Pulumi has no limit, but the backends' file names do."""


@dataclass(frozen=True)
class Rules:
    """What every row is read with.

    Attributes:
        layout: Where the cells of a row belong.
        common: Arguments of every project whose line does not give them.
        faults: What is wrong with those, which is not told again for every line.
        settings: Say whether values outside the public lists are let through.
        date_format: How the file writes dates.
    """

    layout: Layout
    common: Values
    faults: tuple[Problem, ...]
    settings: Settings
    date_format: str | None

    def cell(self, row: Row, argument: str) -> Cell:
        """Return an argument's cell; an empty one at the row's end where the row has none."""
        position = self.layout.positions.get(argument, len(row))
        return row[position] if position < len(row) else Cell("", row[-1].line)

    def missing(self, values: Values) -> list[str]:
        """Return the arguments that a row lacks although their columns are there."""
        needed = [name for name in self.layout.required if name in self.layout.positions]
        return [name for name in needed if name not in values]


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
    values, mistakes = _values(row, rules)
    if not values and not mistakes:
        return {}, [Mistake(NOTHING, row[0].line)]
    return values, mistakes + _judged(row, values, rules)


def _values(row: Row, rules: Rules) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes = []
    for argument in rules.layout.positions:
        cell = rules.cell(row, argument)
        if not cell.text:
            continue
        try:
            values[argument] = _value(argument, cell, rules.date_format)
        except ValueError as error:
            # A value that is wrong is judged once, and compared with no other.
            values[argument] = UNKNOWN
            mistakes.append(Mistake(str(error), cell.line, argument))
    return values, mistakes


def _value(argument: str, cell: Cell, date_format: str | None) -> Any:
    fault = residue(cell)
    if fault:
        raise ValueError(fault)
    value = value_of(argument, cell.text, date_format)
    return normal.text(NAME_LIMIT)(value) if argument == RESOURCE_NAME else value


def _judged(row: Row, values: Values, rules: Rules) -> list[Mistake]:
    given = {name: each for name, each in values.items() if name != RESOURCE_NAME}
    _, problems = project.check({}, {**rules.common, **given}, rules.settings)
    missing = rules.missing(values)
    together = missing if len(missing) > 1 else []
    sources = {*rules.layout.positions, *rules.common}.difference(together)
    mistakes = [
        Mistake(problem.words, rules.cell(row, problem.argument).line, problem.argument)
        for problem in problems
        if problem.argument in sources and problem not in rules.faults and not problem.warning
    ]
    if together:
        mistakes.append(Mistake(f"has no {', '.join(together)}; {NO_PROJECT}", row[0].line))
    return mistakes
