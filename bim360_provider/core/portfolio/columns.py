"""The header of a CSV file: which column gives which argument of a project."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.table import Row
from bim360_provider.models import ProjectArguments, normal

__all__ = ["ARGUMENTS", "RESOURCE_NAME", "Columns", "columns"]

ELSEWHERE: Final = ("account_id", "region")
"""Where a project is says its provider, not the project."""

ARGUMENTS: Final = tuple(name for name in ProjectArguments.model_fields if name not in ELSEWHERE)
"""What a column may give."""

RESOURCE_NAME: Final = "resource_name"
"""A column for Pulumi's own name, which otherwise is made from the project's."""

REQUIRED: Final = tuple(
    name for name, each in ProjectArguments.model_fields.items() if each.is_required()
)

ASIDE: Final = frozenset(
    """
id last_sign_in created_at updated_at copy_project_job_id
folders_created_from include_name_to_request_body result result_message
""".split()
)
"""What HQ answers but nobody sets, and what the vendor's set-up tool adds to a file of its own:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

NO_HEADER: Final = (
    "must name the columns, such as name, start_date, end_date, project_type, value, currency"
)

OTHER_NAMES: Final = {"province": "state_or_province"}
"""What the same tool takes too."""


@dataclass
class Columns:
    """What the header says.

    Attributes:
        positions: Where each argument's column is.
        aside: Columns that mean nothing here.
        mistakes: What is wrong with the header.
    """

    positions: dict[str, int] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def columns(header: Row, common: Collection[str]) -> Columns:
    """Return what the columns are; order, upper case and spaces do not matter.

    Args:
        header: The first row of the file.
        common: Arguments that need no column, because all projects have them.
    """
    found = Columns()
    meant = set()
    for position, cell in enumerate(header):
        name = _written(cell.text)
        if name in ASIDE:
            found.aside.append(name)
        elif name in (*ARGUMENTS, RESOURCE_NAME):
            if found.positions.setdefault(name, position) != position:
                found.mistakes.append(Mistake(f"has the column {name} twice", cell.line))
        elif name:
            meant.add(_nearest(name))
            found.mistakes.append(Mistake(_unknown(cell.text, name), cell.line))
    if not found.positions:
        found.mistakes = [Mistake(NO_HEADER, header[0].line)]
        return found
    missing = [each for each in REQUIRED if each not in {*found.positions, *common, *meant}]
    if missing:
        words = f"has no column {', '.join(missing)}, which every project needs"
        found.mistakes.append(Mistake(words, header[0].line))
    return found


def _written(text: str) -> str:
    """Return ``start_date`` for ``Start Date``."""
    name = re.sub(r"[\s_-]+", "_", text.casefold())
    return OTHER_NAMES.get(name, name)


def _nearest(name: str) -> str | None:
    return next(iter(difflib.get_close_matches(name, (*ARGUMENTS, RESOURCE_NAME), n=1)), None)


def _unknown(text: str, name: str) -> str:
    if name in ELSEWHERE:
        return f"cannot have a column {name}: give opts= a Bim360Provider of that account"
    near = _nearest(name)
    advice = f"did you mean {near}?" if near else "docs/csv.md has the list"
    return f"has a column {normal.shown(text)}, which is not known; {advice}"
