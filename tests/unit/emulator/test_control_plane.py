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
    emulator.ask("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    health = emulator.ask("GET", "/health")

    assert (health["status"], health["now"]) == ("ok", "2026-03-01T12:00:00.000Z")


def test_every_answer_carries_the_emulators_date(emulator: Emulator, call: Call) -> None:
    """The Date header is the emulator's, so a client's reckoning of time can be tested."""
    emulator.ask("POST", "/clock", {"set": "2026-03-01T12:00:00Z"})

    answers = [call("GET", "nonsense"), emulator.handle(Request("GET", "/_emulator/health"))]

    assert {each.headers["date"] for each in answers} == {"Sun, 01 Mar 2026 12:00:00 GMT"}


def test_the_clock_freezes_moves_and_runs_on(emulator: Emulator) -> None:
    """Frozen it shows one time; thawed it goes on from there."""
    frozen = emulator.ask("POST", "/clock", {"freeze": True, "advance": 90})
    same = emulator.ask("GET", "/clock")

    running = emulator.ask("POST", "/clock", {"freeze": False})

    assert frozen == same
    assert not running["frozen"]
    assert running["epoch"] >= frozen["epoch"]


def test_reset_goes_back_to_the_seed(
    emulator: Emulator, call: Call, made: Project, tower: dict[str, object]
) -> None:
    """State, options and journal are as at the start, and the first id is the first id again."""
    emulator.ask("PATCH", "/options", {"rate_limit_per_minute": 1})
    emulator.ask("POST", "/reset")

    again = call("POST", "projects", tower).content()

    assert again["id"] == made["id"]
    assert emulator.options.rate_limit_per_minute == 100
    assert len([*emulator.journal.entries()]) == 1


def test_ids_depend_on_nothing_but_the_seed(tower: dict[str, object], call: Call) -> None:
    """Golden files stay true."""
    first = call("POST", "projects", tower).content()

    assert first["id"] == "7e7dacfa-4623-5032-ad59-cec7c622f766"


def test_state_goes_out_and_in_again(emulator: Emulator, call: Call, made: Project) -> None:
    """What was dumped can be loaded, ids included."""
    state = emulator.ask("GET", "/state")
    emulator.ask("POST", "/reset")
    emulator.ask("PUT", "/state", state)

    shown = call("GET", f"projects/{made['id']}").content()

    assert emulator.ask("GET", "/state") == state
    assert made.items() <= shown.items()


def test_a_job_is_part_of_the_state(emulator: Emulator, call: Call, tower: Project) -> None:
    """It goes on where it was."""
    model = call("POST", "projects", tower | {"name": "Template"}).content()
    copy = call("POST", "projects", tower | {"template_project_id": model["id"]}).content()
    state = emulator.ask("GET", "/state")
    emulator.ask("POST", "/reset")

    emulator.ask("PUT", "/state", state)

    assert call("GET", f"jobs/{copy['copy_project_job_id']}").status == 200


def test_state_has_no_secrets(emulator: Emulator) -> None:
    """Clients and their secrets are not part of it."""
    assert "secret" not in str(emulator.ask("GET", "/state"))


def test_a_change_in_the_browser_needs_no_rules(
    emulator: Emulator, call: Call, made: Project
) -> None:
    """Drift, activation and strange values are made this way, and not journalled."""
    before = emulator.journal.count()

    emulator.ask("PATCH", f"/projects/{made['id']}", {"status": "active", "value": None})

    assert emulator.journal.count() == before
    shown = call("GET", f"projects/{made['id']}").content()
    assert (shown["status"], shown["value"]) == ("active", None)


def test_a_project_can_vanish(emulator: Emulator, call: Call, made: Project) -> None:
    """HQ has no delete, but a client must bear a 404."""
    emulator.ask("DELETE", f"/projects/{made['id']}")

    assert call("GET", f"projects/{made['id']}").status == 404


def test_the_journal_shows_what_was_asked_and_answered(
    emulator: Emulator, call: Call, tower: dict[str, object]
) -> None:
    """Method, path, route, client, status and body."""
    call("POST", "projects", tower)

    entries = emulator.ask("GET", "/requests", query="method=post&path=*/projects")

    assert len(entries) == 1
    assert entries[0]["route"] == "POST /hq/v1/accounts/:account_id/projects"
    assert entries[0]["client_id"] == "emulator-client"
    assert (entries[0]["status"], entries[0]["body"]) == (201, tower)


def test_the_journal_masks_secrets(emulator: Emulator) -> None:
    """Even those a client put where they do not belong."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = b"client_id=a&client_secret=hush"
    emulator.handle(Request("POST", "/authentication/v2/token", "", form, body))
    emulator.handle(Request("POST", "/x", "", {}, b'[{"access_token": "hush"}]'))

    entries = str(emulator.ask("GET", "/requests"))

    assert "hush" not in entries
    assert "***" in entries


def test_requests_are_counted_by_route(emulator: Emulator, call: Call, made: Project) -> None:
    """Budgets become one line; ``since`` starts the count later."""
    seen = emulator.ask("GET", "/requests")
    call("GET", f"projects/{made['id']}")
    call("GET", f"projects/{made['id']}")

    count = emulator.ask("GET", "/requests/count", query=f"since={seen[-1]['seq']}")

    route = "GET /hq/v1/accounts/:account_id/projects/:project_id"
    assert count == {"total": 2, "by_route": {route: 2}}


def test_the_journal_can_be_emptied(emulator: Emulator, call: Call) -> None:
    """The numbers go on, so that ``since`` stays true."""
    call("GET", "projects")
    last = [*emulator.journal.entries()][-1].seq
    emulator.ask("DELETE", "/requests")

    call("GET", "projects")

    assert [entry.seq for entry in emulator.journal.entries()] == [last + 1]


def test_the_control_plane_is_never_limited_or_journalled(emulator: Emulator) -> None:
    """Looking does not count."""
    emulator.ask("PATCH", "/options", {"rate_limit_per_minute": 1})

    for _ in range(3):
        emulator.ask("GET", "/health")

    assert emulator.journal.count() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("GET", "/helth", None, "the nearest known one is GET /_emulator/health"),
        ("POST", "/clock", {"advnce": 1}, "advnce: there is no such key; the nearest known one is"),
        ("POST", "/clock", {"set": "noon"}, "set: "),
        ("PATCH", "/options", {"enum": "x"}, "options.enum: there is no such key; the nearest"),
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
    emulator.ask("POST", "/seed", {"accounts": [account]})

    with pytest.raises(ControlError) as caught:
        emulator.ask(method, path, body)

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
        emulator.ask("GET", "/requests", query="since=yesterday")


def test_an_unknown_route_is_404_and_names_the_nearest(emulator: Emulator, call: Call) -> None:
    """A typo in a path is found at once, and journalled as what it is."""
    answer = call("GET", "project")

    message = answer.content()["developerMessage"]
    assert answer.status == 404
    assert re.search(
        r"the nearest known one is GET /hq/v1/accounts/:account_id/projects\.$", message
    )
    assert emulator.journal.count(path=f"/hq/v1/accounts/{ACCOUNT_ID}/project") == {
        "unknown route": 1
    }


def test_a_clock_set_back_frees_the_quota(emulator: Emulator, call: Call) -> None:
    """Requests from the future do not count."""
    for _ in range(100):
        call("GET", "projects")

    emulator.ask("POST", "/clock", {"advance": -3600})

    assert call("GET", "projects").status == 200


def test_a_moment_that_does_not_exist_is_refused(emulator: Emulator) -> None:
    """The 31st of February looks like a date."""
    with pytest.raises(ControlError, match="set: "):
        emulator.ask("POST", "/clock", {"set": "2026-02-31T00:00:00Z"})
