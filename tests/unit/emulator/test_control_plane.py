"""The control plane: looking at the emulator and changing it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, Emulator, Reply, Request
from bim360_provider.emulator.control.routes import ControlError

Call = Callable[..., Reply]
Project = dict[str, Any]


def test_health_says_ok_and_the_time(emulator: Emulator) -> None:
    """What a script waits for."""
    emulator.call_control_plane("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    health = emulator.call_control_plane("GET", "/health")

    assert (health["status"], health["now"]) == ("ok", "2026-03-01T12:00:00.000Z")


def test_every_answer_carries_the_emulators_date(emulator: Emulator, send_request: Call) -> None:
    """The Date header is the emulator's, so a client's reckoning of time can be tested."""
    emulator.call_control_plane("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    answers = [
        send_request("GET", "nonsense"),
        emulator.handle(Request("GET", "/_emulator/health")),
    ]

    assert {each.headers["date"] for each in answers} == {"Sun, 01 Mar 2026 12:00:00 GMT"}


def test_the_clock_freezes_moves_and_runs_on(emulator: Emulator) -> None:
    """Frozen it shows one time; thawed it goes on from there."""
    frozen = emulator.call_control_plane("POST", "/clock", {"freeze": True, "advance": 90})
    same = emulator.call_control_plane("GET", "/clock")

    running = emulator.call_control_plane("POST", "/clock", {"freeze": False})

    assert frozen == same
    assert not running["frozen"]
    assert running["epoch"] >= frozen["epoch"]


def test_reset_goes_back_to_the_seed(
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    project_body: dict[str, object],
) -> None:
    """State, options and journal are as at the start, and the first id is the first id again."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 1})
    emulator.call_control_plane("POST", "/reset")

    again = send_request("POST", "projects", project_body).parse_content()

    assert again["id"] == created_project["id"]
    assert emulator.options.rate_limit_per_minute == 100
    assert len([*emulator.journal.find_entries()]) == 1


def test_ids_depend_on_nothing_but_the_seed(
    project_body: dict[str, object], send_request: Call
) -> None:
    """Golden files stay true."""
    first = send_request("POST", "projects", project_body).parse_content()

    assert first["id"] == "7e7dacfa-4623-5032-ad59-cec7c622f766"


def test_state_goes_out_and_in_again(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """What was dumped can be loaded, ids included."""
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")
    emulator.call_control_plane("PUT", "/state", state)

    shown = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert emulator.call_control_plane("GET", "/state") == state
    assert created_project.items() <= shown.items()


def test_a_job_is_part_of_the_state(
    emulator: Emulator, send_request: Call, project_body: Project
) -> None:
    """It goes on where it was."""
    model = send_request("POST", "projects", project_body | {"name": "Template"}).parse_content()
    copy = send_request(
        "POST", "projects", project_body | {"template_project_id": model["id"]}
    ).parse_content()
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")

    emulator.call_control_plane("PUT", "/state", state)

    assert send_request("GET", f"jobs/{copy['copy_project_job_id']}").status == 200


def test_state_has_no_secrets(emulator: Emulator) -> None:
    """Clients and their secrets are not part of it."""
    assert "secret" not in str(emulator.call_control_plane("GET", "/state"))


def test_a_change_in_the_browser_needs_no_rules(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Drift, activation and strange values are made this way, and not journalled."""
    before = emulator.journal.count_requests()

    emulator.call_control_plane(
        "PATCH", f"/projects/{created_project['id']}", {"status": "active", "value": None}
    )

    assert emulator.journal.count_requests() == before
    shown = send_request("GET", f"projects/{created_project['id']}").parse_content()
    assert (shown["status"], shown["value"]) == ("active", None)


def test_a_project_can_vanish(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """HQ has no delete, but a client must bear a 404."""
    emulator.call_control_plane("DELETE", f"/projects/{created_project['id']}")

    assert send_request("GET", f"projects/{created_project['id']}").status == 404


def test_the_journal_shows_what_was_asked_and_answered(
    emulator: Emulator, send_request: Call, project_body: dict[str, object]
) -> None:
    """Method, path, route, client, status and body."""
    send_request("POST", "projects", project_body)

    entries = emulator.call_control_plane("GET", "/requests", query="method=post&path=*/projects")

    assert len(entries) == 1
    assert entries[0]["route"] == "POST /hq/v1/accounts/:account_id/projects"
    assert entries[0]["client_id"] == "emulator-client"
    assert (entries[0]["status"], entries[0]["body"]) == (201, project_body)


def test_the_journal_masks_secrets(emulator: Emulator) -> None:
    """Even those a client put where they do not belong."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = b"client_id=a&client_secret=hush"
    emulator.handle(Request("POST", "/authentication/v2/token", "", form, body))
    emulator.handle(Request("POST", "/x", "", {}, b'[{"access_token": "hush"}]'))

    entries = str(emulator.call_control_plane("GET", "/requests"))

    assert "hush" not in entries
    assert "***" in entries


def test_requests_are_counted_by_route(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Budgets become one line; ``since`` starts the count later."""
    seen = emulator.call_control_plane("GET", "/requests")
    send_request("GET", f"projects/{created_project['id']}")
    send_request("GET", f"projects/{created_project['id']}")

    count = emulator.call_control_plane("GET", "/requests/count", query=f"since={seen[-1]['seq']}")

    route = "GET /hq/v1/accounts/:account_id/projects/:project_id"
    assert count == {"total": 2, "by_route": {route: 2}}


def test_the_journal_can_be_emptied(emulator: Emulator, send_request: Call) -> None:
    """The numbers go on, so that ``since`` stays true."""
    send_request("GET", "projects")
    last = [*emulator.journal.find_entries()][-1].seq
    emulator.call_control_plane("DELETE", "/requests")

    send_request("GET", "projects")

    assert [entry.seq for entry in emulator.journal.find_entries()] == [last + 1]


def test_the_control_plane_is_never_limited_or_journalled(emulator: Emulator) -> None:
    """Looking does not count."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 1})

    for _ in range(3):
        emulator.call_control_plane("GET", "/health")

    assert emulator.journal.count_requests() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("GET", "/helth", None, "the nearest known one is GET /_emulator/health"),
        ("POST", "/clock", {"advnce": 1}, "advnce: unknown key; the nearest known one is"),
        ("POST", "/clock", {"set": "noon"}, "set: "),
        ("PATCH", "/options", {"enum": "x"}, "options.enum: unknown key; the nearest"),
        ("PATCH", "/options", {"enums": "x"}, "options.enums: Input should be"),
        ("PATCH", "/projects/x", {}, "there is no project x"),
        ("PATCH", "/projects/old", {"status": "actve"}, 'status: "actve" is not one of active'),
        ("DELETE", "/projects/x", {}, "there is no project x"),
        ("PUT", "/state", {}, "accounts: Field required"),
        ("POST", "/seed", {"options": {"enums": 1}}, "options.enums"),
    ],
)
def test_a_wrong_order_is_one_line(
    emulator: Emulator, method: str, path: str, body: Any, words: str
) -> None:
    """It names the place and, where there is one, the nearest known name."""
    account: Any = {"id": "a", "name": "A", "projects": [{"id": "old", "name": "Old"}]}
    emulator.call_control_plane("POST", "/seed", {"accounts": [account]})

    with pytest.raises(ControlError) as caught:
        emulator.call_control_plane(method, path, body)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_body_that_is_no_object_is_400(emulator: Emulator, body: bytes) -> None:
    """The control plane speaks JSON objects."""
    answer = emulator.handle(Request("POST", "/_emulator/clock", "", {}, body))

    assert answer.status == 400


def test_since_must_be_a_number(emulator: Emulator) -> None:
    """And says so."""
    with pytest.raises(ControlError, match=r"since .* is not a number"):
        emulator.call_control_plane("GET", "/requests", query="since=yesterday")


def test_an_unknown_route_is_404_and_names_the_nearest(
    emulator: Emulator, send_request: Call
) -> None:
    """A typo in a path is found at once, and journalled as what it is."""
    answer = send_request("GET", "project")

    message = answer.parse_content()["developerMessage"]
    assert answer.status == 404
    assert re.search(
        r"the nearest known one is GET /hq/v1/accounts/:account_id/projects\.$", message
    )
    assert emulator.journal.count_requests(path=f"/hq/v1/accounts/{ACCOUNT_ID}/project") == {
        "unknown route": 1
    }


def test_a_clock_set_back_frees_the_quota(emulator: Emulator, send_request: Call) -> None:
    """Requests from the future do not count."""
    for _ in range(100):
        send_request("GET", "projects")

    emulator.call_control_plane("POST", "/clock", {"advance": -3600})

    assert send_request("GET", "projects").status == 200


def test_a_moment_that_does_not_exist_is_refused(emulator: Emulator) -> None:
    """The 31st of February looks like a date."""
    with pytest.raises(ControlError, match="set: "):
        emulator.call_control_plane("POST", "/clock", {"set": "2026-02-31T00:00:00Z"})
