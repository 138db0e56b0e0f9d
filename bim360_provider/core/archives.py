"""How many projects one run archives: the last guard against a change that nobody meant.

The policy is in docs/project.md, "No more archives than are meant".
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from bim360_provider.errors import ArchiveLimitError, HqError

__all__ = ["DEFAULT_MAX_ARCHIVES", "Allowance", "Archives"]

DEFAULT_MAX_ARCHIVES: Final = 20
"""More than a pull request archives, as many as a person reads, and soon brought back."""


class Archives:
    """Counts the projects that this run has archived; shared by all threads of the host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def take(self, most: int | None) -> bool:
        """Count one more and return True, or return False if there are as many already."""
        with self._lock:
            if most is not None and self._count >= most:
                return False
            self._count += 1
            return True

    def give_back(self) -> None:
        """Count one less: HQ refused."""
        with self._lock:
            self._count -= 1


@dataclass(frozen=True)
class Allowance:
    """What a run may archive yet.

    Attributes:
        most: At most this many projects; None is no limit.
        archives: What the run has archived so far.
    """

    most: int | None = None
    archives: Archives = field(default_factory=Archives)

    @contextmanager
    def one(self, project: str) -> Iterator[None]:
        """Archive one project inside, or do not begin.

        A place is given back only where HQ clearly said no; after a lost answer, or none at all,
        the project counts as archived, so that never one more is.

        Args:
            project: Its name and id, for the error.

        Raises:
            ArchiveLimitError: The run has archived as many as it may.
        """
        if not self.archives.take(self.most):
            raise ArchiveLimitError(_refusal(project, self.most or 0))
        try:
            yield
        except HqError as error:
            if HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                self.archives.give_back()
            raise


def _refusal(project: str, most: int) -> str:
    override = "BIM360_MAX_ARCHIVES to as many as are meant, or to 'unlimited'"
    if not most:
        why = "bim360:maxArchives is 0, so that none is"
        return f"BIM 360: project {project} is not archived: {why}. If it is meant: set {override}."
    why = f"this run has archived {most} already, as many as bim360:maxArchives allows"
    advice = f"If the rest is meant too: run it again for the next {most}, or set {override}"
    return f"BIM 360: project {project} is not archived: {why}. {advice}."
