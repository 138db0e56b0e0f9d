"""What a refresh costs, and that a page of a list tells what a GET would have told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project, project_image
from bim360_provider.core.entity import DECLARED
from bim360_provider.hq import HqClient
from tests.support.hq import BODY, TOWER, Fault, Stage, says, settings

HOST_THREADS = 4
OLD = "2026-01-02T03:04:05.678Z"

State = dict[str, Any]


def states(stage: Stage, number: int, declared: tuple[str, ...] = tuple(BODY)) -> list[State]:
    """Return the states of that many projects, as an earlier run left them; nothing is noted."""
    rows: list[Any] = [
        {"id": f"00000000-0000-4000-8000-{each:012}", "name": f"P{each}", "created_at": OLD}
        for each in range(number)
    ]
    account = {"id": stage.connection().account_id, "name": "A", "projects": rows}
    app = {"client_id": "emulator-client", "client_secret": "emulator-secret"}
    seed: Any = {"clients": [{**app, "accounts": [account["id"]]}], "accounts": [account]}
    stage.hq.ask("POST", "/seed", seed)
    stage.hq.ask("POST", "/clock", {"freeze": True})
    known = {"account_id": account["id"], "region": "US", DECLARED: list(declared)}
    return [{**known, **row, "updated_at": OLD} for row in rows]


def refreshed(client: HqClient, known: list[State]) -> list[Any]:
    """Refresh projects as Pulumi's host does, in four threads."""
    with ThreadPoolExecutor(HOST_THREADS) as threads:
        return list(threads.map(lambda state: project.read(client, state["id"], state), known))


def test_a_refresh_of_a_thousand_is_twenty_requests(stage: Stage, client: HqClient) -> None:
    """And the token; one by one it would be a thousand, which is ten minutes under HQ's limit."""
    known = states(stage, 1000)

    found = refreshed(client, known)

    assert [live.outputs["name"] for live in found] == [state["name"] for state in known]
    assert len(stage.hq.asked) <= 21


def test_a_refresh_of_one_in_a_large_account_is_one_request(stage: Stage, client: HqClient) -> None:
    """However many others there are."""
    known = states(stage, 5000)

    refreshed(client, known[2500:2501])

    assert stage.hq.asked == ["token", "GET project"]


def test_a_page_tells_what_a_get_tells(stage: Stage, client: HqClient) -> None:
    """Outputs and arguments are the same, whichever of the two was asked."""
    known = states(stage, 3)
    for state in known:
        stage.hq.ask("PATCH", f"/projects/{state['id']}", {"city": "Oslo", "value": 7})

    found = refreshed(client, known)
    alone = [project.read(stage.client(), state["id"], state) for state in known]

    assert stage.hq.asked.count("GET projects") == 1
    assert found == alone


def test_what_is_gone_is_asked_for_and_not_taken_from_a_list(
    stage: Stage, client: HqClient
) -> None:
    """A list may leave out what is there."""
    known = states(stage, 5)
    stage.hq.ask("DELETE", f"/projects/{known[3]['id']}")

    found = refreshed(client, known)

    assert [live is None for live in found] == [False, False, False, True, False]
    assert stage.hq.asked.count("GET project") == 2


def test_declared_service_types_are_asked_for_one_by_one(stage: Stage, client: HqClient) -> None:
    """No list tells them, and somebody may have switched one on by hand."""
    known = states(stage, 10, ("service_types",))
    stage.hq.ask("PATCH", f"/projects/{known[7]['id']}", {"service_types": "pm,cost"})

    found = refreshed(client, known)

    assert found[7].inputs["service_types"] == ["cost", "pm"]
    assert stage.hq.asked == ["token", *["GET project"] * 10]


@pytest.mark.parametrize(
    ("wish", "declared", "asked"),
    [("never", ("service_types",), 2), ("always", (), 10), ("declared", (), 2)],
)
def test_an_option_says_whose_service_types_are_asked_for(
    stage: Stage, wish: str, declared: tuple[str, ...], asked: int
) -> None:
    """What is not asked for stays as it was known, in outputs and arguments."""
    known = [{**state, "service_types": ["pm"]} for state in states(stage, 10, declared)]
    for state in known:
        stage.hq.ask("PATCH", f"/projects/{state['id']}", {"service_types": "cost"})
    client = stage.client(read_service_types=wish)

    found = refreshed(client, known)

    assert len(stage.hq.asked) == 1 + asked
    seen = {tuple(live.outputs["service_types"]) for live in found}
    assert seen == {("cost",) if wish == "always" else ("pm",)}
    assert {tuple(live.inputs.get("service_types", ())) for live in found} == {
        ("pm",) if declared else ()
    }


def test_a_look_up_is_always_asked(stage: Stage, client: HqClient) -> None:
    """``.get()`` and an import decide something, so they see what is there now."""
    known = states(stage, 3)
    refreshed(client, known)
    stage.hq.asked.clear()

    for state in known:
        project.read(client, state["id"], {})

    assert stage.hq.asked == ["GET project"] * 3


def test_a_page_that_is_older_than_the_state_is_not_believed(
    stage: Stage, client: HqClient
) -> None:
    """A list may lag behind the change that an `up` has just made."""
    known = [{**state, "updated_at": "2027-01-01T00:00:00.000Z"} for state in states(stage, 3)]

    refreshed(client, known)

    assert stage.hq.asked.count("GET project") == 3


def test_a_page_without_a_declared_field_is_not_enough(stage: Stage, client: HqClient) -> None:
    """That lists tell all but the service types is what documents imply, not what they say."""
    known = states(stage, 3)
    thin = [{"id": state["id"], "name": state["name"]} for state in known]
    stage.hq.faults.append(Fault("GET projects", says(200, thin)))

    found = refreshed(client, known)

    assert all(live is not None for live in found)
    assert stage.hq.asked.count("GET project") == 3


def test_a_strange_row_does_not_spoil_its_page(stage: Stage, client: HqClient) -> None:
    """Somebody else's project may be anything."""
    known = states(stage, 3)
    rows: list[Any] = [{**project_row(stage, state), "value": 1} for state in known]
    strange = {"id": 7, "value": "x"}
    stage.hq.faults.append(Fault("GET projects", says(200, [strange, *rows])))

    found = refreshed(client, known)

    assert all(live is not None for live in found)
    assert stage.hq.asked.count("GET project") == 1


def project_row(stage: Stage, state: State) -> dict[str, Any]:
    """Return a project as HQ keeps it."""
    inner: Any = stage.hq.ask("GET", "/state")
    rows = [row for account in inner["accounts"] for row in account["projects"]]
    return dict(next(row for row in rows if row["id"] == state["id"]))


def test_a_picture_shares_what_its_project_has_asked(stage: Stage, client: HqClient) -> None:
    """It only wants to know that the project is there."""
    known = states(stage, 1)
    refreshed(client, known)
    place = {name: known[0][name] for name in ("account_id", "region")}
    picture = {**place, "project_id": known[0]["id"], "project_created_at": OLD}

    live = project_image.read(client, f"{known[0]['id']}/image", picture)

    assert live is not None
    assert stage.hq.asked == ["token", "GET project"]


def test_what_this_run_changed_is_asked_for(stage: Stage, client: HqClient) -> None:
    """Where Pulumi reads after a change of the same run."""
    known = states(stage, 3)
    refreshed(client, known)
    project.update(client, known[2]["id"], known[2], {**known[2], "city": "Oslo"})

    live = project.read(client, known[2]["id"], {**known[2], DECLARED: ["city"]})

    assert live is not None
    assert live.inputs["city"] == "Oslo"
    assert stage.hq.asked[-1] == "GET project"


def companies(client: HqClient, number: int) -> list[tuple[str, State]]:
    """Declare companies."""
    inputs = {"trade": "Concrete", "account_id": TOWER["account_id"], "region": "US"}
    return [
        company.create(client, {**inputs, "name": f"C{each}"}, settings()) for each in range(number)
    ]


def people(client: HqClient, number: int) -> list[tuple[str, State]]:
    """Declare people."""
    inputs = {"account_id": TOWER["account_id"], "region": "US"}
    emails = [f"p{each}@example.com" for each in range(number)]
    return [account_user.create(client, {**inputs, "email": e}, settings()) for e in emails]


@pytest.mark.parametrize(
    ("entity", "make", "words"),
    [(company, companies, "compan"), (account_user, people, "user")],
    ids=["companies", "people"],
)
def test_companies_and_people_are_refreshed_by_pages_too(
    stage: Stage, entity: Any, make: Callable[[HqClient, int], list[tuple[str, State]]], words: str
) -> None:
    """A hundred and fifty of them, and what the account had before."""
    made = make(stage.client(), 150)
    stage.hq.asked.clear()
    client = stage.client()

    with ThreadPoolExecutor(HOST_THREADS) as threads:
        found = list(threads.map(lambda each: entity.read(client, *each), made))

    assert [live.outputs for live in found] == [outs for _, outs in made]
    assert len([each for each in stage.hq.asked if words in each]) <= 4
