"""The control plane: inspect and change the emulator."""

import re
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, Emulator, IncomingRequest
from bim360_provider.emulator.control.routes import ControlError
from tests.support.emulator import FORM_HEADERS, Call, request_token

Project = dict[str, Any]


def test_health_returns_ok_and_the_time(emulator: Emulator) -> None:
    """Scripts wait for it."""
    emulator.call_control_plane("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    health = emulator.call_control_plane("GET", "/health")

    assert (health["status"], health["now"]) == ("ok", "2026-03-01T12:00:00.000Z")


def test_every_reply_has_the_emulators_date(emulator: Emulator, send_request: Call) -> None:
    """A client's handling of HQ's time can be tested with it."""
    emulator.call_control_plane("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    replies = [
        send_request("GET", "nonsense"),
        emulator.handle(IncomingRequest("GET", "/_emulator/health")),
    ]

    assert {each.headers["date"] for each in replies} == {"Sun, 01 Mar 2026 12:00:00 GMT"}


def test_the_clock_can_be_frozen_moved_and_thawed(emulator: Emulator) -> None:
    """A thawed clock continues from the frozen time."""
    frozen = emulator.call_control_plane("POST", "/clock", {"freeze": True, "advance": 90})
    same = emulator.call_control_plane("GET", "/clock")

    running = emulator.call_control_plane("POST", "/clock", {"freeze": False})

    assert frozen == same
    assert not running["frozen"]
    assert running["epoch"] >= frozen["epoch"]


def test_a_reset_restores_the_seed(
    emulator: Emulator,
    send_request: Call,
    created_project: Project,
    project_body: dict[str, object],
) -> None:
    """State, options and journal are the initial ones, and ids start again."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 1})
    emulator.call_control_plane("POST", "/reset")

    second = send_request("POST", "projects", project_body).parse_content()

    assert second["id"] == created_project["id"]
    assert emulator.options.rate_limit_per_minute == 100
    assert len([*emulator.journal.find_entries()]) == 1


def test_ids_depend_only_on_the_seed(project_body: dict[str, object], send_request: Call) -> None:
    """Golden files stay valid."""
    first = send_request("POST", "projects", project_body).parse_content()

    assert first["id"] == "7e7dacfa-4623-5032-ad59-cec7c622f766"


def test_a_dumped_state_can_be_loaded(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Including ids."""
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")
    emulator.call_control_plane("PUT", "/state", state)

    current = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert emulator.call_control_plane("GET", "/state") == state
    assert created_project.items() <= current.items()


def test_the_state_includes_jobs(
    emulator: Emulator, send_request: Call, project_body: Project
) -> None:
    """A loaded job continues."""
    model = send_request("POST", "projects", project_body | {"name": "Template"}).parse_content()
    copy = send_request(
        "POST", "projects", project_body | {"template_project_id": model["id"]}
    ).parse_content()
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")

    emulator.call_control_plane("PUT", "/state", state)

    assert send_request("GET", f"jobs/{copy['copy_project_job_id']}").status == 200


def test_the_state_contains_no_secrets(emulator: Emulator) -> None:
    """Clients and their secrets are not part of it."""
    assert "secret" not in str(emulator.call_control_plane("GET", "/state"))


def test_a_change_in_the_browser_ignores_hqs_rules(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """It creates drift, activation and invalid values, and is not journalled."""
    before = emulator.journal.count_requests()

    emulator.call_control_plane(
        "PATCH", f"/projects/{created_project['id']}", {"status": "active", "value": None}
    )

    assert emulator.journal.count_requests() == before
    current = send_request("GET", f"projects/{created_project['id']}").parse_content()
    assert (current["status"], current["value"]) == ("active", None)


def test_the_control_plane_deletes_a_project(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """HQ has no delete, but a client must handle a 404."""
    emulator.call_control_plane("DELETE", f"/projects/{created_project['id']}")

    assert send_request("GET", f"projects/{created_project['id']}").status == 404


def test_the_journal_records_requests_and_statuses(
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
    """Even in unexpected fields."""
    request_token(emulator, "client_id=a&client_secret=hush", FORM_HEADERS)
    emulator.handle(IncomingRequest("POST", "/x", "", {}, b'[{"access_token": "hush"}]'))

    entries = str(emulator.call_control_plane("GET", "/requests"))

    assert "hush" not in entries
    assert "***" in entries


def test_requests_are_counted_by_route(
    emulator: Emulator, send_request: Call, created_project: Project
) -> None:
    """Tests check request budgets with it; ``since`` starts the count later."""
    seen = emulator.call_control_plane("GET", "/requests")
    send_request("GET", f"projects/{created_project['id']}")
    send_request("GET", f"projects/{created_project['id']}")

    count = emulator.call_control_plane("GET", "/requests/count", query=f"since={seen[-1]['seq']}")

    route = "GET /hq/v1/accounts/:account_id/projects/:project_id"
    assert count == {"total": 2, "by_route": {route: 2}}


def test_the_journal_can_be_cleared(emulator: Emulator, send_request: Call) -> None:
    """The numbering continues, so that ``since`` stays valid."""
    send_request("GET", "projects")
    last = [*emulator.journal.find_entries()][-1].seq
    emulator.call_control_plane("DELETE", "/requests")

    send_request("GET", "projects")

    assert [entry.seq for entry in emulator.journal.find_entries()] == [last + 1]


def test_the_control_plane_is_never_limited_or_journalled(emulator: Emulator) -> None:
    """Requests to it are not counted."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 1})

    for _ in range(3):
        emulator.call_control_plane("GET", "/health")

    assert emulator.journal.count_requests() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
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
def test_an_invalid_control_request_is_a_one_line_error(
    emulator: Emulator, method: str, path: str, body: Any, message: str
) -> None:
    """It names the place and suggests a known name."""
    account: Any = {"id": "a", "name": "A", "projects": [{"id": "old", "name": "Old"}]}
    emulator.call_control_plane("POST", "/seed", {"accounts": [account]})

    with pytest.raises(ControlError) as caught:
        emulator.call_control_plane(method, path, body)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_control_body_that_is_not_an_object_is_400(emulator: Emulator, body: bytes) -> None:
    """The control plane needs a JSON object."""
    reply = emulator.handle(IncomingRequest("POST", "/_emulator/clock", "", {}, body))

    assert reply.status == 400


def test_since_must_be_a_number(emulator: Emulator) -> None:
    """The error names the parameter."""
    with pytest.raises(ControlError, match=r"since .* is not a number"):
        emulator.call_control_plane("GET", "/requests", query="since=yesterday")


def test_an_unknown_route_is_404_with_the_nearest_route(
    emulator: Emulator, send_request: Call
) -> None:
    """The journal counts it as an unknown route."""
    reply = send_request("GET", "project")

    message = reply.parse_content()["developerMessage"]
    assert reply.status == 404
    assert re.search(
        r"the nearest known one is GET /hq/v1/accounts/:account_id/projects\.$", message
    )
    assert emulator.journal.count_requests(path=f"/hq/v1/accounts/{ACCOUNT_ID}/project") == {
        "unknown route": 1
    }


def test_setting_the_clock_back_resets_the_quota(emulator: Emulator, send_request: Call) -> None:
    """Requests with a future time do not count."""
    for _ in range(100):
        send_request("GET", "projects")

    emulator.call_control_plane("POST", "/clock", {"advance": -3600})

    assert send_request("GET", "projects").status == 200


def test_an_invalid_date_is_refused(emulator: Emulator) -> None:
    """The 31st of February has a valid form."""
    with pytest.raises(ControlError, match="set: "):
        emulator.call_control_plane("POST", "/clock", {"set": "2026-02-31T00:00:00Z"})
