"""Time limits: each call ends, because a user cannot interrupt Pulumi's host."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest

from bim360_provider.core.create_once import SETTLE_TIMEOUT
from bim360_provider.core.project import create, delete, read, update
from bim360_provider.core.project.lifecycle import COPY_TIMEOUT
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.hq.connection import DEFAULT_REQUESTS_PER_MINUTE
from bim360_provider.hq.transport.http import ATTEMPT_TIMEOUT
from bim360_provider.hq.transport.retry import MAX_RETRY_AFTER, TIME_BUDGET
from bim360_provider.testing.engine.engine import DEFAULT_PARALLEL
from tests.meta.docs.markdown_files import read_section
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

MAX_REQUEST_SECONDS = TIME_BUDGET + ATTEMPT_TIMEOUT
"""Seconds for one request: its retries, and a last attempt that began within the budget."""

FAULTY_ROUTES = (
    "token",
    "POST projects",
    "GET projects",
    "GET project",
    "PATCH project",
    "GET job",
)

ClientCall = Callable[[HqClient, str], object]


def build_faults(hq: HqFixture) -> Mapping[str, Callable[[str], list[Fault]]]:
    """Return the faults, by name, that affect every request to a route."""

    def silence() -> None:
        hq.clock.sleep(ATTEMPT_TIMEOUT)

    return {
        "silence": lambda route: [Fault(route, DROPS_CONNECTION, times=999, on_response=silence)],
        "slow failures": lambda route: [
            Fault(route, build_reply(504), times=999, on_response=silence)
        ],
        "failures": lambda route: [Fault(route, build_reply(503), times=999)],
        "now and then": lambda route: [
            Fault(route, build_reply(502), times=1, skip=n, on_response=silence)
            for n in range(0, 40, 2)
        ],
        "slow down": lambda route: [Fault(route, build_reply(429, retry_after="90"), times=999)],
        "not there": lambda route: [Fault(route, PROJECT_NOT_FOUND, times=999)],
        "refused": lambda route: [Fault(route, build_reply(401), times=999)],
    }


CALLS: Mapping[str, tuple[ClientCall, float]] = {
    "create": (
        lambda client, _: create(build_run(client), {**PROJECT_INPUTS, "status": "archived"}),
        # Token; POST; settling; the request in flight by then; leftover; PATCH.
        MAX_REQUEST_SECONDS * 2 + SETTLE_TIMEOUT + MAX_REQUEST_SECONDS * 4,
    ),
    "update": (
        lambda client, project_id: update(
            build_run(client), project_id, {"status": "active"}, {**PROJECT_INPUTS, "city": "Oslo"}
        ),
        MAX_REQUEST_SECONDS * 2,
    ),
    "read": (
        lambda client, project_id: read(build_run(client), project_id, {"account_id": "known"}),
        MAX_REQUEST_SECONDS * 3,
    ),
    "delete": (
        lambda client, project_id: delete(build_run(client), project_id, {}),
        MAX_REQUEST_SECONDS * 3,
    ),
}


@pytest.mark.parametrize(
    "kind",
    ["silence", "slow failures", "failures", "now and then", "slow down", "not there", "refused"],
)
@pytest.mark.parametrize("call", CALLS)
def test_every_call_ends_in_time(hq: HqFixture, kind: str, call: str) -> None:
    """The limits hold even if the fault never ends."""
    project_id = hq.create_project(name="There already")["id"]
    client = hq.create_client()
    for route in FAULTY_ROUTES:
        hq.emulator.faults += build_faults(hq)[kind](route)
    run, bound = CALLS[call]
    before = hq.clock.monotonic()

    with suppress(Bim360Error):
        run(client, project_id)

    assert hq.clock.monotonic() - before <= bound


@pytest.mark.parametrize("kind", ["silence", "slow failures", "failures", "now and then"])
def test_a_lost_post_is_settled_in_time(hq: HqFixture, kind: str) -> None:
    """The token is cached, and HQ acts on each POST without sending a response."""
    client = hq.create_client()
    client.transport.get_server_time()
    hq.emulator.faults += build_faults(hq)["slow failures"]("POST projects")
    hq.emulator.faults += build_faults(hq)[kind]("GET projects")
    before = hq.clock.monotonic()

    with pytest.raises(Bim360Error, match="Run `pulumi up` again"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.clock.monotonic() - before <= ATTEMPT_TIMEOUT + SETTLE_TIMEOUT + MAX_REQUEST_SECONDS
    assert 1 <= hq.emulator.request_log.count("POST projects") <= 3


def test_a_template_copy_ends_in_time(hq: HqFixture) -> None:
    """A job whose status cannot be read is polled no longer than a running job."""
    template = hq.create_project(name="Template", service_types="field")["id"]
    client = hq.create_client()
    client.transport.get_server_time()
    hq.emulator.faults += build_faults(hq)["slow failures"]("GET job")
    before = hq.clock.monotonic()

    _, outs = create(build_run(client), {**PROJECT_INPUTS, "template_project_id": template})

    assert outs["copy_status"] == "running"
    assert hq.clock.monotonic() - before <= COPY_TIMEOUT + MAX_REQUEST_SECONDS


def test_the_documentation_states_the_longest_wait_after_ctrl_c() -> None:
    """Each number in the section equals the constant in the code."""
    section = read_section("docs/reference/project.md", "### Ctrl-C")

    assert f"{TIME_BUDGET:.0f} s for the request, and {SETTLE_TIMEOUT:.0f} s to find out" in section
    assert f"at most {MAX_RETRY_AFTER:.0f} s" in section
    assert f"{COPY_TIMEOUT:.0f} s if nothing is declared" in section
    assert f"at most {DEFAULT_PARALLEL} calls are under way" in section
    assert DEFAULT_PARALLEL <= DEFAULT_REQUESTS_PER_MINUTE
