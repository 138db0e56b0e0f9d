"""Read what the page shows from the database and the journal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bim360_provider.emulator.data_management.values import find_level
from bim360_provider.emulator.hq.members import map_role_names
from bim360_provider.emulator.journal import Journal, JournalEntry
from bim360_provider.emulator.storage.database import Row, SqlValue, Store

OVERVIEW_PROJECT_LIMIT = 20
"""Projects of an account on the first page; its own page has more."""

OVERVIEW_REQUEST_LIMIT = 10
"""Requests on the first page; the journal's page has more."""

ROW_LIMIT = 500
"""Rows of any other table: a browser shows them at once, and the search finds the rest."""

COUNTS_SQL = """
SELECT (SELECT count(*) FROM users WHERE account_id = a.id) AS users,
    (SELECT count(*) FROM companies WHERE account_id = a.id) AS companies,
    (SELECT count(*) FROM business_units WHERE account_id = a.id) AS business_units
FROM accounts a WHERE a.id = ?"""

PROJECTS_SQL = """
SELECT *, count(*) OVER () AS total,
    (SELECT count(*) FROM members WHERE project_id = projects.id) AS member_count
FROM projects WHERE account_id = ? AND instr(folded(name), folded(?)) > 0
ORDER BY folded(name) LIMIT ?"""

USERS_SQL = """
SELECT *, count(*) OVER () AS total FROM listed_users
WHERE account_id = ? ORDER BY folded(coalesce(name, email)) LIMIT ?"""

COMPANIES_SQL = """
SELECT *, count(*) OVER () AS total FROM companies
WHERE account_id = ? ORDER BY folded(name) LIMIT ?"""

BUSINESS_UNITS_SQL = """
SELECT *, count(*) OVER () AS total FROM business_units WHERE account_id = ? ORDER BY seq LIMIT ?"""

MEMBERS_SQL = """
SELECT members.*, users.name, users.email, companies.name AS company FROM members
JOIN users ON users.id = members.user_id LEFT JOIN companies ON companies.id = members.company_id
WHERE members.project_id = ? ORDER BY folded(coalesce(users.name, users.email))"""

CANDIDATES_SQL = """
SELECT name, email FROM users
WHERE account_id = ? AND id NOT IN (SELECT user_id FROM members WHERE project_id = ?)
ORDER BY folded(coalesce(name, email)) LIMIT ?"""

PERMISSIONS_SQL = """
SELECT folder_permissions.*, coalesce(users.name, users.email, companies.name) AS subject
FROM folder_permissions LEFT JOIN users ON users.id = subject_id
LEFT JOIN companies ON companies.id = subject_id
WHERE project_id = ? ORDER BY folder_permissions.seq"""

HIDDEN_PROJECT_FIELDS = frozenset(
    {"seq", "account_id", "name", "status", "currency", "visible_from", "platform"}
)
"""Columns that the page shows elsewhere or not at all."""


@dataclass(frozen=True, slots=True)
class TableExcerpt:
    """The first rows of a table, and the number of all."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account with its counts and its first projects."""

    account: Row
    projects_by_status: dict[str, int]
    counts: Row
    """The numbers of users, companies and business units."""
    projects: TableExcerpt


@dataclass(frozen=True, slots=True)
class AccountDirectory:
    """The users, companies and business units of an account."""

    users: TableExcerpt
    companies: TableExcerpt
    business_units: TableExcerpt


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A user of a project."""

    user_id: str
    name: str | None
    email: str
    company: str | None
    roles: Sequence[str]
    access: dict[str, str]
    """Access levels by service, as in HQ v2."""
    modules: Sequence[str]
    """Services that HQ v1 assigned."""


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder of a project with its direct permissions."""

    name: str
    depth: int
    """Levels below a top folder."""
    is_hidden: bool
    levels: Sequence[tuple[str, str]]
    """Subjects by name, each with its level, or its actions if they are not those of a level."""


@dataclass(frozen=True, slots=True)
class ProjectDetails:
    """A project with what the page shows about it."""

    project: Row
    account: Row
    fields: dict[str, SqlValue]
    """The fields that have a value."""
    members: Sequence[MemberRow]
    candidates: Sequence[Row]
    """Users of the account who are not in the project."""
    folders: Sequence[FolderRow]
    """The folders as a list, each followed by those in it; empty before their first use."""


def list_accounts(store: Store) -> list[AccountSummary]:
    """Return all accounts in the order in which they were created."""
    accounts = store.fetch_all("SELECT * FROM accounts ORDER BY rowid")
    return [summarize_account(store, account, OVERVIEW_PROJECT_LIMIT) for account in accounts]


def summarize_account(
    store: Store, account: Row, limit: int = ROW_LIMIT, name_part: str = ""
) -> AccountSummary:
    """Return an account with its counts and projects.

    Args:
        store: The database.
        account: The account's row.
        limit: The maximum of projects.
        name_part: Select projects whose names contain this text, in any case.
    """
    by_status = store.fetch_all(
        "SELECT status, count(*) AS number FROM projects WHERE account_id = ? "
        "GROUP BY status ORDER BY status",
        [account["id"]],
    )
    return AccountSummary(
        account,
        {str(row["status"]): int(row["number"] or 0) for row in by_status},
        store.fetch_one(COUNTS_SQL, [account["id"]]) or {},
        _fetch_excerpt(store, PROJECTS_SQL, [account["id"], name_part], limit),
    )


def find_account(store: Store, account_id: SqlValue) -> Row | None:
    """Return an account; None if the id is unknown."""
    return store.fetch_one("SELECT * FROM accounts WHERE id = ?", [account_id])


def find_project(store: Store, project_id: str) -> Row | None:
    """Return a project; None if the id is unknown."""
    return store.fetch_one("SELECT * FROM projects WHERE id = ?", [project_id])


def read_directory(store: Store, account: Row) -> AccountDirectory:
    """Return the users, companies and business units of an account."""
    units = _fetch_excerpt(store, BUSINESS_UNITS_SQL, [account["id"]])
    return AccountDirectory(
        _fetch_excerpt(store, USERS_SQL, [account["id"]]),
        _fetch_excerpt(store, COMPANIES_SQL, [account["id"]]),
        TableExcerpt(_add_paths(units.rows), units.total),
    )


def find_project_details(store: Store, project_id: str) -> ProjectDetails | None:
    """Return a project with what the page shows about it; None if the id is unknown."""
    project = find_project(store, project_id)
    if project is None:
        return None
    return ProjectDetails(
        project,
        find_account(store, project["account_id"]) or {},
        _select_fields(store, project),
        _list_members(store, project),
        store.fetch_all(CANDIDATES_SQL, [project["account_id"], project["id"], ROW_LIMIT]),
        _list_folders(store, project)[:ROW_LIMIT],
    )


def list_requests(journal: Journal, limit: int = ROW_LIMIT) -> list[JournalEntry]:
    """Return the last requests, the newest first."""
    return [*journal.find_entries()][-limit:][::-1]


def _fetch_excerpt(
    store: Store, sql: str, values: Sequence[SqlValue], limit: int = ROW_LIMIT
) -> TableExcerpt:
    rows = store.fetch_all(sql, [*values, limit])
    return TableExcerpt(rows, int(rows[0]["total"] or 0) if rows else 0)


def _add_paths(units: Sequence[Row]) -> list[Row]:
    """Return the business units, each with the names of its parents and its own as ``path``."""
    by_id = {unit["id"]: unit for unit in units}
    paths: list[Row] = [{**unit, "path": _build_unit_path(unit, by_id)} for unit in units]
    return sorted(paths, key=lambda unit: str(unit["path"]).casefold())


def _build_unit_path(unit: Row, by_id: dict[SqlValue, Row]) -> str:
    names: list[str] = []
    seen: set[SqlValue] = set()
    step: Row | None = unit
    while step is not None and step["id"] not in seen:
        seen.add(step["id"])
        names.insert(0, str(step["name"]))
        step = by_id.get(step["parent_id"])
    return " / ".join(names)


def _select_fields(store: Store, project: Row) -> dict[str, SqlValue]:
    unit = store.fetch_one(
        "SELECT name FROM business_units WHERE account_id = ? AND id = ?",
        [project["account_id"], project["business_unit_id"]],
    )
    named = {**project, "business_unit_id": unit["name"] if unit else project["business_unit_id"]}
    return {
        name: value
        for name, value in named.items()
        if name not in HIDDEN_PROJECT_FIELDS and value not in (None, "")
    }


def _list_members(store: Store, project: Row) -> list[MemberRow]:
    role_names = map_role_names(str(project["id"]))
    rows = store.fetch_all(MEMBERS_SQL, [project["id"]])
    return [_build_member(row, role_names) for row in rows]


def _list_folders(store: Store, project: Row) -> list[FolderRow]:
    sql = "SELECT * FROM folders WHERE project_id = ? ORDER BY seq"
    children: dict[SqlValue, list[Row]] = {}
    for row in store.fetch_all(sql, [project["id"]]):
        children.setdefault(row["parent_id"], []).append(row)
    levels = _map_levels(store, project)
    found: list[FolderRow] = []

    def add_children(parent_id: SqlValue, depth: int) -> None:
        for row in children.get(parent_id, ()):
            rights = levels.get(row["id"], ())
            found.append(FolderRow(str(row["name"]), depth, bool(row["hidden"]), rights))
            add_children(row["id"], depth + 1)

    for root in children.get(None, ()):
        add_children(root["id"], 0)
    return found


def _map_levels(store: Store, project: Row) -> dict[SqlValue, list[tuple[str, str]]]:
    """Return the subjects of each folder with their levels, by the id of the folder."""
    role_names = map_role_names(str(project["id"]))
    found: dict[SqlValue, list[tuple[str, str]]] = {}
    for row in store.fetch_all(PERMISSIONS_SQL, [project["id"]]):
        actions = str(row["actions"])
        level = find_level(str(project["platform"]), actions.split(",")) or actions
        subject = str(row["subject"] or role_names.get(str(row["subject_id"]), row["subject_id"]))
        found.setdefault(row["folder_id"], []).append((subject, level))
    return found


def _build_member(row: Row, role_names: dict[str, str]) -> MemberRow:
    return MemberRow(
        user_id=str(row["user_id"]),
        name=None if row["name"] is None else str(row["name"]),
        email=str(row["email"]),
        company=None if row["company"] is None else str(row["company"]),
        roles=[role_names.get(each, each) for each in json.loads(str(row["industry_roles"]))],
        access=json.loads(str(row["services"])),
        modules=[*filter(None, str(row["modules"]).split(","))],
    )
