"""The header of a CSV file: which column gives which argument of a project."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.scanning import Row
from bim360_provider.core.portfolio.table import column_name
from bim360_provider.models import ProjectArguments, normal
from bim360_provider.models.aliases import ARGUMENT_ALIASES
from bim360_provider.models.suggestions import suggestion

__all__ = ["ARGUMENTS", "NAMES", "REQUIRED", "RESOURCE_NAME", "Columns", "columns"]

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

OTHER_NAMES: Final = {"province": "state_or_province"}
"""What the same tool takes too."""

NAMES: Final = frozenset((*ARGUMENTS, RESOURCE_NAME, *ASIDE, *OTHER_NAMES))
"""Every name that a column may have."""

LONGEST: Final = 100
"""Characters of a column's name for which another one is suggested."""

SINGLE: Final = 2
"""Unknown columns that are reported one by one: more have one cause, such as a lost line end."""

REMARK: Final = re.compile(r"[(\[].*?[)\]]|[*:]")
"""What people add to the name of a column: a unit, or a sign that it is required."""


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


def columns(header: Row, common: Collection[str], read_as: str = "") -> Columns:
    """Return what the columns are; order, upper case and spaces do not matter.

    Args:
        header: The first row of the file.
        common: Arguments that need no column, because all projects have them.
        read_as: How the file was read, for a header that may have been misread.
    """
    found = Columns()
    present = {_written(cell.text) for cell in header}
    meant: set[str | None] = set()
    strangers: list[Mistake] = []
    for position, cell in enumerate(header):
        name = _written(cell.text)
        if name in ASIDE:
            found.aside.append(name)
        elif name in (*ARGUMENTS, RESOURCE_NAME):
            if found.positions.setdefault(name, position) != position:
                found.mistakes.append(Mistake(f"has the column {name} twice", cell.line))
        elif name:
            near = _nearest(cell.text, present)
            meant.add(near)
            mistake = Mistake(_unknown(cell.text, name, near), cell.line)
            (found.mistakes if near or name in ELSEWHERE else strangers).append(mistake)
    missing = [each for each in REQUIRED if each not in {*found.positions, *common, *meant}]
    if missing:
        words = f"has no column {', '.join(missing)}, which every project needs"
        # A column under a name that is not known may be one of those that are missing.
        words += f"; {read_as}" if strangers and read_as else ""
        found.mistakes.append(Mistake(words, header[0].line))
    elif len(strangers) > SINGLE:
        words = f"has {len(strangers)} columns that are not known; {read_as}"
        found.mistakes.append(Mistake(words, header[0].line))
    else:
        found.mistakes += strangers
    return found


def _written(text: str) -> str:
    """Return ``start_date`` for ``Start Date``."""
    name = column_name(text)
    return OTHER_NAMES.get(name, name)


def _nearest(text: str, present: Collection[str]) -> str | None:
    name = _written(REMARK.sub("", text[:LONGEST]).strip())
    if name in ARGUMENTS and name not in present:
        return name
    names = (*ARGUMENTS, RESOURCE_NAME)
    return suggestion(name, names, aliases=ARGUMENT_ALIASES, excluded=present)


def _unknown(text: str, name: str, near: str | None) -> str:
    if name in ELSEWHERE:
        return f"cannot have a column {name}: give opts= a Bim360Provider of that account"
    advice = f"did you mean {near}?" if near else "docs/csv.md has the list"
    return f"has a column {normal.shown(text)}, which is not known; {advice}"
