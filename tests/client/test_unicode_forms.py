"""Unicode forms C and D: a name looks the same in both, so it is one project, company or unit."""

import unicodedata
from typing import Any

import pytest

from bim360_provider.core import business_units, company, project
from bim360_provider.core.lookups import Lookups
from bim360_provider.core.project_member.importer import find_role_ids
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

COMPOSED = unicodedata.normalize("NFC", "Zürich Café")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
COMPANY_INPUTS: dict[str, Any] = {"trade": "Concrete", "account_id": ACCOUNT_ID, "region": "US"}


def check_arguments(entity: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return checked arguments."""
    inputs, problems = entity.check({}, arguments, build_settings())
    assert problems == []
    return dict(inputs)


def create_at_hq(client: HqClient, tail: str, body: dict[str, Any]) -> str:
    """Create an object directly at HQ, in the Unicode form of the body."""
    endpoints = client.projects if tail == "projects" else client.companies
    return endpoints.create(body).id


@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED])
def test_a_name_is_sent_in_form_c(hq: HqFixture, client: HqClient, name: str) -> None:
    """This covers projects and companies, and each of their texts."""
    project.create(
        build_run(client),
        check_arguments(project, {**PROJECT_INPUTS, "name": name, "city": DECOMPOSED}),
    )
    company.create(
        build_run(client),
        check_arguments(company, {**COMPANY_INPUTS, "name": name, "city": DECOMPOSED}),
    )

    posts = [entry.body for entry in hq.emulator.journal.find_entries(method="POST")]
    named = [body for body in posts if isinstance(body, dict) and "city" in body]
    assert [(body["name"], body["city"]) for body in named] == [
        (COMPOSED, COMPOSED),
        (COMPOSED, COMPOSED),
    ]


@pytest.mark.parametrize("kind", ["projects", "companies"])
def test_a_name_stored_in_form_d_is_in_use(hq: HqFixture, client: HqClient, kind: str) -> None:
    """HQ compares bytes here, so the provider must not create a duplicate."""
    entity, base = (
        (project, dict(PROJECT_INPUTS)) if kind == "projects" else (company, COMPANY_INPUTS)
    )
    body = {k: v for k, v in base.items() if k not in ("account_id", "region")}
    create_at_hq(client, kind, {**body, "name": DECOMPOSED})
    hq.emulator.request_log.clear()
    inputs = check_arguments(entity, {**base, "name": COMPOSED, "adopt": "never"})

    with pytest.raises(ConflictError, match=f"could not create .* '{COMPOSED}'"):
        entity.create(build_run(hq.create_client(), build_settings(adoptLeftovers="false")), inputs)

    assert f"POST {kind}" not in hq.emulator.request_log


@pytest.mark.parametrize("kind", ["projects", "companies"])
def test_a_name_stored_in_form_d_is_adopted_without_a_change(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """The create, the next preview and a refresh find no difference."""
    entity, base = (
        (project, dict(PROJECT_INPUTS)) if kind == "projects" else (company, COMPANY_INPUTS)
    )
    body = {k: v for k, v in base.items() if k not in ("account_id", "region")}
    existing_id = create_at_hq(client, kind, {**body, "name": DECOMPOSED})
    inputs = check_arguments(entity, {**base, "name": COMPOSED, "adopt": "any"})

    found, outs = entity.create(build_run(hq.create_client()), inputs)
    live = entity.read(build_run(client), found, outs)

    assert found == existing_id
    assert entity.diff(outs, inputs).changed_arguments == ()
    assert live.inputs["name"] == COMPOSED
    assert entity.diff(live.outputs, inputs).changed_arguments == ()
    assert not [each for each in hq.emulator.request_log if each.startswith("PATCH")]


def test_an_ascii_name_costs_no_additional_request(hq: HqFixture, client: HqClient) -> None:
    """Each is one POST."""
    project.create(build_run(client), check_arguments(project, dict(PROJECT_INPUTS)))
    company.create(build_run(client), check_arguments(company, {**COMPANY_INPUTS, "name": "Acme"}))

    assert hq.emulator.request_log == ["token", "POST projects", "POST companies"]


def test_names_with_accents_share_one_list(hq: HqFixture, client: HqClient) -> None:
    """A hundred of them do not cost a hundred requests."""
    for name in ("Zürich", "Genève", "Malmö"):
        project.create(
            build_run(client), check_arguments(project, {**PROJECT_INPUTS, "name": name})
        )

    assert hq.emulator.request_log == ["token", "GET projects", *["POST projects"] * 3]


@pytest.mark.parametrize("query", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("stored", [COMPOSED, DECOMPOSED])
def test_a_lookup_finds_a_name_in_either_form(
    hq: HqFixture, client: HqClient, query: str, stored: str
) -> None:
    """This covers projects, companies and business units."""
    tower = hq.create_project(name=stored)
    company_id = create_at_hq(client, "companies", {"name": stored, "trade": "Concrete"})
    unit = "c17e6837-96cd-4839-868e-051a2ad60001"
    client.business_units.update_structure([{"id": unit, "name": stored}])
    look_ups = Lookups(hq.create_client())

    assert look_ups.find_project(query)["id"] == tower["id"]
    assert look_ups.find_company(query)["id"] == company_id
    assert look_ups.find_business_unit(query)["id"] == unit


def test_a_unit_stored_in_form_d_is_not_a_change(hq: HqFixture, client: HqClient) -> None:
    """It is neither renamed nor sent; a unit of another user keeps its bytes."""
    ours, other = (f"c17e6837-96cd-4839-868e-051a2ad6000{n}" for n in (1, 2))
    client.business_units.update_structure(
        [{"id": ours, "name": DECOMPOSED}, {"id": other, "name": DECOMPOSED + "2"}]
    )
    inputs = check_arguments(business_units, {"units": {COMPOSED: {"id": ours}}})
    hq.emulator.request_log.clear()

    _, outs = business_units.create(build_run(hq.create_client()), inputs)
    assert hq.emulator.request_log == ["token", "GET business units"]
    assert business_units.diff(outs, inputs).changed_arguments == ()

    renamed = check_arguments(business_units, {"units": {COMPOSED: {"id": ours, "name": "New"}}})
    business_units.update(build_run(client), ACCOUNT_ID, outs, renamed)
    assert [unit.name for unit in client.business_units.get_structure()] == [
        "New",
        DECOMPOSED + "2",
    ]


def test_the_two_forms_of_a_key_are_one_unit() -> None:
    """They have one id, refer to each other as parents, and are refused side by side."""
    one = check_arguments(business_units, {"units": {COMPOSED: {}, f"{DECOMPOSED}/West": {}}})
    two = check_arguments(business_units, {"units": {DECOMPOSED: {}, f"{DECOMPOSED}/West": {}}})
    _, problems = business_units.check(
        {}, {"units": {COMPOSED: {}, DECOMPOSED: {}}}, build_settings()
    )

    assert sorted(one["ids"].values()) == sorted(two["ids"].values())
    assert any("is the id of" in str(each) for each in problems)


def test_a_role_is_found_in_either_form(hq: HqFixture, client: HqClient) -> None:
    """HQ's own roles have ASCII names; those of an account may not."""
    tower = hq.create_project()["id"]
    hq.emulator.faults.append(
        Fault("GET roles", build_reply(200, [{"id": "r1", "name": DECOMPOSED}]))
    )

    assert find_role_ids(build_run(client), tower, [COMPOSED], "ada@example.com") == ["r1"]
