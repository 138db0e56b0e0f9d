"""``bim360 demo``: run a stack on the emulator, from the preview to the review of a change."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from bim360_provider import files
from bim360_provider.cli.demo_engine import DemoEngine, EngineChoice, choose_engine
from bim360_provider.cli.demo_runner import (
    CommandOutput,
    DemoStackRunner,
    EmulatorProcess,
    ProjectRow,
    print_projects,
    start_emulator,
)
from bim360_provider.errors import Bim360Error
from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import Plan, PlanError, read_plan
from bim360_provider.review.render.terminal import print_outline, print_review

__all__ = ["demo"]

EXIT_CANNOT_START: Final = 2
"""Exit code if the demo cannot start."""

LOCK_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
"""Flags that do not follow a symbolic link; Windows has no such flag."""

EXIT_UNEXPECTED_CHANGES: Final = 3
"""Exit code if the second up sent requests."""

PRIVATE_FOLDER_MODE: Final = 0o700
"""Permissions of the demo's folder: other users can neither read nor replace its files."""

NON_TERMINAL_WIDTH: Final = 100
"""Columns if the output is not a terminal."""

ADMIN_NAME: Final = "Anna Halvorsen"
"""The account admin of the emulator, who changes a project by hand."""

DELAY: Final = timedelta(days=92)
"""The change by hand: the project ends about three months later."""

PROJECT_TYPE: Final = "pulumi-python:dynamic/bim360:Project"

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
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print the engine's whole output.")
    ] = False,
    in_make: Annotated[
        bool, typer.Option("--in-make", hidden=True, help="Suggest targets of make.")
    ] = False,
) -> None:
    """Run a stack on a local BIM 360 emulator; no account needed.

    Shows what would be created, creates it, and shows that a second up sends
    no request. Then a project is changed by hand, and a preview and a review
    comment show the change. Nothing is sent to Autodesk. State is kept in
    .demo; no process is left running.

    Exit codes: 0 success, 1 the engine failed, 2 cannot start, 3 the second up
    sent requests.

    Examples:
      bim360 demo
      bim360 demo -v
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
    demo_engine = _choose_engine(engine, project)
    folder = project / ".demo" / demo_engine.kind
    folder.mkdir(exist_ok=True)
    _print_introduction(demo_engine, in_make=in_make)
    with _lock_folder(folder), _report_errors(), start_emulator(folder / "hq.sqlite", faults) as hq:
        runner = DemoStackRunner(demo_engine, project, stack, folder, hq.environ)
        runner.prepare_stack()
        demo_run = DemoRun(runner, hq, verbose)
        if destroy:
            demo_run.destroy_stack()
        else:
            demo_run.run_all_steps()
        if keep:
            demo_run.keep_emulator()
    if not keep and not destroy:
        _print_next_commands(in_make=in_make)


def _choose_engine(choice: EngineChoice, project: Path) -> DemoEngine:
    (project / ".demo").mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    engine = choose_engine(choice, project / ".demo" / "cli", _print_line)
    if engine is None:
        _exit_with_error(
            "The Pulumi CLI is not on PATH and could not be installed; try --engine local.",
            EXIT_CANNOT_START,
        )
    return engine


def _print_introduction(engine: DemoEngine, *, in_make: bool) -> None:
    details = "make demo ARGS=-v" if in_make else "bim360 demo -v"
    _print_line(
        "A local emulator stands in for BIM 360: no account needed, nothing goes to Autodesk."
    )
    _print_line(f"Engine: {engine.description}. Details: {details}")


def _print_next_commands(*, in_make: bool) -> None:
    keep = "make demo KEEP=1" if in_make else "bim360 demo --keep"
    _print_line(f"\nNext: {keep:<18}  change projects by clicking on a page, and see the drift")
    _print_line(
        f'      {"bim360 init":<18}  start your own stack: README, "Use it in your own repository"'
    )


@dataclass(frozen=True)
class DemoRun:
    """The steps of the demo.

    Attributes:
        runner: Runs the commands of the engine.
        hq: The emulator.
        verbose: Whether to print the engine's whole output.
    """

    runner: DemoStackRunner
    hq: EmulatorProcess
    verbose: bool

    def run_all_steps(self) -> None:
        """Create the projects, repeat the up, change a project by hand, and show the change."""
        _print_title("1. Preview: what would the program change?")
        plan = self._preview_stack()  # with a refresh: an earlier demo may have left drift
        _print_title("2. Up: apply it")
        self._apply_program()
        _print_title("3. Up again: nothing has changed")
        self._repeat_up()
        row = self._find_project(plan)
        if row is None:
            _print_line(
                "   The stack has no project with an end date that could be changed by hand."
            )
            return
        _print_title("4. A change by hand")
        self._change_project(row)
        _print_title("5. Preview with --refresh: what would the next up correct?")
        plan = self._preview_stack()
        _print_title("6. Review: the same plan, as `bim360 review` comments on a pull request")
        _print_indented_review(build_review(plan))

    def destroy_stack(self) -> None:
        """Archive the projects of the stack."""
        _print_title("Destroy: archive the projects (HQ cannot delete them)")
        self._run_command("destroy")
        _print_line("   The projects, read from HQ:")
        print_projects(console, self.hq.list_projects())
        _print_line("   Archived projects keep their names; the next demo reactivates them.")

    def keep_emulator(self) -> None:
        """Keep the emulator until Ctrl-C; each Enter runs a preview that shows what was changed."""
        _print_line(f"\nThe page of the emulator: {self.hq.url}/")
        _print_line(
            "Change a project there, then press Enter: a preview with --refresh shows the drift. "
            "Ctrl-C stops the emulator."
        )
        with suppress(KeyboardInterrupt):
            while sys.stdin.readline():
                self._preview_stack()
            Event().wait()  # the end of stdin: no terminal
        _print_line("The emulator stops; state is kept in .demo.")

    def _preview_stack(self) -> Plan:
        """Run a preview with a refresh and print what would change."""
        if self.verbose:
            self._run_command("preview", "--refresh")
        with self._show_progress() as notify:
            output = self.runner.capture_plan(notify=notify)
        try:
            plan = read_plan(output.stdout)
        except PlanError:
            _exit_with_output(output)
        if plan.has_failed or output.exit_code:
            print_review(build_review(plan), console)
            _exit_with_error("The preview failed; see above.", 1)
        print_outline(build_review(plan), console)
        return plan

    def _apply_program(self) -> None:
        mark, start = self.hq.get_last_sequence(), time.monotonic()
        self._run_command("up", "--refresh")
        sent, seconds = self.hq.list_requests(mark), time.monotonic() - start
        count = _format_request_count(len(sent))
        _print_line(f"   {count} to HQ in {seconds:.0f} s. The projects, read from HQ:")
        print_projects(console, self.hq.list_projects())
        if disturbed := [row for row in sent if row["fault"] is not None]:
            _print_line(f"   Requests disturbed by a fault: {len(disturbed)}.")

    def _repeat_up(self) -> None:
        mark = self.hq.get_last_sequence()
        self._run_command("up", "--expect-no-changes")
        count = _format_request_count(self.hq.count_requests(mark))
        if count != _format_request_count(0):
            _exit_with_error(f"The second up sent {count} instead of 0.", EXIT_UNEXPECTED_CHANGES)
        _print_line(f"   {count} to HQ.")

    def _find_project(self, plan: Plan) -> ProjectRow | None:
        """Return the declared project with the most people; None if none has an end date."""
        declared = {
            step.new_state.inputs.get("name")
            for step in plan.steps
            if step.type == PROJECT_TYPE and step.new_state and "end_date" in step.new_state.inputs
        }
        rows = (
            row
            for row in self.hq.list_projects()
            if row.project.name in declared and row.project.end_date
            if row.project.status != "archived"
        )
        return max(rows, key=lambda row: row.admins + row.members, default=None)

    def _change_project(self, row: ProjectRow) -> None:
        project, before = row.project, str(row.project.end_date)
        after = str(date.fromisoformat(before) + DELAY)
        self.hq.change_project_by_hand(project.id, end_date=after)
        _print_line(f"   {ADMIN_NAME}, account admin, opens '{project.name}' in the browser")
        _print_line(f"   and changes its end from {before} to {after}.")

    def _run_command(self, command: str, *flags: str) -> None:
        """Run a command of the engine; print its output if it fails or the details are shown."""
        if self.verbose:
            if code := self.runner.run_command(command, *flags):
                _exit_with_error(f"The engine's {command} failed with exit code {code}.", 1)
            return
        with self._show_progress() as notify:
            output = self.runner.capture_command(command, *flags, notify=notify)
        if output.exit_code:
            _exit_with_output(output)

    @contextmanager
    def _show_progress(self) -> Iterator[Callable[[], None]]:
        """Show seconds and requests on a terminal while a command runs."""
        mark, start = self.hq.get_last_sequence(), time.monotonic()
        with console.status("running") as status:

            def notify() -> None:
                count = _format_request_count(self.hq.count_requests(mark))
                status.update(f"{time.monotonic() - start:.0f} s, {count} to HQ")

            yield notify


def _print_title(title: str) -> None:
    console.print(title, style="bold", markup=False, soft_wrap=True)
    console.file.flush()


def _print_indented_review(review: Review) -> None:
    with console.capture() as capture:
        print_review(review, console)
    for line in Text.from_ansi(capture.get()).split("\n"):
        if line.plain.strip():
            console.print(Text("   | ").append_text(line), soft_wrap=True)


def _print_line(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
    console.file.flush()


def _format_request_count(count: int) -> str:
    return f"{count:,} {'request' if count == 1 else 'requests'}"


def _exit_with_output(output: CommandOutput) -> NoReturn:
    """Print the output of a command that failed, and exit."""
    typer.echo(output.stdout + output.stderr)
    _exit_with_error(
        f"The engine failed with exit code {output.exit_code}; see its output above.", 1
    )


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
