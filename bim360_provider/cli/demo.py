"""``bim360 demo``: run a stack on the emulator, from the preview to a second up."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
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
"""Exit code if the demo cannot start."""

LOCK_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
"""Flags that do not follow a symbolic link; Windows has no such flag."""

EXIT_UNEXPECTED_CHANGES: Final = 3
"""Exit code if the second up sent requests."""

PRIVATE_FOLDER_MODE: Final = 0o700
"""Permissions of the demo's folder: other users can neither read nor replace its files."""

NON_TERMINAL_WIDTH: Final = 160
"""Columns of the table if the output is not a terminal."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else NON_TERMINAL_WIDTH)


def demo(
    *,
    stack: Annotated[str, typer.Option(help="Name of the stack.")] = "demo",
    cwd: Annotated[Path, typer.Option(help="Folder of Pulumi.yaml.")] = Path(),
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Destroy the stack: archive its projects.")
    ] = False,
    engine: Annotated[
        EngineChoice,
        typer.Option(help="auto: the Pulumi CLI, or the local engine if it is not available."),
    ] = "auto",
    faults: Annotated[
        Path | None, typer.Option(help="JSON file with fault rules that disturb HQ's responses.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the emulator, and show its page, until Ctrl-C.")
    ] = False,
) -> None:
    """Run a stack on a local BIM 360 emulator; no account needed.

    Runs a preview and an up, lists the created projects, and runs a second up,
    which must change nothing. Nothing is sent to Autodesk. State is kept in
    .demo; no process is left running.

    Exit codes: 0 success, 1 the engine failed, 2 cannot start, 3 the second up
    sent requests.

    Examples:
      bim360 demo
      bim360 demo --stack portfolio
      bim360 demo --keep
      bim360 demo --destroy
      bim360 demo --engine local
      bim360 demo --faults docs/examples/weather.json
    """
    project = cwd.resolve()
    if not (project / "Pulumi.yaml").exists():
        _exit_with_error(
            f"There is no Pulumi.yaml in {project}; set its folder with --cwd.", EXIT_CANNOT_START
        )
    (project / ".demo").mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    demo_engine = choose_engine(engine, project / ".demo" / "cli", _print_line)
    if demo_engine is None:
        _exit_with_error(
            "The Pulumi CLI is not on PATH and could not be installed; try --engine local.",
            EXIT_CANNOT_START,
        )
    folder = project / ".demo" / demo_engine.kind
    folder.mkdir(exist_ok=True)
    _print_line(f"Engine: {demo_engine.description}.")
    with _lock_folder(folder), _report_errors(), start_emulator(folder / "hq.sqlite", faults) as hq:
        _print_line(f"HQ: emulator on {hq.url}; no account needed.")
        if faults:
            _print_line(f"Faults: {faults}.")
        runner = DemoStackRunner(demo_engine, project, stack, folder, hq.environ)
        runner.prepare_stack()
        (_destroy_stack if destroy else _apply_stack)(runner, hq)
        if keep:
            _keep_emulator(runner, hq)
    _print_line("The emulator is stopped; state is kept in .demo.")


def _apply_stack(runner: DemoStackRunner, hq: EmulatorProcess) -> None:
    _run_step(runner, "preview", "Preview")
    mark = hq.get_last_sequence()
    _run_step(runner, "up", "Up")
    sent = hq.list_requests(mark)
    _print_line("")
    title = f"Projects, read from HQ (the up sent {len(sent)} {_pluralize(len(sent))})"
    print_projects(console, hq.list_projects(), title)
    if disturbed := [row for row in sent if row["fault"] is not None]:
        _print_line(f"Requests disturbed by a fault: {len(disturbed)}.")
    mark = hq.get_last_sequence()
    _run_step(runner, "up", "Second up: must change nothing", "--expect-no-changes")
    unexpected = hq.list_requests(mark)
    if unexpected:
        _exit_with_error(
            f"The second up sent {len(unexpected)} {_pluralize(len(unexpected))} instead of 0.",
            EXIT_UNEXPECTED_CHANGES,
        )
    _print_line("\nThe second up changed nothing and sent 0 requests to HQ.")
    _print_line("To archive the projects, run `bim360 demo --destroy`.")


def _destroy_stack(runner: DemoStackRunner, hq: EmulatorProcess) -> None:
    _run_step(runner, "destroy", "Destroy: archive the projects (HQ cannot delete them)")
    _print_line("")
    print_projects(console, hq.list_projects(), "Projects, read from HQ")
    _print_line("Archived projects keep their names; `bim360 demo` restores them.")


def _keep_emulator(runner: DemoStackRunner, hq: EmulatorProcess) -> None:
    """Keep the emulator until Ctrl-C; each Enter runs a preview that shows what was changed."""
    _print_line(f"\nThe page of the emulator: {hq.url}/")
    _print_line(
        "Change a project there, then press Enter: a preview with --refresh shows the drift. "
        "Ctrl-C stops the emulator."
    )
    with suppress(KeyboardInterrupt):
        while sys.stdin.readline():
            runner.run_command("preview", "--refresh")
        Event().wait()  # the end of stdin: no terminal


def _run_step(runner: DemoStackRunner, command: str, title: str, *flags: str) -> None:
    _print_line(f"\n== {title}")
    code = runner.run_command(command, *flags)
    if code:
        _exit_with_error(
            f"{title}: the engine failed with exit code {code}; see its output above.", 1
        )


def _print_line(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
    console.file.flush()


def _pluralize(count: int) -> str:
    return "request" if count == 1 else "requests"


def _exit_with_error(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def _report_errors() -> Iterator[None]:
    try:
        yield
    except Bim360Error as error:
        _exit_with_error(str(error), 1)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Prevent two demos from writing the same state."""
    lock = os.open(folder / "lock", LOCK_FLAGS, files.PRIVATE_MODE)
    try:
        import fcntl  # noqa: PLC0415 - not available on Windows

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:
        pass
    except OSError:
        _exit_with_error(
            f"Another demo is running in {folder}; wait until it ends.", EXIT_CANNOT_START
        )
    try:
        yield
    finally:
        os.close(lock)
