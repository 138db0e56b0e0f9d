"""Adoption without a declaration: always with a warning that states the risk."""

from collections.abc import Mapping
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project
from bim360_provider.core.create_once import SHARED_OWNERSHIP_RISK
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConflictError
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
CREATES: Mapping[str, tuple[Any, Mapping[str, Any], str]] = {
    "project": (project, PROJECT_INPUTS, "POST projects"),
    "company": (
        company,
        {**PLACE, "name": "Acme", "trade": "Owner", "adopt": "never"},
        "POST companies",
    ),
    "user": (account_user, {**PLACE, "email": "ada@example.com"}, "POST users"),
}


def list_risk_warnings(hq: HqFixture) -> list[str]:
    """Return the warnings that state the risk."""
    return [line for line in hq.list_warnings() if SHARED_OWNERSHIP_RISK in line]


@pytest.mark.parametrize("kind", CREATES)
def test_a_project_of_a_lost_create_is_kept_with_a_warning(hq: HqFixture, kind: str) -> None:
    """HQ does not record who created it; without adoption our own project would be lost."""
    entity, inputs, route = CREATES[kind]
    hq.emulator.faults.append(Fault(route, DROPS_CONNECTION, acts_on_request=True))

    entity.create(build_run(hq.create_client()), inputs)

    (warning,) = list_risk_warnings(hq)
    assert "was created, although HQ's response was lost" in warning
    assert hq.emulator.request_log.count(route) == 1


@pytest.mark.parametrize("kind", CREATES)
def test_a_candidate_of_another_stack_is_kept_with_the_same_warning(
    hq: HqFixture, kind: str
) -> None:
    """HQ did not act on our POST; the candidate looks exactly like our own project."""
    entity, inputs, route = CREATES[kind]
    hq.emulator.faults.append(Fault(route, DROPS_CONNECTION))
    other = hq.create_client()
    other.transport.get_server_time()
    theirs = iter([lambda: entity.create(build_run(other), inputs)[0]])
    advance, found = hq.emulator.clock.advance, []

    def overtaken(seconds: float) -> None:
        advance(seconds)
        found.append(next(theirs, lambda: None)())

    hq.clock.on_sleep = overtaken

    ours, _ = entity.create(build_run(hq.create_client()), inputs)

    assert ours == found[0]
    assert len(list_risk_warnings(hq)) == 1


@pytest.mark.parametrize(
    "used", [{"last_sign_in": "2026-01-02T03:04:05.678Z"}, {"currency": "EUR"}]
)
def test_a_candidate_that_is_used_or_differs_is_not_ours(
    hq: HqFixture, used: dict[str, str]
) -> None:
    """A project that has just been created has no sign-in and the declared values."""
    hq.emulator.faults.append(Fault("POST projects", build_reply(504, b""), acts_on_request=True))
    advance = hq.emulator.clock.advance

    def use(seconds: float) -> None:
        advance(seconds)
        state: Any = hq.emulator.call_control_plane("GET", "/state")
        for row in state["accounts"][0]["projects"]:
            hq.emulator.call_control_plane("PATCH", f"/projects/{row['id']}", used)

    hq.clock.on_sleep = use

    with pytest.raises(
        ConflictError, match="was created by another user or pipeline during this run"
    ):
        project.create(build_run(hq.create_client()), PROJECT_INPUTS)


@pytest.mark.parametrize("kind", CREATES)
def test_the_loser_of_a_race_adopts_in_its_next_run_with_a_warning(
    hq: HqFixture, kind: str
) -> None:
    """By then the winner's project looks like a leftover; adoptLeftovers=false forbids this."""
    entity, inputs, _ = CREATES[kind]
    winner, _ = entity.create(build_run(hq.create_client()), inputs)
    hq.clock.sleep(60)

    loser, _ = entity.create(build_run(hq.create_client()), inputs)

    assert loser == winner
    (warning,) = list_risk_warnings(hq)
    assert "is a leftover of an interrupted run" in warning


@pytest.mark.parametrize("kind", ["project", "company"])
def test_without_the_leftover_rule_the_loser_gets_an_error(hq: HqFixture, kind: str) -> None:
    """The project is not shared."""
    entity, inputs, _ = CREATES[kind]
    entity.create(build_run(hq.create_client()), inputs)
    hq.clock.sleep(60)

    with pytest.raises(ConflictError):
        entity.create(build_run(hq.create_client(), build_settings(adoptLeftovers="false")), inputs)


@pytest.mark.parametrize("kind", CREATES)
def test_an_undisturbed_create_sends_no_warning(hq: HqFixture, kind: str) -> None:
    """No other stack can own the new project."""
    entity, inputs, _ = CREATES[kind]

    entity.create(build_run(hq.create_client()), inputs)

    assert list_risk_warnings(hq) == []
