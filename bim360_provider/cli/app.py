"""The command line ``bim360``: each command in a file of its own."""

from importlib.metadata import version
from typing import Annotated

import typer

from bim360_provider.cli.demo import demo
from bim360_provider.cli.doctor import doctor
from bim360_provider.cli.export import export
from bim360_provider.cli.review import review
from bim360_provider.cli.sweep import sweep
from bim360_provider.emulator.cli import emulator
from bim360_provider.testing.cli import app as local

__all__ = ["app", "show_version"]


def show_version(value: bool) -> None:
    """Print the version and leave, when asked for."""
    if value:
        typer.echo(f"bim360-provider {version('bim360-provider')}, pulumi {version('pulumi')}")
        raise typer.Exit


app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(demo)

app.command()(doctor)

app.command()(emulator)

app.command()(review)

app.command()(export)

app.command()(sweep)

app.add_typer(local, name="local")


@app.callback()
def bim360(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say which version."),
    ] = False,
) -> None:
    """BIM 360 projects as infrastructure code: what helps around `pulumi up`."""
