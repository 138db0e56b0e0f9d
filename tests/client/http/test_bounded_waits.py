"""However bad the weather: every call ends, because nobody can interrupt Pulumi's host."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest

from bim360_provider.core.create_once import SETTLE
from bim360_provider.core.project import create, delete, read, update
from bim360_provider.core.project.lifecycle import COPY_TIMEOUT
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.hq.connection import DEFAULT_LIMIT
from bim360_provider.hq.transport.http import ANSWER_DEADLINE
from bim360_provider.hq.transport.retry import BUDGET, RETRY_AFTER_LIMIT
from bim360_provider.testing.engine.engine import DEFAULT_PARALLEL
from tests.meta.docs.markdown_files import section
from tests.support.hq import HANGS_UP, NO_PROJECT, TOWER, Fault, Stage, says, settings

REQUEST = BUDGET + ANSWER_DEADLINE
"""Seconds for one request: its retries, and a last attempt that was let begin in time."""

WAYS = ("token", "POST projects", "GET projects", "GET project", "PATCH project", "GET job")

Call = Callable[[HqClient, str], object]


def weather(stage: Stage) -> Mapping[str, Callable[[str], list[Fault]]]:
    """Return what may be wrong with all requests of a kind, for ever."""

    def silence() -> None:
        stage.clock.sleep(ANSWER_DEADLINE)

    return {
        "silence": lambda what: [Fault(what, HANGS_UP, times=999, then=silence)],
        "slow failures": lambda what: [Fault(what, says(504), times=999, then=silence)],
        "failures": lambda what: [Fault(what, says(503), times=999)],
        "now and then": lambda what: [
            Fault(what, says(502), times=1, after=n, then=silence) for n in range(0, 40, 2)
        ],
        "slow down": lambda what: [Fault(what, says(429, retry_after="90"), times=999)],
        "not there": lambda what: [Fault(what, NO_PROJECT, times=999)],
        "refused": lambda what: [Fault(what, says(401), times=999)],
    }


CALLS: Mapping[str, tuple[Call, float]] = {
    "create": (
        lambda client, _: create(client, {**TOWER, "status": "archived"}, settings()),
        # The token; the POST; settling it; what is under way then; the leftover; the PATCH.
        REQUEST * 2 + SETTLE + REQUEST * 4,
    ),
    "update": (
        lambda client, made: update(client, made, {"status": "active"}, {**TOWER, "city": "Oslo"}),
        REQUEST * 2,
    ),
    "read": (lambda client, made: read(client, made, {"account_id": "known"}), REQUEST * 3),
    "delete": (lambda client, made: delete(client, made, {}), REQUEST * 3),
}


@pytest.mark.parametrize(
    "kind",
    ["silence", "slow failures", "failures", "now and then", "slow down", "not there", "refused"],
)
@pytest.mark.parametrize("call", CALLS)
def test_every_call_ends_in_time(stage: Stage, kind: str, call: str) -> None:
    """Also where every request meets the same weather for ever."""
    made = stage.project(name="There already")["id"]
    client = stage.client()
    for what in WAYS:
        stage.hq.faults += weather(stage)[kind](what)
    begin, bound = CALLS[call]
    before = stage.clock.monotonic()

    with suppress(Bim360Error):
        begin(client, made)

    assert stage.clock.monotonic() - before <= bound


@pytest.mark.parametrize("kind", ["silence", "slow failures", "failures", "now and then"])
def test_a_lost_post_is_settled_in_time(stage: Stage, kind: str) -> None:
    """With a token at hand, and a POST that HQ acts on each time without saying so."""
    client = stage.client()
    client.transport.now()
    stage.hq.faults += weather(stage)["slow failures"]("POST projects")
    stage.hq.faults += weather(stage)[kind]("GET projects")
    before = stage.clock.monotonic()

    with pytest.raises(Bim360Error, match="Run `pulumi up` again"):
        create(client, TOWER, settings())

    assert stage.clock.monotonic() - before <= ANSWER_DEADLINE + SETTLE + REQUEST
    assert 1 <= stage.hq.asked.count("POST projects") <= 3


def test_a_create_of_a_template_ends_in_time(stage: Stage) -> None:
    """A job that nobody can look at is waited for no longer than a job that runs."""
    template = stage.project(name="Template", service_types="field")["id"]
    client = stage.client()
    client.transport.now()
    stage.hq.faults += weather(stage)["slow failures"]("GET job")
    before = stage.clock.monotonic()

    _, outs = create(client, {**TOWER, "template_project_id": template}, settings())

    assert outs["copy_status"] == "running"
    assert stage.clock.monotonic() - before <= COPY_TIMEOUT + REQUEST


def test_the_page_tells_how_long_a_ctrl_c_may_take() -> None:
    """Number by number."""
    told = section("docs/project.md", "### Ctrl-C")

    assert f"{BUDGET:.0f} s for the request, and {SETTLE:.0f} s to find out" in told
    assert f"at most {RETRY_AFTER_LIMIT:.0f} s" in told
    assert f"{COPY_TIMEOUT:.0f} s if nothing is declared" in told
    assert f"at most {DEFAULT_PARALLEL} calls are under way" in told
    assert DEFAULT_PARALLEL <= DEFAULT_LIMIT
