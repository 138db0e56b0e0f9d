"""How far a long command is: a line that changes, or now and then a line in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.status import Status

__all__ = ["SILENCE", "Progress", "progressing"]

SILENCE: Final = 10.0
"""Seconds without a word in a log before somebody asks whether it still runs."""


class Progress:
    """Says on standard error how far it is."""

    def __init__(
        self, console: Console, status: Status, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._status = status
        self._clock = clock
        self._told = clock()

    def say(self, line: str) -> None:
        """Show what the client has to tell, such as a long wait."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def tell(self, what: str, there: int, of: int | None) -> None:
        """Say how far it is.

        Args:
            what: What is being read.
            there: How many of them there are.
            of: How many there will be, if that is known.
        """
        words = f"{what}: {there:,}" + (f" of {of:,}" if of else "")
        self._status.update(words)
        if not self._console.is_terminal and self._clock() - self._told >= SILENCE:
            self._told = self._clock()
            self.say(words)


@contextmanager
def progressing() -> Iterator[Progress]:
    """Show a line as long as something is being done."""
    console = Console(stderr=True)
    with console.status("asking HQ") as status:
        yield Progress(console, status)
