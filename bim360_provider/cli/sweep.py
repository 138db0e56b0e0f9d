"""``bim360 sweep``: list or archive the projects that tests have left, by name prefix."""

import os
from typing import Annotated, Final

import typer

from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.models import Project, normalize

__all__ = ["sweep"]

EXIT_ERROR: Final = 2
"""Exit code if it cannot start or HQ rejects a request."""

MIN_PREFIX_LENGTH: Final = 4
"""Minimum length of a prefix: a typing error must not select every project."""


def sweep(
    *,
    prefix: Annotated[str, typer.Option(help="Prefix of the project names; case-sensitive.")],
    archive: Annotated[
        bool,
        typer.Option("--archive", help="Archive the projects; otherwise they are only listed."),
    ] = False,
) -> None:
    """List projects by name prefix; archive them with --archive.

    Use it to clean up after live tests or trials. Account and credentials come
    from the environment, as for the provider. Archived projects are skipped;
    they keep their names.

    Exit codes: 0 success, 2 cannot start, or HQ rejected a request.

    Examples:
      bim360 sweep --prefix live-test-
      bim360 sweep --prefix live-test- --archive
    """
    if len(prefix) < MIN_PREFIX_LENGTH:
        _exit_with_error(
            f"--prefix must have at least {MIN_PREFIX_LENGTH} characters, so that it cannot select "
            "every project."
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
        typer.echo("Nothing was changed. To archive, add --archive.")
    typer.echo(f"{len(found)} {'project' if len(found) == 1 else 'projects'}.")


def _is_selected(project: Project, prefix: str) -> bool:
    return (project.name or "").startswith(
        normalize.compose_text(prefix)
    ) and project.status != "archived"


def _exit_with_error(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_ERROR)
