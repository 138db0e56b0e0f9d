"""The commands of the local engine; ``bim360 local`` has the same ones."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from bim360_provider.testing.console import CommandOptions, exit_with_result, open_screen
from bim360_provider.testing.engine.engine import LocalEngine
from bim360_provider.testing.engine.results import Command, Result

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run a stack on the local engine, which is not Pulumi's.",
)

Operation: TypeAlias = Callable[..., Result]

RefreshOption = Annotated[
    bool, typer.Option("--refresh", "-r", help="Refresh the state before comparing.")
]
ReplaceOption = Annotated[
    list[str] | None,
    typer.Option("--replace", help="URN of a resource to replace even if unchanged. Repeatable."),
]
EXPECT_NO_CHANGES: Final = inspect.Parameter(
    "expect_no_changes",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 7 if anything changes.")
    ],
)


def _add_command(name: Command, *further: inspect.Parameter) -> Callable[[Operation], Operation]:
    """Return a decorator that adds a command for an operation of the engine.

    Its options are the fields of `CommandOptions`, further ones, and those of the operation.
    """
    common = inspect.signature(CommandOptions, eval_str=True).parameters

    def add(operation: Operation) -> Operation:
        def run(**arguments: Any) -> None:
            options = CommandOptions(**{each: arguments.pop(each) for each in common})
            expect_no_changes = arguments.pop(EXPECT_NO_CHANGES.name, False)
            dry_run = arguments.get("preview_only", name == "preview")
            with open_screen(name, as_json=options.as_json, dry_run=dry_run) as screen:
                result = operation(options.build_engine(screen), **arguments)
            exit_with_result(result, screen, expect_no_changes=expect_no_changes)

        _, *own = inspect.signature(operation, eval_str=True).parameters.values()
        parameters = [*common.values(), *further, *own]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # typer reads it
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        run.__doc__ = operation.__doc__
        app.command(name)(run)
        return operation

    return add


@_add_command("preview", EXPECT_NO_CHANGES)
def preview(
    engine: LocalEngine, *, refresh: RefreshOption = False, replace: ReplaceOption = None
) -> Result:
    """Show what `up` would do, without changing resources or the state.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing preview --stack demo
      python -m bim360_provider.testing preview --stack demo --refresh --expect-no-changes
    """
    return engine.preview(refresh=refresh, replace=replace or ())


@_add_command("up", EXPECT_NO_CHANGES)
def up(
    engine: LocalEngine, *, refresh: RefreshOption = False, replace: ReplaceOption = None
) -> Result:
    """Apply the program, without preview or confirmation.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing up --stack demo
      python -m bim360_provider.testing up --stack demo --config demo:city=Boston --refresh
    """
    return engine.up(refresh=refresh, replace=replace or ())


@_add_command("refresh", EXPECT_NO_CHANGES)
def refresh(
    engine: LocalEngine,
    *,
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Show the drift without saving it.")
    ] = False,
) -> Result:
    """Update the state from the real resources, without running the program.

    Exit codes: 0 success, 1 failed, 2 cannot start, 7 changes with
    --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing refresh --stack demo
      python -m bim360_provider.testing refresh --stack demo --preview-only --expect-no-changes
    """
    return engine.refresh(preview_only=preview_only)


@_add_command("import")
def import_(
    engine: LocalEngine,
    *,
    file: Annotated[
        Path, typer.Option("--file", "-f", help="Import file, as `bim360 export` writes it.")
    ],
    protect: Annotated[
        bool,
        typer.Option(help="Protect imported resources from deletion until the next `up`."),
    ] = True,
) -> Result:
    """Import existing resources into the state from an import file.

    Takes the same file as `pulumi import --file`. Sends no request to BIM 360:
    the file contains all values. Imported resources stay protected from deletion
    until an `up` applies a program without `protect`.

    Exit codes: 0 success, 1 a row is invalid and nothing was imported, 2 cannot
    start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing import --stack existing --file stacks/existing.import.json
    """
    return engine.import_from(file, protect=protect)


@_add_command("destroy")
def destroy(engine: LocalEngine) -> Result:
    """Delete all resources of the stack, dependents first, without confirmation.

    Exit codes: 0 success, 1 failed, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing destroy --stack demo
    """
    return engine.destroy()
