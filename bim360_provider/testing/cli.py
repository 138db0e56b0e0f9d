"""The commands of the local engine; ``bim360 local`` mounts the same ones."""

from pathlib import Path
from typing import Annotated

import typer

from bim360_provider.testing.console import CommandOptions, exit_with_result, open_screen
from bim360_provider.testing.engine.engine import DEFAULT_PARALLEL

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run a Pulumi Python stack without the Pulumi CLI: the local engine, which is not Pulumi.",
)

StackOption = Annotated[str, typer.Option("--stack", "-s", help="The stack's name.")]
CwdOption = Annotated[Path, typer.Option("--cwd", "-C", help="The folder of Pulumi.yaml.")]
StateFileOption = Annotated[
    Path | None,
    typer.Option("--state", help="The state file.  [default: .pulumi/local-engine/STACK.json]"),
]
ConfigOption = Annotated[
    list[str] | None, typer.Option("--config", "-c", help="Configuration, as key=value.")
]
SecretOption = Annotated[
    list[str] | None,
    typer.Option("--secret", help="The same for a value that must not be shown or kept."),
]
ParallelOption = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Steps at once.")]
JsonOption = Annotated[bool, typer.Option("--json", "-j", help="Print the result as JSON, only.")]
ExpectNoChangesOption = Annotated[
    bool, typer.Option("--expect-no-changes", help="Exit with 7 if anything changes.")
]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", "-r", help="Look at the real objects first.")
]
ReplaceOption = Annotated[
    list[str] | None, typer.Option("--replace", help="URN of a resource to replace in any case.")
]
PreviewOnlyOption = Annotated[
    bool, typer.Option("--preview-only", help="Tell what drifted, save nothing.")
]

ProtectOption = Annotated[
    bool, typer.Option(help="Refuse to delete what is imported, until the next `up`.")
]


@app.command()
def preview(  # noqa: PLR0913 -- one argument for each flag is typer's way
    *,
    stack: StackOption,
    cwd: CwdOption = Path(),
    state: StateFileOption = None,
    config: ConfigOption = None,
    secret: SecretOption = None,
    parallel: ParallelOption = DEFAULT_PARALLEL,
    as_json: JsonOption = False,
    expect_no_changes: ExpectNoChangesOption = False,
    refresh: RefreshOption = False,
    replace: ReplaceOption = None,
) -> None:
    """Tell what `up` would do; nothing is created, changed, deleted or saved.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing preview --stack demo
      python -m bim360_provider.testing preview --stack demo --refresh --expect-no-changes
    """
    settings = CommandOptions(stack, cwd, state, config, secret, parallel)
    with open_screen("preview", as_json=as_json, dry_run=True) as show:
        result = settings.build_engine(show).preview(refresh=refresh, replace=replace or ())
    exit_with_result(result, show, expect_no_changes=expect_no_changes)


@app.command()
def up(  # noqa: PLR0913 -- as above
    *,
    stack: StackOption,
    cwd: CwdOption = Path(),
    state: StateFileOption = None,
    config: ConfigOption = None,
    secret: SecretOption = None,
    parallel: ParallelOption = DEFAULT_PARALLEL,
    as_json: JsonOption = False,
    expect_no_changes: ExpectNoChangesOption = False,
    refresh: RefreshOption = False,
    replace: ReplaceOption = None,
) -> None:
    """Make the world what the program says; there is no preview and no question first.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing up --stack demo
      python -m bim360_provider.testing up --stack demo --config demo:city=Boston --refresh
    """
    settings = CommandOptions(stack, cwd, state, config, secret, parallel)
    with open_screen("up", as_json=as_json, dry_run=False) as show:
        result = settings.build_engine(show).up(refresh=refresh, replace=replace or ())
    exit_with_result(result, show, expect_no_changes=expect_no_changes)


@app.command()
def refresh(  # noqa: PLR0913 -- as above
    *,
    stack: StackOption,
    cwd: CwdOption = Path(),
    state: StateFileOption = None,
    config: ConfigOption = None,
    secret: SecretOption = None,
    parallel: ParallelOption = DEFAULT_PARALLEL,
    as_json: JsonOption = False,
    expect_no_changes: ExpectNoChangesOption = False,
    preview_only: PreviewOnlyOption = False,
) -> None:
    """Bring the state up to date with the real objects; the program is not run.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing refresh --stack demo
      python -m bim360_provider.testing refresh --stack demo --preview-only --expect-no-changes
    """
    settings = CommandOptions(stack, cwd, state, config, secret, parallel)
    with open_screen("refresh", as_json=as_json, dry_run=preview_only) as show:
        result = settings.build_engine(show).refresh(preview_only=preview_only)
    exit_with_result(result, show, expect_no_changes=expect_no_changes)


@app.command("import")
def import_(  # noqa: PLR0913 -- as above
    *,
    file: Annotated[Path, typer.Option("--file", "-f", help="What `bim360 export` wrote.")],
    stack: StackOption,
    cwd: CwdOption = Path(),
    state: StateFileOption = None,
    config: ConfigOption = None,
    secret: SecretOption = None,
    parallel: ParallelOption = DEFAULT_PARALLEL,
    as_json: JsonOption = False,
    protect: ProtectOption = True,
) -> None:
    """Take what exists into the state, from a file for `pulumi import --file`.

    No request is sent to BIM 360: the rows of the file hold what there is. Until an `up` has
    applied a program without `protect`, nothing that was imported can be deleted.

    Exit codes: 0 fine, 1 a row is wrong and nothing was taken, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing import --stack existing --file stacks/existing.import.json
    """
    settings = CommandOptions(stack, cwd, state, config, secret, parallel)
    with open_screen("import", as_json=as_json, dry_run=False) as show:
        result = settings.build_engine(show).import_from(file, protect=protect)
    exit_with_result(result, show, expect_no_changes=False)


@app.command()
def destroy(  # noqa: PLR0913 -- as above
    *,
    stack: StackOption,
    cwd: CwdOption = Path(),
    state: StateFileOption = None,
    config: ConfigOption = None,
    secret: SecretOption = None,
    parallel: ParallelOption = DEFAULT_PARALLEL,
    as_json: JsonOption = False,
) -> None:
    """Delete everything in the state, dependents first; there is no question first.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing destroy --stack demo
    """
    settings = CommandOptions(stack, cwd, state, config, secret, parallel)
    with open_screen("destroy", as_json=as_json, dry_run=False) as show:
        result = settings.build_engine(show).destroy()
    exit_with_result(result, show, expect_no_changes=False)
