"""Read one account, list by list in a fixed order, and select what to export."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias, TypeVar

from bim360_provider.core.settings import Settings, get_account_scope
from bim360_provider.errors import InputError
from bim360_provider.export import business_units
from bim360_provider.export.account_user import declare_user
from bim360_provider.export.company import build_company_references, declare_company
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.names import (
    NamedObject,
    allocate_names,
    remove_duplicate_emails,
    remove_duplicate_names,
)
from bim360_provider.export.project import declare_project
from bim360_provider.export.project_members import declare_project_team
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.request import Request
from bim360_provider.hq.transport.response import Response
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models import AccountUser, Company, Project, normalize
from bim360_provider.resources import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360Project,
)
from bim360_provider.resources.base import Bim360Resource

__all__ = [
    "DEFAULT_KINDS",
    "DEFAULT_STATUSES",
    "EXPORT_KINDS",
    "PROJECT_STATUSES",
    "AccountReader",
    "ExportedAccount",
    "KeptNames",
    "ProgressCallback",
    "ReadOnlyTransport",
    "Selection",
    "read_account",
]

READ_METHOD: Final = "GET"

EXPORT_KINDS: Final = ("projects", "business-units", "companies", "users", "members")

DEFAULT_KINDS: Final = ("projects", "business-units")
"""What pull requests about projects need."""

PROJECT_STATUSES: Final = ("active", "pending", "inactive", "archived")

DEFAULT_STATUSES: Final = ("active", "pending", "inactive")
"""What is declared is meant to be there, and an archived project is not."""

KeptNames: TypeAlias = Mapping[tuple[str, str], str]
"""Names that an earlier export gave, by type and id."""

ProgressCallback: TypeAlias = Callable[[str, int, int | None], None]
"""Is told what is being read, how many there are already, and how many there will be."""

Row = TypeVar("Row", Project, Company, AccountUser)


class ReadOnlyTransport(Transport):
    """Sends reads alone, so that nothing an export does can change an account.

    Attributes:
        asked: How many questions there were, those for a token aside.
    """

    request_count: int = 0

    def send(self, question: Request) -> Response:
        """Return the answer to a read.

        Raises:
            InputError: It is no read.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        if question.method != READ_METHOD:
            msg = f"BIM 360: could not {question.description}: an export only reads."
            raise InputError(msg)
        self.request_count += 1
        return super().send(question)


@dataclass(frozen=True)
class Selection:
    """What is meant.

    Attributes:
        include: The kinds of things.
        service_types: Whether to ask for those, with a request for each project.
        names: Patterns such as ``Harbor*``, one of which a name fits; their case means nothing.
        statuses: HQ's words, one of which a project has.
        created_from: The first day, in UTC.
        created_until: The last day, in UTC.
    """

    kinds: tuple[str, ...] = DEFAULT_KINDS
    needs_service_types: bool = False
    name_patterns: tuple[str, ...] = ()
    statuses: tuple[str, ...] = DEFAULT_STATUSES
    created_from: date | None = None
    created_until: date | None = None

    def filter_projects(self, projects: Iterable[Project]) -> list[Project]:
        """Return those that are meant."""
        return [project for project in projects if self._is_selected(project)]

    def _is_selected(self, project: Project) -> bool:
        return (
            project.status in self.statuses
            and self._has_selected_name(project)
            and self._has_selected_date(project)
        )

    def _has_selected_name(self, project: Project) -> bool:
        name = (project.name or "").casefold()
        patterns = [normalize.compose_text(each).casefold() for each in self.name_patterns]
        return not patterns or any(fnmatchcase(name, each) for each in patterns)

    def _has_selected_date(self, project: Project) -> bool:
        day = (project.created_at or "")[:10]
        after = self.created_from is None or day >= self.created_from.isoformat()
        return after and (self.created_until is None or day <= self.created_until.isoformat())


@dataclass
class ExportedAccount:
    """What was read.

    Attributes:
        declarations: What there is, in the order of the file.
        passed_over: How many projects were not meant.
        warnings: What could not be declared, a line each.
    """

    declarations: list[Declaration] = field(default_factory=list)
    skipped_project_count: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AccountReader:
    """Reads one account, kind by kind."""

    client: HqClient
    settings: Settings
    kept_names: KeptNames
    report_progress: ProgressCallback
    account: ExportedAccount

    @property
    def account_scope(self) -> dict[str, Any]:
        """The account and the region."""
        return get_account_scope(self.client)

    def add_units(self) -> Declaration | None:
        """Declare the tree of business units."""
        live = self.client.business_units.get_structure()
        called = NamedObject(
            "units", self.account_scope["account_id"], business_units.RESOURCE_NAME
        )
        name = self._allocate_names(Bim360BusinessUnits, [called])[called.id]
        units, left = business_units.declare_units(live, name, self.account_scope, self.settings)
        if units:
            self.account.declarations.append(units)
        self.account.warnings += left
        return units

    def add_companies(self) -> dict[str, Reference]:
        """Declare the companies, and return what others write for each."""
        live = self._read_rows("companies", self.client.companies.walk())
        names = self._allocate_names(Bim360Company, map(_build_named_object, live))
        found = remove_duplicate_names(
            [
                declare_company(each, names[each.id], self.account_scope, self.settings)
                for each in sorted(live, key=_get_age_key)
            ]
        )
        self._add_declarations(found)
        return build_company_references(found)

    def add_users(self, companies: Mapping[str, Reference]) -> None:
        """Declare the people of the account."""
        live = self._read_rows("users", self.client.account_users.walk())
        names = self._allocate_names(Bim360AccountUser, map(_build_named_user, live))
        found = [
            declare_user(each, names[each.id], self.account_scope, self.settings, companies)
            for each in sorted(live, key=_get_age_key)
        ]
        people, left = remove_duplicate_emails(
            [each for each in found if isinstance(each, Declaration)]
        )
        self._add_declarations(people)
        self.account.warnings += sorted([*left, *(e for e in found if isinstance(e, str))])

    def add_projects(
        self, choice: Selection, units: Mapping[str, Reference], companies: Mapping[str, Reference]
    ) -> None:
        """Declare the projects that are meant, and their teams if those are."""
        everything = self._read_rows("projects", self.client.projects.walk())
        names = self._allocate_names(Bim360Project, map(_build_named_object, everything))
        meant = choice.filter_projects(everything)
        self.account.skipped_project_count = len(everything) - len(meant)
        if choice.needs_service_types:
            meant = [*self._read_projects(meant)]
        found = [
            declare_project(each, names[each.id], self.account_scope, self.settings, units)
            for each in sorted(meant, key=_get_age_key)
        ]
        self._add_declarations(remove_duplicate_names(found))
        if "members" in choice.kinds:
            self._add_teams(meant, companies)

    def _add_teams(self, projects: list[Project], companies: Mapping[str, Reference]) -> None:
        """Put behind each project its team; nobody works on an archived one."""
        alive = {each.id for each in projects if each.status != "archived"}
        declarations, asked = [], 0
        for each in self.account.declarations:
            if each.id not in alive:
                declarations.append(each)
                continue
            asked += 1
            self.report_progress("members of projects", asked, len(alive))
            people = self.client.project_users.walk(each.id)
            declarations += declare_project_team(
                people, each, self.account_scope, self.settings, companies
            )
        self.account.declarations = declarations

    def _read_projects(self, projects: list[Project]) -> Iterator[Project]:
        """Yield the projects with their services, which no list of HQ's has."""
        for number, project in enumerate(projects, 1):
            self.report_progress("service types", number, len(projects))
            yield self.client.projects.get(project.id)

    def _read_rows(self, what: str, rows: Iterable[Row]) -> list[Row]:
        found: dict[str, Row] = {}
        for row in rows:
            # Rows may move between pages while others are made; each counts once.
            found[row.id] = row
            self.report_progress(what, len(found), None)
        return list(found.values())

    def _allocate_names(
        self, resource: type[Bim360Resource], things: Iterable[NamedObject]
    ) -> dict[str, str]:
        """Return names for all that there is of a kind."""
        token = resource.type_token()
        own = {id_: name for (type_, id_), name in self.kept_names.items() if type_ == token}
        return allocate_names(things, own)

    def _add_declarations(self, found: Iterable[Declaration]) -> None:
        self.account.declarations += sorted(found, key=lambda each: each.name)


def _get_age_key(row: Row) -> tuple[str, str]:
    return row.created_at or "", row.id


def _build_named_object(row: Project | Company) -> NamedObject:
    kind = type(row).__name__.lower()
    return NamedObject(kind, row.id, row.name or "", row.created_at or "")


def _build_named_user(row: AccountUser) -> NamedObject:
    return NamedObject("user", row.id, (row.email or "").partition("@")[0], row.created_at or "")


def read_account(
    client: HqClient,
    settings: Settings,
    choice: Selection,
    *,
    kept_names: KeptNames | None = None,
    report_progress: ProgressCallback = lambda _what, _there, _of: None,
) -> ExportedAccount:
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
    if "members" in choice.kinds and not settings.acting_user:
        msg = (
            "BIM 360: could not export members: a stack with members needs an acting user; "
            "set BIM360_ACTING_USER to the e-mail of an admin, here and for the stack."
        )
        raise InputError(msg)
    reader = AccountReader(client, settings, kept_names or {}, report_progress, ExportedAccount())
    units = reader.add_units() if "business-units" in choice.kinds else None
    companies = reader.add_companies() if "companies" in choice.kinds else {}
    if "users" in choice.kinds:
        reader.add_users(companies)
    if "projects" in choice.kinds or "members" in choice.kinds:
        reader.add_projects(choice, business_units.build_unit_references(units), companies)
    return reader.account
