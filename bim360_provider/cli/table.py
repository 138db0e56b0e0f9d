"""Projects as a table for people."""

from rich import box
from rich.console import Console
from rich.table import Table

from bim360_provider.models import Project

__all__ = ["show_projects"]


def show_projects(console: Console, rows: list[tuple[str, Project]], title: str) -> None:
    """Print a table of projects with the region of their account."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("Project", "Type", "Status", "Start", "End"):
        table.add_column(heading)
    table.add_column("Value", justify="right")
    table.add_column("City")
    table.add_column("Region")
    for region, project in rows:
        table.add_row(*_cells(project), region)
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
