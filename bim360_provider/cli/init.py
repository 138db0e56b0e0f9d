"""``bim360 init``: write a new stack with its settings and pipelines, and print the next steps."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from bim360_provider import files
from bim360_provider.cli.export import build_title, read_configured_account
from bim360_provider.cli.init_files import (
    CI_FILES,
    PROGRAM,
    CiHost,
    StackSettings,
    find_package,
    is_local_package,
    read_csv_start,
    render_files,
)
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.export import (
    Selection,
    StackPaths,
    build_cd_commands,
    build_local_commands,
    build_pulumi_commands,
    parse_stack_name,
    render_stack,
)
from bim360_provider.models import enums, normalize

__all__ = ["init"]

EXIT_ERROR: Final = 2
"""Exit code if nothing was written."""

STEP_COUNT: Final = 3
"""The number of commands that are printed."""

DEFAULT_STACK: Final = "dev"

Option = TypeVar("Option", bound=str)

STARTS: Final = ("example", "csv", "account")

MISSING_ACCOUNT: Final = (
    "the account id is missing: set BIM360_ACCOUNT_ID, or bim360:accountId in {file}"
)

MISSING_CREDENTIALS: Final = (
    "APS_CLIENT_ID and APS_CLIENT_SECRET are not set; to try the stack without an account, run "
    "`bim360 emulator` in another terminal and paste its `export` lines here"
)

LOCAL_PACKAGE: Final = (
    "requirements.txt installs {package}, which a pipeline cannot: name your package index's "
    "version or a Git URL there, or run init with --package"
)


StackOption = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Name of the stack.", show_default=DEFAULT_STACK),
]
AccountOption = Annotated[
    str | None, typer.Option(help="Id of the account.", show_default="BIM360_ACCOUNT_ID")
]
RegionOption = Annotated[
    str | None, typer.Option(help="Region of the account.", show_default="BIM360_REGION or US")
]
CsvOption = Annotated[Path | None, typer.Option(help="Declare the projects of this CSV file.")]
DateFormatOption = Annotated[
    str | None,
    typer.Option(help="Date format of the CSV file, such as %m/%d/%Y.", show_default="%Y-%m-%d"),
]


@dataclass(frozen=True)
class Choices:
    """The flags of the command; an optional value is None if it is not given."""

    stack: str | None
    account_id: str | None
    region: str | None
    from_csv: Path | None
    from_account: bool
    ci: CiHost | None


@dataclass(frozen=True)
class NewStack:
    """A stack to write.

    Attributes:
        settings: Its settings.
        contents: The content of each file.
        exported: The paths of the exported account, or None for another start.
        warnings: What the user has to do before the stack runs everywhere.
    """

    settings: StackSettings
    contents: Mapping[Path, bytes]
    exported: StackPaths | None
    warnings: list[str]


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the stack; it is created.")] = Path(),
    *,
    stack: StackOption = None,
    account_id: AccountOption = None,
    region: RegionOption = None,
    from_csv: CsvOption = None,
    date_format: DateFormatOption = None,
    from_account: Annotated[
        bool, typer.Option("--from-account", help="Declare the projects that the account has.")
    ] = False,
    ci: Annotated[
        CiHost | None, typer.Option(help="Write pipelines for this host.", show_default="none")
    ] = None,
    package: Annotated[
        str | None,
        typer.Option(help="What pip installs as the provider.", show_default="as installed here"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Use the defaults without a prompt.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", "-j", help="Print the result as JSON; no prompt.")
    ] = False,
) -> None:
    """Write a new stack: program, settings, requirements and pipelines.

    The stack declares an example project, the projects of a CSV file or those of
    an account, and runs as it is. On a terminal, a prompt offers each choice that
    no flag gives. The last lines of the output are the next three commands.

    No file is ever overwritten: if one exists, all that exist are listed and
    nothing is written. Secrets are not written; they come from the environment.
    Only --from-account sends requests, and these only read.

    Exit codes: 0 written, 2 nothing was written: a file exists, a flag or the
    CSV file is wrong, or HQ rejected a request.

    Examples:
      bim360 init
      bim360 init projects --stack prod --region EMEA --ci github
      bim360 init projects --from-csv portfolio.csv --yes
      bim360 init projects --from-account --ci gitlab --json
    """
    choices = Choices(stack, account_id, region, from_csv, from_account, ci)
    try:
        if not (yes or as_json) and _has_terminal():
            choices = _prompt_choices(choices)
        new = _prepare_stack(folder, choices, date_format, package)
        _write_stack(new)
    except Bim360Error as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from None
    (_print_json if as_json else _print_text)(new)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _prompt_choices(given: Choices) -> Choices:
    """Return the choices, with a prompt for each one that is not given."""
    choices = given
    if not (given.from_csv or given.from_account):
        start = _prompt_choice("Start with", STARTS, STARTS[0])
        file = typer.prompt("CSV file", type=Path) if start == "csv" else None
        choices = replace(choices, from_csv=file, from_account=start == "account")
    return replace(
        choices,
        stack=given.stack or typer.prompt("Name of the stack", DEFAULT_STACK),
        account_id=given.account_id or _prompt_account(),
        region=given.region
        or _prompt_choice("Region", enums.REGIONS, os.environ.get("BIM360_REGION") or "US"),
        ci=given.ci or _prompt_choice("Pipelines", tuple(CI_FILES), "none"),
    )


def _prompt_choice(label: str, options: tuple[Option, ...], default: Option) -> Option:
    def parse(text: str) -> Option:
        for option in options:
            if option == text:
                return option
        msg = f"choose one of {', '.join(options)}"
        raise typer.BadParameter(msg)

    chosen: Option = typer.prompt(f"{label} ({', '.join(options)})", default, value_proc=parse)
    return chosen


def _prompt_account() -> str | None:
    def parse(text: str) -> str:
        try:
            return normalize.parse_account_id(text) if text else ""
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    default = os.environ.get("BIM360_ACCOUNT_ID", "")
    label = "Account id" if default else "Account id (empty: set it later)"
    chosen: str = typer.prompt(label, default, value_proc=parse, show_default=bool(default))
    return chosen or None


def _prepare_stack(
    folder: Path, choices: Choices, date_format: str | None, package: str | None
) -> NewStack:
    """Return the stack to write.

    Raises:
        InputError: A choice is wrong, or a file exists.
        Bim360Error: The account cannot be read.
    """
    if choices.from_csv and choices.from_account:
        msg = "BIM 360: --from-csv and --from-account exclude each other; use one of them."
        raise InputError(msg)
    account = _resolve_account(choices)
    stack = choices.stack or DEFAULT_STACK
    parse_stack_name(stack)
    settings = StackSettings(
        folder,
        stack,
        account.account_id,
        account.region,
        choices.ci or "none",
        package or find_package(folder.resolve()),
    )
    contents = render_files(settings)
    exported = _locate_exported_files(settings) if choices.from_account else None
    if exported:
        _refuse_existing_files([*contents, *exported.list_committed_files()])
        contents |= _export_program(account, exported, settings.stack)
    elif choices.from_csv:
        contents |= read_csv_start(choices.from_csv, folder, account, date_format)
    else:
        contents[folder / "__main__.py"] = PROGRAM.encode()
    _refuse_existing_files(contents)
    return NewStack(settings, contents, exported, _list_warnings(settings, account))


def _resolve_account(choices: Choices) -> Settings:
    """Return the settings of the environment, in which the flags take precedence.

    Raises:
        ConfigError: A flag or a variable is invalid.
    """
    flags = {"BIM360_ACCOUNT_ID": choices.account_id, "BIM360_REGION": choices.region}
    given = {name: value for name, value in flags.items() if value}
    return Settings.resolve({}, {**os.environ, **given})


def _locate_exported_files(settings: StackSettings) -> StackPaths:
    paths = StackPaths.from_stack(settings.folder, settings.stack)
    return replace(paths, launcher=settings.folder / "__main__.py")


def _export_program(account: Settings, paths: StackPaths, stack: str) -> dict[Path, bytes]:
    exported, _ = read_configured_account(account, Selection(), paths)
    texts = render_stack(exported, paths, build_title(account), stack)
    return {path: text.encode() for path, text in texts.items()}


def _refuse_existing_files(paths: Iterable[Path]) -> None:
    existing = [str(path) for path in paths if os.path.lexists(path)]
    if existing:
        verb = "exists" if len(existing) == 1 else "exist"
        msg = (
            f"BIM 360: nothing was written, because {', '.join(existing)} {verb}; "
            "use another folder, or move them away."
        )
        raise InputError(msg)


def _list_warnings(settings: StackSettings, account: Settings) -> list[str]:
    warnings = []
    if not settings.account_id:
        warnings.append(MISSING_ACCOUNT.format(file=f"Pulumi.{settings.stack_name}.yaml"))
    if account.list_missing_credentials():
        warnings.append(MISSING_CREDENTIALS)
    if settings.ci != "none" and is_local_package(settings.package):
        warnings.append(LOCAL_PACKAGE.format(package=settings.package))
    return warnings


def _write_stack(new: NewStack) -> None:
    try:
        files.write_files(new.contents, overwrite=False)
    except OSError as error:
        msg = f"BIM 360: nothing was written to {new.settings.folder}: {error.strerror}."
        raise InputError(msg) from None


def _list_steps(new: NewStack) -> list[str]:
    """Return the next commands, for the Pulumi CLI or else for the local engine."""
    root, stack = new.settings.folder.resolve(), new.settings.stack
    has_cli = shutil.which("pulumi") is not None
    if new.exported:
        build_commands = build_pulumi_commands if has_cli else build_local_commands
        file = new.exported.get_absolute_paths().import_file
        steps = build_commands(root, Path.cwd(), stack, file, ())
    else:
        name = new.settings.stack_name
        steps = build_cd_commands(root, Path.cwd())
        steps += (
            [f"pulumi stack init {stack}", "pulumi preview --diff", "pulumi up"]
            if has_cli
            else [
                f"bim360 doctor --stack {name}",
                f"bim360 local preview --stack {name}",
                f"bim360 local up --stack {name}",
            ]
        )
    if steps[0].startswith("cd "):
        steps[:2] = [f"{steps[0]} && {steps[1]}"]
    return steps[:STEP_COUNT]


def _list_names(new: NewStack) -> list[str]:
    return [path.relative_to(new.settings.folder).as_posix() for path in new.contents]


def _print_json(new: NewStack) -> None:
    document = {
        "folder": str(new.settings.folder),
        "stack": new.settings.stack,
        "written": _list_names(new),
        "warnings": new.warnings,
        "steps": _list_steps(new),
    }
    typer.echo(json.dumps(document, indent=2))


def _print_text(new: NewStack) -> None:
    typer.echo(f"Written to {new.settings.folder.resolve()}: {', '.join(_list_names(new))}.")
    for warning in new.warnings:
        typer.echo(f"  Note: {warning}.")
    typer.echo("Next, run these commands:")
    for step in _list_steps(new):
        typer.echo(f"  {step}")
