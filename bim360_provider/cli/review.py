"""``bim360 review``: a plan as people read it, and a gate for pipelines."""

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
"""Characters below which not even the headings fit."""

OutputFormat = Literal["auto", "markdown", "text", "json"]


def review(  # noqa: PLR0913 -- one argument for each flag is typer's way
    *,
    plan: Annotated[
        str | None, typer.Argument(help="What --json printed: a file, or - for a pipe.")
    ] = None,
    drift: Annotated[
        str | None,
        typer.Option(help="What `pulumi refresh --preview-only --json` printed: a file, or -."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Gates: kinds with commas between, each with =N for N or more.")
    ] = "",
    format: Annotated[  # noqa: A002 - the name of the flag
        OutputFormat, typer.Option(help="auto is text on a terminal and markdown elsewhere.")
    ] = "auto",
    title: Annotated[str, typer.Option(help="Its title.  [default: PROJECT/STACK]")] = "",
    max_chars: Annotated[
        int, typer.Option(help="The most characters that Markdown may have; 0 for any number.")
    ] = MAX_COMMENT_LENGTH,
) -> None:
    """Turn a plan into a review: what happens, what cannot be undone, what was changed by hand.

    Reads what `pulumi preview --json`, `pulumi preview --refresh --json` and
    `pulumi refresh --preview-only --json` print, and what `bim360 local` prints with --json.
    Asks nobody: no network, no account.

    Kinds for --fail-on: create, change, replace, restore, archive, access-loss, deactivate,
    remove, drift, any. What a plan hides (secrets, values not known yet) counts as happening.

    Exit codes: 0 fine, 1 the plan itself failed (the review says why), 2 the plan cannot be read
    or a flag is wrong, 3 a gate struck.

    Examples:
      pulumi preview --json | bim360 review
      pulumi preview --refresh --json > plan.json; bim360 review plan.json > comment.md
      bim360 review plan.json --fail-on archive=10,access-loss,drift
      bim360 review --drift drift.json --title "Drift of last night"
    """
    try:
        gates = read_gates(fail_on)
        found = build_review(*_read_plans(plan, drift), title=title)
    except Bim360Error as error:
        _exit_with_error(str(error), EXIT_CANNOT_READ)
    if 0 < max_chars < MIN_REVIEW_LENGTH or max_chars < 0:
        _exit_with_error(f"--max-chars is 0, or {MIN_REVIEW_LENGTH} and more.", EXIT_CANNOT_READ)
    _print_review(found, format, max_chars)
    _exit_with_result(found, gates)


def _read_plans(plan: str | None, drift: str | None) -> tuple[Plan | None, Plan | None]:
    if plan is None and drift is None:
        if sys.stdin.isatty():
            msg = "There is no plan: name its file, or pipe `pulumi preview --json` into it."
            raise PlanError(msg)
        plan = "-"
    if plan == drift == "-":
        msg = "Only one of the two plans can come from the pipe."
        raise PlanError(msg)
    return _load_plan(plan), _load_plan(drift)


def _load_plan(place: str | None) -> Plan | None:
    if place is None:
        return None
    try:
        if place == "-":
            return read_plan(_decode_plan(sys.stdin.buffer.read()))
        return read_plan(_decode_plan(Path(place).read_bytes()))
    except OSError as error:
        msg = f"{place} cannot be read: {error.strerror or error}"
        raise PlanError(msg) from None
    except UnicodeDecodeError:
        msg = f"{'The pipe' if place == '-' else place} is not UTF-8, so it is not a plan."
        raise PlanError(msg) from None


def _decode_plan(content: bytes) -> str:
    """Return the text of a plan: UTF-8, or UTF-16 as Windows PowerShell writes it."""
    marked = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if marked else "utf-8")


def _print_review(found: Review, wanted: OutputFormat, limit: int) -> None:
    if wanted == "text" or (wanted == "auto" and sys.stdout.isatty()):
        print_review(found, Console(highlight=False))
    elif wanted == "json":
        _write_text(render_json(found) + "\n")
    else:
        _write_text(render_markdown(found, limit))


def _write_text(text: str) -> None:
    """Write the same bytes wherever it runs: UTF-8, and no line ends of the machine's own."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


def _exit_with_result(found: Review, gates: tuple[Gate, ...]) -> None:
    strikes = describe_triggered_gates(gates, found)
    if strikes:
        typer.echo(f"bim360 review: a gate struck: {'; '.join(strikes)}.", err=True)
    if found.failed:
        _exit_with_error(
            "bim360 review: the plan failed, so it is not the whole plan.", EXIT_PLAN_FAILED
        )
    if strikes:
        raise typer.Exit(EXIT_GATE_TRIGGERED)


def _exit_with_error(words: str, code: int) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(code)
