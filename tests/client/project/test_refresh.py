"""Refresh: number of requests, and a row of a list gives the same result as a GET."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project, project_image
from bim360_provider.hq import HqClient
from tests.support.hq import (
    PROJECT_BODY,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)
from tests.support.seeding import seed_projects

HOST_THREADS = 4
OLD_TIMESTAMP = "2026-01-02T03:04:05.678Z"

OutputState = Any


def create_states(
    hq: HqFixture, number: int, declared: tuple[str, ...] = tuple(PROJECT_BODY)
) -> list[OutputState]:
    """Return the states of this many projects, as an earlier run left them; record no request."""
    known = {
        "account_id": hq.build_connection().account_id,
        "region": "US",
        "declared": list(declared),
    }
    return [{**known, **row, "updated_at": row["created_at"]} for row in seed_projects(hq, number)]


def refresh_in_threads(client: HqClient, known: list[OutputState]) -> list[Any]:
    """Refresh projects as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(
            threads.map(lambda state: project.read(build_run(client), state["id"], state), known)
        )


def test_a_refresh_of_a_thousand_is_twenty_requests(hq: HqFixture, client: HqClient) -> None:
    """One by one it would be a thousand requests, or ten minutes under HQ's limit."""
    known = create_states(hq, 1000)

    found = refresh_in_threads(client, known)

    assert [live.outputs["name"] for live in found] == [state["name"] for state in known]
    assert len(hq.emulator.request_log) <= 21


def test_a_refresh_of_one_in_a_large_account_is_one_request(
    hq: HqFixture, client: HqClient
) -> None:
    """The number of other projects does not matter."""
    known = create_states(hq, 1000)

    refresh_in_threads(client, known[500:501])

    assert hq.emulator.request_log == ["token", "GET project"]


def test_a_list_row_gives_the_same_result_as_a_get(hq: HqFixture, client: HqClient) -> None:
    """Outputs and arguments are equal."""
    known = create_states(hq, 3)
    for state in known:
        hq.emulator.call_control_plane(
            "PATCH", f"/projects/{state['id']}", {"city": "Oslo", "value": 7}
        )

    found = refresh_in_threads(client, known)
    single_reads = [
        project.read(build_run(hq.create_client()), state["id"], state) for state in known
    ]

    assert hq.emulator.request_log.count("GET projects") == 1
    assert found == single_reads


def test_a_missing_project_is_confirmed_by_a_get(hq: HqFixture, client: HqClient) -> None:
    """A list may omit an existing project."""
    known = create_states(hq, 5)
    hq.emulator.call_control_plane("DELETE", f"/projects/{known[3]['id']}")

    found = refresh_in_threads(client, known)

    assert [live is None for live in found] == [False, False, False, True, False]
    assert hq.emulator.request_log.count("GET project") == 2


def test_declared_service_types_are_read_one_by_one(hq: HqFixture, client: HqClient) -> None:
    """No list contains them, and a user may have activated one in the browser."""
    known = create_states(hq, 10, ("service_types",))
    hq.emulator.call_control_plane(
        "PATCH", f"/projects/{known[7]['id']}", {"service_types": "pm,cost"}
    )

    found = refresh_in_threads(client, known)

    assert found[7].inputs["service_types"] == ["cost", "pm"]
    assert hq.emulator.request_log == ["token", *["GET project"] * 10]


@pytest.mark.parametrize(
    ("option", "declared", "request_count"),
    [("never", ("service_types",), 2), ("always", (), 10), ("declared", (), 2)],
)
def test_an_option_selects_whose_service_types_are_read(
    hq: HqFixture, option: str, declared: tuple[str, ...], request_count: int
) -> None:
    """Without a read, outputs and arguments keep the known values."""
    known = [{**state, "service_types": ["pm"]} for state in create_states(hq, 10, declared)]
    for state in known:
        hq.emulator.call_control_plane(
            "PATCH", f"/projects/{state['id']}", {"service_types": "cost"}
        )
    client = hq.create_client(read_service_types=option)

    found = refresh_in_threads(client, known)

    assert len(hq.emulator.request_log) == 1 + request_count
    service_types = {tuple(live.outputs["service_types"]) for live in found}
    assert service_types == {("cost",) if option == "always" else ("pm",)}
    assert {tuple(live.inputs.get("service_types", ())) for live in found} == {
        ("pm",) if declared else ()
    }


def test_a_lookup_always_sends_a_get(hq: HqFixture, client: HqClient) -> None:
    """``.get()`` and an import need the current values."""
    known = create_states(hq, 3)
    refresh_in_threads(client, known)
    hq.emulator.request_log.clear()

    for state in known:
        project.read(build_run(client), state["id"], {})

    assert hq.emulator.request_log == ["GET project"] * 3


def test_a_page_older_than_the_state_is_ignored(hq: HqFixture, client: HqClient) -> None:
    """A list may lag behind the change of a recent up."""
    known = [{**state, "updated_at": "2027-01-01T00:00:00.000Z"} for state in create_states(hq, 3)]

    refresh_in_threads(client, known)

    assert hq.emulator.request_log.count("GET project") == 3


def test_a_page_without_a_declared_field_is_insufficient(hq: HqFixture, client: HqClient) -> None:
    """The documentation implies, but does not state, that lists contain all other fields."""
    known = create_states(hq, 3)
    reduced_rows = [{"id": state["id"], "name": state["name"]} for state in known]
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, reduced_rows)))

    found = refresh_in_threads(client, known)

    assert all(live is not None for live in found)
    assert hq.emulator.request_log.count("GET project") == 3


def test_an_invalid_row_does_not_affect_its_page(hq: HqFixture, client: HqClient) -> None:
    """Another user's project may contain anything."""
    known = create_states(hq, 3)
    rows: list[Any] = [{**get_project_row(hq, state), "value": 1} for state in known]
    strange = {"id": 7, "value": "x"}
    hq.emulator.faults.append(Fault("GET projects", build_reply(200, [strange, *rows])))

    found = refresh_in_threads(client, known)

    assert all(live is not None for live in found)
    assert hq.emulator.request_log.count("GET project") == 1


def get_project_row(hq: HqFixture, state: OutputState) -> dict[str, Any]:
    """Return a project as HQ stores it."""
    state_at_hq: Any = hq.emulator.call_control_plane("GET", "/state")
    rows = [row for account in state_at_hq["accounts"] for row in account["projects"]]
    return dict(next(row for row in rows if row["id"] == state["id"]))


def test_an_image_reuses_the_read_of_its_project(hq: HqFixture, client: HqClient) -> None:
    """It only needs to know that the project exists."""
    known = create_states(hq, 1)
    refresh_in_threads(client, known)
    scope = {name: known[0][name] for name in ("account_id", "region")}
    image = {**scope, "project_id": known[0]["id"], "project_created_at": OLD_TIMESTAMP}

    live = project_image.read(build_run(client), f"{known[0]['id']}/image", image)

    assert live is not None
    assert hq.emulator.request_log == ["token", "GET project"]


def test_a_project_changed_in_this_run_is_read_again(hq: HqFixture, client: HqClient) -> None:
    """Pulumi reads after a change of the same run."""
    known = create_states(hq, 3)
    refresh_in_threads(client, known)
    project.update(build_run(client), known[2]["id"], known[2], {**known[2], "city": "Oslo"})

    live = project.read(build_run(client), known[2]["id"], {**known[2], "declared": ["city"]})

    assert live is not None
    assert live.inputs["city"] == "Oslo"
    assert hq.emulator.request_log[-1] == "GET project"


def create_companies(client: HqClient, number: int) -> list[tuple[str, OutputState]]:
    """Create companies."""
    inputs = {"trade": "Concrete", "account_id": PROJECT_INPUTS["account_id"], "region": "US"}
    return [
        company.create(build_run(client), {**inputs, "name": f"C{each}"}) for each in range(number)
    ]


def create_users(client: HqClient, number: int) -> list[tuple[str, OutputState]]:
    """Create users."""
    inputs = {"account_id": PROJECT_INPUTS["account_id"], "region": "US"}
    emails = [f"p{each}@example.com" for each in range(number)]
    return [account_user.create(build_run(client), {**inputs, "email": e}) for e in emails]


@pytest.mark.parametrize(
    ("entity", "create", "route"),
    [(company, create_companies, "compan"), (account_user, create_users, "user")],
    ids=["companies", "people"],
)
def test_companies_and_users_are_also_refreshed_by_pages(
    hq: HqFixture,
    entity: Any,
    create: Callable[[HqClient, int], list[tuple[str, OutputState]]],
    route: str,
) -> None:
    """A hundred and fifty of them, plus those that the account had before."""
    created = create(hq.create_client(), 150)
    hq.emulator.request_log.clear()
    client = hq.create_client()

    with ThreadPoolExecutor(HOST_THREADS) as threads:
        found = list(threads.map(lambda each: entity.read(build_run(client), *each), created))

    assert [live.outputs for live in found] == [outs for _, outs in created]
    assert len([each for each in hq.emulator.request_log if route in each]) <= 4
