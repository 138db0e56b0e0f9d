"""``bim360 doctor``: what a stack needs, looked at one by one."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from bim360_provider.doctor import Finding, Sources, examine, read_sources
from bim360_provider.errors import ConfigError

__all__ = ["doctor"]

UNWELL: Final = 1
CANNOT_BEGIN: Final = 2

SIGNS: Final = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "-"}
PLAIN: Final = {"ok": "ok", "warning": "!", "failed": "x", "skipped": "-"}
COLOURS: Final = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}

WIDTH: Final = 13
"""Columns of the longest name of a check."""


def doctor(
    *,
    stack: Annotated[
        str | None, typer.Option(help="Also read this stack's plain configuration.")
    ] = None,
    cwd: Annotated[Path, typer.Option(help="The folder of Pulumi.yaml.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Look at credentials, account, clock, rate limit and versions, and say what to mend.

    Reads the environment, as the provider does, and the stack's files where --stack names one.
    Changes nothing in the account, shows no secret, and asks HQ a handful of questions: two
    where all is well.

    Exit codes: 0 fine (there may be warnings), 1 something failed, 2 it could not begin.

    Examples:
      bim360 doctor
      bim360 doctor --stack dev
      bim360 doctor --json | jq '.findings[] | select(.status == "failed")'
    """
    try:
        sources = read_sources(cwd.resolve(), stack, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(CANNOT_BEGIN) from None
    findings = [*(examine(sources) if as_json else _told(sources))]
    unwell = any(each.status == "failed" for each in findings)
    if as_json:
        rows = [asdict(each) for each in findings]
        typer.echo(json.dumps({"ok": not unwell, "findings": rows}, indent=2))
    if unwell:
        raise typer.Exit(UNWELL)


def _told(sources: Sources) -> Iterator[Finding]:
    """Print each finding as soon as it is there; on a terminal also what is being looked at."""
    console = Console(highlight=False, soft_wrap=True)
    signs = SIGNS if _can_show(console.encoding) else PLAIN
    counts: Counter[str] = Counter()
    with console.status("") if console.is_terminal else nullcontext() as status:
        begins = (lambda name: status.update(f"{name} …")) if status else (lambda _name: None)
        for finding in examine(sources, begins):
            _print(console, finding, signs)
            counts[finding.status] += 1
            yield finding
    console.print(", ".join(f"{counts[each]} {each}" for each in SIGNS if counts[each]) + ".")


def _print(console: Console, finding: Finding, signs: Mapping[str, str]) -> None:
    sign = f"[{COLOURS[finding.status]}]{signs[finding.status]:2}[/]"
    console.print(f"{sign} {finding.check:{WIDTH}} {_safe(finding.seen, console)}")
    for line in finding.details:
        console.print(f"   {'':{WIDTH}} {_safe(line, console)}", style="dim")
    if finding.remedy:
        arrow = "→" if signs is SIGNS else "->"
        console.print(f"   {'':{WIDTH}} {arrow} {_safe(finding.remedy, console)}")


def _safe(words: str, console: Console) -> str:
    """Return words that the terminal can show, and that are no markup."""
    encoding = console.encoding
    return escape(words.encode(encoding, "replace").decode(encoding))


def _can_show(encoding: str) -> bool:
    try:
        "".join((*SIGNS.values(), "→")).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
