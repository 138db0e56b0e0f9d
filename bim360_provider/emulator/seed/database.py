"""Load a seed into the database, and write the database as a seed."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.hq.enums import INDUSTRY_ROLES
from bim360_provider.emulator.hq.members import role_id
from bim360_provider.emulator.seed.models import (
    MODELS,
    Seed,
    SeedAccount,
    SeedClient,
    SeedCompany,
    SeedError,
    SeedImage,
    SeedMember,
    SeedProject,
    SeedUnit,
    SeedUser,
    first_problem,
    parse_seed,
)
from bim360_provider.emulator.storage.database import Row, Store, Value
from bim360_provider.emulator.storage.schema import TABLES


def plant_members(
    backend: Backend, account: SeedAccount, project: SeedProject, project_id: str
) -> None:
    """Insert a project's companies and users.

    Raises:
        SeedError: One of the users is none of the account's.
    """
    for company_id in project.companies:
        row: Row = {"project_id": project_id, "company_id": company_id}
        backend.store.insert("project_companies", row)
    for member in project.users:
        user_id = _user_id(backend, account, project, member)
        backend.store.insert("members", member_row(backend, member, project_id, user_id))


def member_row(backend: Backend, member: SeedMember, project_id: str, user_id: str) -> Row:
    """Return the row of a project's user."""
    now = stamp(backend.clock.now())
    roles = [
        role_id(project_id, role) if role in INDUSTRY_ROLES else role
        for role in member.industry_roles
    ]
    return {
        "project_id": project_id,
        "user_id": user_id,
        "company_id": member.company_id,
        "industry_roles": json.dumps(roles),
        "services": json.dumps(member.services),
        "modules": ",".join(member.modules),
        "created_at": member.created_at or member.updated_at or now,
        "updated_at": member.updated_at or member.created_at or now,
    }


def _user_id(
    backend: Backend, account: SeedAccount, project: SeedProject, member: SeedMember
) -> str:
    sql = "SELECT id FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    user = backend.store.row(sql, [account.id, member.user_id, member.email])
    if user is None:
        asked = member.email or member.user_id
        msg = f"project {project.name!r} has the user {asked!r}, who is not in the account"
        raise SeedError(msg)
    return str(user["id"])


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
"""The same person in both accounts: another ``id`` in each, but one Autodesk ID."""


def default_seed() -> Seed:
    """Return the built-in seed; it has a company and an account admin, and no projects."""
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
                    **_people("Halvorsen Construction", COMPANY_ID, ADMIN_ID),
                },
                {
                    "id": EMEA_ACCOUNT_ID,
                    "name": "Halvorsen Europe",
                    "region": "EMEA",
                    "business_units": [{"id": EMEA_BUSINESS_UNIT_ID, "name": "Nordics"}],
                    **_people("Halvorsen Europe", EMEA_COMPANY_ID, EMEA_ADMIN_ID),
                },
            ],
        }
    )


def _people(company: str, company_id: str, admin_id: str) -> dict[str, object]:
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


def digest(secret: str) -> str:
    """Return what the store keeps of a secret, which is not the secret."""
    return sha256(secret.encode()).hexdigest()


def plant_clients(backend: Backend, clients: Iterable[SeedClient]) -> None:
    """Insert the clients and let them into their accounts."""
    for client in clients:
        secret = digest(client.client_secret.get_secret_value())
        admin = int(client.account_administration)
        row: list[Value] = [client.client_id, secret, admin]
        backend.store.run("INSERT INTO clients VALUES (?, ?, ?)", row)
        for account_id in client.accounts:
            row = [client.client_id, account_id]
            backend.store.run("INSERT OR IGNORE INTO provisioning VALUES (?, ?)", row)


def plant_accounts(backend: Backend, accounts: Iterable[SeedAccount]) -> None:
    """Insert the accounts with everything in them."""
    for account in accounts:
        row = [account.id, account.name, account.region, ",".join(account.services)]
        backend.store.run("INSERT INTO accounts VALUES (?, ?, ?, ?)", row)
        for unit in account.business_units:
            _plant_unit(backend, account, unit)
        for company in account.companies:
            _plant_company(backend, account, company)
        for user in account.users:
            _plant_user(backend, account, user)
        for project in account.projects:
            _plant_project(backend, account, project)


def plant_image(backend: Backend, entity_id: str, image: SeedImage | None) -> None:
    """Insert what is kept of an entity's image."""
    if image is not None:
        backend.store.insert("images", {"id": entity_id, **image.model_dump()})


def _plant_unit(backend: Backend, account: SeedAccount, unit: SeedUnit) -> None:
    row = unit.model_dump() | _made(backend, unit) | {"account_id": account.id}
    backend.store.insert("business_units", row)


def _plant_company(backend: Backend, account: SeedAccount, company: SeedCompany) -> None:
    entity_id = company.id or str(backend.ids.make("company"))
    row = company.model_dump(exclude={"image"}) | _made(backend, company)
    backend.store.insert("companies", {**row, "id": entity_id, "account_id": account.id})
    plant_image(backend, entity_id, company.image)


def _plant_user(backend: Backend, account: SeedAccount, user: SeedUser) -> None:
    entity_id = user.id or str(backend.ids.make("user"))
    row = user.model_dump() | _made(backend, user)
    backend.store.insert("users", {**row, "id": entity_id, "account_id": account.id})


def _plant_project(backend: Backend, account: SeedAccount, project: SeedProject) -> None:
    entity_id = project.id or str(backend.ids.make("project"))
    services = account.services if project.service_types is None else project.service_types
    active = project.active_services
    if active is None:
        active = () if project.status == "pending" else services
    row: Row = project.model_dump(exclude={"users", "companies", "image"})
    row |= _made(backend, project) | {"id": entity_id, "account_id": account.id}
    row |= {"service_types": ",".join(services), "active_services": ",".join(active)}
    backend.store.insert("projects", row)
    plant_members(backend, account, project, entity_id)
    plant_image(backend, entity_id, project.image)


def _made(backend: Backend, entity: SeedUnit | SeedCompany | SeedUser | SeedProject) -> Row:
    """Return when an entity was made and changed: now, where the seed does not say."""
    now = stamp(backend.clock.now())
    return {
        "created_at": entity.created_at or entity.updated_at or now,
        "updated_at": entity.updated_at or entity.created_at or now,
    }


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


CLIENTS = ("clients", "provisioning")
"""Tables that are no part of the state: who may come in, and with which secret."""


class Job(BaseModel):
    """A template copy."""

    model_config = ConfigDict(extra="forbid")

    id: str
    account_id: str
    project_id: str
    started: float


class State(BaseModel):
    """Accounts in the form of the seed file, the jobs, and how many ids were made."""

    model_config = ConfigDict(extra="forbid")

    accounts: tuple[SeedAccount, ...]
    jobs: tuple[Job, ...] = ()
    counters: dict[str, int] = {}


def dump(backend: Backend) -> JsonValue:
    """Return the state; clients and their secrets stay where they are."""
    counters = backend.store.rows("SELECT * FROM counters")
    return {
        "accounts": dump_accounts(backend),
        "jobs": [{**job} for job in backend.store.rows("SELECT * FROM jobs")],
        "counters": {str(row["kind"]): row["made"] for row in counters},
    }


def load(backend: Backend, document: JsonValue) -> None:
    """Replace the state.

    Raises:
        SeedError: The document has a mistake; nothing has changed then.
    """
    try:
        state = State.model_validate(document)
    except ValidationError as error:
        raise SeedError(first_problem(error, State, Job, *MODELS)) from None
    with backend.store.transaction():
        for table in (each for each in TABLES if each not in CLIENTS):
            backend.store.run(f"DELETE FROM {table}")  # noqa: S608 - table names are ours
        plant_accounts(backend, state.accounts)
        for job in state.jobs:
            backend.store.insert("jobs", job.model_dump())
        for kind, made in state.counters.items():
            backend.store.run("INSERT OR REPLACE INTO counters VALUES (?, ?)", [kind, made])
