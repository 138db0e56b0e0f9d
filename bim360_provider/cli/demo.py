"""``bim360 demo``: a stack against a local HQ, from preview to a quiet second up."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from bim360_provider import files
from bim360_provider.cli.demo_engine import EngineChoice, choose_engine
from bim360_provider.cli.demo_runner import (
    DemoStackRunner,
    EmulatorProcess,
    print_projects,
    start_emulator,
)
from bim360_provider.errors import Bim360Error

__all__ = ["demo"]

EXIT_CANNOT_START: Final = 2
"""Exit code when the demo cannot begin."""

LOCK_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
"""A symbolic link in place of the lock is not followed; Windows has no such flag."""

EXIT_UNEXPECTED_CHANGES: Final = 3
"""Exit code when a second up had something to do."""

PRIVATE_FOLDER_MODE: Final = 0o700
"""Permissions of the demo's folder: no other user reads its state or places a link in it."""

NON_TERMINAL_WIDTH: Final = 160
"""Columns of the table where the output is no terminal."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else NON_TERMINAL_WIDTH)


def demo(
    *,
    stack: Annotated[str, typer.Option(help="The stack to run.")] = "demo",
    cwd: Annotated[Path, typer.Option(help="The folder of Pulumi.yaml.")] = Path(),
    destroy: Annotated[bool, typer.Option(help="Take it down: archives the projects.")] = False,
    engine: Annotated[
        EngineChoice, typer.Option(help="auto takes the Pulumi CLI where it can be had.")
    ] = "auto",
    faults: Annotated[
        Path | None, typer.Option(help="Bad weather: a JSON file of fault rules for HQ.")
    ] = None,
) -> None:
    """Run a stack against a local BIM 360: preview, up, what now exists, and a second up.

    No account is needed and nothing leaves this machine. State is kept in .demo, so that it
    can be run again; nothing is left running.

    Exit codes: 0 all went well, 1 the engine failed, 2 it could not begin, 3 the second up
    had something to do.

    Examples:
      bim360 demo
      bim360 demo --stack portfolio
      bim360 demo --destroy
      bim360 demo --engine local
      bim360 demo --faults docs/examples/weather.json
    """
    project = cwd.resolve()
    if not (project / "Pulumi.yaml").exists():
        _exit_with_error(
            f"There is no Pulumi.yaml in {project}; name its folder with --cwd.", EXIT_CANNOT_START
        )
    (project / ".demo").mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    chosen = choose_engine(engine, project / ".demo" / "cli", _print_line)
    if chosen is None:
        _exit_with_error(
            "The Pulumi CLI is neither on PATH nor to be had; try --engine local.",
            EXIT_CANNOT_START,
        )
    folder = project / ".demo" / chosen.kind
    folder.mkdir(exist_ok=True)
    _print_line(f"Engine: {chosen.description}.")
    with _lock_folder(folder), _report_errors(), start_emulator(folder / "hq.sqlite", faults) as hq:
        _print_line(f"HQ: an emulator on {hq.url}, no account and no network.")
        if faults:
            _print_line(f"Weather: as {faults} says.")
        runner = DemoStackRunner(chosen, project, stack, folder, hq.environ)
        runner.prepare_stack()
        if destroy:
            _destroy_stack(runner, hq)
        else:
            _apply_stack(runner, hq)
    _print_line("Nothing is left running.")


def _apply_stack(runner: DemoStackRunner, hq: EmulatorProcess) -> None:
    _run_step(runner, "preview", "Preview: what will happen")
    mark = hq.get_last_sequence()
    _run_step(runner, "up", "Up: make it so")
    sent = hq.list_requests(mark)
    _print_line("")
    title = f"What now exists, read back from HQ ({len(sent)} requests)"
    print_projects(console, hq.list_projects(), title)
    if met := [row for row in sent if row["fault"] is not None]:
        _print_line(f"{len(met)} of these requests met bad weather.")
    mark = hq.get_last_sequence()
    _run_step(runner, "up", "Up again: nothing to do", "--expect-no-changes")
    quiet = hq.list_requests(mark)
    if quiet:
        _exit_with_error(
            f"The second up sent {len(quiet)} requests to HQ; it should send none.",
            EXIT_UNEXPECTED_CHANGES,
        )
    _print_line("\nThe second up changed nothing and sent 0 requests to HQ.")
    _print_line("`make demo-destroy` archives the projects.")


def _destroy_stack(runner: DemoStackRunner, hq: EmulatorProcess) -> None:
    _run_step(runner, "destroy", "Destroy: HQ cannot delete projects, so they are archived")
    _print_line("")
    print_projects(console, hq.list_projects(), "What HQ has now")
    _print_line("Their names stay taken; `make demo` brings them back.")


def _run_step(runner: DemoStackRunner, command: str, title: str, *flags: str) -> None:
    _print_line(f"\n== {title}")
    code = runner.run_command(command, *flags)
    if code:
        _exit_with_error(f"{title}: the engine ended with exit code {code}; see above.", 1)


def _print_line(words: str) -> None:
    console.print(words, markup=False, soft_wrap=True)
    console.file.flush()


def _exit_with_error(words: str, code: int) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(code)


@contextmanager
def _report_errors() -> Iterator[None]:
    try:
        yield
    except Bim360Error as error:
        _exit_with_error(str(error), 1)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Keep two demos from writing one state."""
    lock = os.open(folder / "lock", LOCK_FLAGS, files.PRIVATE_MODE)
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:
        pass
    except OSError:
        _exit_with_error(f"Another demo is running in {folder}.", EXIT_CANNOT_START)
    try:
        yield
    finally:
        os.close(lock)
