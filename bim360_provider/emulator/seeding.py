"""Putting a seed into an empty store, and the state back out of it."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from pydantic import JsonValue

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.seed import SeedAccount, SeedClient, SeedProject
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
    """Insert the accounts with their business units and projects."""
    for account in accounts:
        row = [account.id, account.name, account.region, ",".join(account.services)]
        backend.store.run("INSERT INTO accounts VALUES (?, ?, ?, ?)", row)
        for unit in account.business_units:
            row = [unit.id, account.id, unit.name]
            backend.store.run("INSERT INTO business_units VALUES (?, ?, ?)", row)
        for project in account.projects:
            _plant_project(backend, account, project)


def _plant_project(backend: Backend, account: SeedAccount, project: SeedProject) -> None:
    now = stamp(backend.clock.now())
    services = account.services if project.service_types is None else project.service_types
    row = project.model_dump() | {
        "id": project.id or str(backend.ids.make("project")),
        "account_id": account.id,
        "service_types": ",".join(services),
        "created_at": project.created_at or project.updated_at or now,
        "updated_at": project.updated_at or project.created_at or now,
    }
    backend.store.insert("projects", row)


def dump_accounts(backend: Backend) -> list[JsonValue]:
    """Return every account in the form of the seed file, with all fields filled."""
    return [*_accounts(backend)]


def _accounts(backend: Backend) -> Iterator[JsonValue]:
    for account in backend.store.rows("SELECT * FROM accounts ORDER BY rowid"):
        units = backend.store.rows(
            "SELECT id, name FROM business_units WHERE account_id = ? ORDER BY rowid",
            [account["id"]],
        )
        projects = backend.store.rows(
            "SELECT * FROM projects WHERE account_id = ? ORDER BY seq", [account["id"]]
        )
        yield {
            **account,
            "business_units": [_without(unit) for unit in units],
            "projects": [_without(project, "seq", "account_id") for project in projects],
        }


def _without(row: Row, *names: str) -> JsonValue:
    return {name: value for name, value in row.items() if name not in names}
