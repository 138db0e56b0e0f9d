"""The emulator over TCP."""

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
    """Return a running emulator without a rate limit."""
    with serve(Emulator(options={"rate_limit_per_minute": 0})) as running:
        yield running


def create_session(running_emulator: RunningEmulator) -> requests.Session:
    session = requests.Session()
    form = {"grant_type": "client_credentials", "scope": SCOPES}
    url = f"{running_emulator.url}/authentication/v2/token"
    response = session.post(url, form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5)
    session.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    return session


def test_a_project_is_created_and_read_over_tcp(running_emulator: RunningEmulator) -> None:
    """Three requests: token, create, read."""
    with create_session(running_emulator) as session:
        created = session.post(
            running_emulator.url + PROJECTS, json=PROJECT_BODY | {"name": "A"}, timeout=5
        ).json()
        read = session.get(f"{running_emulator.url}{PROJECTS}/{created['id']}", timeout=5).json()

    assert created.items() <= read.items()
    assert sum(running_emulator.emulator.journal.count_requests().values()) == 3


def test_an_escaped_path_is_decoded_and_a_query_is_not(running_emulator: RunningEmulator) -> None:
    """The journal shows the path decoded and the query raw."""
    requests.get(f"{running_emulator.url}/hq/v1/a%20b?x=1&y=%2C", timeout=5)

    entry = next(running_emulator.emulator.journal.find_entries())

    assert (entry.path, entry.query) == ("/hq/v1/a b", "x=1&y=%2C")


def test_the_date_header_is_that_of_the_emulators_clock(running_emulator: RunningEmulator) -> None:
    """Uvicorn's own header is off."""
    running_emulator.emulator.call_control_plane(
        "POST", "/clock", {"set": "2026-03-01T12:00:00Z", "freeze": True}
    )

    response = requests.get(f"{running_emulator.url}/_emulator/health", timeout=5)

    assert response.headers["date"] == response.headers["date"].strip()
    assert response.headers["date"].startswith("Sun, 01 Mar 2026 12:00:0")


def test_an_incomplete_request_has_no_effect(running_emulator: RunningEmulator) -> None:
    """The client disconnects before it has sent the whole body."""
    port = int(running_emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST /hq/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")

    requests.get(f"{running_emulator.url}/hq/v1/y", timeout=5)

    assert [entry.path for entry in running_emulator.emulator.journal.find_entries()] == [
        "/hq/v1/y"
    ]


def test_four_threads_create_no_name_twice(
    running_emulator: RunningEmulator,
) -> None:
    """Each of ten names is sent by all four; one gets 201, three get 409."""

    def create(session: requests.Session, name: str) -> int:
        body = PROJECT_BODY | {"name": name}
        return session.post(running_emulator.url + PROJECTS, json=body, timeout=5).status_code

    def create_ten(_: int) -> list[int]:
        with create_session(running_emulator) as session:
            return [create(session, f"P{number}") for number in range(10)]

    with ThreadPoolExecutor(4) as pool:
        statuses = [status for each in pool.map(create_ten, range(4)) for status in each]

    assert (statuses.count(201), statuses.count(409)) == (10, 30)
    assert (
        running_emulator.emulator.journal.count_requests()[
            f"POST {PROJECTS.replace(ACCOUNT_ID, ':account_id')}"
        ]
        == 40
    )


def test_two_emulators_are_independent() -> None:
    """Each has its own port and state."""
    with serve() as one, serve() as two:
        requests.get(f"{one.url}/nonsense", timeout=5)

        assert one.url != two.url
        assert sum(one.emulator.journal.count_requests().values()) == 1
        assert sum(two.emulator.journal.count_requests().values()) == 0


def test_thread_and_port_are_released_when_the_block_ends() -> None:
    """Even if a client is still connected."""
    with serve() as running, requests.Session() as session:
        session.get(f"{running.url}/_emulator/health", timeout=5)
        port = int(running.url.rpartition(":")[2])

    assert "bim360-emulator" not in [thread.name for thread in threading.enumerate()]
    with socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port


def test_a_port_in_use_is_a_one_line_error() -> None:
    """The error names the port and a fix."""
    with serve() as running:
        port = int(running.url.rpartition(":")[2])

        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port}.*Choose another --port"):
            serve(port=port).__enter__()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])  # noqa: S104 - it is rejected
def test_other_machines_have_no_access_by_default(host: str) -> None:
    """The emulator has no protection, so access must be allowed explicitly."""
    with pytest.raises(ListenError, match="--allow-remote"):
        serve(host=host).__enter__()


@pytest.mark.parametrize(
    ("host", "allow_remote", "url"),
    [
        ("localhost", False, "http://127.0.0.1:"),
        ("127.0.0.2", False, "http://127.0.0.2:"),
        ("0.0.0.0", True, "http://0.0.0.0:"),  # noqa: S104 - allowed explicitly
    ],
)
def test_the_url_has_the_address(host: str, url: str, *, allow_remote: bool) -> None:
    """Any loopback address is allowed, others only explicitly."""
    with serve(host=host, allow_remote=allow_remote) as running:
        assert running.url.startswith(url)


def test_an_ipv6_address_has_brackets_in_the_url() -> None:
    """The IPv6 loopback address is allowed too."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")

    with serve(host="::1") as running:
        health = requests.get(f"{running.url}/_emulator/health", timeout=5)

    assert running.url.startswith("http://[::1]:")
    assert health.status_code == 200


def test_the_page_is_served_next_to_the_api(running_emulator: RunningEmulator) -> None:
    """Its requests are not in the journal."""
    with create_session(running_emulator) as session:
        session.post(running_emulator.url + PROJECTS, json=PROJECT_BODY | {"name": "A"}, timeout=5)
        page = session.get(running_emulator.url, timeout=5)
        refused = session.post(f"{running_emulator.url}/projects/x/archive", timeout=5)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert ">A</bdi></a>" in page.text
    assert refused.status_code == 403
    assert sum(running_emulator.emulator.journal.count_requests().values()) == 2
