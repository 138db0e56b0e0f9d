"""Create: one project, never two, and never one whose id is lost."""

from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, TOWER, Fault, Stage, says, settings

GATEWAY_TIMEOUT = says(504, b"<html>504</html>")
NOT_HQS = says(201, b"<html>Welcome</html>")
EMPTY = says(201, b"")
NO_PROJECT_IN_IT = says(201, {"name": "Tower A"})


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
    assert stage.names() == ["Tower A"]
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
    assert stage.names() == ["Tower A"]
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
    assert stage.names() == ["Tower A"]


def test_three_open_answers_and_nothing_to_see_end_it(stage: Stage, client: HqClient) -> None:
    """Told in one line, with what to do."""
    stage.hq.faults.append(Fault("POST projects", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match=r"no clear answer 3 times.*`pulumi up` again later"):
        create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 3
    assert stage.names() == []


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
    assert stage.names() == ["Tower A"]
