"""What is meant: which kinds of things, and projects by name, status and the day they were made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from bim360_provider.models import Project, normal

__all__ = ["INCLUDABLE", "STATUSES", "USUAL", "USUALLY", "Choice"]

INCLUDABLE: Final = ("projects", "business-units", "companies", "users", "members")

USUALLY: Final = ("projects", "business-units")
"""What pull requests about projects need."""

STATUSES: Final = ("active", "pending", "inactive", "archived")

USUAL: Final = ("active", "pending", "inactive")
"""What is declared is meant to be there, and an archived project is not."""


@dataclass(frozen=True)
class Choice:
    """What is meant.

    Attributes:
        include: The kinds of things.
        service_types: Whether to ask for those, with a request for each project.
        names: Patterns such as ``Harbor*``, one of which a name fits; their case means nothing.
        statuses: HQ's words, one of which a project has.
        created_from: The first day, in UTC.
        created_until: The last day, in UTC.
    """

    include: tuple[str, ...] = USUALLY
    service_types: bool = False
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = USUAL
    created_from: date | None = None
    created_until: date | None = None

    def among(self, projects: Iterable[Project]) -> list[Project]:
        """Return those that are meant."""
        return [project for project in projects if self._means(project)]

    def _means(self, project: Project) -> bool:
        return project.status in self.statuses and self._named(project) and self._made(project)

    def _named(self, project: Project) -> bool:
        name = (project.name or "").casefold()
        patterns = [normal.composed(each).casefold() for each in self.names]
        return not patterns or any(fnmatchcase(name, each) for each in patterns)

    def _made(self, project: Project) -> bool:
        day = (project.created_at or "")[:10]
        after = self.created_from is None or day >= self.created_from.isoformat()
        return after and (self.created_until is None or day <= self.created_until.isoformat())
