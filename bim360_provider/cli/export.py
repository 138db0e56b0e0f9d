"""``bim360 export``: write an existing account as a stack, and print the next steps."""

import json
import os
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bim360_provider.cli.progress import show_progress
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
    render_stack,
    require_run,
    write_files,
)
from bim360_provider.export.reader import (
    DEFAULT_KINDS,
    DEFAULT_STATUSES,
    EXPORT_KINDS,
    PROJECT_STATUSES,
)
from bim360_provider.hq import HqClient
from bim360_provider.resources import Bim360Project

__all__ = ["build_title", "export", "read_configured_account"]

EXIT_ERROR: Final = 2
"""Exit code if nothing was written."""

MAX_WARNINGS: Final = 10
"""Number of warnings that are printed as text."""


MAX_NAMES: Final = 5
"""Number of ACC projects that are printed as text."""

DEFAULT_STATUS_TEXT: Final = ",".join(DEFAULT_STATUSES)
DEFAULT_KIND_TEXT: Final = ",".join(DEFAULT_KINDS)

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="Folder for the files.",
        show_default="that of the project's program",
    ),
]
NameOption = Annotated[
    list[str] | None,
    typer.Option(help="Only projects with this name; * and ? are wildcards. Repeatable."),
]
StatusOption = Annotated[
    str,
    typer.Option(
        help=f"Only projects with these statuses: {', '.join(PROJECT_STATUSES)}.",
        show_default=True,
    ),
]
CreatedFromOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Only projects created on or after this day."),
]
CreatedUntilOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Only projects created on or before this day."),
]
IncludeOption = Annotated[str, typer.Option(help=f"What to export: {', '.join(EXPORT_KINDS)}.")]
LikeOption = Annotated[
    str | None, typer.Option(help="Compare folders with those of this project (--include folders).")
]
ServiceTypesOption = Annotated[
    bool,
    typer.Option("--service-types", help="Export service types too: one more request per project."),
]


def export(
    *,
    stack: Annotated[
        str, typer.Option("--stack", "-s", help="Name of the stack and of the written files.")
    ],
    out: OutOption = None,
    name: NameOption = None,
    status: StatusOption = DEFAULT_STATUS_TEXT,
    created_from: CreatedFromOption = None,
    created_until: CreatedUntilOption = None,
    include: IncludeOption = DEFAULT_KIND_TEXT,
    service_types: ServiceTypesOption = False,
    like: LikeOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an export that was edited.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", "-j", help="Print the result as JSON.")
    ] = False,
) -> None:
    """Write an existing account as a stack, with a file to import it.

    STACK.py declares what exists, and STACK.import.json imports it into the
    state of the stack; the next preview shows no changes. Only reads are sent to
    BIM 360. Account and credentials come from the environment, as for the
    provider.

    Either both files are written or none. A file that `bim360 export` did not
    write is never overwritten. Nothing is written if the program of Pulumi.yaml
    would not run STACK.py; the message contains the line to add. The last lines
    of the output are the commands to run next; docs/how-to/export.md explains them.

    Exit codes: 0 written or up to date, 2 cannot start, HQ rejected a request,
    or a file was not written by an export.

    Examples:
      bim360 export --stack existing
      bim360 export --stack hospitals --name "*Hospital*" --created-from 2025-01-01
      bim360 export --stack all --status active,pending,inactive,archived --service-types
      bim360 export --stack existing --include projects,folders --like "Harbor Point Tower"
    """
    try:
        selection = Selection(
            kinds=_parse_choices("--include", include, EXPORT_KINDS),
            needs_service_types=service_types,
            name_patterns=tuple(name or ()),
            statuses=_parse_choices("--status", status, PROJECT_STATUSES),
            created_from=created_from.date() if created_from else None,
            created_until=created_until.date() if created_until else None,
            model_name=like,
        )
        layout, paths = _locate_files(out, stack)
        result = _export_account(selection, paths, stack, force=force)
        print_result = _print_json if as_json else _print_text
        print_result(result, paths, _list_next_steps(layout, paths, stack))
    except Bim360Error as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from None


@dataclass(frozen=True)
class _ExportResult:
    """The result of an export.

    Attributes:
        account: What was read.
        written_paths: The files that are new or changed.
        request_count: Number of requests sent.
    """

    account: ExportedAccount
    written_paths: list[Path]
    request_count: int


def _parse_choices(flag: str, text: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    values = tuple(value.strip() for value in text.split(",") if value.strip())
    if not values or any(value not in choices for value in values):
        msg = (
            f"BIM 360: {flag} must be a comma-separated list of {', '.join(choices)}; not '{text}'."
        )
        raise InputError(msg)
    return values


def _locate_files(out: Path | None, stack: str) -> tuple[ProjectLayout, StackPaths]:
    """Return the project and the paths to write, relative to the current folder.

    Raises:
        InputError: There is no project, or its program would not run the file.
    """
    layout = read_layout(out or Path())
    paths = StackPaths.from_stack(Path(os.path.relpath(out or layout.folder)), stack, layout)
    require_run(layout, paths.get_absolute_paths().program, stack.rpartition("/")[2])
    return layout, paths


def _list_next_steps(layout: ProjectLayout, paths: StackPaths, stack: str) -> list[str]:
    """Return the commands to run next, for the Pulumi CLI or else for the local engine."""
    absolute = paths.get_absolute_paths()
    build_commands = build_pulumi_commands if shutil.which("pulumi") else build_local_commands
    return build_commands(
        layout.root, Path.cwd(), stack, absolute.import_file, absolute.list_committed_files()
    )


def _export_account(
    selection: Selection, paths: StackPaths, stack: str, *, force: bool
) -> _ExportResult:
    settings = Settings.resolve({}, os.environ)
    account, request_count = read_configured_account(settings, selection, paths)
    texts = render_stack(account, paths, build_title(settings), stack)
    return _ExportResult(account, write_files(texts, force=force), request_count)


def read_configured_account(
    settings: Settings, selection: Selection, paths: StackPaths
) -> tuple[ExportedAccount, int]:
    """Return the account of the settings and the number of requests; show the progress.

    Args:
        settings: Account and credentials.
        selection: The objects to export.
        paths: The files of an earlier export, which keeps its names.

    Raises:
        InputError: The account has no selected object.
        Bim360Error: A setting is missing, or HQ rejected a request or did not respond.
    """
    connection = settings.build_connection(None, None)
    with show_progress() as progress:
        transport = ReadOnlyTransport(
            connection, notify=lambda line, _warning: progress.print_line(line)
        )
        with closing(HqClient(connection, transport=transport)) as client:
            account = read_account(
                client,
                settings,
                selection,
                kept_names=read_kept_names(paths),
                report_progress=progress.report_count,
            )
    has_projects = Bim360Project.__name__ in _count_declarations(account)
    if not account.declarations or (account.skipped_project_count and not has_projects):
        msg = f"BIM 360: nothing to export: {_describe_empty_export(account, selection)}."
        raise InputError(msg)
    return account, transport.request_count


def build_title(settings: Settings) -> str:
    """Return the first line of an exported program."""
    return f"What account {settings.account_id} in region {settings.region} has."


def _print_json(result: _ExportResult, paths: StackPaths, steps: list[str]) -> None:
    account = result.account
    document = {
        "program": str(paths.program),
        "importFile": str(paths.import_file),
        "written": [str(path) for path in result.written_paths],
        "declared": _count_declarations(account),
        "skippedProjects": account.skipped_project_count,
        "accProjects": [project.model_dump() for project in account.acc_projects],
        "omittedValues": _count_omitted_values(account),
        "warnings": account.warnings,
        "deviations": account.deviations,
        "requests": result.request_count,
        "steps": steps,
    }
    typer.echo(json.dumps(document, indent=2))


def _print_text(result: _ExportResult, paths: StackPaths, steps: list[str]) -> None:
    account = result.account
    counts = _count_declarations(account)
    declared = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    typer.echo(f"{paths.program}: {declared} ({result.request_count:,} requests, only reads).")
    for line in (
        *_limit_warnings(account.warnings),
        _format_skipped_projects(account),
        _format_acc_projects(account),
        _format_omitted_values(account),
    ):
        if line:
            typer.echo(f"  {line}")
    for line in _list_deviations(account):
        typer.echo(line)
    if not result.written_paths:
        typer.echo("Both files are up to date: nothing was written.")
        return
    typer.echo("Next, run these commands; stop at the first that fails:")
    for step in steps:
        typer.echo(f"  {step}")


def _list_deviations(account: ExportedAccount) -> list[str]:
    """Return how the folders of each project differ from the model; empty without a model."""
    lines = []
    for name, deviations in account.deviations.items():
        ending = "" if len(deviations) == 1 else "s"
        lines.append(f"Folders of {name}: {len(deviations):,} difference{ending}")
        lines += [f"  {each}" for each in _limit_warnings(deviations)]
    return lines


def _limit_warnings(warnings: list[str]) -> list[str]:
    """Return the first warnings, and a line with the number of the others."""
    rest = len(warnings) - MAX_WARNINGS
    return [*warnings[:MAX_WARNINGS], *([f"{rest:,} more; --json prints all"] if rest > 0 else [])]


def _count_declarations(account: ExportedAccount) -> dict[str, int]:
    """Return the number of declarations by resource class."""
    return dict(Counter(each.kind for each in account.declarations))


def _count_omitted_values(account: ExportedAccount) -> int:
    return sum(len(each.notes) for each in account.declarations)


def _format_skipped_projects(account: ExportedAccount) -> str:
    """Return how many projects the flags excluded, as text; empty if none."""
    count = account.skipped_project_count
    if not count:
        return ""
    return f"{count:,} {'project' if count == 1 else 'projects'} skipped by your filters"


def _format_acc_projects(account: ExportedAccount) -> str:
    """Return which projects are skipped because of their platform, as text; empty if none."""
    names = [f"'{project.name}' ({project.platform})" for project in account.acc_projects]
    if not names:
        return ""
    rest = len(names) - MAX_NAMES
    more = f" and {rest:,} more" if rest > 0 else ""
    count = f"{len(names):,} ACC {'project' if len(names) == 1 else 'projects'}"
    return f"{count} skipped, which HQ cannot change: {', '.join(names[:MAX_NAMES])}{more}"


def _format_omitted_values(account: ExportedAccount) -> str:
    """Return how many values are not declared, as text; empty if none."""
    count = _count_omitted_values(account)
    if not count:
        return ""
    values = "value is" if count == 1 else "values are"
    return f"{count:,} {values} not declared and not changed; comments in the program give reasons"


def _describe_empty_export(account: ExportedAccount, selection: Selection) -> str:
    """Return why there is nothing to export."""
    reasons = [
        each
        for each in (
            _format_skipped_projects(account),
            _format_acc_projects(account),
            *_limit_warnings(account.warnings),
        )
        if each
    ]
    return "; ".join(reasons) or f"the account has no {', '.join(selection.kinds)}"
