"""``bim360 doctor``: check the setup of a stack and print the findings."""

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

from bim360_provider.doctor import Finding, Sources, read_sources, run_checks
from bim360_provider.errors import ConfigError

__all__ = ["doctor"]

EXIT_FAILED: Final = 1
EXIT_CANNOT_START: Final = 2

SIGNS: Final = {"ok": "✓", "warning": "!", "failed": "✗", "skipped": "-"}
ASCII_SIGNS: Final = {"ok": "ok", "warning": "!", "failed": "x", "skipped": "-"}
STATUS_COLORS: Final = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": "dim"}

NAME_WIDTH: Final = 13
"""Columns for the name of a check."""


def doctor(
    *,
    stack: Annotated[
        str | None,
        typer.Option(help="Also read the plain (not encrypted) configuration of this stack."),
    ] = None,
    cwd: Annotated[Path, typer.Option(help="Folder of Pulumi.yaml.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check credentials, account access, clock, rate limit and versions.

    Prints a finding for each check, with a remedy for each problem. Reads the
    same environment variables as the provider and, with --stack, the files of
    that stack. Changes nothing in the account and prints no secret. Sends four
    requests to HQ if all is well, a few more otherwise.

    Exit codes: 0 success or warnings only, 1 a check failed, 2 cannot start.

    Examples:
      bim360 doctor
      bim360 doctor --stack dev
      bim360 doctor --json | jq '.findings[] | select(.status == "failed")'
    """
    try:
        sources = read_sources(cwd.resolve(), stack, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_CANNOT_START) from None
    findings = [*(run_checks(sources) if as_json else _print_findings(sources))]
    has_failed = any(each.status == "failed" for each in findings)
    if as_json:
        rows = [asdict(each) for each in findings]
        typer.echo(json.dumps({"ok": not has_failed, "findings": rows}, indent=2))
    if has_failed:
        raise typer.Exit(EXIT_FAILED)


def _print_findings(sources: Sources) -> Iterator[Finding]:
    """Print each finding as soon as it is available; on a terminal also the current check."""
    console = Console(highlight=False, soft_wrap=True)
    signs = SIGNS if _may_print_signs(console.encoding) else ASCII_SIGNS
    counts: Counter[str] = Counter()
    with console.status("") if console.is_terminal else nullcontext() as status:
        report_start = (lambda name: status.update(f"{name} …")) if status else (lambda _name: None)
        for finding in run_checks(sources, report_start):
            _print_finding(console, finding, signs)
            counts[finding.status] += 1
            yield finding
    console.print(", ".join(f"{counts[each]} {each}" for each in SIGNS if counts[each]) + ".")


def _print_finding(console: Console, finding: Finding, signs: Mapping[str, str]) -> None:
    sign = f"[{STATUS_COLORS[finding.status]}]{signs[finding.status]:2}[/]"
    console.print(f"{sign} {finding.check:{NAME_WIDTH}} {_escape_text(finding.message, console)}")
    for line in finding.details:
        console.print(f"   {'':{NAME_WIDTH}} {_escape_text(line, console)}", style="dim")
    if finding.remedy:
        arrow = "→" if signs is SIGNS else "->"
        console.print(f"   {'':{NAME_WIDTH}} {arrow} {_escape_text(finding.remedy, console)}")


def _escape_text(text: str, console: Console) -> str:
    """Return text that the terminal can show, with markup escaped."""
    encoding = console.encoding
    return escape(text.encode(encoding, "replace").decode(encoding))


def _may_print_signs(encoding: str) -> bool:
    try:
        "".join((*SIGNS.values(), "→")).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
