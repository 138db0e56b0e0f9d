"""Create: one project, never two, and never one whose id is lost."""

from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

GATEWAY_TIMEOUT = build_reply(504, b"<html>504</html>")
FOREIGN_PAGE = build_reply(201, b"<html>Welcome</html>")
EMPTY_REPLY = build_reply(201, b"")
REPLY_WITHOUT_ID = build_reply(201, {"name": "Tower A"})


def test_a_create_is_one_request_beside_the_token(hq: HqFixture, client: HqClient) -> None:
    """Ten creates are ten POSTs and one token."""
    made = [create(build_run(client), {**PROJECT_INPUTS, "name": f"T{n}"}) for n in range(10)]

    assert len({project_id for project_id, _ in made}) == 10
    assert hq.emulator.requests_made == ["token", *["POST projects"] * 10]


def test_the_body_is_what_was_declared_and_nothing_else(hq: HqFixture, client: HqClient) -> None:
    """Neither status nor empty texts nor what only this provider understands."""
    extra = {"city": "", "status": "active", "adopt": "any", "on_destroy": "retain"}
    create(build_run(client), {**PROJECT_INPUTS, **extra, "service_types": ["cost", "pm"]})

    entry = next(hq.emulator.journal.find_entries(method="POST", path="*/projects"))
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
    inputs = {**PROJECT_INPUTS, "service_types": ["pm"], "copy_timeout": 5.0}

    project_id, outs = create(build_run(client), inputs)

    assert outs.items() >= inputs.items()
    assert outs["status"] == "pending"
    assert outs["url"] == f"https://docs.b360.autodesk.com/projects/{project_id}"
    assert (outs["unfinished"], outs["copy_status"]) == ([], None)


@pytest.mark.parametrize(
    "reply",
    [
        GATEWAY_TIMEOUT,
        DROPS_CONNECTION,
        FOREIGN_PAGE,
        EMPTY_REPLY,
        REPLY_WITHOUT_ID,
        build_reply(500),
        build_reply(201, []),
    ],
)
def test_a_lost_answer_leads_to_the_project_that_was_made(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """Looked for by name among the newest; no second POST."""
    hq.emulator.faults.append(Fault("POST projects", reply, acts_on_request=True))

    project_id, outs = create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made == ["token", "POST projects", "GET projects"]
    assert hq.list_project_names() == ["Tower A"]
    assert outs["name"] == "Tower A"
    assert client.projects.get(project_id).name == "Tower A"


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, DROPS_CONNECTION, build_reply(503)])
def test_where_hq_did_not_act_the_post_is_sent_again(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """After three looks over a quarter of a minute."""
    hq.emulator.faults.append(Fault("POST projects", reply))

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made == [
        "token",
        "POST projects",
        *["GET projects"] * 3,
        "POST projects",
    ]
    assert hq.list_project_names() == ["Tower A"]
    assert hq.clock.sleeps == [3.0, 4.0, 8.0]


def test_a_project_that_lists_show_late_is_found(hq: HqFixture, client: HqClient) -> None:
    """The second look sees what the first did not."""
    hq.emulator.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts_on_request=True),
        Fault("GET projects", build_reply(200, [])),
    ]

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made == ["token", "POST projects", "GET projects", "GET projects"]


def test_a_project_that_appears_after_the_second_post_is_taken(
    hq: HqFixture, client: HqClient
) -> None:
    """Its name is taken by what we made ourselves, so the conflict is no refusal."""
    hq.emulator.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts_on_request=True),
        Fault("GET projects", build_reply(200, []), times=3),
    ]

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made.count("POST projects") == 2
    assert hq.list_project_names() == ["Tower A"]


def test_three_open_answers_and_nothing_to_see_end_it(hq: HqFixture, client: HqClient) -> None:
    """Told in one line, with what to do."""
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match=r"no clear answer 3 times.*`pulumi up` again later"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made.count("POST projects") == 3
    assert hq.list_project_names() == []


def test_where_hq_cannot_be_asked_whether_it_acted_nothing_is_sent_again(
    hq: HqFixture, client: HqClient
) -> None:
    """The next run finds the name taken by a leftover."""
    hq.emulator.faults += [
        Fault("POST projects", DROPS_CONNECTION, acts_on_request=True),
        Fault("GET projects", build_reply(503), times=99),
    ]

    with pytest.raises(UnansweredError, match=r"may have been made.*found by its name"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made.count("POST projects") == 1
    hq.emulator.faults.clear()
    hq.clock.sleep(60)
    create(build_run(hq.create_client()), PROJECT_INPUTS)
    assert hq.list_project_names() == ["Tower A"]
