"""``bim360 export``: an account that exists, as a stack that changes nothing."""

import os
import shutil
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bim360_provider.cli.export_report import (
    Done,
    counts,
    first_of,
    passed_over,
    print_json,
    print_text,
)
from bim360_provider.cli.progress import progressing
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.export import (
    Account,
    Choice,
    Layout,
    Paths,
    Reading,
    local_steps,
    names_kept,
    pulumi_steps,
    read_account,
    read_layout,
    require_run,
    write_stack,
)
from bim360_provider.export.choosing import INCLUDABLE, STATUSES, USUAL, USUALLY
from bim360_provider.hq import Connection, HqClient
from bim360_provider.resources import Bim360Project

__all__ = ["export"]

WRONG: Final = 2
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
        str, typer.Option(help=f"Of {', '.join(STATUSES)}.", show_default=True)
    ] = ",".join(USUAL),
    created_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Made on this day or later.")
    ] = None,
    created_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Made on this day or before.")
    ] = None,
    include: Annotated[str, typer.Option(help=f"Of {', '.join(INCLUDABLE)}.")] = ",".join(USUALLY),
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
    The last lines are the commands to run next; docs/export.md explains them.

    Exit codes: 0 written, or nothing to write; 2 it could not begin, HQ said no, or a file
    is not its own.

    Examples:
      bim360 export --stack existing
      bim360 export --stack hospitals --name "*Hospital*" --created-from 2025-01-01
      bim360 export --stack all --status active,pending,inactive,archived --service-types
    """
    try:
        choice = Choice(
            include=_words("--include", include, INCLUDABLE),
            service_types=service_types,
            names=tuple(name or ()),
            statuses=_words("--status", status, STATUSES),
            created_from=created_from.date() if created_from else None,
            created_until=created_until.date() if created_until else None,
        )
        layout, paths = _place(out, stack)
        done = _export(choice, paths, stack, force=force)
        (print_json if as_json else print_text)(done, paths, _steps(layout, paths, stack))
    except Bim360Error as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from None


def _words(flag: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    strange = [word for word in words if word not in known]
    if strange or not words:
        msg = f"BIM 360: {flag} takes words of {', '.join(known)}, with commas; not '{text}'."
        raise InputError(msg)
    return words


def _place(out: Path | None, stack: str) -> tuple[Layout, Paths]:
    """Return the project and the files to write, as seen from the current folder.

    Raises:
        InputError: There is no project, or its program would not run the file.
    """
    layout = read_layout(out or Path())
    paths = Paths.of(Path(os.path.relpath(out or layout.folder)), stack, layout)
    require_run(layout, paths.absolute().program, stack.rpartition("/")[2])
    return layout, paths


def _steps(layout: Layout, paths: Paths, stack: str) -> list[str]:
    """Return the commands to run next, for the engine that there is."""
    there = paths.absolute()
    steps = pulumi_steps if shutil.which("pulumi") else local_steps
    return steps(layout.root, Path.cwd(), stack, there.import_file, there.committed())


def _export(choice: Choice, paths: Paths, stack: str, *, force: bool) -> Done:
    settings = Settings.resolve({}, os.environ)
    connection = settings.connection(None, None)
    with progressing() as progress:
        reading = Reading(connection, notify=lambda line, _warning: progress.say(line))
        with closing(HqClient(connection, transport=reading)) as client:
            kept = names_kept(paths)
            account = read_account(client, settings, choice, kept=kept, tell=progress.tell)
    missed = account.passed_over and Bim360Project.__name__ not in counts(account)
    if missed or not account.declarations:
        msg = f"BIM 360: nothing to export: {_reason(account, choice)}."
        raise InputError(msg)
    written = write_stack(account, paths, _title(connection), stack, force=force)
    return Done(account, written, reading.asked)


def _reason(account: Account, choice: Choice) -> str:
    """Return why there is nothing to export."""
    reasons = [each for each in (passed_over(account), *first_of(account.warnings)) if each]
    return "; ".join(reasons) or f"the account has no {', '.join(choice.include)}"


def _title(connection: Connection) -> str:
    region = connection.region or "US"
    return f"What account {connection.account_id} in region {region} has."
