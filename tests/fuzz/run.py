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
from tests.fuzz.entity import Ground, Place
from tests.fuzz.kinds import KINDS
from tests.fuzz.kinds.project_image import FILES
from tests.fuzz.round_trip import Tally, Trial
from tests.fuzz.strategies import ASKABLE
from tests.host.conftest import configuration
from tests.host.dynamic_host import Host, running

WORKERS = 4
"""As many as the host has threads."""

OPTIONS = {
    "rate_limit_per_minute": 0,
    "admin_rate_limit_per_minute": 0,
    "job_duration": 0,
    "import_strangers": "create",
}
"""A copy is done at once, so that no create waits for one; whom HQ does not know is invited."""


def _id(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 120) + number, version=4))


def places(folder: Path = Path()) -> list[Place]:
    """Return an account for each worker, so that no two need one name."""
    return [
        Place(
            account_id=_id(0xA1, number),
            business_unit_id=_id(0xB1, number),
            template_id=_id(0xC1, number),
            project_id=_id(0xD1, number),
            company_id=_id(0xE1, number),
            folder=folder,
        )
        for number in range(WORKERS)
    ]


def _account(number: int, place: Place) -> dict[str, Any]:
    template = {"id": place.template_id, "name": "Template of all", "service_types": "field"}
    open_to_all = {"name": "Open to all", "service_types": ",".join(ASKABLE)}
    return {
        "id": place.account_id,
        "name": f"Account {number}",
        "business_units": [{"id": place.business_unit_id, "name": "Seeded"}],
        "companies": [{"id": place.company_id, "name": "Seeded", "trade": "Owner"}],
        "users": [{"email": ADMIN_EMAIL, "role": "account_admin"}],
        "projects": [template, {"id": place.project_id, **open_to_all}],
    }


def _seed() -> dict[str, Any]:
    app = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "accounts": [place.account_id for place in places()],
    }
    accounts = [_account(number, place) for number, place in enumerate(places())]
    return {"clients": [app], "accounts": accounts, "options": OPTIONS}


@dataclass(frozen=True)
class Playground:
    """A host, and an account of the HQ that it asks for each worker."""

    host: Host
    grounds: tuple[Ground, ...]

    def fuzz(self, kind: str, sets: int, seed: int) -> tuple[Tally, float]:
        """Try so many sets; return what became of them, and the seconds that it took."""
        began = time.monotonic()
        trials = [
            Trial(self.host, ground, KINDS[kind], Random(f"{seed}/{number}"))  # noqa: S311 - to be repeatable
            for number, ground in enumerate(self.grounds)
        ]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda trial: _repeat(trial, sets // WORKERS), trials))
        tally = Tally()
        for trial in trials:
            tally.add(trial.tally)
        return tally, time.monotonic() - began


@contextmanager
def playground() -> Iterator[Playground]:
    """Run a host and the HQ that it asks."""
    with (
        tempfile.TemporaryDirectory() as name,
        serve(Emulator(parse_seed(_seed()))) as hq,
        ExitStack() as clients,
    ):
        folder = Path(name)
        for file, content in FILES.items():
            (folder / file).write_bytes(content)
        grounds = [_ground(hq, place) for place in places(folder)]
        for ground in grounds:
            clients.callback(ground.client.close)
        account = {"bim360:accountId": grounds[0].place.account_id}
        config = {**configuration(hq.url), **account, "bim360:actingUser": ADMIN_EMAIL}
        with running(folder, config) as host:
            yield Playground(host, tuple(grounds))


def _ground(hq: RunningEmulator, place: Place) -> Ground:
    secret = SecretStr(CLIENT_SECRET)
    connection = Connection(
        client_id=CLIENT_ID,
        client_secret=secret,
        account_id=place.account_id,
        base_url=hq.url,
        requests_per_minute=0,
    )
    return Ground(hq.emulator, HqClient(connection), place)


def _repeat(trial: Trial, times: int) -> None:
    for _ in range(times):
        trial.run()
