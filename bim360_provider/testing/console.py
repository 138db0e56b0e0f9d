"""Connects the command line with the engine: options, output and exit codes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from bim360_provider.testing.display import Display
from bim360_provider.testing.engine.engine import DEFAULT_PARALLEL, LocalEngine
from bim360_provider.testing.engine.results import Command, Event, LocalEngineError, Result, Step

EXIT_FAILED: Final = 1
EXIT_CANNOT_START: Final = 2

EXIT_UNEXPECTED_CHANGES: Final = 7
"""Pulumi's exit code for unexpected changes."""

EXIT_INTERRUPTED: Final = 130
"""Exit code for Ctrl-C: 128 plus the number of the signal."""

NOTICE: Final = "Local engine of bim360-provider (not Pulumi; it has its own state)"

OPS_WITH_NEW_OUTPUTS: Final = frozenset({"create", "update", "replace", "create-replacement"})

NANOSECONDS_PER_SECOND: Final = 1_000_000_000
"""The unit of Pulumi's durations."""

NON_TERMINAL_WIDTH: Final = 200
"""Columns if the output is not a terminal."""


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """The options of all commands."""

    stack: Annotated[str, typer.Option("--stack", "-s", help="Name of the stack.")]
    cwd: Annotated[Path, typer.Option("--cwd", "-C", help="Folder of Pulumi.yaml.")] = Path()
    state: Annotated[
        Path | None,
        typer.Option("--state", help="State file.", show_default=".pulumi/local-engine/STACK.json"),
    ] = None
    config: Annotated[
        list[str] | None,
        typer.Option("--config", "-c", help="Configuration value, as key=value. Repeatable."),
    ] = None
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", help="Secret configuration value, as key=value. Repeatable."),
    ] = None
    parallel: Annotated[
        int, typer.Option("--parallel", "-p", min=1, help="Maximum number of parallel steps.")
    ] = DEFAULT_PARALLEL
    as_json: Annotated[
        bool, typer.Option("--json", "-j", help="Print the result as JSON only.")
    ] = False

    def build_engine(self, screen: "Screen") -> LocalEngine:
        """Return the engine for a command.

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
            on_event=screen,
        )


class Screen:
    """Prints the output of a command: text while it runs, or JSON when it has ended."""

    def __init__(self, *, as_json: bool, dry_run: bool) -> None:
        width = None if sys.stdout.isatty() else NON_TERMINAL_WIDTH
        self._display = Display(Console(highlight=False, width=width), dry_run=dry_run)
        self._as_json = as_json

    def __call__(self, event: Event) -> None:
        """Show an event, unless the output is JSON."""
        if not self._as_json:
            self._display(event)

    def show_result(self, result: Result) -> None:
        """Show the result."""
        if self._as_json:
            typer.echo(json.dumps(serialize_result(result), indent=2, default=str))
        else:
            self._display.print_summary(result)


@contextmanager
def open_screen(command: Command, *, as_json: bool, dry_run: bool) -> Iterator[Screen]:
    """Print the notice; turn an error of the engine into one line and an exit code."""
    if not as_json:
        typer.echo(f"{NOTICE}: {command}\n")
    try:
        yield Screen(as_json=as_json, dry_run=dry_run)
    except LocalEngineError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(EXIT_CANNOT_START) from None


def exit_with_result(result: Result, screen: Screen, *, expect_no_changes: bool) -> NoReturn:
    """Show the result and exit with its code."""
    screen.show_result(result)
    if result.interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if not result.ok:
        raise typer.Exit(EXIT_FAILED)
    if expect_no_changes and result.changed:
        typer.echo("error: unexpected changes (--expect-no-changes is set)", err=True)
        raise typer.Exit(EXIT_UNEXPECTED_CHANGES)
    raise typer.Exit


def _parse_pairs(flag: str, texts: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in texts or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            msg = f"{flag} must have the form key=value"
            raise LocalEngineError(msg)
        pairs[key] = value
    return pairs


def serialize_result(result: Result) -> dict[str, object]:
    """Return a result in the format of ``pulumi preview --json``."""
    return {
        "engine": NOTICE,
        "command": result.command,
        "ok": result.ok,
        "steps": [
            _serialize_step(step, planned=result.command == "preview") for step in result.steps
        ],
        "diagnostics": [
            {"severity": message.severity, "message": message.text, "urn": message.urn}
            for message in result.messages
        ],
        "changeSummary": result.changes,
        "outputs": result.outputs,
        "duration": round(result.seconds * NANOSECONDS_PER_SECOND),
    }


def _serialize_step(step: Step, *, planned: bool) -> dict[str, object]:
    new_state = step.new_state
    if planned and step.op in OPS_WITH_NEW_OUTPUTS and new_state is not None:
        # In a preview, Pulumi has neither the id nor the outputs of what will change.
        new_state = {k: v for k, v in new_state.items() if k not in {"id", "outputs"}}
    return {
        "op": step.op,
        "urn": step.urn,
        "oldState": step.old_state,
        "newState": new_state,
        "replaceReasons": step.replaces,
        "detailedDiff": {
            path: {"kind": kind, "inputDiff": True} for path, kind in step.paths.items()
        },
    }
