"""Load a seed into the database, and write the database as a seed."""

import json
from collections.abc import Iterable, Iterator

from pydantic import Field, JsonValue

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq.enums import INDUSTRY_ROLES
from bim360_provider.emulator.hq.members import build_role_id
from bim360_provider.emulator.seed.folders import dump_folders, load_folders
from bim360_provider.emulator.seed.models import (
    SEED_MODELS,
    DatedModel,
    Seed,
    SeedAccount,
    SeedBusinessUnit,
    SeedClient,
    SeedCompany,
    SeedError,
    SeedImage,
    SeedMember,
    SeedProject,
    SeedUser,
    StrictModel,
    parse_seed,
    validate_document,
)
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import Row, SqlValue, Store, hash_secret
from bim360_provider.emulator.storage.schema import TABLES

CLIENT_ID = "emulator-client"

CLIENT_SECRET = "emulator-secret"  # noqa: S105 - opens nothing but this emulator

ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000001"

EMEA_ACCOUNT_ID = "a1d5e9b2-0000-4000-8000-000000000002"

BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000001"

EMEA_BUSINESS_UNIT_ID = "b0000000-0000-4000-8000-000000000002"

COMPANY_ID = "c0000000-0000-4000-8000-000000000001"

EMEA_COMPANY_ID = "c0000000-0000-4000-8000-000000000002"

ADMIN_EMAIL = "anna.halvorsen@example.com"

ADMIN_ID = "d0000000-0000-4000-8000-000000000001"

EMEA_ADMIN_ID = "d0000000-0000-4000-8000-000000000002"

ADMIN_UID = "L9EBJKCGCXBB"
"""The same user in both accounts, with one Autodesk ID but two ``id``s."""

CLIENT_TABLES = ("clients", "provisioning")
"""Tables that are not part of the state: clients and their access."""


def load_members(hq: HqState, account: SeedAccount, project: SeedProject, project_id: str) -> None:
    """Insert a project's companies and users.

    Raises:
        SeedError: A user is not in the account.
    """
    for company_id in project.companies:
        row: Row = {"project_id": project_id, "company_id": company_id}
        hq.store.insert("project_companies", row)
    for member in project.users:
        user_id = _find_user_id(hq, account, project, member)
        hq.store.insert("members", build_member_row(hq, member, project_id, user_id))


def build_member_row(hq: HqState, member: SeedMember, project_id: str, user_id: str) -> Row:
    """Return the row of a project's user."""
    roles = [
        build_role_id(project_id, role) if role in INDUSTRY_ROLES else role
        for role in member.industry_roles
    ]
    return {
        "project_id": project_id,
        "user_id": user_id,
        "company_id": member.company_id,
        "industry_roles": json.dumps(roles),
        "services": json.dumps(member.services),
        "modules": ",".join(member.modules),
        **_build_timestamps(hq, member),
    }


def _find_user_id(
    hq: HqState, account: SeedAccount, project: SeedProject, member: SeedMember
) -> str:
    sql = "SELECT id FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    user = hq.store.fetch_one(sql, [account.id, member.user_id, member.email])
    if user is None:
        reference = member.email or member.user_id
        msg = f"project {project.name!r} has the user {reference!r}, who is not in the account"
        raise SeedError(msg)
    return str(user["id"])


def build_default_seed() -> Seed:
    """Return the built-in seed, with a company and an account admin but no projects."""
    return parse_seed(
        {
            "clients": [
                {
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "accounts": [ACCOUNT_ID, EMEA_ACCOUNT_ID],
                }
            ],
            "accounts": [
                {
                    "id": ACCOUNT_ID,
                    "name": "Halvorsen Construction",
                    "business_units": [{"id": BUSINESS_UNIT_ID, "name": "North America"}],
                    **_build_people("Halvorsen Construction", COMPANY_ID, ADMIN_ID),
                },
                {
                    "id": EMEA_ACCOUNT_ID,
                    "name": "Halvorsen Europe",
                    "region": "EMEA",
                    "business_units": [{"id": EMEA_BUSINESS_UNIT_ID, "name": "Nordics"}],
                    **_build_people("Halvorsen Europe", EMEA_COMPANY_ID, EMEA_ADMIN_ID),
                },
            ],
        }
    )


def _build_people(company: str, company_id: str, admin_id: str) -> dict[str, object]:
    admin = {
        "id": admin_id,
        "email": ADMIN_EMAIL,
        "name": "Anna Halvorsen",
        "first_name": "Anna",
        "last_name": "Halvorsen",
        "role": "account_admin",
        "uid": ADMIN_UID,
        "company_id": company_id,
    }
    owner = {"id": company_id, "name": company, "trade": "General Contractor"}
    return {"companies": [owner], "users": [admin]}


def load_clients(hq: HqState, clients: Iterable[SeedClient]) -> None:
    """Insert the clients with their access to accounts."""
    for client in clients:
        secret = hash_secret(client.client_secret.get_secret_value())
        admin = int(client.account_administration)
        documents = int(client.document_management)
        row: list[SqlValue] = [client.client_id, secret, admin, documents]
        hq.store.execute("INSERT INTO clients VALUES (?, ?, ?, ?)", row)
        for account_id in client.accounts:
            row = [client.client_id, account_id]
            hq.store.execute("INSERT OR IGNORE INTO provisioning VALUES (?, ?)", row)


def load_accounts(hq: HqState, accounts: Iterable[SeedAccount]) -> None:
    """Insert the accounts with everything in them."""
    for account in accounts:
        row = [account.id, account.name, account.region, ",".join(account.services)]
        hq.store.execute("INSERT INTO accounts VALUES (?, ?, ?, ?)", row)
        for unit in account.business_units:
            _load_unit(hq, account, unit)
        for company in account.companies:
            _load_company(hq, account, company)
        for user in account.users:
            _load_user(hq, account, user)
        for project in account.projects:
            _load_project(hq, account, project)


def load_image(hq: HqState, entity_id: str, image: SeedImage | None) -> None:
    """Insert the metadata of an entity's image."""
    if image is not None:
        hq.store.insert("images", {"id": entity_id, **image.model_dump()})


def _load_unit(hq: HqState, account: SeedAccount, unit: SeedBusinessUnit) -> None:
    row = unit.model_dump() | _build_timestamps(hq, unit) | {"account_id": account.id}
    hq.store.insert("business_units", row)


def _load_company(hq: HqState, account: SeedAccount, company: SeedCompany) -> None:
    entity_id = company.id or str(hq.ids.create_id("company"))
    row = company.model_dump(exclude={"image"}) | _build_timestamps(hq, company)
    hq.store.insert("companies", {**row, "id": entity_id, "account_id": account.id})
    load_image(hq, entity_id, company.image)


def _load_user(hq: HqState, account: SeedAccount, user: SeedUser) -> None:
    entity_id = user.id or str(hq.ids.create_id("user"))
    row = user.model_dump() | _build_timestamps(hq, user)
    hq.store.insert("users", {**row, "id": entity_id, "account_id": account.id})


def _load_project(hq: HqState, account: SeedAccount, project: SeedProject) -> None:
    entity_id = project.id or str(hq.ids.create_id("project"))
    services = account.services if project.service_types is None else project.service_types
    active = project.active_services
    if active is None:
        active = () if project.status == "pending" else services
    row: Row = project.model_dump(exclude={"users", "companies", "image", "folders"})
    row |= _build_timestamps(hq, project) | {"id": entity_id, "account_id": account.id}
    row |= {"service_types": ",".join(services), "active_services": ",".join(active)}
    hq.store.insert("projects", row)
    load_members(hq, account, project, entity_id)
    load_image(hq, entity_id, project.image)
    load_folders(hq, row, project.folders)


def _build_timestamps(hq: HqState, entity: DatedModel) -> Row:
    """Return the times of an entity's creation and last change; now by default."""
    now = format_timestamp(hq.clock.now())
    return {
        "created_at": entity.created_at or entity.updated_at or now,
        "updated_at": entity.updated_at or entity.created_at or now,
    }


def dump_accounts(hq: HqState) -> list[JsonValue]:
    """Return every account in the form of the seed file, with all fields filled."""
    return [*_iterate_accounts(hq.store)]


def _iterate_accounts(store: Store) -> Iterator[JsonValue]:
    for account in store.fetch_all("SELECT * FROM accounts ORDER BY rowid"):
        projects = _find_account_rows(store, "projects", account["id"])
        yield {
            **account,
            "business_units": [
                _dump_fields(unit)
                for unit in _find_account_rows(store, "business_units", account["id"])
            ],
            "companies": [
                {**_dump_fields(company), "image": dump_image(store, company["id"])}
                for company in _find_account_rows(store, "companies", account["id"])
            ],
            "users": [
                _dump_fields(user) for user in _find_account_rows(store, "users", account["id"])
            ],
            "projects": [_dump_project(store, project) for project in projects],
        }


def dump_image(store: Store, entity_id: SqlValue) -> JsonValue:
    """Return the metadata of an entity's image, None if there is none."""
    row = store.fetch_one("SELECT * FROM images WHERE id = ?", [entity_id])
    return None if row is None else _drop_fields(row, "id")


def _find_account_rows(store: Store, table: str, account_id: SqlValue) -> list[Row]:
    sql = f"SELECT * FROM {table} WHERE account_id = ? ORDER BY seq"  # noqa: S608 - table names are constants
    return store.fetch_all(sql, [account_id])


def _dump_project(store: Store, project: Row) -> JsonValue:
    companies_sql = "SELECT company_id FROM project_companies WHERE project_id = ? ORDER BY seq"
    companies = store.fetch_all(companies_sql, [project["id"]])
    members_sql = "SELECT * FROM members WHERE project_id = ? ORDER BY seq"
    members = store.fetch_all(members_sql, [project["id"]])
    return {
        **_dump_fields(project),
        "companies": [row["company_id"] for row in companies],
        "users": [dump_member(member) for member in members],
        "image": dump_image(store, project["id"]),
        "folders": dump_folders(store, project),
    }


def dump_member(member: Row) -> dict[str, JsonValue]:
    """Return a project's user in the form of the seed file."""
    return {
        **{name: member[name] for name in ("user_id", "company_id", "created_at", "updated_at")},
        "industry_roles": json.loads(str(member["industry_roles"])),
        "services": json.loads(str(member["services"])),
        "modules": [*filter(None, str(member["modules"]).split(","))],
    }


def _dump_fields(row: Row) -> dict[str, JsonValue]:
    return {name: value for name, value in row.items() if name not in {"seq", "account_id"}}


def _drop_fields(row: Row, *names: str) -> dict[str, JsonValue]:
    return {name: value for name, value in _dump_fields(row).items() if name not in names}


class StateJob(StrictModel):
    """A template copy."""

    id: str
    account_id: str
    project_id: str
    started: float


class StateDocument(StrictModel):
    """Accounts in the form of the seed file, jobs, and the counters of ids."""

    accounts: tuple[SeedAccount, ...]
    jobs: tuple[StateJob, ...] = ()
    counters: dict[str, int] = Field(default_factory=dict)


def dump_state(hq: HqState) -> JsonValue:
    """Return the state, without clients and their secrets."""
    counters = hq.store.fetch_all("SELECT * FROM counters")
    return {
        "accounts": dump_accounts(hq),
        "jobs": [{**job} for job in hq.store.fetch_all("SELECT * FROM jobs")],
        "counters": {str(row["kind"]): row["made"] for row in counters},
    }


def load_state(hq: HqState, document: JsonValue) -> None:
    """Replace the state.

    Raises:
        SeedError: The document is invalid; then nothing changes.
    """
    state = validate_document(StateDocument, document, StateJob, *SEED_MODELS)
    with hq.store.begin_transaction():
        for table in (each for each in TABLES if each not in CLIENT_TABLES):
            hq.store.execute(f"DELETE FROM {table}")  # noqa: S608 - table names are constants
        load_accounts(hq, state.accounts)
        for job in state.jobs:
            hq.store.insert("jobs", job.model_dump())
        for kind, count in state.counters.items():
            hq.store.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", [kind, count])
