"""Assembles the command line ``bim360``; each command has its own module."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Final

import typer

__all__ = ["COMMANDS", "create_app"]

COMMANDS: Final = ("doctor", "export", "review", "sweep", "demo", "emulator", "local")
"""The commands, in the order of the help."""

MODULES: Final = {
    "emulator": "bim360_provider.emulator.cli",
    "local": "bim360_provider.testing.cli",
}
"""The modules of the commands that are outside of this folder."""

LOCAL_COMMANDS: Final = frozenset({"demo", "emulator", "local"})
ACCOUNT_PANEL: Final = "Work with an account"
LOCAL_PANEL: Final = "Try out and test without an account"

CONTEXT_SETTINGS: Final = {"help_option_names": ["-h", "--help"]}


def create_app(*names: str) -> typer.Typer:
    """Return the command line with these commands, without a name with all.

    Only the modules of these commands are imported: all take most of a second.
    """
    app = typer.Typer(
        no_args_is_help=True, pretty_exceptions_enable=False, context_settings=CONTEXT_SETTINGS
    )
    app.callback()(_bim360)
    for name in names or COMMANDS:
        module = import_module(MODULES.get(name, f"bim360_provider.cli.{name}"))
        panel = LOCAL_PANEL if name in LOCAL_COMMANDS else ACCOUNT_PANEL
        if name == "local":
            app.add_typer(module.app, name=name, rich_help_panel=panel)
        else:
            app.command(rich_help_panel=panel)(getattr(module, name))
    return app


def _show_version(value: bool) -> None:
    """Print the versions and exit if the option is set."""
    if value:
        typer.echo(f"bim360-provider {version('bim360-provider')}, pulumi {version('pulumi')}")
        raise typer.Exit


def _bim360(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the versions and exit."
        ),
    ] = False,
) -> None:
    """Tools for managing BIM 360 accounts with Pulumi.

    Run `bim360 doctor` to check your setup, or `bim360 demo` to try the provider
    without an account.
    """
