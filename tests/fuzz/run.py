"""Many sets at once: a real host, an emulator, and a worker in each of a few accounts."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from bim360_provider.emulator import (
    ADMIN_EMAIL,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    RunningEmulator,
    parse_seed,
    serve,
)
from bim360_provider.hq import Connection, HqClient
from tests.fuzz.entity import FuzzAccount, SeededAccount
from tests.fuzz.kinds import ENTITIES
from tests.fuzz.kinds.project_image import FILE_CONTENTS
from tests.fuzz.round_trip import RoundTrip, Tally
from tests.fuzz.strategies import SELECTABLE_SERVICES
from tests.host.conftest import build_config
from tests.host.dynamic_host import DynamicHost, start_host

WORKERS = 4
"""As many as the host has threads."""

OPTIONS = {
    "rate_limit_per_minute": 0,
    "admin_rate_limit_per_minute": 0,
    "job_duration": 0,
    "import_strangers": "create",
}
"""A copy is done at once, so that no create waits for one; unknown people are invited."""


def _build_id(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 120) + number, version=4))


def build_accounts(folder: Path = Path()) -> list[SeededAccount]:
    """Return an account for each worker, so that no two need the same name."""
    return [
        SeededAccount(
            account_id=_build_id(0xA1, number),
            business_unit_id=_build_id(0xB1, number),
            template_id=_build_id(0xC1, number),
            project_id=_build_id(0xD1, number),
            company_id=_build_id(0xE1, number),
            folder=folder,
        )
        for number in range(WORKERS)
    ]


def _build_account_seed(number: int, place: SeededAccount) -> dict[str, Any]:
    template = {"id": place.template_id, "name": "Template of all", "service_types": "field"}
    open_to_all = {"name": "Open to all", "service_types": ",".join(SELECTABLE_SERVICES)}
    return {
        "id": place.account_id,
        "name": f"Account {number}",
        "business_units": [{"id": place.business_unit_id, "name": "Seeded"}],
        "companies": [{"id": place.company_id, "name": "Seeded", "trade": "Owner"}],
        "users": [{"email": ADMIN_EMAIL, "role": "account_admin"}],
        "projects": [template, {"id": place.project_id, **open_to_all}],
    }


def _build_seed() -> dict[str, Any]:
    app = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "accounts": [place.account_id for place in build_accounts()],
    }
    accounts = [_build_account_seed(number, place) for number, place in enumerate(build_accounts())]
    return {"clients": [app], "accounts": accounts, "options": OPTIONS}


@dataclass(frozen=True)
class FuzzRunner:
    """A host, and an account at its HQ for each worker."""

    host: DynamicHost
    accounts: tuple[FuzzAccount, ...]

    def run_sets(self, kind: str, sets: int, seed: int) -> tuple[Tally, float]:
        """Try so many sets; return the tally, and the seconds."""
        began = time.monotonic()
        trials = [
            RoundTrip(self.host, ground, ENTITIES[kind], Random(f"{seed}/{number}"))  # noqa: S311 - to be repeatable
            for number, ground in enumerate(self.accounts)
        ]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda trial: _run_trials(trial, sets // WORKERS), trials))
        tally = Tally()
        for trial in trials:
            tally.add(trial.tally)
        return tally, time.monotonic() - began


@contextmanager
def start_runner() -> Iterator[FuzzRunner]:
    """Run a host and its HQ."""
    with (
        tempfile.TemporaryDirectory() as name,
        serve(Emulator(parse_seed(_build_seed()))) as hq,
        ExitStack() as clients,
    ):
        folder = Path(name)
        for file, content in FILE_CONTENTS.items():
            (folder / file).write_bytes(content)
        grounds = [_connect_account(hq, place) for place in build_accounts(folder)]
        for ground in grounds:
            clients.callback(ground.client.close)
        account = {"bim360:accountId": grounds[0].account.account_id}
        config = {**build_config(hq.url), **account, "bim360:actingUser": ADMIN_EMAIL}
        with start_host(folder, config) as host:
            yield FuzzRunner(host, tuple(grounds))


def _connect_account(hq: RunningEmulator, place: SeededAccount) -> FuzzAccount:
    secret = SecretStr(CLIENT_SECRET)
    connection = Connection(
        client_id=CLIENT_ID,
        client_secret=secret,
        account_id=place.account_id,
        base_url=hq.url,
        requests_per_minute=0,
    )
    return FuzzAccount(hq.emulator, HqClient(connection), place)


def _run_trials(trial: RoundTrip, times: int) -> None:
    for _ in range(times):
        trial.run()
