"""Putting a seed into an empty store."""

from collections.abc import Iterable
from hashlib import sha256

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.seed import SeedAccount, SeedClient, SeedUnit
from bim360_provider.emulator.seed_people import SeedCompany, SeedImage, SeedUser
from bim360_provider.emulator.seed_project import SeedProject
from bim360_provider.emulator.seeding_members import plant_members
from bim360_provider.emulator.store import Row, Value


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
