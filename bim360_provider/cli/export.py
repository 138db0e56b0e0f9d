"""How far a long command is: a line that changes, or now and then a line in a log."""

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.status import Status

from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.export import (
    ExportedAccount,
    ProjectLayout,
    ReadOnlyTransport,
    Selection,
    StackPaths,
    build_local_commands,
    build_pulumi_commands,
    read_account,
    read_kept_names,
    read_layout,
    require_run,
    write_stack,
)
from bim360_provider.export.reader import (
    DEFAULT_KINDS,
    DEFAULT_STATUSES,
    EXPORT_KINDS,
    PROJECT_STATUSES,
)
from bim360_provider.hq import Connection, HqClient
from bim360_provider.resources import Bim360Project

__all__ = [
    "LOG_INTERVAL",
    "ExportResult",
    "Progress",
    "count_declarations",
    "export",
    "format_skipped_projects",
    "limit_warnings",
    "print_json",
    "print_text",
    "show_progress",
]

LOG_INTERVAL: Final = 10.0
"""Seconds without a word in a log before somebody asks whether it still runs."""


class Progress:
    """Says on standard error how far it is."""

    def __init__(
        self, console: Console, status: Status, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._status = status
        self._clock = clock
        self._last_report = clock()

    def print_line(self, line: str) -> None:
        """Show what the client has to tell, such as a long wait."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def report_count(self, what: str, there: int, of: int | None) -> None:
        """Say how far it is.

        Args:
            what: What is being read.
            there: How many of them there are.
            of: How many there will be, if that is known.
        """
        words = f"{what}: {there:,}" + (f" of {of:,}" if of else "")
        self._status.update(words)
        if not self._console.is_terminal and self._clock() - self._last_report >= LOG_INTERVAL:
            self._last_report = self._clock()
            self.print_line(words)


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show a line as long as something is being done."""
    console = Console(stderr=True)
    with console.status("asking HQ") as status:
        yield Progress(console, status)


MAX_WARNINGS: Final = 10
"""Warnings that are printed; a reader of more wants a list."""


@dataclass(frozen=True)
class ExportResult:
    """What an export did.

    Attributes:
        account: What was read.
        written: The files that are new or different.
        requests: How many requests it took.
    """

    account: ExportedAccount
    written_paths: list[Path]
    request_count: int


def print_json(done: ExportResult, paths: StackPaths, steps: list[str]) -> None:
    """Print the result as JSON."""
    account = done.account
    result = {
        "program": str(paths.program),
        "importFile": str(paths.import_file),
        "written": [str(path) for path in done.written_paths],
        "declared": count_declarations(account),
        "passedOver": account.skipped_project_count,
        "leftAsTheyAre": sum(len(each.notes) for each in account.declarations),
        "warnings": account.warnings,
        "requests": done.request_count,
        "steps": steps,
    }
    typer.echo(json.dumps(result, indent=2))


def print_text(done: ExportResult, paths: StackPaths, steps: list[str]) -> None:
    """Print the result for a person, and the commands to run next."""
    account = done.account
    declared = ", ".join(f"{count:,} {kind}" for kind, count in count_declarations(account).items())
    typer.echo(f"{paths.program}: {declared} ({done.request_count:,} requests, all of them reads).")
    for words in (
        *limit_warnings(account.warnings),
        format_skipped_projects(account),
        format_kept_values(account),
    ):
        if words:
            typer.echo(f"  {words}")
    if not done.written_paths:
        typer.echo("Both files are as they were: nothing has changed.")
        return
    typer.echo("Next, run these commands; stop at the first that fails:")
    for step in steps:
        typer.echo(f"  {step}")


def limit_warnings(warnings: list[str]) -> list[str]:
    """Return the warnings that fit a screen, and how many there are beyond."""
    more = len(warnings) - MAX_WARNINGS
    return [*warnings[:MAX_WARNINGS], *([f"{more:,} more; --json prints all"] if more > 0 else [])]


def count_declarations(account: ExportedAccount) -> dict[str, int]:
    """Return how many declarations there are of each class."""
    return dict(Counter(each.kind for each in account.declarations))


def format_skipped_projects(account: ExportedAccount) -> str:
    """Return how many projects the flags skipped, in words; empty if none."""
    count = account.skipped_project_count
    return f"{count:,} projects have another status, name or day" if count else ""


def format_kept_values(account: ExportedAccount) -> str:
    count = sum(len(each.notes) for each in account.declarations)
    return f"{count:,} values are left as they are; comments in the file say why" if count else ""


EXIT_ERROR: Final = 2
"""Exit code when nothing was written."""


def export(  # noqa: PLR0913 - one argument for each flag is typer's way
    *,
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack; its file is named so.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The folder.  [default: that of the project's program]"),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="Projects named so; * and ? are patterns.")
    ] = None,
    status: Annotated[
        str, typer.Option(help=f"Of {', '.join(PROJECT_STATUSES)}.", show_default=True)
    ] = ",".join(DEFAULT_STATUSES),
    created_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Made on this day or later.")
    ] = None,
    created_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Made on this day or before.")
    ] = None,
    include: Annotated[str, typer.Option(help=f"Of {', '.join(EXPORT_KINDS)}.")] = ",".join(
        DEFAULT_KINDS
    ),
    service_types: Annotated[
        bool, typer.Option("--service-types", help="Services too: a request for each project.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over an export that was edited since.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", "-j", help="Print the result as JSON.")
    ] = False,
) -> None:
    """Read an account, and write a stack that changes nothing and the file to import it.

    Nothing is changed in BIM 360: only reads are sent. Account and credentials come from the
    environment, as for the provider. STACK.py declares what there is, and STACK.import.json
    takes it into the stack's state; both are written whole or not at all, and a file that
    another user wrote is never overwritten. Nothing is written either where the program
    that Pulumi.yaml names would not run STACK.py: the message has the line to add.
    The last lines are the commands to run next; docs/how-to/export.md explains them.

    Exit codes: 0 written, or nothing to write; 2 it could not begin, HQ said no, or a file
    is not its own.

    Examples:
      bim360 export --stack existing
      bim360 export --stack hospitals --name "*Hospital*" --created-from 2025-01-01
      bim360 export --stack all --status active,pending,inactive,archived --service-types
    """
    try:
        choice = Selection(
            kinds=_parse_choices("--include", include, EXPORT_KINDS),
            needs_service_types=service_types,
            name_patterns=tuple(name or ()),
            statuses=_parse_choices("--status", status, PROJECT_STATUSES),
            created_from=created_from.date() if created_from else None,
            created_until=created_until.date() if created_until else None,
        )
        layout, paths = _locate_files(out, stack)
        done = _export_account(choice, paths, stack, force=force)
        (print_json if as_json else print_text)(done, paths, _list_next_steps(layout, paths, stack))
    except Bim360Error as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from None


def _parse_choices(flag: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    strange = [word for word in words if word not in known]
    if strange or not words:
        msg = f"BIM 360: {flag} takes words of {', '.join(known)}, with commas; not '{text}'."
        raise InputError(msg)
    return words


def _locate_files(out: Path | None, stack: str) -> tuple[ProjectLayout, StackPaths]:
    """Return the project and the files to write, as seen from the current folder.

    Raises:
        InputError: There is no project, or its program would not run the file.
    """
    layout = read_layout(out or Path())
    paths = StackPaths.from_stack(Path(os.path.relpath(out or layout.folder)), stack, layout)
    require_run(layout, paths.get_absolute_paths().program, stack.rpartition("/")[2])
    return layout, paths


def _list_next_steps(layout: ProjectLayout, paths: StackPaths, stack: str) -> list[str]:
    """Return the commands to run next, for the engine that there is."""
    there = paths.get_absolute_paths()
    steps = build_pulumi_commands if shutil.which("pulumi") else build_local_commands
    return steps(layout.root, Path.cwd(), stack, there.import_file, there.list_committed_files())


def _export_account(
    choice: Selection, paths: StackPaths, stack: str, *, force: bool
) -> ExportResult:
    settings = Settings.resolve({}, os.environ)
    connection = settings.build_connection(None, None)
    with show_progress() as progress:
        reading = ReadOnlyTransport(
            connection, notify=lambda line, _warning: progress.print_line(line)
        )
        with closing(HqClient(connection, transport=reading)) as client:
            kept = read_kept_names(paths)
            account = read_account(
                client, settings, choice, kept_names=kept, report_progress=progress.report_count
            )
    missed = account.skipped_project_count and Bim360Project.__name__ not in count_declarations(
        account
    )
    if missed or not account.declarations:
        msg = f"BIM 360: nothing to export: {_describe_empty_export(account, choice)}."
        raise InputError(msg)
    written = write_stack(account, paths, _build_title(connection), stack, force=force)
    return ExportResult(account, written, reading.request_count)


def _describe_empty_export(account: ExportedAccount, choice: Selection) -> str:
    """Return why there is nothing to export."""
    reasons = [
        each
        for each in (format_skipped_projects(account), *limit_warnings(account.warnings))
        if each
    ]
    return "; ".join(reasons) or f"the account has no {', '.join(choice.kinds)}"


def _build_title(connection: Connection) -> str:
    region = connection.region or "US"
    return f"What account {connection.account_id} in region {region} has."
