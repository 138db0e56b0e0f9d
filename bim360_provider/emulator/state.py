"""The state as one JSON document, out of the store and back into it."""

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.dumping import dump_accounts
from bim360_provider.emulator.problems import first_problem
from bim360_provider.emulator.schema import TABLES
from bim360_provider.emulator.seed import MODELS, SeedAccount, SeedError
from bim360_provider.emulator.seeding import plant_accounts

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
