"""Rate limit: threads, processes and machines share one window per client id."""

import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, count, pairwise, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakeredis import TcpFakeServer

from bim360_provider.emulator import CLIENT_ID, serve
from bim360_provider.emulator.seed.database import ADMIN_ID, ADMIN_UID
from bim360_provider.errors import HqError
from bim360_provider.hq import HqClient
from bim360_provider.hq.connection import DEFAULT_REQUESTS_PER_MINUTE
from bim360_provider.hq.transport import rate_limit
from bim360_provider.hq.transport.rate_limit import SharedLimitError, create_limiter
from tests.support.hq import PROJECT_BODY, FakeClock, FaultyEmulator, HqFixture

HQ_LIMIT = 100
HQ_WINDOW = 60.0
THREADS = 4


@pytest.fixture
def rate_limited_hq() -> Iterator[HqFixture]:
    """Return an HQ that refuses the 101st request in a minute."""
    hq = FaultyEmulator(rate_limit_per_minute=HQ_LIMIT)
    hq.clock.freeze()
    with serve(hq) as running:
        fixture = HqFixture(running.url, hq, FakeClock(hq.clock.advance))
        yield fixture
        for client in fixture.clients:
            client.close()


def list_request_times(hq: HqFixture) -> list[float]:
    """Return the times of the HQ requests, by HQ's clock; token requests are not limited."""
    rows: Any = hq.emulator.call_control_plane("GET", "/requests")
    times = [row["time"] for row in rows if "/hq/" in row["path"]]
    return sorted(_parse_seconds(time) for time in times)


def _parse_seconds(time: str) -> float:
    from bim360_provider.hq.transport.clock import parse_time  # noqa: PLC0415 - the test's only use of it

    parsed = parse_time(time)
    assert parsed is not None
    return parsed.timestamp()


def count_fullest_window(times: list[float], window: float) -> int:
    """Return the largest number of requests within any window of this length."""
    return max(sum(1 for t in times if start <= t < start + window) for start in times)


def test_250_creates_stay_under_hqs_limit_without_a_429(rate_limited_hq: HqFixture) -> None:
    """Four threads share one window; they wait instead of being refused."""
    client = rate_limited_hq.create_client()

    with ThreadPoolExecutor(THREADS) as threads:
        projects = list(
            threads.map(
                lambda n: client.projects.create({**PROJECT_BODY, "name": f"P {n}"}), range(250)
            )
        )

    times = list_request_times(rate_limited_hq)
    assert len({project.id for project in projects}) == 250
    assert len(times) == 250
    assert count_fullest_window(times, HQ_WINDOW) <= HQ_LIMIT
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


def test_the_allowed_requests_are_used_while_work_remains(rate_limited_hq: HqFixture) -> None:
    """The safety margin is at most a twentieth of HQ's limit."""
    client = rate_limited_hq.create_client()

    for n in range(200):
        client.projects.create({**PROJECT_BODY, "name": f"P {n}"})

    times = list_request_times(rate_limited_hq)
    assert count_fullest_window(times, HQ_WINDOW) >= 0.95 * HQ_LIMIT
    assert times[-1] - times[0] <= 2 * 61


def test_a_large_refresh_uses_the_allowed_requests_without_a_429(
    rate_limited_hq: HqFixture,
) -> None:
    """From the first request to the start of the last window: 95 of 100 per minute."""
    project_id = rate_limited_hq.create_project()["id"]
    rate_limited_hq.clock.sleep(HQ_WINDOW)
    client = rate_limited_hq.create_client()

    for _ in range(200):
        client.projects.get(project_id)

    times = list_request_times(rate_limited_hq)[-200:]
    in_full_windows = 200 // DEFAULT_REQUESTS_PER_MINUTE * DEFAULT_REQUESTS_PER_MINUTE
    minutes = (times[in_full_windows] - times[0]) / HQ_WINDOW
    assert in_full_windows / (HQ_LIMIT * minutes) >= 0.95
    assert count_fullest_window(times, HQ_WINDOW) <= HQ_LIMIT
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


def test_members_are_read_in_a_separate_window(rate_limited_hq: HqFixture) -> None:
    """construction/admin allows six times as many reads as HQ."""
    client, project_id = rate_limited_hq.create_client(), rate_limited_hq.create_project()["id"]
    rate_limited_hq.clock.sleeps.clear()

    for _ in range(6 * DEFAULT_REQUESTS_PER_MINUTE):
        list(client.project_users.walk(project_id))
    before = list(rate_limited_hq.clock.sleeps)
    client.projects.get(project_id)
    in_time = list(rate_limited_hq.clock.sleeps)
    list(client.project_users.walk(project_id))

    assert before == in_time == []
    assert sum(rate_limited_hq.clock.sleeps) > 60
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


QUOTAS = {
    "GET project": 10,
    "GET members": 60,
    "DELETE member": 10,
    "GET top folders": 30,
    "POST folders": 5,
    "PATCH folder": 5,
    "GET permissions": 5,
}
"""A tenth of Autodesk's quotas: requests a minute by endpoint."""


def list_senders(client: HqClient, project_id: str) -> dict[str, Callable[[], object]]:
    """Return a function for each quota that sends one request."""
    folders, users = client.folders, client.project_users
    (top, *_) = folders.list_top_folders(project_id)
    numbers = count()
    return {
        "GET project": lambda: client.projects.get(project_id),
        "GET members": lambda: list(users.walk(project_id)),
        "DELETE member": lambda: users.remove(project_id, ADMIN_ID, "ada@example.com"),
        "GET top folders": lambda: folders.list_top_folders(project_id, is_current=True),
        "POST folders": lambda: folders.create(project_id, top.id, f"F{next(numbers)}"),
        "PATCH folder": lambda: folders.update(project_id, top.id, {"hidden": False}),
        "GET permissions": lambda: client.folder_permissions.list_for_folder(project_id, top.id),
    }


@pytest.mark.parametrize("label", QUOTAS)
def test_each_quota_has_a_window_of_its_own(rate_limited_hq: HqFixture, label: str) -> None:
    """All windows can be filled without a wait; one request more waits for its own window."""
    project_id = rate_limited_hq.create_project()["id"]
    client = rate_limited_hq.create_client(requests_per_minute=10, acting_user=ADMIN_UID)
    senders = list_senders(client, project_id)
    clock, log = rate_limited_hq.clock, rate_limited_hq.emulator.request_log

    for each, quota in QUOTAS.items():
        while log.count(each) < quota:
            with suppress(HqError):
                senders[each]()
    waits_before = list(clock.sleeps)
    with suppress(HqError):
        senders[label]()

    assert {each: log.count(each) for each in QUOTAS} == {**QUOTAS, label: QUOTAS[label] + 1}
    assert waits_before == []
    assert sum(clock.sleeps) == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.1)


def test_a_long_wait_for_the_limit_is_reported_once(rate_limited_hq: HqFixture) -> None:
    """A user who sees no output for a minute should know why."""
    client = rate_limited_hq.create_client()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: client.projects.list_page(0), range(100)))

    messages = [message for message, _ in rate_limited_hq.notifications]
    assert len([m for m in messages if "the rate limit is used up" in m]) == 1


def test_a_wait_for_the_limit_does_not_use_up_the_time_of_a_request(
    rate_limited_hq: HqFixture,
) -> None:
    """A request that waited a minute for its slot may still be retried for two minutes."""
    client = rate_limited_hq.create_client(requests_per_minute=1)
    client.projects.list_page(0)
    rate_limited_hq.emulator.call_control_plane(
        "POST", "/faults", [{"match": {}, "times": 2, "then": {"status": 503}}]
    )

    assert client.projects.list_page(0) == []


def test_without_a_limit_no_request_waits(hq: HqFixture) -> None:
    """Emulators and benchmarks switch the limit off."""
    client = hq.create_client(requests_per_minute=0)

    for _ in range(150):
        client.projects.list_page(0)

    assert hq.clock.sleeps == []


WINDOW = 0.5
"""Seconds: short, so that three windows pass quickly."""

WORKER = """
    import sys, time
    from bim360_provider.hq.transport.rate_limit import create_limiter
    pace = create_limiter({limit}, {store!r}, "app", time.monotonic, {window})
    for _ in range({count}):
        before = time.time()
        while wait := pace.try_acquire():
            time.sleep(wait)
            before = time.time()
        print(before, time.time(), flush=True)
"""


def run_two_processes(store: str, *, limit: int, count: int) -> list[tuple[float, float]]:
    """Let two processes take slots from one store; return the start, and the times of the slots."""
    code = textwrap.dedent(WORKER).format(limit=limit, store=store, window=WINDOW, count=count)
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own code
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    lines = [line.split() for output in outputs for line in output.splitlines()]
    return sorted((float(before), float(after)) for before, after in lines)


def count_certain_in_window(slots: list[tuple[float, float]]) -> int:
    """Return the largest number of slots that were certainly taken within one window.

    A busy machine may pause a process between a slot and its line, for longer than a window.
    Such a slot may have been taken earlier than its line says, so it proves nothing.
    """
    length = WINDOW - 0.01  # the store counts in whole milliseconds
    return max(
        sum(1 for before, after in slots if start <= before and after < start + length)
        for start, _ in slots
    )


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    """Two pipelines on one runner stay under the limit together."""
    slots = run_two_processes(str(tmp_path / "pace" / "hq.sqlite"), limit=10, count=15)

    assert len(slots) == 30
    assert count_certain_in_window(slots) <= 10
    assert max(slots)[1] - min(slots)[0] >= 2 * WINDOW - 0.01


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Yield the URL of a Redis server for this test."""
    server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_processes_share_one_redis(redis_url: str) -> None:
    """Two runners on two machines stay under the limit together."""
    slots = run_two_processes(redis_url, limit=10, count=15)

    assert len(slots) == 30
    assert count_certain_in_window(slots) <= 10


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_late_request_sees_concurrent_requests(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It requests a slot for a past time, and the window has filled up since."""
    now = chain([1000.5], repeat(1000.0))
    monkeypatch.setattr(rate_limit, "_read_server_time", lambda _server: next(now))
    prompt, late = (create_limiter(1, redis_url, "app", FakeClock().monotonic) for _ in range(2))

    assert prompt.try_acquire() == 0
    assert late.try_acquire() > 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_machines_with_different_clocks_share_one_window(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Redis server's clock counts, not the runner's."""
    first, second = (create_limiter(1, redis_url, "app", FakeClock().monotonic) for _ in range(2))

    taken = first.try_acquire()
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: 4e9))

    assert taken == 0
    assert second.try_acquire() > 0


def test_a_clock_set_back_costs_one_window_and_keeps_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries from an hour ahead count as current: no wait of an hour and no second window."""
    now_in_seconds = 10_000.0
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: now_in_seconds))
    shared = create_limiter(3, str(tmp_path / "hq.sqlite"), "app", FakeClock().monotonic)
    before = [shared.try_acquire() for _ in range(2)]

    now_in_seconds -= 3600
    third, refused = shared.try_acquire(), shared.try_acquire()
    wait = shared.try_acquire()
    now_in_seconds += rate_limit.WINDOW_SECONDS - 1
    remaining_wait = shared.try_acquire()
    now_in_seconds += 2
    after = [shared.try_acquire() for _ in range(3)]

    assert before == [0, 0]
    assert third == 0
    assert 0 < refused < 1
    assert wait == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.1)
    assert 0 < remaining_wait <= 1.1
    assert after == [0, 0, 0]
    assert shared.try_acquire() > 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_redis_clock_set_back_costs_one_window(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example after a failover to a server whose clock is an hour behind."""
    now_in_seconds = 10_000.0
    monkeypatch.setattr(rate_limit, "_read_server_time", lambda _server: now_in_seconds)
    shared = create_limiter(3, redis_url, "app", FakeClock().monotonic)
    before = [shared.try_acquire() for _ in range(2)]

    now_in_seconds -= 3600
    third, refused, wait = shared.try_acquire(), shared.try_acquire(), shared.try_acquire()
    now_in_seconds += rate_limit.WINDOW_SECONDS + 1
    after = [shared.try_acquire() for _ in range(3)]

    assert before == [0, 0]
    assert third == 0
    assert 0 < refused < 1
    assert wait == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.1)
    assert after == [0, 0, 0]
    assert shared.try_acquire() > 1


def test_a_shared_file_delays_a_request_by_at_most_two_windows(tmp_path: Path) -> None:
    """The limit holds for any content, such as a time in the year 5138."""
    store = tmp_path / "hq.sqlite"
    shared = create_limiter(1, str(store), "app", FakeClock().monotonic)
    shared.try_acquire()
    with sqlite3.connect(store) as connection:
        (table,) = connection.execute("SELECT name FROM sqlite_master").fetchone()
        connection.execute(f"UPDATE '{table}' SET item_timestamp = 99999999999999")  # noqa: S608 - the only table
    connection.close()

    waits = [shared.try_acquire() for _ in range(2)]

    assert 0 < max(waits) <= 2 * rate_limit.WINDOW_SECONDS


def test_each_client_id_has_its_own_window(tmp_path: Path) -> None:
    """HQ counts per client id; the file holds only a hash of it."""
    store = tmp_path / "hq.sqlite"
    clock = FakeClock()
    first = create_limiter(1, str(store), "first-app", clock.monotonic)
    second = create_limiter(1, str(store), "second-app", clock.monotonic)

    assert (first.try_acquire(), second.try_acquire()) == (0, 0)
    assert first.try_acquire() > 0
    assert b"first-app" not in store.read_bytes()


def test_an_unusable_store_costs_a_warning_not_the_run(hq: HqFixture) -> None:
    """If the Redis server is down, the run uses a window of its own."""
    client = hq.create_client(rate_limit_store="redis://127.0.0.1:1/0")

    assert client.projects.list_page(0) == []

    messages = [message for message, _ in hq.notifications]
    assert len(messages) == 1
    assert messages[0].startswith("BIM 360: the shared rate limit cannot be used")
    assert messages[0].endswith("continuing with a limit for this process only.")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package redis is optional."""
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(SharedLimitError, match=r"pip install '\.\./bim360_provider\[redis\]'"):
        create_limiter(1, "redis://127.0.0.1/0", CLIENT_ID, FakeClock().monotonic)


def test_a_sliding_window_frees_its_slots_one_by_one() -> None:
    """A slot is free again one window length after it was taken."""
    clock = FakeClock()
    own = create_limiter(2, None, CLIENT_ID, clock.monotonic)
    taken = []
    for _ in range(4):
        while wait := own.try_acquire():
            clock.sleep(wait)
        taken.append(clock.monotonic())
        clock.sleep(10)

    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert gaps[0] == pytest.approx(10)
    assert taken[2] - taken[0] == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.01)
    assert taken[3] - taken[1] == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.01)


@pytest.mark.parametrize("mode", [None, 0o660])
def test_a_shared_window_is_private_unless_its_file_allows_others(
    tmp_path: Path, mode: int | None
) -> None:
    """Users of one machine who share a window create the file first."""
    store = tmp_path / "hq.sqlite"
    if mode is not None:
        store.touch()
        store.chmod(mode)

    create_limiter(1, str(store), "app", FakeClock().monotonic).try_acquire()

    found = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == {mode or 0o600}
