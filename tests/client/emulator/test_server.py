"""The emulator behind a real socket."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    RunningEmulator,
    serve,
)
from bim360_provider.emulator.server.serve import ListenError

SCOPES = "account:read account:write"
PROJECTS = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"
PROJECT_BODY = {
    "start_date": "2026-01-02",
    "end_date": "2027-06-30",
    "project_type": "Office",
    "value": 3000,
    "currency": "USD",
}


@pytest.fixture
def running_emulator() -> Iterator[RunningEmulator]:
    """Return an emulator that listens, without a quota."""
    with serve(Emulator(options={"rate_limit_per_minute": 0})) as running:
        yield running


def create_session(running_emulator: RunningEmulator) -> requests.Session:
    session = requests.Session()
    form = {"grant_type": "client_credentials", "scope": SCOPES}
    url = f"{running_emulator.url}/authentication/v2/token"
    answer = session.post(url, form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5)
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def test_a_project_is_made_and_read_over_tcp(running_emulator: RunningEmulator) -> None:
    """Three requests: token, create, read."""
    with create_session(running_emulator) as session:
        made = session.post(
            running_emulator.url + PROJECTS, json=PROJECT_BODY | {"name": "A"}, timeout=5
        ).json()
        read = session.get(f"{running_emulator.url}{PROJECTS}/{made['id']}", timeout=5).json()

    assert made.items() <= read.items()
    assert sum(running_emulator.emulator.journal.count_requests().values()) == 3


def test_an_escaped_path_and_a_query_arrive_as_meant(running_emulator: RunningEmulator) -> None:
    """The journal shows them decoded and raw."""
    requests.get(f"{running_emulator.url}/hq/v1/a%20b?x=1&y=%2C", timeout=5)

    entry = next(running_emulator.emulator.journal.find_entries())

    assert (entry.path, entry.query) == ("/hq/v1/a b", "x=1&y=%2C")


def test_the_date_header_is_the_emulators(running_emulator: RunningEmulator) -> None:
    """Uvicorn's own is switched off."""
    running_emulator.emulator.call_control_plane(
        "POST", "/clock", {"set": "2026-03-01T12:00:00Z", "freeze": True}
    )

    answer = requests.get(f"{running_emulator.url}/_emulator/health", timeout=5)

    assert answer.headers["date"] == answer.headers["date"].strip()
    assert answer.headers["date"].startswith("Sun, 01 Mar 2026 12:00:0")


def test_half_a_request_does_nothing(running_emulator: RunningEmulator) -> None:
    """A client that goes away before its body is through has asked for nothing."""
    port = int(running_emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST /hq/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")

    requests.get(f"{running_emulator.url}/hq/v1/y", timeout=5)

    assert [entry.path for entry in running_emulator.emulator.journal.find_entries()] == [
        "/hq/v1/y"
    ]


def test_four_threads_make_forty_projects_and_no_name_twice(
    running_emulator: RunningEmulator,
) -> None:
    """Each of ten names is sent by all four; one gets 201, three get 409."""

    def make(session: requests.Session, name: str) -> int:
        body = PROJECT_BODY | {"name": name}
        return session.post(running_emulator.url + PROJECTS, json=body, timeout=5).status_code

    def make_ten(_: int) -> list[int]:
        with create_session(running_emulator) as session:
            return [make(session, f"P{number}") for number in range(10)]

    with ThreadPoolExecutor(4) as pool:
        statuses = [status for each in pool.map(make_ten, range(4)) for status in each]

    assert (statuses.count(201), statuses.count(409)) == (10, 30)
    assert (
        running_emulator.emulator.journal.count_requests()[
            f"POST {PROJECTS.replace(ACCOUNT_ID, ':account_id')}"
        ]
        == 40
    )


def test_two_emulators_know_nothing_of_each_other() -> None:
    """Each has its port and its state."""
    with serve() as one, serve() as two:
        requests.get(f"{one.url}/nonsense", timeout=5)

        assert one.url != two.url
        assert sum(one.emulator.journal.count_requests().values()) == 1
        assert sum(two.emulator.journal.count_requests().values()) == 0


def test_nothing_is_left_when_the_block_ends() -> None:
    """Thread and port are gone, even with a client still connected."""
    with serve() as running, requests.Session() as session:
        session.get(f"{running.url}/_emulator/health", timeout=5)
        port = int(running.url.rpartition(":")[2])

    assert "bim360-emulator" not in [thread.name for thread in threading.enumerate()]
    with socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port


def test_a_taken_port_is_one_line() -> None:
    """It says which, and what to do."""
    with serve() as running:
        port = int(running.url.rpartition(":")[2])

        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port}.*Choose another --port"):
            serve(port=port).__enter__()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])  # noqa: S104 - it is refused
def test_it_does_not_listen_to_other_machines(host: str) -> None:
    """It has no protection of its own, so somebody must say so."""
    with pytest.raises(ListenError, match="--allow-remote"):
        serve(host=host).__enter__()


@pytest.mark.parametrize(
    ("host", "allow_remote", "url"),
    [
        ("localhost", False, "http://127.0.0.1:"),
        ("127.0.0.2", False, "http://127.0.0.2:"),
        ("0.0.0.0", True, "http://0.0.0.0:"),  # noqa: S104 - that somebody asked for it is the case
    ],
)
def test_it_says_where_it_listens(host: str, url: str, *, allow_remote: bool) -> None:
    """Any loopback address will do, and others when it is said."""
    with serve(host=host, allow_remote=allow_remote) as running:
        assert running.url.startswith(url)


def test_ipv6_has_brackets_in_the_url() -> None:
    """And is a loopback like the other."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")

    with serve(host="::1") as running:
        health = requests.get(f"{running.url}/_emulator/health", timeout=5)

    assert running.url.startswith("http://[::1]:")
    assert health.status_code == 200
