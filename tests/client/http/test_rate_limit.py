"""The rate limit: one window per client id, for threads, processes and machines."""

import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakeredis import TcpFakeServer

from bim360_provider.emulator import CLIENT_ID, serve
from bim360_provider.hq.connection import DEFAULT_REQUESTS_PER_MINUTE
from bim360_provider.hq.transport import rate_limit
from bim360_provider.hq.transport.rate_limit import SharedLimitError, create_limiter
from tests.support.hq import PROJECT_BODY, FakeClock, FaultyEmulator, HqFixture

HQ_LIMIT = 100
HQ_WINDOW = 60.0
THREADS = 4


@pytest.fixture
def rate_limited_hq() -> Iterator[HqFixture]:
    """An HQ that counts requests and refuses the 101st of a minute."""
    hq = FaultyEmulator(rate_limit_per_minute=HQ_LIMIT)
    hq.clock.freeze()
    with serve(hq) as running:
        stage = HqFixture(running.url, hq, FakeClock(hq.clock.advance))
        yield stage
        for client in stage.clients:
            client.close()


def list_request_times(hq: HqFixture) -> list[float]:
    """Return when HQ was asked, on its own clock; tokens are not limited."""
    rows: Any = hq.emulator.call_control_plane("GET", "/requests")
    times = [row["time"] for row in rows if "/hq/" in row["path"]]
    return sorted(_parse_seconds(time) for time in times)


def _parse_seconds(time: str) -> float:
    from bim360_provider.hq.transport.clock import parse_time  # noqa: PLC0415 - the test's only use of it

    moment = parse_time(time)
    assert moment is not None
    return moment.timestamp()


def count_fullest_window(times: list[float], window: float) -> int:
    """Return the most requests that any window of that length holds."""
    return max(sum(1 for t in times if start <= t < start + window) for start in times)


def test_250_creates_stay_under_hqs_limit_and_see_no_429(rate_limited_hq: HqFixture) -> None:
    """Four threads share one window; the limit costs minutes, never a refusal."""
    client = rate_limited_hq.create_client()

    with ThreadPoolExecutor(THREADS) as threads:
        made = list(
            threads.map(
                lambda n: client.projects.create({**PROJECT_BODY, "name": f"P {n}"}), range(250)
            )
        )

    times = list_request_times(rate_limited_hq)
    assert len({project.id for project in made}) == 250
    assert len(times) == 250
    assert count_fullest_window(times, HQ_WINDOW) <= HQ_LIMIT
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


def test_the_allowed_requests_are_used_while_there_is_work(rate_limited_hq: HqFixture) -> None:
    """Being careful must not cost more than a twentieth of what HQ allows."""
    client = rate_limited_hq.create_client()

    for n in range(300):
        client.projects.create({**PROJECT_BODY, "name": f"P {n}"})

    times = list_request_times(rate_limited_hq)
    assert count_fullest_window(times, HQ_WINDOW) >= 0.95 * HQ_LIMIT
    assert times[-1] - times[0] <= 3 * 61


def test_a_large_refresh_uses_what_is_allowed_and_sees_no_429(rate_limited_hq: HqFixture) -> None:
    """From the first request until the last window opens: 95 of 100 in each minute."""
    there = rate_limited_hq.create_project()["id"]
    rate_limited_hq.clock.sleep(HQ_WINDOW)
    client = rate_limited_hq.create_client()

    for _ in range(300):
        client.projects.get(there)

    times = list_request_times(rate_limited_hq)[-300:]
    in_full_windows = 300 // DEFAULT_REQUESTS_PER_MINUTE * DEFAULT_REQUESTS_PER_MINUTE
    minutes = (times[in_full_windows] - times[0]) / HQ_WINDOW
    assert in_full_windows / (HQ_LIMIT * minutes) >= 0.95
    assert count_fullest_window(times, HQ_WINDOW) <= HQ_LIMIT
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


def test_members_are_read_in_a_window_of_their_own(rate_limited_hq: HqFixture) -> None:
    """construction/admin lets six times as many reads through as HQ."""
    client, there = rate_limited_hq.create_client(), rate_limited_hq.create_project()["id"]
    rate_limited_hq.clock.sleeps.clear()

    for _ in range(6 * DEFAULT_REQUESTS_PER_MINUTE):
        list(client.project_users.walk(there))
    before = list(rate_limited_hq.clock.sleeps)
    client.projects.get(there)
    in_time = list(rate_limited_hq.clock.sleeps)
    list(client.project_users.walk(there))

    assert before == in_time == []
    assert sum(rate_limited_hq.clock.sleeps) > 60
    assert not any("429" in message for message, _ in rate_limited_hq.notifications)


def test_a_long_wait_for_the_limit_is_told_once(rate_limited_hq: HqFixture) -> None:
    """Whoever watches a quiet terminal for a minute should know why."""
    client = rate_limited_hq.create_client()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: client.projects.list_page(0), range(100)))

    told = [message for message, _ in rate_limited_hq.notifications]
    assert len([m for m in told if "the rate limit is used up" in m]) == 1


def test_waiting_for_the_limit_costs_a_request_none_of_its_time(rate_limited_hq: HqFixture) -> None:
    """A request that waited a minute for its place may still be retried for two."""
    client = rate_limited_hq.create_client(requests_per_minute=1)
    client.projects.list_page(0)
    rate_limited_hq.emulator.call_control_plane(
        "POST", "/faults", [{"match": {}, "times": 2, "then": {"status": 503}}]
    )

    assert client.projects.list_page(0) == []


def test_no_limit_is_no_wait(hq: HqFixture) -> None:
    """An emulator or a benchmark may be asked as fast as it answers."""
    client = hq.create_client(requests_per_minute=0)

    for _ in range(150):
        client.projects.list_page(0)

    assert hq.clock.sleeps == []


WINDOW = 1.0
"""Seconds: short, so that three windows are over in a moment."""

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
    """Let two processes take their places from one store; return between when and when they did."""
    code = textwrap.dedent(WORKER).format(limit=limit, store=store, window=WINDOW, count=count)
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own code
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    lines = [line.split() for output in outputs for line in output.splitlines()]
    return sorted((float(before), float(after)) for before, after in lines)


def count_certain_in_window(places: list[tuple[float, float]]) -> int:
    """Return the most places that were taken within one window beyond doubt.

    A busy machine may stop a process between its place and the line about it, for longer than a
    window: such a place may have been taken earlier than it looks, and proves nothing.
    """
    length = WINDOW - 0.01  # the store counts in whole milliseconds
    return max(
        sum(1 for before, after in places if start <= before and after < start + length)
        for start, _ in places
    )


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    """Two pipelines on one runner stay under the limit together."""
    places = run_two_processes(str(tmp_path / "pace" / "hq.sqlite"), limit=20, count=30)

    assert len(places) == 60
    assert count_certain_in_window(places) <= 20
    assert max(places)[1] - min(places)[0] >= 2 * WINDOW - 0.01


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis server of the test's own."""
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
    places = run_two_processes(redis_url, limit=20, count=30)

    assert len(places) == 60
    assert count_certain_in_window(places) <= 20


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_process_that_comes_late_sees_who_came_meanwhile(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for a place in the past, and the window is full since."""
    now = chain([1000.5], repeat(1000.0))
    monkeypatch.setattr(rate_limit, "_read_server_time", lambda _server: next(now))
    prompt, late = (create_limiter(1, redis_url, "app", FakeClock().monotonic) for _ in range(2))

    assert prompt.try_acquire() == 0
    assert late.try_acquire() > 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_machines_whose_clocks_differ_share_one_window(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute is the Redis server's minute, whatever a runner takes the time to be."""
    first, second = (create_limiter(1, redis_url, "app", FakeClock().monotonic) for _ in range(2))

    taken = first.try_acquire()
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: 4e9))

    assert taken == 0
    assert second.try_acquire() > 0


def test_a_clock_that_was_set_back_costs_one_window_and_keeps_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries of an hour ahead count as made now: no wait of an hour, and no second limit."""
    moment = 10_000.0
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(time=lambda: moment))
    shared = create_limiter(3, str(tmp_path / "hq.sqlite"), "app", FakeClock().monotonic)
    before = [shared.try_acquire() for _ in range(2)]

    moment -= 3600
    third, refused = shared.try_acquire(), shared.try_acquire()
    wait = shared.try_acquire()
    moment += rate_limit.WINDOW_SECONDS - 1
    still_refused = shared.try_acquire()
    moment += 2
    after = [shared.try_acquire() for _ in range(3)]

    assert before == [0, 0]
    assert third == 0
    assert 0 < refused < 1
    assert wait == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.1)
    assert 0 < still_refused <= 1.1
    assert after == [0, 0, 0]
    assert shared.try_acquire() > 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_redis_server_whose_clock_was_set_back_costs_one_window(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a failover to a server whose clock is an hour behind."""
    moment = 10_000.0
    monkeypatch.setattr(rate_limit, "_read_server_time", lambda _server: moment)
    shared = create_limiter(3, redis_url, "app", FakeClock().monotonic)
    before = [shared.try_acquire() for _ in range(2)]

    moment -= 3600
    third, refused, wait = shared.try_acquire(), shared.try_acquire(), shared.try_acquire()
    moment += rate_limit.WINDOW_SECONDS + 1
    after = [shared.try_acquire() for _ in range(3)]

    assert before == [0, 0]
    assert third == 0
    assert 0 < refused < 1
    assert wait == pytest.approx(rate_limit.WINDOW_SECONDS, abs=0.1)
    assert after == [0, 0, 0]
    assert shared.try_acquire() > 1


def test_no_place_of_a_shared_file_is_waited_for_longer_than_two_windows(tmp_path: Path) -> None:
    """Whatever the file holds, such as a moment of the year 5138."""
    store = tmp_path / "hq.sqlite"
    shared = create_limiter(1, str(store), "app", FakeClock().monotonic)
    shared.try_acquire()
    with sqlite3.connect(store) as connection:
        (table,) = connection.execute("SELECT name FROM sqlite_master").fetchone()
        connection.execute(f"UPDATE '{table}' SET item_timestamp = 99999999999999")  # noqa: S608 - the only table
    connection.close()

    waits = [shared.try_acquire() for _ in range(2)]

    assert 0 < max(waits) <= 2 * rate_limit.WINDOW_SECONDS


def test_two_client_ids_have_a_window_each(tmp_path: Path) -> None:
    """HQ counts by client id; the file holds only a hash of it."""
    store = tmp_path / "hq.sqlite"
    clock = FakeClock()
    first = create_limiter(1, str(store), "first-app", clock.monotonic)
    second = create_limiter(1, str(store), "second-app", clock.monotonic)

    assert (first.try_acquire(), second.try_acquire()) == (0, 0)
    assert first.try_acquire() > 0
    assert b"first-app" not in store.read_bytes()


def test_a_store_that_cannot_be_used_costs_a_line_not_the_run(hq: HqFixture) -> None:
    """A Redis server that is down must not stop a deployment: the run keeps its own window."""
    client = hq.create_client(rate_limit_store="redis://127.0.0.1:1/0")

    assert client.projects.list_page(0) == []

    told = [message for message, _ in hq.notifications]
    assert len(told) == 1
    assert told[0].startswith("BIM 360: the shared rate limit cannot be used")
    assert told[0].endswith("continuing with a limit for this process only.")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package redis is an extra."""
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(SharedLimitError, match=r"pip install '\.\./bim360_provider\[redis\]'"):
        create_limiter(1, "redis://127.0.0.1/0", CLIENT_ID, FakeClock().monotonic)


def test_a_window_frees_its_places_one_by_one() -> None:
    """The window slides: a place comes back as long after it was taken as the window is."""
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
def test_a_shared_window_is_private_unless_its_file_says_otherwise(
    tmp_path: Path, mode: int | None
) -> None:
    """The users of one machine who share a window create the file first."""
    store = tmp_path / "hq.sqlite"
    if mode is not None:
        store.touch()
        store.chmod(mode)

    create_limiter(1, str(store), "app", FakeClock().monotonic).try_acquire()

    found = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == {mode or 0o600}
