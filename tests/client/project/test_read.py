"""Read: what HQ has now; gone only when HQ itself says so."""

from typing import Any

import pytest

from bim360_provider.core.entity import Live
from bim360_provider.core.project import check, create, diff, read
from bim360_provider.errors import Bim360Error, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, NO_PROJECT, TOWER, Fault, Stage, says, settings

INPUTS = {**TOWER, "city": "Oslo", "service_types": ["pm"], "on_destroy": "retain"}
HTML = b"<html><h1>404 Not Found</h1><p>project</p></html>"
LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
Made = tuple[str, dict[str, Any]]


@pytest.fixture
def made(stage: Stage, client: HqClient) -> Made:
    """Return the id and the state of a project that exists; what made it is not counted."""
    project = create(client, INPUTS, settings())
    stage.hq.asked.clear()
    return project


def seen(client: HqClient, made: Made) -> Live:
    """Return what a refresh finds of a project that is there."""
    live = read(client, *made)
    assert live is not None
    return live


def test_a_refresh_of_an_unchanged_project_changes_nothing(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """One request; the arguments are the declared ones and the outputs those of the create."""
    live = seen(client, made)

    assert stage.hq.asked == ["GET project"]
    assert live.inputs == INPUTS
    assert live.outputs == made[1]
    assert diff(live.outputs, INPUTS).changed == ()


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({"name": "By hand"}, {"name": "By hand"}),
        ({"value": 1}, {"value": 1.0}),
        ({"city": None}, {"city": ""}),
        ({"service_types": "pm,cost"}, {"service_types": ["cost", "pm"]}),
        ({"start_date": "2027-01-03"}, {"start_date": "2027-01-03"}),
        ({"status": "archived"}, {"status": "archived"}),
        ({"job_number": "not declared"}, {}),
        ({"status": "active"}, {}),
        ({"status": "inactive"}, {}),
        ({"service_types": "admin,insight,pm"}, {}),
    ],
)
def test_drift_shows_as_that_argument_alone(
    stage: Stage, client: HqClient, made: Made, changes: dict[str, Any], drift: dict[str, Any]
) -> None:
    """What is not declared is not compared, whatever somebody wrote."""
    stage.hq.ask("PATCH", f"/projects/{made[0]}", changes)

    live = seen(client, made)

    assert live.inputs == {**INPUTS, **drift}
    assert diff(live.outputs, INPUTS).changed == tuple(drift)


def test_two_reads_give_two_bags(client: HqClient, made: Made) -> None:
    """Pulumi's host writes into what it is given."""
    first, second = seen(client, made), seen(client, made)
    first.outputs["__provider"] = "x"
    first.inputs["__provider"] = "x"

    assert "__provider" not in {**second.outputs, **second.inputs, **made[1]}


def test_what_is_unfinished_stays_so(client: HqClient, made: Made) -> None:
    """A refresh finishes nothing."""
    project_id, state = made
    left = {**state, "unfinished": ["status"], "copy_status": "running"}

    live = seen(client, (project_id, left))

    assert diff(live.outputs, INPUTS).unfinished
    assert live.outputs["copy_status"] == "running"


def test_a_project_hq_does_not_know_is_gone(stage: Stage, client: HqClient, made: Made) -> None:
    """The next up makes it anew, or says who has its name."""
    stage.hq.ask("DELETE", f"/projects/{made[0]}")

    assert read(client, made[0], {**made[1], **LONG_AGO}) is None
    assert stage.hq.asked == ["GET project"]


def test_a_project_that_does_not_show_yet_stays_in_the_state(
    stage: Stage, client: HqClient
) -> None:
    """A refresh right after the up: dropped, the next up would find its name taken."""
    stage.hq.ask("PATCH", "/options", {"visible_after": 9})
    made = create(client, INPUTS, settings())

    assert seen(client, made).id == made[0]


def test_a_young_project_that_never_shows_is_gone_after_half_a_minute(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """Bounded, so that a refresh ends."""
    stage.hq.ask("DELETE", f"/projects/{made[0]}")

    assert read(client, *made) is None
    assert 30 <= sum(stage.clock.naps) < 40


@pytest.mark.parametrize(
    "reply",
    [
        NO_ACCOUNT,
        says(403, {"code": 9403, "message": "Unauthorized"}),
        says(404, HTML),
        says(404, b""),
        says(404, {}),
        says(404, []),
        says(401, {"errorCode": "AUTH-006"}),
        says(410, b""),
        says(500),
        says(502, HTML),
        says(503),
        says(200, HTML),
        says(200, {}),
        HANGS_UP,
    ],
)
def test_whatever_else_goes_wrong_is_an_error_and_never_gone(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """Or a proxy's bad day would make every project anew."""
    stage.hq.faults.append(Fault("GET project", reply, times=99))

    with pytest.raises(Bim360Error, match=r"could not read project") as caught:
        read(client, *made)

    assert "\n" not in str(caught.value)


def test_a_404_in_other_words_is_believed_if_the_account_is_there(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """HQ's words are not documented; the account's list tells the two apart."""
    nothing = says(404, {"code": 1004, "message": "not found"})
    stage.hq.faults.append(Fault("GET project", nothing, times=2))
    old = {**made[1], **LONG_AGO}
    assert read(client, made[0], old) is None

    stage.hq.faults.append(Fault("GET projects", nothing))
    with pytest.raises(NotFoundError):
        read(client, made[0], old)


@pytest.mark.parametrize("reply", [NO_PROJECT, NO_ACCOUNT])
def test_a_look_up_of_a_missing_id_is_an_error(stage: Stage, client: HqClient, reply: Any) -> None:
    """Without it Pulumi would go on with a resource full of nulls."""
    stage.hq.faults.append(Fault("GET project", reply))

    with pytest.raises(NotFoundError, match=r"could not read project p1: HQ answered 404"):
        read(client, "p1", {})


def test_an_import_mirrors_everything_hq_filled(stage: Stage, client: HqClient) -> None:
    """Nothing but the id is known; a stack that declares the result has nothing to do."""
    there = stage.project(city="Oslo", job_number="J-1", service_types="pm,cost")

    live = read(client, str(there["id"]), {})

    assert live is not None
    wanted = {"city": "Oslo", "job_number": "J-1", "service_types": ["cost", "pm"]}
    assert live.inputs == {**TOWER, **wanted, "status": "active"}
    assert check({}, live.inputs, settings()) == (live.inputs, [])
    assert diff(live.outputs, live.inputs).changed == ()
    assert diff(live.outputs, {**TOWER, "city": "Oslo"}).changed == ()


def test_a_project_full_of_nulls_can_be_read(stage: Stage, client: HqClient) -> None:
    """Made by hand, it lacks even what a create requires."""
    there = stage.project()
    nulls = dict.fromkeys(("start_date", "end_date", "project_type", "value", "currency"))
    stage.hq.ask("PATCH", f"/projects/{there['id']}", nulls)

    live = read(client, str(there["id"]), {})
    again = read(client, str(there["id"]), live.outputs if live else {})

    assert live is not None
    assert live.inputs.keys() & nulls.keys() == set()
    assert again == live
