"""The commands of the local engine; ``bim360 local`` mounts the same ones."""

from pathlib import Path
from typing import Annotated

import typer

from bim360_provider.testing.console import Settings, end, screen
from bim360_provider.testing.engine.engine import DEFAULT_PARALLEL

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run a Pulumi Python stack without the Pulumi CLI: the local engine, which is not Pulumi.",
)

Stack = Annotated[str, typer.Option("--stack", "-s", help="The stack's name.")]
Cwd = Annotated[Path, typer.Option("--cwd", "-C", help="The folder of Pulumi.yaml.")]
StateFile = Annotated[
    Path | None,
    typer.Option("--state", help="The state file.  [default: .pulumi/local-engine/STACK.json]"),
]
Config = Annotated[
    list[str] | None, typer.Option("--config", "-c", help="Configuration, as key=value.")
]
Secret = Annotated[
    list[str] | None,
    typer.Option("--secret", help="The same for a value that must not be shown or kept."),
]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Steps at once.")]
AsJson = Annotated[bool, typer.Option("--json", "-j", help="Print the result as JSON, only.")]
Expect = Annotated[
    bool, typer.Option("--expect-no-changes", help="Exit with 7 if anything changes.")
]
Refresh = Annotated[bool, typer.Option("--refresh", "-r", help="Look at the real objects first.")]
Replace = Annotated[
    list[str] | None, typer.Option("--replace", help="URN of a resource to replace in any case.")
]
PreviewOnly = Annotated[
    bool, typer.Option("--preview-only", help="Tell what drifted, save nothing.")
]

Protect = Annotated[
    bool, typer.Option(help="Refuse to delete what is imported, until the next `up`.")
]


@app.command()
def preview(  # noqa: PLR0913 -- one argument for each flag is typer's way
    *,
    stack: Stack,
    cwd: Cwd = Path(),
    state: StateFile = None,
    config: Config = None,
    secret: Secret = None,
    parallel: Parallel = DEFAULT_PARALLEL,
    as_json: AsJson = False,
    expect_no_changes: Expect = False,
    refresh: Refresh = False,
    replace: Replace = None,
) -> None:
    """Tell what `up` would do; nothing is created, changed, deleted or saved.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing preview --stack demo
      python -m bim360_provider.testing preview --stack demo --refresh --expect-no-changes
    """
    settings = Settings(stack, cwd, state, config, secret, parallel)
    with screen("preview", as_json=as_json, dry_run=True) as show:
        result = settings.engine(show).preview(refresh=refresh, replace=replace or ())
    end(result, show, expect_no_changes=expect_no_changes)


@app.command()
def up(  # noqa: PLR0913 -- as above
    *,
    stack: Stack,
    cwd: Cwd = Path(),
    state: StateFile = None,
    config: Config = None,
    secret: Secret = None,
    parallel: Parallel = DEFAULT_PARALLEL,
    as_json: AsJson = False,
    expect_no_changes: Expect = False,
    refresh: Refresh = False,
    replace: Replace = None,
) -> None:
    """Make the world what the program says; there is no preview and no question first.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing up --stack demo
      python -m bim360_provider.testing up --stack demo --config demo:city=Boston --refresh
    """
    settings = Settings(stack, cwd, state, config, secret, parallel)
    with screen("up", as_json=as_json, dry_run=False) as show:
        result = settings.engine(show).up(refresh=refresh, replace=replace or ())
    end(result, show, expect_no_changes=expect_no_changes)


@app.command()
def refresh(  # noqa: PLR0913 -- as above
    *,
    stack: Stack,
    cwd: Cwd = Path(),
    state: StateFile = None,
    config: Config = None,
    secret: Secret = None,
    parallel: Parallel = DEFAULT_PARALLEL,
    as_json: AsJson = False,
    expect_no_changes: Expect = False,
    preview_only: PreviewOnly = False,
) -> None:
    """Bring the state up to date with the real objects; the program is not run.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 7 changes with --expect-no-changes, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing refresh --stack demo
      python -m bim360_provider.testing refresh --stack demo --preview-only --expect-no-changes
    """
    settings = Settings(stack, cwd, state, config, secret, parallel)
    with screen("refresh", as_json=as_json, dry_run=preview_only) as show:
        result = settings.engine(show).refresh(preview_only=preview_only)
    end(result, show, expect_no_changes=expect_no_changes)


@app.command("import")
def import_(  # noqa: PLR0913 -- as above
    *,
    file: Annotated[Path, typer.Option("--file", "-f", help="What `bim360 export` wrote.")],
    stack: Stack,
    cwd: Cwd = Path(),
    state: StateFile = None,
    config: Config = None,
    secret: Secret = None,
    parallel: Parallel = DEFAULT_PARALLEL,
    as_json: AsJson = False,
    protect: Protect = True,
) -> None:
    """Take what exists into the state, from a file for `pulumi import --file`.

    No request is sent to BIM 360: the rows of the file hold what there is. Until an `up` has
    applied a program without `protect`, nothing that was imported can be deleted.

    Exit codes: 0 fine, 1 a row is wrong and nothing was taken, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing import --stack existing --file stacks/existing.import.json
    """
    settings = Settings(stack, cwd, state, config, secret, parallel)
    with screen("import", as_json=as_json, dry_run=False) as show:
        result = settings.engine(show).import_from(file, protect=protect)
    end(result, show, expect_no_changes=False)


@app.command()
def destroy(  # noqa: PLR0913 -- as above
    *,
    stack: Stack,
    cwd: Cwd = Path(),
    state: StateFile = None,
    config: Config = None,
    secret: Secret = None,
    parallel: Parallel = DEFAULT_PARALLEL,
    as_json: AsJson = False,
) -> None:
    """Delete everything in the state, dependents first; there is no question first.

    Exit codes: 0 fine, 1 failed, 2 cannot start, 130 Ctrl-C.

    Examples:
      python -m bim360_provider.testing destroy --stack demo
    """
    settings = Settings(stack, cwd, state, config, secret, parallel)
    with screen("destroy", as_json=as_json, dry_run=False) as show:
        result = settings.engine(show).destroy()
    end(result, show, expect_no_changes=False)
