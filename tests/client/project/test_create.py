"""Create: never duplicates a project, and never loses its id."""

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


def test_a_create_is_one_request_plus_the_token(hq: HqFixture, client: HqClient) -> None:
    """Ten creates are ten POSTs and one token."""
    created = [create(build_run(client), {**PROJECT_INPUTS, "name": f"T{n}"}) for n in range(10)]

    assert len({project_id for project_id, _ in created}) == 10
    assert hq.emulator.request_log == ["token", *["POST projects"] * 10]


def test_the_body_contains_the_declared_fields_only(hq: HqFixture, client: HqClient) -> None:
    """It contains neither the status nor empty texts nor the provider's own arguments."""
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


def test_the_outputs_combine_hqs_response_and_the_arguments(client: HqClient) -> None:
    """The response lacks the services, so the declared ones are used."""
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
def test_a_lost_response_leads_to_the_created_project(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """The provider searches the newest projects by name and sends no second POST."""
    hq.emulator.faults.append(Fault("POST projects", reply, acts_on_request=True))

    project_id, outs = create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log == ["token", "POST projects", "GET projects"]
    assert hq.list_project_names() == ["Tower A"]
    assert outs["name"] == "Tower A"
    assert client.projects.get(project_id).name == "Tower A"


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, DROPS_CONNECTION, build_reply(503)])
def test_a_post_that_hq_did_not_act_on_is_sent_again(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """Three searches over a quarter of a minute come first."""
    hq.emulator.faults.append(Fault("POST projects", reply))

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log == [
        "token",
        "POST projects",
        *["GET projects"] * 3,
        "POST projects",
    ]
    assert hq.list_project_names() == ["Tower A"]
    assert hq.clock.sleeps == [3.0, 4.0, 8.0]


def test_a_project_that_lists_show_late_is_found(hq: HqFixture, client: HqClient) -> None:
    """The second search finds what the first did not."""
    hq.emulator.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts_on_request=True),
        Fault("GET projects", build_reply(200, [])),
    ]

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log == ["token", "POST projects", "GET projects", "GET projects"]


def test_a_project_that_appears_after_the_second_post_is_accepted(
    hq: HqFixture, client: HqClient
) -> None:
    """Our own first POST created it, so the conflict is not a refusal."""
    hq.emulator.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts_on_request=True),
        Fault("GET projects", build_reply(200, []), times=3),
    ]

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log.count("POST projects") == 2
    assert hq.list_project_names() == ["Tower A"]


def test_three_inconclusive_responses_without_a_project_are_an_error(
    hq: HqFixture, client: HqClient
) -> None:
    """The error is one line with advice."""
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match=r"inconclusive 3 times.*`pulumi up` again later"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log.count("POST projects") == 3
    assert hq.list_project_names() == []


def test_without_a_search_result_nothing_is_sent_again(hq: HqFixture, client: HqClient) -> None:
    """The next run finds that a leftover has the name."""
    hq.emulator.faults += [
        Fault("POST projects", DROPS_CONNECTION, acts_on_request=True),
        Fault("GET projects", build_reply(503), times=99),
    ]

    with pytest.raises(UnansweredError, match=r"may have been created.*found by its name"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log.count("POST projects") == 1
    hq.emulator.faults.clear()
    hq.clock.sleep(60)
    create(build_run(hq.create_client()), PROJECT_INPUTS)
    assert hq.list_project_names() == ["Tower A"]
