"""Assembles the command line ``bim360``; each command has its own module."""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

__all__ = ["PANELS", "create_app"]

MODULES: Final = {
    "emulator": "bim360_provider.emulator.cli",
    "local": "bim360_provider.testing.cli",
}
"""The modules of the commands that are outside of this folder."""

PANELS: Final = {
    "init": "Start a stack",
    "export": "Start a stack",
    "doctor": "Work with an account",
    "review": "Work with an account",
    "sweep": "Work with an account",
    "demo": "Try out and test without an account",
    "emulator": "Try out and test without an account",
    "local": "Try out and test without an account",
}
"""The commands, in the order of the help, and the heading of each."""

CONTEXT_SETTINGS: Final = {"help_option_names": ["-h", "--help"]}

COMPLETION_OPTIONS: Final = frozenset({"install_completion", "show_completion"})
"""The names of the options that typer adds."""


def create_app(*names: str) -> typer.Typer:
    """Return the command line with these commands, without a name with all.

    Only the modules of these commands are imported: all take most of a second.
    """
    app = typer.Typer(
        cls=CommandGroup,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT_SETTINGS,
    )
    app.callback()(_bim360)
    for name in names or PANELS:
        module = import_module(MODULES.get(name, f"bim360_provider.cli.{name}"))
        panel = PANELS[name]
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


class CommandGroup(TyperGroup):
    """The commands; the help omits typer's options for completion, so that it fits one screen."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options, those for completion hidden."""
        options: list[Any] = super().get_params(ctx)
        for option in options:
            option.hidden = option.name in COMPLETION_OPTIONS
        return options


def _bim360(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the versions and exit."
        ),
    ] = False,
) -> None:
    """Manage BIM 360 accounts. Shell completion: bim360 --install-completion."""
