"""``bim360 review``: summarize a plan for reviewers, and gate a pipeline."""

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

import typer
from rich.console import Console

from bim360_provider.errors import Bim360Error
from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import Plan, PlanError, read_plan
from bim360_provider.review.render.json import render_json
from bim360_provider.review.render.markdown import MAX_COMMENT_LENGTH, render_markdown
from bim360_provider.review.render.terminal import print_review
from bim360_provider.review.risks import Gate, describe_triggered_gates, read_gates

__all__ = ["review"]

EXIT_PLAN_FAILED: Final = 1
EXIT_CANNOT_READ: Final = 2
EXIT_GATE_TRIGGERED: Final = 3

MIN_REVIEW_LENGTH: Final = 2_000
"""Minimum for --max-chars: less has no room for the headings."""

OutputFormat = Literal["auto", "markdown", "text", "json"]


def review(
    *,
    plan: Annotated[
        str | None,
        typer.Argument(help="Output of `pulumi preview --json`: a file, or - for standard input."),
    ] = None,
    drift: Annotated[
        str | None,
        typer.Option(help="Output of `pulumi refresh --preview-only --json`: a file, or -."),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            help="Fail on these kinds of changes: KIND or KIND=N (N or more), comma-separated."
        ),
    ] = "",
    format: Annotated[  # noqa: A002 - the name of the flag
        OutputFormat, typer.Option(help="auto: text on a terminal, markdown otherwise.")
    ] = "auto",
    title: Annotated[
        str, typer.Option(help="Title of the review.", show_default="PROJECT/STACK")
    ] = "",
    max_chars: Annotated[
        int, typer.Option(help="Maximum length of the Markdown in characters; 0 for no limit.")
    ] = MAX_COMMENT_LENGTH,
) -> None:
    """Summarize a plan: changes, irreversible effects and drift.

    Reads the output of `pulumi preview --json`, `pulumi preview --refresh --json`
    and `pulumi refresh --preview-only --json`, and that of `bim360 local` with
    --json. Needs no network and no account.

    Kinds for --fail-on: create, change, replace, restore, archive, access-loss,
    deactivate, remove, drift, any. Values that a plan hides (secrets, unknown
    values) count as changed.

    Exit codes: 0 success, 1 the plan itself failed (the review shows why), 2 the
    plan cannot be read or a flag is wrong, 3 a gate was triggered.

    Examples:
      pulumi preview --json | bim360 review
      pulumi preview --refresh --json > plan.json; bim360 review plan.json > comment.md
      bim360 review plan.json --fail-on archive=10,access-loss,drift
      bim360 review --drift drift.json --title "Drift of last night"
    """
    try:
        gates = read_gates(fail_on)
        result = build_review(*_read_plans(plan, drift), title=title)
    except Bim360Error as error:
        _exit_with_error(str(error), EXIT_CANNOT_READ)
    if 0 < max_chars < MIN_REVIEW_LENGTH or max_chars < 0:
        _exit_with_error(
            f"--max-chars must be 0 or at least {MIN_REVIEW_LENGTH}.", EXIT_CANNOT_READ
        )
    _print_review(result, format, max_chars)
    _exit_with_result(result, gates)


def _read_plans(plan: str | None, drift: str | None) -> tuple[Plan | None, Plan | None]:
    if plan is None and drift is None:
        if sys.stdin.isatty():
            msg = "There is no plan: pass a file, or pipe `pulumi preview --json` into it."
            raise PlanError(msg)
        plan = "-"
    if plan == drift == "-":
        msg = "Only one of the two plans can be read from standard input."
        raise PlanError(msg)
    return _load_plan(plan), _load_plan(drift)


def _load_plan(source: str | None) -> Plan | None:
    if source is None:
        return None
    try:
        if source == "-":
            return read_plan(_decode_plan(sys.stdin.buffer.read()))
        return read_plan(_decode_plan(Path(source).read_bytes()))
    except OSError as error:
        msg = f"{source} cannot be read: {error.strerror or error}"
        raise PlanError(msg) from None
    except UnicodeDecodeError:
        msg = f"{'Standard input' if source == '-' else source} is not UTF-8, so it is not a plan."
        raise PlanError(msg) from None


def _decode_plan(content: bytes) -> str:
    """Return the text of a plan: UTF-8, or UTF-16 as Windows PowerShell writes it."""
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8")


def _print_review(result: Review, format_: OutputFormat, limit: int) -> None:
    if format_ == "text" or (format_ == "auto" and sys.stdout.isatty()):
        print_review(result, Console(highlight=False))
    elif format_ == "json":
        _write_text(render_json(result) + "\n")
    else:
        _write_text(render_markdown(result, limit))


def _write_text(text: str) -> None:
    """Write the same bytes on every system: UTF-8 with line feeds."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def _exit_with_result(result: Review, gates: tuple[Gate, ...]) -> None:
    triggered = describe_triggered_gates(gates, result)
    if triggered:
        typer.echo(f"bim360 review: a gate was triggered: {'; '.join(triggered)}.", err=True)
    if result.failed:
        _exit_with_error("bim360 review: the plan failed, so it is incomplete.", EXIT_PLAN_FAILED)
    if triggered:
        raise typer.Exit(EXIT_GATE_TRIGGERED)


def _exit_with_error(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
