"""Which resources Pulumi has compared in this run: the program still declares them."""

import threading
from collections.abc import Collection
from typing import Final

__all__ = ["ComparedResources"]

QUIET: Final = 1.0
"""Seconds without any check or diff, after which none is expected."""

MOST: Final = 3
"""Threads that may wait at once: Pulumi's host has four, and one has to go on comparing."""


class ComparedResources:
    """The resources that were compared; shared by all threads of the host."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._urns: set[str] = set()
        self._heard = 0
        self._quiet_at = -1
        self._waiting = 0

    def note_check(self) -> None:
        """Note that Pulumi goes on."""
        with self._news:
            self._heard += 1
            self._news.notify_all()

    def note_diff(self, urn: str) -> None:
        """Note a declared resource that the state has."""
        with self._news:
            self._urns.add(urn)
            self._heard += 1
            self._news.notify_all()

    def await_any(self, urns: Collection[str]) -> bool:
        """Return whether one of these resources is declared; wait while Pulumi goes on."""
        with self._news:
            if self._waiting >= MOST:
                return not self._urns.isdisjoint(urns)
            self._waiting += 1
            try:
                while self._urns.isdisjoint(urns):
                    if self._quiet_at == self._heard:
                        return False
                    if not self._news.wait(QUIET):
                        self._quiet_at = self._heard
                return True
            finally:
                self._waiting -= 1
