"""Create: one project, never two, and never one whose id is lost."""

from datetime import datetime, timezone
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import ConflictError, RejectedError, UnansweredError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.stage import HANGS_UP, TOWER, Fault, Stage, says, settings

GATEWAY_TIMEOUT = says(504, b"<html>504</html>")
NOT_HQS = says(201, b"<html>Welcome</html>")
EMPTY = says(201, b"")
NO_PROJECT_IN_IT = says(201, {"name": "Tower A"})


def names(stage: Stage) -> list[Any]:
    """Return the names of all projects HQ holds."""
    state: Any = stage.hq.ask("GET", "/state")
    return [project["name"] for each in state["accounts"] for project in each["projects"]]


def test_a_create_is_one_request_beside_the_token(stage: Stage, client: HqClient) -> None:
    """Ten creates are ten POSTs and one token."""
    made = [create(client, {**TOWER, "name": f"T{n}"}, settings()) for n in range(10)]

    assert len({project_id for project_id, _ in made}) == 10
    assert stage.hq.asked == ["token", *["POST projects"] * 10]


def test_the_body_is_what_was_declared_and_nothing_else(stage: Stage, client: HqClient) -> None:
    """Neither status nor empty texts nor what only this provider understands."""
    extra = {"city": "", "status": "active", "adopt": "any", "on_destroy": "retain"}
    create(client, {**TOWER, **extra, "service_types": ["cost", "pm"]}, settings())

    entry = next(stage.hq.journal.entries(method="POST", path="*/projects"))
    assert entry.body == {
        "name": "Tower A",
        "start_date": "2027-01-02",
        "end_date": "2028-06-30",
        "project_type": "Office",
        "value": 3000.0,
        "currency": "USD",
        "service_types": "cost,pm",
    }


def test_the_outputs_are_hqs_answer_and_the_arguments(client: HqClient) -> None:
    """The answer lacks the services; those that were declared stand in."""
    inputs = {**TOWER, "service_types": ["pm"], "copy_timeout": 5.0}

    project_id, outs = create(client, inputs, settings())

    assert outs.items() >= inputs.items()
    assert outs["status"] == "pending"
    assert outs["url"] == f"https://docs.b360.autodesk.com/projects/{project_id}"
    assert (outs["unfinished"], outs["copy_status"]) == ([], None)


@pytest.mark.parametrize(
    "reply", [GATEWAY_TIMEOUT, HANGS_UP, NOT_HQS, EMPTY, NO_PROJECT_IN_IT, says(500), says(201, [])]
)
def test_a_lost_answer_leads_to_the_project_that_was_made(
    stage: Stage, client: HqClient, reply: Any
) -> None:
    """Looked for by name among the newest; no second POST."""
    stage.hq.faults.append(Fault("POST projects", reply, acts=True))

    project_id, outs = create(client, TOWER, settings())

    assert stage.hq.asked == ["token", "POST projects", "GET projects"]
    assert names(stage) == ["Tower A"]
    assert outs["name"] == "Tower A"
    assert client.projects.get(project_id).name == "Tower A"


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, HANGS_UP, says(503)])
def test_where_hq_did_not_act_the_post_is_sent_again(
    stage: Stage, client: HqClient, reply: Any
) -> None:
    """After three looks over a quarter of a minute."""
    stage.hq.faults.append(Fault("POST projects", reply))

    create(client, TOWER, settings())

    assert stage.hq.asked == ["token", "POST projects", *["GET projects"] * 3, "POST projects"]
    assert names(stage) == ["Tower A"]
    assert stage.clock.naps == [3.0, 4.0, 8.0]


def test_a_project_that_lists_show_late_is_found(stage: Stage, client: HqClient) -> None:
    """The second look sees what the first did not."""
    stage.hq.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts=True),
        Fault("GET projects", says(200, [])),
    ]

    create(client, TOWER, settings())

    assert stage.hq.asked == ["token", "POST projects", "GET projects", "GET projects"]


def test_a_project_that_appears_after_the_second_post_is_taken(
    stage: Stage, client: HqClient
) -> None:
    """Its name is taken by what we made ourselves, so the conflict is no refusal."""
    stage.hq.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts=True),
        Fault("GET projects", says(200, []), times=3),
    ]

    create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 2
    assert names(stage) == ["Tower A"]


def test_three_open_answers_and_nothing_to_see_end_it(stage: Stage, client: HqClient) -> None:
    """Told in one line, with what to do."""
    stage.hq.faults.append(Fault("POST projects", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match=r"no clear answer 3 times.*`pulumi up` again later"):
        create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 3
    assert names(stage) == []


def test_where_hq_cannot_be_asked_whether_it_acted_nothing_is_sent_again(
    stage: Stage, client: HqClient
) -> None:
    """The next run finds the name taken by a leftover."""
    stage.hq.faults += [
        Fault("POST projects", HANGS_UP, acts=True),
        Fault("GET projects", says(503), times=99),
    ]

    with pytest.raises(UnansweredError, match=r"may have been made.*found by its name"):
        create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 1
    stage.hq.faults.clear()
    stage.clock.sleep(60)
    create(stage.client(), TOWER, settings())
    assert names(stage) == ["Tower A"]


def test_a_namesake_made_before_is_not_taken_for_ours(stage: Stage, client: HqClient) -> None:
    """A lost answer does not turn somebody's project into ours."""
    stage.project(name="Tower A", created_at="2020-01-01T00:00:00.000Z")
    stage.hq.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))

    with pytest.raises(ConflictError, match="exists already"):
        create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (says(400, {"code": 9400, "message": "bad"}), RejectedError),
        (says(403, {"developerMessage": "no", "errorCode": "AUTH-010"}), UnauthorizedError),
        (says(422, {"code": 9422, "message": "no"}), RejectedError),
    ],
)
def test_a_refusal_is_not_asked_twice(
    stage: Stage, client: HqClient, reply: Any, kind: type[Exception]
) -> None:
    """HQ will say no again."""
    stage.hq.faults.append(Fault("POST projects", reply, times=9))

    with pytest.raises(kind, match="could not create project 'Tower A'"):
        create(client, TOWER, settings())

    assert stage.hq.asked == ["token", "POST projects"]


def test_a_busy_hq_is_asked_again_when_it_said(stage: Stage, client: HqClient) -> None:
    """It refused before it acted, so the POST may be repeated."""
    stage.hq.faults.append(Fault("POST projects", says(429, retry_after="17"), times=2))

    create(client, TOWER, settings())

    assert stage.hq.asked == ["token", *["POST projects"] * 3]
    assert stage.clock.naps == [17.0, 17.0]


def test_two_processes_make_one_project(stage: Stage) -> None:
    """One wins; the other is told of it, and adopts nothing."""
    first, second = stage.client(), stage.client()
    second.transport.now()
    stage.clock.sleep(2)
    create(first, TOWER, settings())

    with pytest.raises(ConflictError, match="made by somebody else while this run was going on"):
        create(second, TOWER, settings())

    assert names(stage) == ["Tower A"]


def test_hqs_clock_decides_and_not_this_machines(stage: Stage) -> None:
    """A machine whose clock is years off makes one project all the same."""
    stage.hq.clock.move_to(datetime(2040, 1, 1, tzinfo=timezone.utc).timestamp())
    stage.hq.faults.append(Fault("POST projects", HANGS_UP, acts=True))

    create(stage.client(), TOWER, settings())

    assert names(stage) == ["Tower A"]
