"""Which projects belong to a resource, as far as one run of the host has seen.

Two resources must never own one project: archiving it for one would take it from the other.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Owners"]

States = Callable[[str], Mapping[str, Any] | None]


class Owners:
    """The projects that resources of this run own; shared by all threads of the host."""

    def __init__(
        self, had: States = lambda _: None, held: Callable[[str], bool] = lambda _: False
    ) -> None:
        """Begin a run.

        Args:
            had: Returns the last outputs of an object that the resource which is being created
                had before, by the object's id; None where it is not its own.
            held: Returns whether the resource which is being created replaces another object than
                this one, which another resource of the stack has.
        """
        self.had = had
        self.held = held
        self._lock = threading.Lock()
        self._owned: set[str] = set()
        self._taken: set[str] = set()

    def owns(self, project_id: str) -> None:
        """Note that a declared resource has the project."""
        with self._lock:
            self._owned.add(project_id)

    def claim(self, item_id: str) -> bool:
        """Note that a resource has just created this; return False if another one has it."""
        with self._lock:
            if item_id in self._owned:
                return False
            self._owned.add(item_id)
            return True

    def takes(self, project_id: str) -> None:
        """Note that a resource has adopted the project in this run."""
        with self._lock:
            self._taken.add(project_id)

    def is_owned(self, project_id: str) -> bool:
        """Return whether a declared resource has the project."""
        return project_id in self._owned

    def was_taken(self, project_id: str) -> bool:
        """Return whether a resource adopted it in this run: what had it before has it no more."""
        return project_id in self._taken
