"""Progress of an export: a status line on a terminal, a line at intervals in a log."""

import io
from itertools import count

from rich.console import Console

from bim360_provider.cli.progress import Progress


def printed_lines(*, terminal: bool) -> list[str]:
    """Return the lines that 20 rows print, of which each takes ten seconds."""
    seconds = count(step=10)
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    status = console.status("reading")
    progress = Progress(console, status, lambda: float(next(seconds)))
    for number in range(1, 21):
        progress.report_count("members of projects", number, 50)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_log_gets_a_line_each_minute_with_the_time_left() -> None:
    """The log of a pipeline shows that the export is still running."""
    assert printed_lines(terminal=False) == [
        "members of projects: 6 of 50; about 7 minutes left",
        "members of projects: 12 of 50; about 6 minutes left",
        "members of projects: 18 of 50; about 5 minutes left",
    ]


def test_a_terminal_gets_no_lines() -> None:
    """It shows the status line instead."""
    assert printed_lines(terminal=True) == []
