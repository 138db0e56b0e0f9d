"""Read an account in a fixed order and select the objects to export."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias, TypeVar

from bim360_provider.core.settings import Settings, get_account_scope
from bim360_provider.errors import HqError, InputError, NotFoundError, UnauthorizedError
from bim360_provider.export import business_units
from bim360_provider.export.account_user import declare_user
from bim360_provider.export.company import build_company_references, declare_company
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.folder_tree import (
    FolderTree,
    declare_folder_tree,
    find_deviations,
    find_model,
    read_folder_tree,
)
from bim360_provider.export.names import (
    NamedObject,
    allocate_names,
    remove_duplicate_emails,
    remove_duplicate_names,
)
from bim360_provider.export.project import declare_project
from bim360_provider.export.project_members import declare_project_team
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.message import Request, Response
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models import AccountUser, Company, Project, normalize
from bim360_provider.models.platform import PlatformProject
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

EXPORT_KINDS: Final = ("projects", "business-units", "companies", "users", "members", "folders")

DEFAULT_KINDS: Final = ("projects", "business-units")
"""The kinds that a stack of projects needs."""

PROJECT_STATUSES: Final = ("active", "pending", "inactive", "archived")

DEFAULT_STATUSES: Final = ("active", "pending", "inactive")
"""The statuses that are exported by default: all except archived."""

KeptNames: TypeAlias = Mapping[tuple[str, str], str]
"""The names of an earlier export, by type and id."""

ProgressCallback: TypeAlias = Callable[[str, int, int | None], None]
"""Receives the list that is read, the number of rows so far, and the total if known."""

Row = TypeVar("Row", Project, Company, AccountUser)


class ReadOnlyTransport(Transport):
    """A transport that only sends read requests, so that an export cannot change an account.

    Attributes:
        request_count: The number of requests, without those for a token.
    """

    request_count: int = 0

    def send(self, request: Request) -> Response:
        """Return the response to a read request.

        Raises:
            InputError: It is not a read request.
            HqError: HQ rejected the request.
            UnansweredError: HQ did not respond.
        """
        if request.method != READ_METHOD:
            msg = f"BIM 360: could not {request.description}: an export only reads."
            raise InputError(msg)
        self.request_count += 1
        return super().send(request)


@dataclass(frozen=True)
class Selection:
    """The selected objects of an account.

    Attributes:
        kinds: The kinds of objects.
        needs_service_types: Whether to read service types, with a request for each project.
        name_patterns: Patterns of project names such as ``Harbor*``; case is ignored.
        statuses: The statuses of projects.
        created_from: The first day of creation, in UTC.
        created_until: The last day of creation, in UTC.
        model_name: The project with whose folders those of the other projects are compared.
    """

    kinds: tuple[str, ...] = DEFAULT_KINDS
    needs_service_types: bool = False
    name_patterns: tuple[str, ...] = ()
    statuses: tuple[str, ...] = DEFAULT_STATUSES
    created_from: date | None = None
    created_until: date | None = None
    model_name: str | None = None

    def filter_projects(self, projects: Iterable[Project]) -> list[Project]:
        """Return the selected projects."""
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
        is_late_enough = self.created_from is None or day >= self.created_from.isoformat()
        return is_late_enough and (
            self.created_until is None or day <= self.created_until.isoformat()
        )


@dataclass
class ExportedAccount:
    """An exported account.

    Attributes:
        declarations: The declarations in the order of the program.
        skipped_project_count: The number of projects that were not selected.
        acc_projects: The ACC projects of the account, which are not declared.
        warnings: One line for each object that could not be declared.
        deviations: How the folders of each project differ from those of the model, by its name in
            the program; projects without differences too.
    """

    declarations: list[Declaration] = field(default_factory=list)
    skipped_project_count: int = 0
    acc_projects: list[PlatformProject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    deviations: dict[str, list[str]] = field(default_factory=dict)


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
        named = NamedObject("units", self.account_scope["account_id"], business_units.RESOURCE_NAME)
        name = self._allocate_names(Bim360BusinessUnits, [named])[named.id]
        units, notes = business_units.declare_units(live, name, self.account_scope, self.settings)
        if units:
            self.account.declarations.append(units)
        self.account.warnings += notes
        return units

    def add_companies(self) -> dict[str, Reference]:
        """Declare the companies and return references to them, by id."""
        live = self._read_rows("companies", self.client.companies.walk())
        names = self._allocate_names(Bim360Company, map(_build_named_object, live))
        declarations = remove_duplicate_names(
            [
                declare_company(each, names[each.id], self.account_scope, self.settings)
                for each in sorted(live, key=_get_age_key)
            ]
        )
        self._add_declarations(declarations)
        return build_company_references(declarations)

    def add_users(self, companies: Mapping[str, Reference]) -> None:
        """Declare the users of the account."""
        live = self._read_rows("users", self.client.account_users.walk())
        names = self._allocate_names(Bim360AccountUser, map(_build_named_user, live))
        results = [
            declare_user(each, names[each.id], self.account_scope, self.settings, companies)
            for each in sorted(live, key=_get_age_key)
        ]
        users, notes = remove_duplicate_emails(
            [each for each in results if isinstance(each, Declaration)]
        )
        self._add_declarations(users)
        notes += [each for each in results if isinstance(each, str)]
        self.account.warnings += sorted(notes)

    def add_projects(
        self,
        selection: Selection,
        units: Mapping[str, Reference],
        companies: Mapping[str, Reference],
    ) -> None:
        """Declare the selected projects, and their teams if selected."""
        acc_ids = self._add_acc_projects()
        rows = self._read_rows("projects", self.client.projects.walk())
        live = [row for row in rows if row.id not in acc_ids]
        names = self._allocate_names(Bim360Project, map(_build_named_object, live))
        projects = selection.filter_projects(live)
        self.account.skipped_project_count = len(live) - len(projects)
        if selection.needs_service_types:
            projects = [*self._read_projects(projects)]
        declarations = [
            declare_project(each, names[each.id], self.account_scope, self.settings, units)
            for each in sorted(projects, key=_get_age_key)
        ]
        self._add_declarations(remove_duplicate_names(declarations))
        if "folders" in selection.kinds:
            self._add_folder_trees(projects, selection.model_name)
        if "members" in selection.kinds:
            self._add_teams(projects, companies)

    def _add_acc_projects(self) -> set[str]:
        """List the ACC projects, and return their ids; a refusal is a warning."""
        try:
            self.account.acc_projects = self.client.platforms.list_acc()
        except HqError as error:
            self.account.warnings.append(str(error))
        return {project.id for project in self.account.acc_projects}

    def _add_folder_trees(self, projects: list[Project], model_name: str | None) -> None:
        """Add a tree of folders after each active project; others do not show their folders.

        Raises:
            InputError: The model is not exactly one of these projects.
            HqError: Autodesk refused access to the folders of all projects.
        """
        active = {each.id for each in projects if each.status == "active"}
        trees: dict[str, FolderTree] = {}
        errors: list[HqError] = []
        declarations = []
        for each in self.account.declarations:
            declarations.append(each)
            if each.id not in active:
                continue
            count = len(trees) + len(errors) + 1
            self.report_progress("projects with folders", count, len(active))
            try:
                trees[each.id] = tree = read_folder_tree(self.client, each.id)
            except (NotFoundError, UnauthorizedError) as error:
                errors.append(error)
                self.account.warnings.append(f"{each.name}: its folders are left out: {error}")
                continue
            declared = declare_folder_tree(tree, each, self.account_scope, self.settings)
            self.account.warnings += [f"{each.name}: {note}" for note in tree.notes]
            declarations += [declared] if declared else []
        if errors and not trees:
            raise errors[0]
        self.account.declarations = declarations
        if model_name is not None:
            names = {each.id: each.name for each in self.account.declarations}
            model_id = find_model(projects, trees, model_name)
            self.account.deviations = {
                names[id_]: find_deviations(trees[model_id], tree)
                for id_, tree in trees.items()
                if id_ != model_id
            }

    def _add_teams(self, projects: list[Project], companies: Mapping[str, Reference]) -> None:
        """Add a team after each project, except for archived projects."""
        active = {each.id for each in projects if each.status != "archived"}
        declarations, count = [], 0
        for each in self.account.declarations:
            if each.id not in active:
                declarations.append(each)
                continue
            count += 1
            self.report_progress("members of projects", count, len(active))
            users = self.client.project_users.walk(each.id)
            declarations += declare_project_team(
                users, each, self.account_scope, self.settings, companies
            )
        self.account.declarations = declarations

    def _read_projects(self, projects: list[Project]) -> Iterator[Project]:
        """Yield the projects with their services, which HQ's lists omit."""
        for number, project in enumerate(projects, 1):
            self.report_progress("service types", number, len(projects))
            yield self.client.projects.get(project.id)

    def _read_rows(self, label: str, rows: Iterable[Row]) -> list[Row]:
        by_id: dict[str, Row] = {}
        for row in rows:
            # A row can appear on two pages if another one is created meanwhile.
            by_id[row.id] = row
            self.report_progress(label, len(by_id), None)
        return list(by_id.values())

    def _allocate_names(
        self, resource: type[Bim360Resource], objects: Iterable[NamedObject]
    ) -> dict[str, str]:
        """Return names for all objects of a resource type, by id."""
        token = resource.type_token()
        kept = {id_: name for (type_, id_), name in self.kept_names.items() if type_ == token}
        return allocate_names(objects, kept)

    def _add_declarations(self, declarations: Iterable[Declaration]) -> None:
        self.account.declarations += sorted(declarations, key=lambda each: each.name)


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
    selection: Selection,
    *,
    kept_names: KeptNames | None = None,
    report_progress: ProgressCallback = lambda _label, _count, _total: None,
) -> ExportedAccount:
    """Return the declarations of an account.

    Args:
        client: The client of the account.
        settings: The settings; they decide about values outside the public lists.
        selection: The objects to export.
        kept_names: The names of an earlier export.
        report_progress: Receives the progress.

    Raises:
        InputError: Members are selected, but the settings have no acting user; or the model of
            the folders is not one of the projects.
        HqError: HQ rejected a request.
        UnansweredError: HQ did not respond.
    """
    if "members" in selection.kinds and not settings.acting_user:
        msg = (
            "BIM 360: could not export members: a stack with members needs an acting user; "
            "set BIM360_ACTING_USER to the e-mail of an admin, here and for the stack."
        )
        raise InputError(msg)
    if selection.model_name is not None and "folders" not in selection.kinds:
        msg = "BIM 360: --like compares folders; add them, such as --include projects,folders."
        raise InputError(msg)
    reader = AccountReader(client, settings, kept_names or {}, report_progress, ExportedAccount())
    units = reader.add_units() if "business-units" in selection.kinds else None
    companies = reader.add_companies() if "companies" in selection.kinds else {}
    if "users" in selection.kinds:
        reader.add_users(companies)
    if not {"projects", "members", "folders"}.isdisjoint(selection.kinds):
        reader.add_projects(selection, business_units.build_unit_references(units), companies)
    return reader.account
