"""One engine run against one account: its client, settings, ownership and archive limit."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bim360_provider.core.settings import Settings, get_account_scope
from bim360_provider.errors import ArchiveLimitError, HqError
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.clock import Clock

__all__ = [
    "ArchiveCounter",
    "ArchiveLimit",
    "Ownership",
    "Run",
]

StateLookup = Callable[[str], Mapping[str, Any] | None]


class Ownership:
    """The objects that the resources of this run own; shared by all threads of the host."""

    def __init__(
        self,
        find_previous_state: StateLookup = lambda _: None,
        is_owned_elsewhere: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Begin a run.

        Args:
            find_previous_state: Returns the last outputs of an object, by its id, if the resource
                that is being created owned it before; otherwise None.
            is_owned_elsewhere: Returns whether another resource of the stack owns an object, by
                its id.
        """
        self.find_previous_state = find_previous_state
        self.is_owned_elsewhere = is_owned_elsewhere
        self._lock = threading.Lock()
        self._owned_ids: set[str] = set()
        self._adopted_ids: set[str] = set()

    def mark_owned(self, project_id: str) -> None:
        """Record that a declared resource owns the object."""
        with self._lock:
            self._owned_ids.add(project_id)

    def claim(self, item_id: str) -> bool:
        """Record the owner of a new object; return False if another resource owns it."""
        with self._lock:
            if item_id in self._owned_ids:
                return False
            self._owned_ids.add(item_id)
            return True

    def mark_adopted(self, project_id: str) -> None:
        """Record that a resource has adopted the object in this run."""
        with self._lock:
            self._adopted_ids.add(project_id)

    def is_owned(self, project_id: str) -> bool:
        """Return whether a declared resource owns the object."""
        return project_id in self._owned_ids

    def was_adopted(self, project_id: str) -> bool:
        """Return whether a resource adopted the object in this run, so its former one lost it."""
        return project_id in self._adopted_ids


class ArchiveCounter:
    """Counts the projects that this run has archived; shared by all threads of the host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def acquire(self, most: int | None) -> bool:
        """Count one more project and return True; return False if the limit is reached."""
        with self._lock:
            if most is not None and self._count >= most:
                return False
            self._count += 1
            return True

    def release(self) -> None:
        """Count one project less, because HQ refused to archive it."""
        with self._lock:
            self._count -= 1


@dataclass(frozen=True)
class ArchiveLimit:
    """The limit on the projects that one run archives.

    Attributes:
        max_archives: The limit; None means unlimited.
        counter: Counts the projects that the run has archived.
    """

    max_archives: int | None = None
    counter: ArchiveCounter = field(default_factory=ArchiveCounter)

    @contextmanager
    def reserve(self, project: str) -> Iterator[None]:
        """Reserve the archiving of one project for the code inside.

        The reservation is released only if HQ refused; after a lost response the project counts
        as archived, so that the limit is never exceeded.

        Args:
            project: Its name and id, for the error.

        Raises:
            ArchiveLimitError: The run has archived as many as it may.
        """
        if not self.counter.acquire(self.max_archives):
            raise ArchiveLimitError(_format_refusal(project, self.max_archives or 0))
        try:
            yield
        except HqError as error:
            if HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self.counter.release()
            raise


def _format_refusal(project: str, most: int) -> str:
    override = "set BIM360_MAX_ARCHIVES to a higher number, or to 'unlimited'"
    if not most:
        why = "bim360:maxArchives is 0"
        return f"BIM 360: project {project} is not archived: {why}. To archive it, {override}."
    why = f"this run has archived {most} already, the limit of bim360:maxArchives"
    advice = f"To archive the rest, run it again for the next {most}, or {override}"
    return f"BIM 360: project {project} is not archived: {why}. {advice}."


@dataclass(frozen=True)
class Run:
    """One engine run against one account.

    Attributes:
        hq: The client of the account.
        settings: The resolved configuration.
        ownership: Which resource of the run owns which object.
        archive_limit: How many more projects the run may archive.
    """

    hq: HqClient
    settings: Settings
    ownership: Ownership
    archive_limit: ArchiveLimit

    @property
    def account_scope(self) -> dict[str, Any]:
        """The account and its region, as they are kept in the state."""
        return get_account_scope(self.hq)

    @property
    def clock(self) -> Clock:
        """The monotonic clock, for deadlines and for waits that are not reported."""
        return self.hq.transport.clock

    @property
    def started_at(self) -> datetime:
        """HQ's time of its first response in this run."""
        return self.hq.transport.server_clock.run_start

    def server_now(self) -> datetime:
        """Return HQ's time; fetch a token first if HQ has not responded yet.

        Raises:
            Bim360Error: No token was issued.
        """
        return self.hq.transport.get_server_time()

    def info(self, message: str) -> None:
        """Show a message."""
        self.hq.transport.notify(message)

    def warn(self, message: str) -> None:
        """Show a warning."""
        self.hq.transport.notify(message, warning=True)

    def sleep(self, seconds: float, reason: str) -> None:
        """Wait; report the reason of a long wait first."""
        self.hq.transport.sleep(seconds, reason)
