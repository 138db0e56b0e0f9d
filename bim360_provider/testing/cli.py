"""The commands of the local engine; ``bim360 local`` has the same ones."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from bim360_provider.testing.console import CommandOptions, exit_with_result, open_screen

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run a stack on the local engine, which is not Pulumi's.",
)

Command: TypeAlias = Callable[..., None]

ExpectNoChangesOption = Annotated[
    bool, typer.Option("--expect-no-changes", help="Exit with 7 if anything changes.")
]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", "-r", help="Refresh the state before comparing.")
]
ReplaceOption = Annotated[
    list[str] | None,
    typer.Option("--replace", help="URN of a resource to replace even if unchanged. Repeatable."),
]


def _with_common_options(command: Command) -> Command:
    """Return a command that takes each field of `CommandOptions` as an option.

    The wrapped command gets them as its only positional argument.
    """
    common = inspect.signature(CommandOptions, eval_str=True).parameters
    _, *own = inspect.signature(command, eval_str=True).parameters.values()

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        options = CommandOptions(**{name: arguments.pop(name) for name in common})
        command(options, **arguments)

    parameters = [
        *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in common.values()),
        *own,
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # typer reads it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


@app.command()
@_with_common_options
def preview(
    options: CommandOptions,
    *,
    expect_no_changes: ExpectNoChangesOption = False,
    refresh: RefreshOption = False,
    replace: ReplaceOption = None,
) -> None:
    """Show what `up` would do, without changing resources or the state.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing preview --stack demo
      python -m bim360_provider.testing preview --stack demo --refresh --expect-no-changes
    """
    with open_screen("preview", as_json=options.as_json, dry_run=True) as screen:
        result = options.build_engine(screen).preview(refresh=refresh, replace=replace or ())
    exit_with_result(result, screen, expect_no_changes=expect_no_changes)


@app.command()
@_with_common_options
def up(
    options: CommandOptions,
    *,
    expect_no_changes: ExpectNoChangesOption = False,
    refresh: RefreshOption = False,
    replace: ReplaceOption = None,
) -> None:
    """Apply the program, without preview or confirmation.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing up --stack demo
      python -m bim360_provider.testing up --stack demo --config demo:city=Boston --refresh
    """
    with open_screen("up", as_json=options.as_json, dry_run=False) as screen:
        result = options.build_engine(screen).up(refresh=refresh, replace=replace or ())
    exit_with_result(result, screen, expect_no_changes=expect_no_changes)


@app.command()
@_with_common_options
def refresh(
    options: CommandOptions,
    *,
    expect_no_changes: ExpectNoChangesOption = False,
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Show the drift without saving it.")
    ] = False,
) -> None:
    """Update the state from the real resources, without running the program.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing refresh --stack demo
      python -m bim360_provider.testing refresh --stack demo --preview-only --expect-no-changes
    """
    with open_screen("refresh", as_json=options.as_json, dry_run=preview_only) as screen:
        result = options.build_engine(screen).refresh(preview_only=preview_only)
    exit_with_result(result, screen, expect_no_changes=expect_no_changes)


@app.command("import")
@_with_common_options
def import_(
    options: CommandOptions,
    *,
    file: Annotated[
        Path, typer.Option("--file", "-f", help="Import file, as `bim360 export` writes it.")
    ],
    protect: Annotated[
        bool,
        typer.Option(help="Protect imported resources from deletion until the next `up`."),
    ] = True,
) -> None:
    """Import existing resources into the state from an import file.

    Takes the same file as `pulumi import --file`. Sends no request to BIM 360:
    the file contains all values. Imported resources stay protected from deletion
    until an `up` applies a program without `protect`.

    Exit codes: 0 success, 1 a row is invalid and nothing was imported, 2 cannot
    start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing import --stack existing --file stacks/existing.import.json
    """
    with open_screen("import", as_json=options.as_json, dry_run=False) as screen:
        result = options.build_engine(screen).import_from(file, protect=protect)
    exit_with_result(result, screen, expect_no_changes=False)


@app.command()
@_with_common_options
def destroy(options: CommandOptions) -> None:
    """Delete all resources of the stack, dependents first, without confirmation.

    Exit codes: 0 success, 1 failed, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing destroy --stack demo
    """
    with open_screen("destroy", as_json=options.as_json, dry_run=False) as screen:
        result = options.build_engine(screen).destroy()
    exit_with_result(result, screen, expect_no_changes=False)
