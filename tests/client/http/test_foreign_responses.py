"""Responses about another resource, as a faulty proxy sends them: the provider rejects them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bim360_provider.core import account_user, company, project
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID, ADMIN_EMAIL
from bim360_provider.errors import Bim360Error, UnansweredError
from bim360_provider.hq import HqClient, OpenOutcomeError
from tests.support.hq import (
    PROJECT_BODY,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

OTHER_ACCOUNT = "a1d5e9b2-0000-4000-8000-000000000002"
PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
ATTEMPTS = 3

CREATES: Mapping[str, tuple[Any, Mapping[str, Any], str, str, str]] = {
    "project": (project, PROJECT_INPUTS, "name", "Tower B", "POST projects"),
    "company": (company, {**PLACE, "name": "A", "trade": "Owner"}, "name", "B", "POST companies"),
    "user": (account_user, {**PLACE, "email": "a@x.com"}, "email", "b@x.com", "POST users"),
}


def create_unrecorded(hq: HqFixture, create: Callable[[], Any]) -> Any:
    """Return the result of a create; record no request."""
    found = create()
    hq.emulator.request_log.clear()
    return found


@pytest.mark.parametrize("acts", [True, False], ids=["acted", "not acted"])
@pytest.mark.parametrize("kind", CREATES)
def test_a_create_with_a_foreign_response_keeps_its_own_id(
    hq: HqFixture, client: HqClient, kind: str, *, acts: bool
) -> None:
    """The response counts as lost: the provider searches by name, then creates if necessary."""
    entity, one, key, name, route = CREATES[kind]
    owners = Ownership()
    first, outs = create_unrecorded(
        hq, lambda: entity.create(build_run(client, ownership=owners), one)
    )
    row = {"id": first, "account_id": ACCOUNT_ID, "status": "pending", **outs, key: one[key]}
    hq.emulator.faults.append(Fault(route, build_reply(201, row), acts_on_request=acts))

    second, outs = entity.create(build_run(client, ownership=owners), {**one, key: name})

    assert second != first
    assert outs[key] == name
    assert hq.emulator.request_log.count(route) == (1 if acts else 2)


@pytest.mark.parametrize("kind", CREATES)
def test_an_id_of_another_resource_is_refused(hq: HqFixture, client: HqClient, kind: str) -> None:
    """The id is refused even if the response has the right name."""
    entity, one, key, name, route = CREATES[kind]
    owners = Ownership()
    first, outs = create_unrecorded(
        hq, lambda: entity.create(build_run(client, ownership=owners), one)
    )
    hq.emulator.faults.append(
        Fault(route, build_reply(201, {**outs, "id": first, key: name}), acts_on_request=True)
    )

    second, _ = entity.create(build_run(client, ownership=owners), {**one, key: name})

    assert second != first


def test_a_name_that_hq_normalizes_is_recognized(hq: HqFixture, client: HqClient) -> None:
    """Blanks, case, escaped characters and Unicode form do not make it a different project."""
    declared = "Café  & Bar"
    stored = "Cafe\u0301 &amp; Bar"
    row = client.projects.create({**PROJECT_BODY, "name": "x"}).model_dump()
    hq.emulator.faults.append(Fault("POST projects", build_reply(201, {**row, "name": stored})))

    assert client.projects.create({**PROJECT_BODY, "name": declared}).name == "Café &amp; Bar"


def test_a_lost_create_is_found_by_its_normalized_name(hq: HqFixture, client: HqClient) -> None:
    """HQ collapsed two blanks into one; a second POST would create a duplicate."""
    normal = {"name": "Tower A"}

    hq.emulator.faults.append(Fault("POST projects", build_reply(504, b""), acts_on_request=True))
    hq.clock.on_sleep = lambda seconds: _set_at_hq(hq, normal, seconds)

    project_id, _ = project.create(build_run(client), {**PROJECT_INPUTS, "name": "Tower  A"})

    assert hq.list_project_names() == ["Tower A"]
    assert client.projects.get(project_id).name == "Tower A"
    assert hq.emulator.request_log.count("POST projects") == 1


def _set_at_hq(hq: HqFixture, changes: Mapping[str, Any], seconds: float) -> None:
    hq.emulator.clock.advance(seconds)
    state: Any = hq.emulator.call_control_plane("GET", "/state")
    for row in state["accounts"][0]["projects"]:
        hq.emulator.call_control_plane("PATCH", f"/projects/{row['id']}", changes)


SendRequest = Callable[[HqClient, str], object]
READS: Mapping[str, tuple[SendRequest, str]] = {
    "a project": (lambda client, id_: client.projects.get(id_), "GET project"),
    "a changed project": (
        lambda client, id_: client.projects.update(id_, {"city": "Oslo"}),
        "PATCH project",
    ),
    "a company": (lambda client, id_: client.companies.get(id_), "GET company"),
    "a changed company": (
        lambda client, id_: client.companies.update(id_, {"city": "Oslo"}),
        "PATCH company",
    ),
    "a user": (lambda client, id_: client.account_users.get(id_), "GET user"),
    "a changed user": (
        lambda client, id_: client.account_users.update(id_, {"default_role": "x"}),
        "PATCH user",
    ),
    "a picture": (
        lambda client, id_: client.project_images.update_image(id_, b"x", "image/png"),
        "PATCH image",
    ),
    "a job": (lambda client, id_: client.jobs.get(id_), "GET job"),
    "a member": (lambda client, id_: client.project_users.get(id_, id_), "GET member"),
}
OWN_ID, OTHER_ID = "7e7dacfa-4623-5032-ad59-cec7c622f766", "85d84020-2f18-59b5-a8df-5174280e0052"
FOREIGN_ROW = {"id": OTHER_ID, "name": "Tower B", "email": "b@x.com"}


@pytest.mark.parametrize("kind", READS)
def test_a_response_about_another_id_is_retried(hq: HqFixture, client: HqClient, kind: str) -> None:
    """The third response is right, and its id may be spelled in upper case."""
    call, request = READS[kind]
    right = {**FOREIGN_ROW, "id": f"b.{OWN_ID.upper()}", "account_id": ACCOUNT_ID}
    hq.emulator.faults += [
        Fault(request, build_reply(200, FOREIGN_ROW), times=ATTEMPTS - 1),
        Fault(request, build_reply(200, right)),
    ]

    call(client, OWN_ID)

    assert hq.emulator.request_log.count(request) == ATTEMPTS


@pytest.mark.parametrize("kind", READS)
def test_a_persistent_foreign_response_is_an_error(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """The error is one line and does not mean that the resource was deleted."""
    call, request = READS[kind]
    hq.emulator.faults.append(Fault(request, build_reply(200, FOREIGN_ROW), times=9))

    with pytest.raises(UnansweredError, match=f"about another resource .its id is '{OTHER_ID}'"):
        call(client, OWN_ID)

    assert hq.emulator.request_log.count(request) == ATTEMPTS


LISTS: Mapping[str, tuple[Callable[[HqClient], object], str]] = {
    "projects": (lambda client: client.projects.list_page(0), "GET projects"),
    "projects by name": (lambda client: client.projects.search_by_name("x"), "GET projects"),
    "companies": (lambda client: client.companies.search_by_name("x"), "search companies"),
    "users": (lambda client: client.account_users.search_by_email("x@x.com"), "search users"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_of_another_account_is_rejected(hq: HqFixture, client: HqClient, kind: str) -> None:
    """One foreign row is enough: a name missing from this list proves nothing."""
    call, request = LISTS[kind]
    rows = [{"id": OWN_ID, "account_id": ACCOUNT_ID}, {"id": OTHER_ID, "account_id": OTHER_ACCOUNT}]
    hq.emulator.faults.append(Fault(request, build_reply(200, rows), times=9))

    with pytest.raises(Bim360Error, match=f"its account_id is '{OTHER_ACCOUNT}'"):
        call(client)


def test_a_foreign_response_to_an_admin_or_import_is_inconclusive(hq: HqFixture) -> None:
    """The caller then reads who is in the project."""
    client = hq.create_client(acting_user=ADMIN_EMAIL)
    users = client.project_users
    row = {"email": "b@x.com", "user_id": OTHER_ID, "project_id": OWN_ID}
    hq.emulator.faults += [
        Fault("POST admin", build_reply(201, row)),
        Fault("POST import", build_reply(200, {"success_items": [row]})),
        Fault("POST import", build_reply(200, {"success_items": [{**row, "email": "a@x.com"}]})),
    ]

    with pytest.raises(OpenOutcomeError, match=r"its email is 'b@x\.com'"):
        users.add_admin(OWN_ID, {"email": "a@x.com"})
    with pytest.raises(OpenOutcomeError, match=r"it names b@x\.com"):
        users.import_rows(OWN_ID, [{"email": "a@x.com"}])
    with pytest.raises(OpenOutcomeError, match=f"its project_id is '{OWN_ID}'"):
        users.import_rows(OTHER_ID, [{"email": "a@x.com"}])


def test_business_units_of_another_account_are_rejected(hq: HqFixture, client: HqClient) -> None:
    """The structure contains none of the units that were sent."""
    units = {"business_units": [{"id": OTHER_ID, "name": "East"}]}
    hq.emulator.faults.append(Fault("PUT business units", build_reply(200, units), times=9))

    with pytest.raises(UnansweredError, match="it has none of the units that were sent"):
        client.business_units.update_structure([{"id": OWN_ID, "name": "North"}])
