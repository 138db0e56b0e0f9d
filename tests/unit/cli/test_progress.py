"""Progress of an export: a status line on a terminal, a line at intervals in a log."""

import io
from itertools import count

from rich.console import Console

from bim360_provider.cli.export import Progress


def printed_lines(*, terminal: bool) -> list[str]:
    """Return the lines that 14 seconds with one row each print."""
    seconds = count()
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    status = console.status("reading")
    progress = Progress(console, status, lambda: float(next(seconds)))
    for number in range(1, 15):
        progress.report_count("projects", number, 1000)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    """The log of a pipeline shows that the export is still running."""
    assert printed_lines(terminal=False) == ["projects: 10 of 1,000"]


def test_a_terminal_gets_no_lines() -> None:
    """It shows the status line instead."""
    assert printed_lines(terminal=True) == []
