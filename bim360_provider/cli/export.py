"""``bim360 export``: an account that exists, as a stack that changes nothing."""

import json
import os
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bim360_provider.cli.progress import progressing
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.export import (
    Account,
    Choice,
    Paths,
    Reading,
    names_kept,
    read_account,
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
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder.")] = Path("stacks"),
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
    somebody else wrote is never written over. docs/export.md goes through it step by step.

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
        _export(choice, Paths.of(out, stack), force=force, as_json=as_json)
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


def _export(choice: Choice, paths: Paths, *, force: bool, as_json: bool) -> None:
    settings = Settings.resolve({}, os.environ)
    connection = settings.connection(None, None)
    with progressing() as progress:
        reading = Reading(connection, notify=lambda line, _warning: progress.say(line))
        with closing(HqClient(connection, transport=reading)) as client:
            kept = names_kept(paths)
            account = read_account(client, settings, choice, kept=kept, tell=progress.tell)
    missed = account.passed_over and Bim360Project.__name__ not in _counts(account)
    if missed or not account.declarations:
        msg = f"BIM 360: nothing to export: {_passed_over(account) or 'the account is empty'}."
        raise InputError(msg)
    written = write_stack(account, paths, _title(connection), force=force)
    show = _as_json if as_json else _as_text
    show(account, paths, written, reading.asked)


def _title(connection: Connection) -> str:
    region = connection.region or "US"
    return f"What account {connection.account_id} in region {region} has."


def _as_json(account: Account, paths: Paths, written: list[Path], asked: int) -> None:
    result = {
        "program": str(paths.program),
        "importFile": str(paths.import_file),
        "written": [str(path) for path in written],
        "declared": _counts(account),
        "passedOver": account.passed_over,
        "leftAsTheyAre": sum(len(each.notes) for each in account.declarations),
        "warnings": account.warnings,
        "requests": asked,
    }
    typer.echo(json.dumps(result, indent=2))


def _as_text(account: Account, paths: Paths, written: list[Path], asked: int) -> None:
    counts = ", ".join(f"{count:,} {kind}" for kind, count in _counts(account).items())
    typer.echo(f"{paths.program}: {counts} ({asked:,} requests, all of them reads).")
    for words in (*account.warnings, _passed_over(account), _left(account)):
        if words:
            typer.echo(f"  {words}")
    if not written:
        typer.echo("Both files are as they were: nothing has changed.")
        return
    typer.echo("Take it over with:")
    typer.echo(f"  pulumi import --file {paths.import_file} --generate-code=false --protect=false")
    typer.echo("  pulumi preview --expect-no-changes")


def _counts(account: Account) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in account.declarations:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    return counts


def _passed_over(account: Account) -> str:
    count = account.passed_over
    return f"{count:,} projects have another status, name or day" if count else ""


def _left(account: Account) -> str:
    count = sum(len(each.notes) for each in account.declarations)
    return f"{count:,} values are left as they are; comments in the file say why" if count else ""
