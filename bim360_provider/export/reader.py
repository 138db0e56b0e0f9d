"""Read one account, list by list in a fixed order, and select what to export."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias, TypeVar

from bim360_provider.core.settings import Settings, place_of
from bim360_provider.errors import InputError
from bim360_provider.export import business_units
from bim360_provider.export.account_user import declared_user
from bim360_provider.export.company import company_references, declared_company
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.names import Called, emails_once, names_of, names_once
from bim360_provider.export.project import declared_project
from bim360_provider.export.project_members import with_team
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.request import Question
from bim360_provider.hq.transport.response import Answer
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models import AccountUser, Company, Project, normalize
from bim360_provider.resources import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360Project,
)
from bim360_provider.resources.base import Declared

__all__ = [
    "INCLUDABLE",
    "STATUSES",
    "USUAL",
    "USUALLY",
    "Account",
    "Choice",
    "Kept",
    "Reader",
    "Reading",
    "Tell",
    "read_account",
]

READS: Final = "GET"


class Reading(Transport):
    """Sends reads alone, so that nothing an export does can change an account.

    Attributes:
        asked: How many questions there were, those for a token aside.
    """

    asked: int = 0

    def ask(self, question: Question) -> Answer:
        """Return the answer to a read.

        Raises:
            InputError: It is no read.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        if question.method != READS:
            msg = f"BIM 360: could not {question.asked}: an export only reads."
            raise InputError(msg)
        self.asked += 1
        return super().ask(question)


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
        patterns = [normalize.composed(each).casefold() for each in self.names]
        return not patterns or any(fnmatchcase(name, each) for each in patterns)

    def _made(self, project: Project) -> bool:
        day = (project.created_at or "")[:10]
        after = self.created_from is None or day >= self.created_from.isoformat()
        return after and (self.created_until is None or day <= self.created_until.isoformat())


Kept: TypeAlias = Mapping[tuple[str, str], str]
"""Names that an earlier export gave, by type and id."""

Tell: TypeAlias = Callable[[str, int, int | None], None]
"""Is told what is being read, how many there are already, and how many there will be."""

Row = TypeVar("Row", Project, Company, AccountUser)


@dataclass
class Account:
    """What was read.

    Attributes:
        declarations: What there is, in the order of the file.
        passed_over: How many projects were not meant.
        warnings: What could not be declared, a line each.
    """

    declarations: list[Declaration] = field(default_factory=list)
    passed_over: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads one account, kind by kind."""

    client: HqClient
    settings: Settings
    kept: Kept
    tell: Tell
    account: Account

    @property
    def place(self) -> dict[str, Any]:
        """The account and the region."""
        return place_of(self.client)

    def units(self) -> Declaration | None:
        """Declare the tree of business units."""
        live = self.client.business_units.structure()
        called = Called("units", self.place["account_id"], business_units.NAME)
        name = self._names(Bim360BusinessUnits, [called])[called.id]
        units, left = business_units.declared_units(live, name, self.place, self.settings)
        if units:
            self.account.declarations.append(units)
        self.account.warnings += left
        return units

    def companies(self) -> dict[str, Reference]:
        """Declare the companies, and return what others write for each."""
        live = self._counted("companies", self.client.companies.walk())
        names = self._names(Bim360Company, map(_called, live))
        found = names_once(
            [
                declared_company(each, names[each.id], self.place, self.settings)
                for each in sorted(live, key=_age)
            ]
        )
        self._add(found)
        return company_references(found)

    def users(self, companies: Mapping[str, Reference]) -> None:
        """Declare the people of the account."""
        live = self._counted("users", self.client.account_users.walk())
        names = self._names(Bim360AccountUser, map(_person, live))
        found = [
            declared_user(each, names[each.id], self.place, self.settings, companies)
            for each in sorted(live, key=_age)
        ]
        people, left = emails_once([each for each in found if isinstance(each, Declaration)])
        self._add(people)
        self.account.warnings += sorted([*left, *(e for e in found if isinstance(e, str))])

    def projects(
        self, choice: Choice, units: Mapping[str, Reference], companies: Mapping[str, Reference]
    ) -> None:
        """Declare the projects that are meant, and their teams if those are."""
        everything = self._counted("projects", self.client.projects.walk())
        names = self._names(Bim360Project, map(_called, everything))
        meant = choice.among(everything)
        self.account.passed_over = len(everything) - len(meant)
        if choice.service_types:
            meant = [*self._whole(meant)]
        found = [
            declared_project(each, names[each.id], self.place, self.settings, units)
            for each in sorted(meant, key=_age)
        ]
        self._add(names_once(found))
        if "members" in choice.include:
            self._teams(meant, companies)

    def _teams(self, projects: list[Project], companies: Mapping[str, Reference]) -> None:
        """Put behind each project its team; nobody works on an archived one."""
        alive = {each.id for each in projects if each.status != "archived"}
        declarations, asked = [], 0
        for each in self.account.declarations:
            if each.id not in alive:
                declarations.append(each)
                continue
            asked += 1
            self.tell("members of projects", asked, len(alive))
            people = self.client.project_users.walk(each.id)
            declarations += with_team(people, each, self.place, self.settings, companies)
        self.account.declarations = declarations

    def _whole(self, projects: list[Project]) -> Iterator[Project]:
        """Yield the projects with their services, which no list of HQ's has."""
        for number, project in enumerate(projects, 1):
            self.tell("service types", number, len(projects))
            yield self.client.projects.get(project.id)

    def _counted(self, what: str, rows: Iterable[Row]) -> list[Row]:
        found: dict[str, Row] = {}
        for row in rows:
            # Rows may move between pages while others are made; each counts once.
            found[row.id] = row
            self.tell(what, len(found), None)
        return list(found.values())

    def _names(self, resource: type[Declared], things: Iterable[Called]) -> dict[str, str]:
        """Return names for all that there is of a kind."""
        token = resource.type_token()
        own = {id_: name for (type_, id_), name in self.kept.items() if type_ == token}
        return names_of(things, own)

    def _add(self, found: Iterable[Declaration]) -> None:
        self.account.declarations += sorted(found, key=lambda each: each.name)


def _age(row: Row) -> tuple[str, str]:
    return row.created_at or "", row.id


def _called(row: Project | Company) -> Called:
    kind = type(row).__name__.lower()
    return Called(kind, row.id, row.name or "", row.created_at or "")


def _person(row: AccountUser) -> Called:
    return Called("user", row.id, (row.email or "").partition("@")[0], row.created_at or "")


def read_account(
    client: HqClient,
    settings: Settings,
    choice: Choice,
    *,
    kept: Kept | None = None,
    tell: Tell = lambda _what, _there, _of: None,
) -> Account:
    """Return an account as declarations.

    Args:
        client: The account.
        settings: Say whether values outside the public lists are let through.
        choice: What is meant.
        kept: Names that an earlier export gave.
        tell: Is told how far it is.

    Raises:
        InputError: Members are meant, and there is no acting user, without whom no stack has any.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if "members" in choice.include and not settings.acting_user:
        msg = (
            "BIM 360: could not export members: a stack with members needs an acting user; "
            "set BIM360_ACTING_USER to the e-mail of an admin, here and for the stack."
        )
        raise InputError(msg)
    reader = Reader(client, settings, kept or {}, tell, Account())
    units = reader.units() if "business-units" in choice.include else None
    companies = reader.companies() if "companies" in choice.include else {}
    if "users" in choice.include:
        reader.users(companies)
    if "projects" in choice.include or "members" in choice.include:
        reader.projects(choice, business_units.references(units), companies)
    return reader.account
