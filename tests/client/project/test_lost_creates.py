"""What is adopted although nobody declared it: always with a warning that states the risk."""

from collections.abc import Mapping
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project
from bim360_provider.core.create_once import SHARED_RISK
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConflictError
from tests.support.hq import HANGS_UP, TOWER, Fault, Stage, says, settings

PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
CREATES: Mapping[str, tuple[Any, Mapping[str, Any], str]] = {
    "project": (project, TOWER, "POST projects"),
    "company": (
        company,
        {**PLACE, "name": "Acme", "trade": "Owner", "adopt": "never"},
        "POST companies",
    ),
    "user": (account_user, {**PLACE, "email": "ada@example.com"}, "POST users"),
}


def risks(stage: Stage) -> list[str]:
    """Return the warnings that state the risk."""
    return [line for line in stage.warnings() if SHARED_RISK in line]


@pytest.mark.parametrize("kind", CREATES)
def test_what_a_lost_create_has_made_is_kept_with_a_warning(stage: Stage, kind: str) -> None:
    """HQ cannot tell who created it, and without it our own would be lost."""
    entity, inputs, what = CREATES[kind]
    stage.hq.faults.append(Fault(what, HANGS_UP, acts=True))

    entity.create(stage.client(), inputs, settings())

    (warning,) = risks(stage)
    assert "was created, although HQ's response was lost" in warning
    assert stage.hq.asked.count(what) == 1


@pytest.mark.parametrize("kind", CREATES)
def test_a_twin_that_another_stack_creates_meanwhile_is_kept_with_the_same_warning(
    stage: Stage, kind: str
) -> None:
    """HQ did not act on our POST; nothing tells the twin from our own."""
    entity, inputs, what = CREATES[kind]
    stage.hq.faults.append(Fault(what, HANGS_UP))
    other = stage.client()
    other.transport.now()
    theirs = iter([lambda: entity.create(other, inputs, settings())[0]])
    advance, found = stage.hq.clock.advance, []

    def overtaken(seconds: float) -> None:
        advance(seconds)
        found.append(next(theirs, lambda: None)())

    stage.clock.follow = overtaken

    ours, _ = entity.create(stage.client(), inputs, settings())

    assert ours == found[0]
    assert len(risks(stage)) == 1


@pytest.mark.parametrize(
    "used", [{"last_sign_in": "2026-01-02T03:04:05.678Z"}, {"currency": "EUR"}]
)
def test_a_twin_that_is_used_or_differs_is_not_ours(stage: Stage, used: dict[str, str]) -> None:
    """A project that has just been created has no sign-in and the declared values."""
    stage.hq.faults.append(Fault("POST projects", says(504, b""), acts=True))
    advance = stage.hq.clock.advance

    def use(seconds: float) -> None:
        advance(seconds)
        state: Any = stage.hq.ask("GET", "/state")
        for row in state["accounts"][0]["projects"]:
            stage.hq.ask("PATCH", f"/projects/{row['id']}", used)

    stage.clock.follow = use

    with pytest.raises(ConflictError, match="was made by somebody else while this run"):
        project.create(stage.client(), TOWER, settings())


@pytest.mark.parametrize("kind", CREATES)
def test_the_loser_of_a_race_adopts_in_its_next_run_with_a_warning(stage: Stage, kind: str) -> None:
    """By then the winner's looks like a leftover; adoptLeftovers=false makes that an error."""
    entity, inputs, _ = CREATES[kind]
    winner, _ = entity.create(stage.client(), inputs, settings())
    stage.clock.sleep(60)

    loser, _ = entity.create(stage.client(), inputs, settings())

    assert loser == winner
    (warning,) = risks(stage)
    assert "is what an interrupted run left behind" in warning


@pytest.mark.parametrize("kind", ["project", "company"])
def test_without_the_rule_for_leftovers_the_loser_gets_an_error(stage: Stage, kind: str) -> None:
    """Nothing is shared then."""
    entity, inputs, _ = CREATES[kind]
    entity.create(stage.client(), inputs, settings())
    stage.clock.sleep(60)

    with pytest.raises(ConflictError):
        entity.create(stage.client(), inputs, settings(adoptLeftovers="false"))


@pytest.mark.parametrize("kind", CREATES)
def test_a_create_without_trouble_warns_of_nothing(stage: Stage, kind: str) -> None:
    """Nobody else can have it."""
    entity, inputs, _ = CREATES[kind]

    entity.create(stage.client(), inputs, settings())

    assert risks(stage) == []
