"""Projects as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from bim360_provider.models import Project

__all__ = ["Shown", "show_projects"]


@dataclass(frozen=True)
class Shown:
    """A project of a region, with the number of its admins and other members."""

    region: str
    project: Project
    admins: int
    members: int


def show_projects(console: Console, rows: Sequence[Shown], title: str) -> None:
    """Print a table of projects."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("Project", "Type", "Status", "Start", "End"):
        table.add_column(heading)
    table.add_column("Value", justify="right")
    table.add_column("City")
    table.add_column("Region")
    table.add_column("Admins", justify="right")
    table.add_column("Members", justify="right")
    for row in rows:
        table.add_row(*_cells(row.project), row.region, str(row.admins), str(row.members))
    console.print(table)


def _cells(project: Project) -> list[str]:
    value = "" if project.value is None else f"{project.value:,.0f} {project.currency or ''}"
    cells = [
        project.name,
        project.project_type,
        project.status,
        project.start_date,
        project.end_date,
        value,
        project.city,
    ]
    return [cell or "-" for cell in cells]
