"""Assembles the command line ``bim360``; each command has its own module."""

from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from bim360_provider.cli.demo import demo
from bim360_provider.cli.doctor import doctor
from bim360_provider.cli.export import export
from bim360_provider.cli.init import init
from bim360_provider.cli.review import review
from bim360_provider.cli.sweep import sweep
from bim360_provider.emulator.cli import emulator
from bim360_provider.testing.cli import app as local

__all__ = ["app", "show_version"]

START_PANEL: Final = "Start a stack"
ACCOUNT_PANEL: Final = "Work with an account"
LOCAL_PANEL: Final = "Try out and test without an account"

COMPLETION_OPTIONS: Final = frozenset({"install_completion", "show_completion"})
"""The names of the options that typer adds."""


def show_version(value: bool) -> None:
    """Print the versions and exit if the option is set."""
    if value:
        typer.echo(f"bim360-provider {version('bim360-provider')}, pulumi {version('pulumi')}")
        raise typer.Exit


class CommandGroup(TyperGroup):
    """The commands; the help omits typer's options for completion, so that it fits one screen."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, those for completion hidden."""
        options: list[Any] = super().get_params(ctx)
        for option in options:
            option.hidden = option.name in COMPLETION_OPTIONS
        return options


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(rich_help_panel=START_PANEL)(init)

app.command(rich_help_panel=START_PANEL)(export)

app.command(rich_help_panel=ACCOUNT_PANEL)(doctor)

app.command(rich_help_panel=ACCOUNT_PANEL)(review)

app.command(rich_help_panel=ACCOUNT_PANEL)(sweep)

app.command(rich_help_panel=LOCAL_PANEL)(demo)

app.command(rich_help_panel=LOCAL_PANEL)(emulator)

app.add_typer(local, name="local", rich_help_panel=LOCAL_PANEL)


@app.callback()
def bim360(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Show the versions and exit."
        ),
    ] = False,
) -> None:
    """Manage BIM 360 accounts. Shell completion: bim360 --install-completion."""
