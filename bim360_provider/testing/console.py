"""Between the command line and the engine: settings in, text or JSON and an exit code out."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import typer
from rich.console import Console

from bim360_provider.testing.display import Display
from bim360_provider.testing.engine.engine import LocalEngine
from bim360_provider.testing.engine.results import Command, Event, LocalEngineError, Result, Step

EXIT_FAILED: Final = 1
EXIT_CANNOT_START: Final = 2
EXIT_UNEXPECTED_CHANGES: Final = 7
"""Pulumi's own exit code for it."""
EXIT_INTERRUPTED: Final = 130
"""What a shell makes of Ctrl-C: 128 and the number of the signal."""

NOTICE: Final = "Local engine of bim360-provider (this is not Pulumi; its state is its own)"

NANOSECONDS_PER_SECOND: Final = 1_000_000_000
"""In a second; Pulumi counts durations so."""

# Where the output is no terminal there is no width to fit.
NON_TERMINAL_WIDTH: Final = 200


@dataclass(frozen=True)
class CommandOptions:
    """The flags all commands have."""

    stack: str
    cwd: Path
    state: Path | None
    config: list[str] | None
    secret: list[str] | None
    parallel: int

    def build_engine(self, show: "Screen") -> LocalEngine:
        """Make the engine for a command.

        Raises:
            LocalEngineError: The project or its configuration cannot be read.
        """
        return LocalEngine(
            self.cwd,
            stack=self.stack,
            state=self.state,
            config=_parse_pairs("--config", self.config),
            secret_config=_parse_pairs("--secret", self.secret),
            parallel=self.parallel,
            on_event=show,
        )


def _parse_pairs(flag: str, words: list[str] | None) -> dict[str, str]:
    pairs = {}
    for word in words or []:
        key, equals, value = word.partition("=")
        if not equals or not key:
            msg = f"{flag} takes key=value"
            raise LocalEngineError(msg)
        pairs[key] = value
    return pairs


class Screen:
    """Where a command's output goes: text while it runs, or JSON when it has ended."""

    def __init__(self, *, as_json: bool, dry_run: bool) -> None:
        width = None if sys.stdout.isatty() else NON_TERMINAL_WIDTH
        self._display = Display(Console(highlight=False, width=width), dry_run=dry_run)
        self._as_json = as_json

    def __call__(self, event: Event) -> None:
        """Show an event, unless JSON was asked for."""
        if not self._as_json:
            self._display(event)

    def show_result(self, result: Result) -> None:
        """Show how it went."""
        if self._as_json:
            typer.echo(json.dumps(_serialize_result(result), indent=2, default=str))
        else:
            self._display.print_summary(result)


def _serialize_result(result: Result) -> dict[str, object]:
    """Return a result in the shape of Pulumi's ``preview --json``, so that one reader is enough."""
    return {
        "engine": NOTICE,
        "command": result.command,
        "ok": result.ok,
        "steps": [_serialize_step(step) for step in result.steps],
        "diagnostics": [
            {"severity": said.severity, "message": said.text, "urn": said.urn}
            for said in result.messages
        ],
        "changeSummary": result.changes,
        "outputs": result.outputs,
        "duration": round(result.seconds * NANOSECONDS_PER_SECOND),
    }


def _serialize_step(step: Step) -> dict[str, object]:
    return {
        "op": step.op,
        "urn": step.urn,
        "oldState": step.old_state,
        "newState": step.new_state,
        "replaceReasons": step.replaces,
        "detailedDiff": {
            path: {"kind": kind, "inputDiff": True} for path, kind in step.paths.items()
        },
    }


@contextmanager
def open_screen(command: Command, *, as_json: bool, dry_run: bool) -> Iterator[Screen]:
    """Say what begins, and turn what stops it into one line and an exit code."""
    if not as_json:
        typer.echo(f"{NOTICE}: {command}\n")
    try:
        yield Screen(as_json=as_json, dry_run=dry_run)
    except LocalEngineError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(EXIT_CANNOT_START) from None


def exit_with_result(result: Result, show: Screen, *, expect_no_changes: bool) -> NoReturn:
    """Show the result and end with the exit code that fits."""
    show.show_result(result)
    if result.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if not result.ok:
        raise typer.Exit(EXIT_FAILED)
    if expect_no_changes and result.changed:
        typer.echo("error: no changes were expected, but there were some", err=True)
        raise typer.Exit(EXIT_UNEXPECTED_CHANGES)
    raise typer.Exit
