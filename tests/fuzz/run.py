"""Many sets at once: a real host, an emulator, and a worker in each of a few accounts."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, Emulator, parse_seed, serve
from tests.fuzz.sets import Place
from tests.fuzz.trial import Tally, Trial
from tests.host.conftest import configuration
from tests.host.process import Host, running

WORKERS = 4
"""As many as the host has threads."""

OPTIONS = {"rate_limit_per_minute": 0, "job_duration": 0}
"""A copy is done at once, so that no create waits for one."""


def _id(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 120) + number, version=4))


def places() -> list[Place]:
    """Return an account for each worker, so that no two need one name."""
    return [Place(_id(0xA1, n), _id(0xB1, n), _id(0xC1, n)) for n in range(WORKERS)]


def _seed() -> dict[str, Any]:
    accounts = [
        {
            "id": place.account_id,
            "name": f"Account {number}",
            "business_units": [{"id": place.business_unit_id, "name": "North"}],
            "projects": [
                {"id": place.template_id, "name": "Template of all", "service_types": "field"}
            ],
        }
        for number, place in enumerate(places())
    ]
    app = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "accounts": [place.account_id for place in places()],
    }
    return {"clients": [app], "accounts": accounts, "options": OPTIONS}


@contextmanager
def playground(folder: Path) -> Iterator[tuple[Host, Emulator]]:
    """Run a host and the HQ that it asks."""
    with serve(Emulator(parse_seed(_seed()))) as hq:
        config = {**configuration(hq.url), "bim360:accountId": places()[0].account_id}
        with running(folder, config) as host:
            yield host, hq.emulator


def fuzz(sets: int, seed: int) -> tuple[Tally, float]:
    """Try so many sets; return what became of them, and the seconds that it took."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        playground(Path(folder)) as (host, hq),
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        trials = [
            Trial(host, hq, place, Random(f"{seed}/{number}"))  # noqa: S311 - to be repeatable
            for number, place in enumerate(places())
        ]
        list(pool.map(lambda trial: _repeat(trial, sets // WORKERS), trials))
    tally = Tally()
    for trial in trials:
        tally.add(trial.tally)
    return tally, time.monotonic() - began


def _repeat(trial: Trial, times: int) -> None:
    for _ in range(times):
        trial.run()
