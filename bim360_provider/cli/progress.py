"""Progress of a long command on standard error: a status line on a terminal, lines in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.status import Status

from bim360_provider.dynamic.progress import format_time_left

__all__ = ["LOG_INTERVAL", "Progress", "show_progress"]

LOG_INTERVAL: Final = 60.0
"""Seconds between two progress lines in a log."""


class Progress:
    """Reports progress on standard error.

    Args:
        console: The console for messages.
        status: The status line, which only a terminal shows.
        clock: Returns seconds.
    """

    def __init__(
        self, console: Console, status: Status, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._status = status
        self._clock = clock
        self._last_report = clock()
        self._kind = ""
        self._start = 0.0, 0

    def print_line(self, line: str) -> None:
        """Print a message of the client, such as a long wait."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def report_count(self, kind: str, count: int, total: int | None) -> None:
        """Update the status line; in a log, print a line every `LOG_INTERVAL`.

        Args:
            kind: What is being read, in the plural.
            count: How many were read.
            total: How many there are, if that is known.
        """
        now = self._clock()
        if kind != self._kind:
            self._kind, self._start = kind, (now, count)
        text = f"{kind}: {count:,}" + (self._describe_rest(count, total, now) if total else "")
        self._status.update(text)
        if not self._console.is_terminal and now - self._last_report >= LOG_INTERVAL:
            self._last_report = now
            self.print_line(text)

    def _describe_rest(self, count: int, total: int, now: float) -> str:
        """Return the total and the time left at the pace of this kind."""
        started_at, first = self._start
        if count == first:
            return f" of {total:,}"
        seconds = (total - count) * (now - started_at) / (count - first)
        return f" of {total:,}; {format_time_left(seconds)} left"


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show a status line while the block runs."""
    console = Console(stderr=True)
    with console.status("Reading from HQ") as status:
        yield Progress(console, status)
