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
from bim360_provider.cli.demo_engine import Choice, choose
from bim360_provider.cli.demo_runner import Runner, Sandbox, sandbox, show_projects
from bim360_provider.errors import Bim360Error

__all__ = ["demo"]

WRONG: Final = 2
"""Exit code when the demo cannot begin."""

LOCK_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
"""A symbolic link in place of the lock is not followed; Windows has no such flag."""

NOT_QUIET: Final = 3
"""Exit code when a second up had something to do."""

PRIVATE_FOLDER: Final = 0o700
"""Permissions of the demo's folder: no other user reads its state or places a link in it."""

WIDE: Final = 160
"""Columns of the table where the output is no terminal."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def demo(
    *,
    stack: Annotated[str, typer.Option(help="The stack to run.")] = "demo",
    cwd: Annotated[Path, typer.Option(help="The folder of Pulumi.yaml.")] = Path(),
    destroy: Annotated[bool, typer.Option(help="Take it down: archives the projects.")] = False,
    engine: Annotated[
        Choice, typer.Option(help="auto takes the Pulumi CLI where it can be had.")
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
        _fail(f"There is no Pulumi.yaml in {project}; name its folder with --cwd.", WRONG)
    (project / ".demo").mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    chosen = choose(engine, project / ".demo" / "cli", _say)
    if chosen is None:
        _fail("The Pulumi CLI is neither on PATH nor to be had; try --engine local.", WRONG)
    folder = project / ".demo" / chosen.kind
    folder.mkdir(exist_ok=True)
    _say(f"Engine: {chosen.words}.")
    with _alone(folder), _one_line_errors(), sandbox(folder / "hq.sqlite", faults) as hq:
        _say(f"HQ: an emulator on {hq.url}, no account and no network.")
        if faults:
            _say(f"Weather: as {faults} says.")
        runner = Runner(chosen, project, stack, folder, hq.environ)
        runner.prepare()
        if destroy:
            _take_down(runner, hq)
        else:
            _bring_up(runner, hq)
    _say("Nothing is left running.")


def _bring_up(runner: Runner, hq: Sandbox) -> None:
    _step(runner, "preview", "Preview: what will happen")
    mark = hq.mark()
    _step(runner, "up", "Up: make it so")
    sent = hq.requests_since(mark)
    _say("")
    title = f"What now exists, read back from HQ ({len(sent)} requests)"
    show_projects(console, hq.projects(), title)
    if met := [row for row in sent if row["fault"] is not None]:
        _say(f"{len(met)} of these requests met bad weather.")
    mark = hq.mark()
    _step(runner, "up", "Up again: nothing to do", "--expect-no-changes")
    quiet = hq.requests_since(mark)
    if quiet:
        _fail(f"The second up sent {len(quiet)} requests to HQ; it should send none.", NOT_QUIET)
    _say("\nThe second up changed nothing and sent 0 requests to HQ.")
    _say("`make demo-destroy` archives the projects.")


def _take_down(runner: Runner, hq: Sandbox) -> None:
    _step(runner, "destroy", "Destroy: HQ cannot delete projects, so they are archived")
    _say("")
    show_projects(console, hq.projects(), "What HQ has now")
    _say("Their names stay taken; `make demo` brings them back.")


def _step(runner: Runner, command: str, title: str, *flags: str) -> None:
    _say(f"\n== {title}")
    code = runner.run(command, *flags)
    if code:
        _fail(f"{title}: the engine ended with exit code {code}; see above.", 1)


def _say(words: str) -> None:
    console.print(words, markup=False, soft_wrap=True)
    console.file.flush()


def _fail(words: str, code: int) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(code)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except Bim360Error as error:
        _fail(str(error), 1)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep two demos from writing one state."""
    lock = os.open(folder / "lock", LOCK_FLAGS, files.PRIVATE)
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:
        pass
    except OSError:
        _fail(f"Another demo is running in {folder}.", WRONG)
    try:
        yield
    finally:
        os.close(lock)
