"""What a refresh costs, and that a page of a list tells what a GET would have told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project, project_image
from bim360_provider.core.entity import DECLARED
from bim360_provider.hq import HqClient
from tests.support.hq import (
    PROJECT_BODY,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

HOST_THREADS = 4
OLD_TIMESTAMP = "2026-01-02T03:04:05.678Z"

OutputState = dict[str, Any]


def create_states(
    hq: HqFixture, number: int, declared: tuple[str, ...] = tuple(PROJECT_BODY)
) -> list[OutputState]:
    """Return the states of that many projects, as an earlier run left them; nothing is noted."""
    rows: list[Any] = [
        {
            "id": f"00000000-0000-4000-8000-{each:012}",
            "name": f"P{each}",
            "created_at": OLD_TIMESTAMP,
        }
        for each in range(number)
    ]
    account = {"id": hq.build_connection().account_id, "name": "A", "projects": rows}
    app = {"client_id": "emulator-client", "client_secret": "emulator-secret"}
    seed: Any = {"clients": [{**app, "accounts": [account["id"]]}], "accounts": [account]}
    hq.emulator.call_control_plane("POST", "/seed", seed)
    hq.emulator.call_control_plane("POST", "/clock", {"freeze": True})
    known = {"account_id": account["id"], "region": "US", DECLARED: list(declared)}
    return [{**known, **row, "updated_at": OLD_TIMESTAMP} for row in rows]


def refresh_in_threads(client: HqClient, known: list[OutputState]) -> list[Any]:
    """Refresh projects as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(
            threads.map(lambda state: project.read(build_run(client), state["id"], state), known)
        )


def test_a_refresh_of_a_thousand_is_twenty_requests(hq: HqFixture, client: HqClient) -> None:
    """And the token; one by one it would be a thousand, which is ten minutes under HQ's limit."""
    known = create_states(hq, 1000)

    found = refresh_in_threads(client, known)

    assert [live.outputs["name"] for live in found] == [state["name"] for state in known]
    assert len(hq.emulator.requests_made) <= 21


def test_a_refresh_of_one_in_a_large_account_is_one_request(
    hq: HqFixture, client: HqClient
) -> None:
    """However many others there are."""
    known = create_states(hq, 5000)

    refresh_in_threads(client, known[2500:2501])

    assert hq.emulator.requests_made == ["token", "GET project"]


def test_a_page_tells_what_a_get_tells(hq: HqFixture, client: HqClient) -> None:
    """Outputs and arguments are the same, whichever of the two was asked."""
    known = create_states(hq, 3)
    for state in known:
        hq.emulator.call_control_plane(
            "PATCH", f"/projects/{state['id']}", {"city": "Oslo", "value": 7}
        )

    found = refresh_in_threads(client, known)
    alone = [project.read(build_run(hq.create_client()), state["id"], state) for state in known]

    assert hq.emulator.requests_made.count("GET projects") == 1
    assert found == alone


def test_what_is_gone_is_asked_for_and_not_taken_from_a_list(
    hq: HqFixture, client: HqClient
) -> None:
    """A list may leave out what is there."""
    known = create_states(hq, 5)
    hq.emulator.call_control_plane("DELETE", f"/projects/{known[3]['id']}")

    found = refresh_in_threads(client, known)

    assert [live is None for live in found] == [False, False, False, True, False]
    assert hq.emulator.requests_made.count("GET project") == 2


def test_declared_service_types_are_asked_for_one_by_one(hq: HqFixture, client: HqClient) -> None:
    """No list tells them, and somebody may have switched one on by hand."""
    known = create_states(hq, 10, ("service_types",))
    hq.emulator.call_control_plane(
        "PATCH", f"/projects/{known[7]['id']}", {"service_types": "pm,cost"}
    )

    found = refresh_in_threads(client, known)

    assert found[7].inputs["service_types"] == ["cost", "pm"]
    assert hq.emulator.requests_made == ["token", *["GET project"] * 10]


@pytest.mark.parametrize(
    ("wish", "declared", "asked"),
    [("never", ("service_types",), 2), ("always", (), 10), ("declared", (), 2)],
)
def test_an_option_says_whose_service_types_are_asked_for(
    hq: HqFixture, wish: str, declared: tuple[str, ...], asked: int
) -> None:
    """What is not asked for stays as it was known, in outputs and arguments."""
    known = [{**state, "service_types": ["pm"]} for state in create_states(hq, 10, declared)]
    for state in known:
        hq.emulator.call_control_plane(
            "PATCH", f"/projects/{state['id']}", {"service_types": "cost"}
        )
    client = hq.create_client(read_service_types=wish)

    found = refresh_in_threads(client, known)

    assert len(hq.emulator.requests_made) == 1 + asked
    seen = {tuple(live.outputs["service_types"]) for live in found}
    assert seen == {("cost",) if wish == "always" else ("pm",)}
    assert {tuple(live.inputs.get("service_types", ())) for live in found} == {
        ("pm",) if declared else ()
    }


def test_a_look_up_is_always_asked(hq: HqFixture, client: HqClient) -> None:
    """``.get()`` and an import decide something, so they see what is there now."""
    known = create_states(hq, 3)
    refresh_in_threads(client, known)
    hq.emulator.requests_made.clear()

    for state in known:
        project.read(build_run(client), state["id"], {})

    assert hq.emulator.requests_made == ["GET project"] * 3


def test_a_page_that_is_older_than_the_state_is_not_believed(
    hq: HqFixture, client: HqClient
) -> None:
    """A list may lag behind the change that an `up` has just made."""
    known = [{**state, "updated_at": "2027-01-01T00:00:00.000Z"} for state in create_states(hq, 3)]

    refresh_in_threads(client, known)

    assert hq.emulator.requests_made.count("GET project") == 3


def test_a_page_without_a_declared_field_is_not_enough(hq: HqFixture, client: HqClient) -> None:
    """That lists tell all but the service types is what documents imply, not what they say."""
    known = create_states(hq, 3)
    thin = [{"id": state["id"], "name": state["name"]} for state in known]
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, thin)))

    found = refresh_in_threads(client, known)

    assert all(live is not None for live in found)
    assert hq.emulator.requests_made.count("GET project") == 3


def test_a_strange_row_does_not_spoil_its_page(hq: HqFixture, client: HqClient) -> None:
    """Somebody else's project may be anything."""
    known = create_states(hq, 3)
    rows: list[Any] = [{**get_project_row(hq, state), "value": 1} for state in known]
    strange = {"id": 7, "value": "x"}
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, [strange, *rows])))

    found = refresh_in_threads(client, known)

    assert all(live is not None for live in found)
    assert hq.emulator.requests_made.count("GET project") == 1


def get_project_row(hq: HqFixture, state: OutputState) -> dict[str, Any]:
    """Return a project as HQ keeps it."""
    inner: Any = hq.emulator.call_control_plane("GET", "/state")
    rows = [row for account in inner["accounts"] for row in account["projects"]]
    return dict(next(row for row in rows if row["id"] == state["id"]))


def test_a_picture_shares_what_its_project_has_asked(hq: HqFixture, client: HqClient) -> None:
    """It only wants to know that the project is there."""
    known = create_states(hq, 1)
    refresh_in_threads(client, known)
    place = {name: known[0][name] for name in ("account_id", "region")}
    picture = {**place, "project_id": known[0]["id"], "project_created_at": OLD_TIMESTAMP}

    live = project_image.read(build_run(client), f"{known[0]['id']}/image", picture)

    assert live is not None
    assert hq.emulator.requests_made == ["token", "GET project"]


def test_what_this_run_changed_is_asked_for(hq: HqFixture, client: HqClient) -> None:
    """Where Pulumi reads after a change of the same run."""
    known = create_states(hq, 3)
    refresh_in_threads(client, known)
    project.update(build_run(client), known[2]["id"], known[2], {**known[2], "city": "Oslo"})

    live = project.read(build_run(client), known[2]["id"], {**known[2], DECLARED: ["city"]})

    assert live is not None
    assert live.inputs["city"] == "Oslo"
    assert hq.emulator.requests_made[-1] == "GET project"


def create_companies(client: HqClient, number: int) -> list[tuple[str, OutputState]]:
    """Declare companies."""
    inputs = {"trade": "Concrete", "account_id": PROJECT_INPUTS["account_id"], "region": "US"}
    return [
        company.create(build_run(client), {**inputs, "name": f"C{each}"}) for each in range(number)
    ]


def create_users(client: HqClient, number: int) -> list[tuple[str, OutputState]]:
    """Declare people."""
    inputs = {"account_id": PROJECT_INPUTS["account_id"], "region": "US"}
    emails = [f"p{each}@example.com" for each in range(number)]
    return [account_user.create(build_run(client), {**inputs, "email": e}) for e in emails]


@pytest.mark.parametrize(
    ("entity", "make", "words"),
    [(company, create_companies, "compan"), (account_user, create_users, "user")],
    ids=["companies", "people"],
)
def test_companies_and_people_are_refreshed_by_pages_too(
    hq: HqFixture,
    entity: Any,
    make: Callable[[HqClient, int], list[tuple[str, OutputState]]],
    words: str,
) -> None:
    """A hundred and fifty of them, and what the account had before."""
    made = make(hq.create_client(), 150)
    hq.emulator.requests_made.clear()
    client = hq.create_client()

    with ThreadPoolExecutor(HOST_THREADS) as threads:
        found = list(threads.map(lambda each: entity.read(build_run(client), *each), made))

    assert [live.outputs for live in found] == [outs for _, outs in made]
    assert len([each for each in hq.emulator.requests_made if words in each]) <= 4
