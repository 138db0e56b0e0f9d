"""The state back out of the store, in the form of a seed."""

import json
from collections.abc import Iterator

from pydantic import JsonValue

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.store import Row, Store, Value


def dump_accounts(backend: Backend) -> list[JsonValue]:
    """Return every account in the form of the seed file, with all fields filled."""
    return [*_accounts(backend.store)]


def _accounts(store: Store) -> Iterator[JsonValue]:
    for account in store.rows("SELECT * FROM accounts ORDER BY rowid"):
        projects = _of(store, "projects", account["id"])
        yield {
            **account,
            "business_units": [
                _fields(unit) for unit in _of(store, "business_units", account["id"])
            ],
            "companies": [
                {**_fields(company), "image": image_of(store, company["id"])}
                for company in _of(store, "companies", account["id"])
            ],
            "users": [_fields(user) for user in _of(store, "users", account["id"])],
            "projects": [_project(store, project) for project in projects],
        }


def image_of(store: Store, entity_id: Value) -> JsonValue:
    """Return what is kept of an entity's image, None where there is none."""
    row = store.row("SELECT * FROM images WHERE id = ?", [entity_id])
    return None if row is None else _without(row, "id")


def _of(store: Store, table: str, account_id: Value) -> list[Row]:
    sql = f"SELECT * FROM {table} WHERE account_id = ? ORDER BY seq"  # noqa: S608 - tables are ours
    return store.rows(sql, [account_id])


def _project(store: Store, project: Row) -> JsonValue:
    in_it = "WHERE project_id = ? ORDER BY seq"
    companies = store.rows(f"SELECT company_id FROM project_companies {in_it}", [project["id"]])  # noqa: S608 - the text above
    members = store.rows(f"SELECT * FROM members {in_it}", [project["id"]])  # noqa: S608 - the text above
    return {
        **_fields(project),
        "companies": [row["company_id"] for row in companies],
        "users": [member_seed(member) for member in members],
        "image": image_of(store, project["id"]),
    }


def member_seed(member: Row) -> dict[str, JsonValue]:
    """Return a project's user in the form of the seed file."""
    return {
        **{name: member[name] for name in ("user_id", "company_id", "created_at", "updated_at")},
        "industry_roles": json.loads(str(member["industry_roles"])),
        "services": json.loads(str(member["services"])),
        "modules": [*filter(None, str(member["modules"]).split(","))],
    }


def _fields(row: Row) -> dict[str, JsonValue]:
    return {name: value for name, value in row.items() if name not in {"seq", "account_id"}}


def _without(row: Row, *names: str) -> dict[str, JsonValue]:
    return {name: value for name, value in _fields(row).items() if name not in names}
