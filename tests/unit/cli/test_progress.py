"""Progress: a line that changes on a terminal, a line now and then in a log."""

import io
from itertools import count

from rich.console import Console

from bim360_provider.cli.export import Progress


def shown(*, terminal: bool) -> list[str]:
    """Return the lines that ten seconds of one row each leave behind, and one more."""
    seconds = count()
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    status = console.status("asking HQ")
    progress = Progress(console, status, lambda: float(next(seconds)))
    for number in range(1, 15):
        progress.report_count("projects", number, 1000)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    """Who watches a pipeline sees that it still runs."""
    assert shown(terminal=False) == ["projects: 10 of 1,000"]


def test_a_terminal_gets_no_lines() -> None:
    """There the one line changes."""
    assert shown(terminal=True) == []
