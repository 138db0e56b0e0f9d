"""``bim360 sweep``: archive what tests left in an account, by the beginning of its name."""

import os
from typing import Annotated, Final

import typer

from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.models import Project, normalize

__all__ = ["sweep"]

EXIT_ERROR: Final = 2
"""Exit code when it cannot begin, or HQ said no."""

MIN_PREFIX_LENGTH: Final = 4
"""Characters that a prefix has at least: a slip of the finger must not reach every project."""


def sweep(
    *,
    prefix: Annotated[str, typer.Option(help="What the names begin with, case and all.")],
    archive: Annotated[
        bool, typer.Option("--archive", help="Archive them; without it they are only listed.")
    ] = False,
) -> None:
    """List the projects of an account whose name begins so, and archive them if told to.

    For what live tests or trials left behind. Account and credentials come from the
    environment, as for the provider. Archived projects are passed over; their names stay taken.

    Exit codes: 0 done, 2 it could not begin or HQ said no.

    Examples:
      bim360 sweep --prefix live-test-
      bim360 sweep --prefix live-test- --archive
    """
    if len(prefix) < MIN_PREFIX_LENGTH:
        _exit_with_error(
            f"A prefix has {MIN_PREFIX_LENGTH} characters at least, so that it cannot mean everything."
        )
    try:
        client = HqClient(
            Settings.resolve({}, os.environ).build_connection(None, None),
            notify=lambda message, _: typer.echo(message, err=True),
        )
        try:
            _sweep_projects(client, prefix, archive=archive)
        finally:
            client.close()
    except Bim360Error as error:
        _exit_with_error(str(error))


def _sweep_projects(client: HqClient, prefix: str, *, archive: bool) -> None:
    found = [project for project in client.projects.walk() if _is_selected(project, prefix)]
    for project in found:
        if archive:
            client.projects.update(project.id, {"status": "archived"})
        typer.echo(f"{'archived' if archive else project.status}: {project.name} ({project.id})")
    if found and not archive:
        typer.echo("Nothing was changed; --archive archives them.")
    typer.echo(f"{len(found)} {'project' if len(found) == 1 else 'projects'}.")


def _is_selected(project: Project, prefix: str) -> bool:
    return (project.name or "").startswith(
        normalize.compose_text(prefix)
    ) and project.status != "archived"


def _exit_with_error(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_ERROR)
