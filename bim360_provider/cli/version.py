"""``bim360 --version``."""

from importlib.metadata import version

import typer

__all__ = ["show_version"]


def show_version(value: bool) -> None:
    """Print the version and leave, when asked for."""
    if value:
        typer.echo(f"bim360-provider {version('bim360-provider')}, pulumi {version('pulumi')}")
        raise typer.Exit
