"""The result of ``bim360 export``, as text or as JSON."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from bim360_provider.export import Account, Paths

__all__ = ["Done", "counts", "first_of", "passed_over", "print_json", "print_text"]

WARNINGS: Final = 10
"""Warnings that are printed; a reader of more wants a list."""


@dataclass(frozen=True)
class Done:
    """What an export did.

    Attributes:
        account: What was read.
        written: The files that are new or different.
        requests: How many requests it took.
    """

    account: Account
    written: list[Path]
    requests: int


def print_json(done: Done, paths: Paths, steps: list[str]) -> None:
    """Print the result as JSON."""
    account = done.account
    result = {
        "program": str(paths.program),
        "importFile": str(paths.import_file),
        "written": [str(path) for path in done.written],
        "declared": counts(account),
        "passedOver": account.passed_over,
        "leftAsTheyAre": sum(len(each.notes) for each in account.declarations),
        "warnings": account.warnings,
        "requests": done.requests,
        "steps": steps,
    }
    typer.echo(json.dumps(result, indent=2))


def print_text(done: Done, paths: Paths, steps: list[str]) -> None:
    """Print the result for a person, and the commands to run next."""
    account = done.account
    declared = ", ".join(f"{count:,} {kind}" for kind, count in counts(account).items())
    typer.echo(f"{paths.program}: {declared} ({done.requests:,} requests, all of them reads).")
    for words in (*first_of(account.warnings), passed_over(account), _left(account)):
        if words:
            typer.echo(f"  {words}")
    if not done.written:
        typer.echo("Both files are as they were: nothing has changed.")
        return
    typer.echo("Next, run these commands; stop at the first that fails:")
    for step in steps:
        typer.echo(f"  {step}")


def first_of(warnings: list[str]) -> list[str]:
    """Return the warnings that fit a screen, and how many there are beyond."""
    more = len(warnings) - WARNINGS
    return [*warnings[:WARNINGS], *([f"{more:,} more; --json prints all"] if more > 0 else [])]


def counts(account: Account) -> dict[str, int]:
    """Return how many declarations there are of each class."""
    return dict(Counter(each.kind for each in account.declarations))


def passed_over(account: Account) -> str:
    """Return how many projects the flags skipped, in words; empty if none."""
    count = account.passed_over
    return f"{count:,} projects have another status, name or day" if count else ""


def _left(account: Account) -> str:
    count = sum(len(each.notes) for each in account.declarations)
    return f"{count:,} values are left as they are; comments in the file say why" if count else ""
