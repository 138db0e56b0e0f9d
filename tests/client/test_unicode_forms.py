"""Names in Unicode's forms C and D: people see one name, so it is one project, company or unit."""

import unicodedata
from typing import Any

import pytest

from bim360_provider.core import business_units, company, project
from bim360_provider.core.lookups import LookUps
from bim360_provider.core.project_member.importer import role_ids
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import TOWER, Fault, Stage, says, settings

C = unicodedata.normalize("NFC", "Zürich Café")
D = unicodedata.normalize("NFD", C)
FIRM: dict[str, Any] = {"trade": "Concrete", "account_id": ACCOUNT_ID, "region": "US"}


def checked(entity: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return checked arguments."""
    inputs, problems = entity.check({}, arguments, settings())
    assert problems == []
    return dict(inputs)


def by_hand(client: HqClient, tail: str, body: dict[str, Any]) -> str:
    """Create an object past the provider, in the form in which the body is written."""
    endpoints = client.projects if tail == "projects" else client.companies
    return endpoints.create(body).id


@pytest.mark.parametrize("name", [C, D])
def test_a_name_is_sent_in_form_c(stage: Stage, client: HqClient, name: str) -> None:
    """Projects and companies, and each text of theirs."""
    project.create(client, checked(project, {**TOWER, "name": name, "city": D}), settings())
    company.create(client, checked(company, {**FIRM, "name": name, "city": D}), settings())

    posts = [entry.body for entry in stage.hq.journal.entries(method="POST")]
    named = [body for body in posts if isinstance(body, dict) and "city" in body]
    assert [(body["name"], body["city"]) for body in named] == [(C, C), (C, C)]


@pytest.mark.parametrize("kind", ["projects", "companies"])
def test_a_name_that_hq_holds_in_form_d_is_taken(stage: Stage, client: HqClient, kind: str) -> None:
    """HQ compares bytes here: nothing is created beside it."""
    entity, base = (project, dict(TOWER)) if kind == "projects" else (company, FIRM)
    body = {k: v for k, v in base.items() if k not in ("account_id", "region")}
    by_hand(client, kind, {**body, "name": D})
    stage.hq.asked.clear()
    inputs = checked(entity, {**base, "name": C, "adopt": "never"})

    with pytest.raises(ConflictError, match=f"could not create .* '{C}'"):
        entity.create(stage.client(), inputs, settings(adoptLeftovers="false"))

    assert f"POST {kind}" not in stage.hq.asked


@pytest.mark.parametrize("kind", ["projects", "companies"])
def test_a_name_that_hq_holds_in_form_d_is_adopted_and_no_change(
    stage: Stage, client: HqClient, kind: str
) -> None:
    """Neither by the create, nor by the next preview, nor after a refresh."""
    entity, base = (project, dict(TOWER)) if kind == "projects" else (company, FIRM)
    body = {k: v for k, v in base.items() if k not in ("account_id", "region")}
    there = by_hand(client, kind, {**body, "name": D})
    inputs = checked(entity, {**base, "name": C, "adopt": "any"})

    found, outs = entity.create(stage.client(), inputs, settings())
    live = entity.read(client, found, outs)

    assert found == there
    assert entity.diff(outs, inputs).changed == ()
    assert live.inputs["name"] == C
    assert entity.diff(live.outputs, inputs).changed == ()
    assert not [each for each in stage.hq.asked if each.startswith("PATCH")]


def test_a_name_in_ascii_costs_no_request_more(stage: Stage, client: HqClient) -> None:
    """One POST each."""
    project.create(client, checked(project, dict(TOWER)), settings())
    company.create(client, checked(company, {**FIRM, "name": "Acme"}), settings())

    assert stage.hq.asked == ["token", "POST projects", "POST companies"]


def test_names_with_accents_share_one_list(stage: Stage, client: HqClient) -> None:
    """A hundred of them cost no hundred requests."""
    for name in ("Zürich", "Genève", "Malmö"):
        project.create(client, checked(project, {**TOWER, "name": name}), settings())

    assert stage.hq.asked == ["token", "GET projects", *["POST projects"] * 3]


@pytest.mark.parametrize("asked", [C, D])
@pytest.mark.parametrize("held", [C, D])
def test_a_look_up_finds_a_name_in_either_form(
    stage: Stage, client: HqClient, asked: str, held: str
) -> None:
    """Projects, companies and business units."""
    tower = stage.project(name=held)
    firm = by_hand(client, "companies", {"name": held, "trade": "Concrete"})
    unit = "c17e6837-96cd-4839-868e-051a2ad60001"
    client.business_units.define([{"id": unit, "name": held}])
    look_ups = LookUps(stage.client())

    assert look_ups.project(asked)["id"] == tower["id"]
    assert look_ups.company(asked)["id"] == firm
    assert look_ups.business_unit(asked)["id"] == unit


def test_a_unit_that_hq_holds_in_form_d_is_no_change(stage: Stage, client: HqClient) -> None:
    """It is neither renamed nor sent; a unit of another user keeps its bytes."""
    ours, other = (f"c17e6837-96cd-4839-868e-051a2ad6000{n}" for n in (1, 2))
    client.business_units.define([{"id": ours, "name": D}, {"id": other, "name": D + "2"}])
    inputs = checked(business_units, {"units": {C: {"id": ours}}})
    stage.hq.asked.clear()

    _, outs = business_units.create(stage.client(), inputs, settings())
    assert stage.hq.asked == ["token", "GET business units"]
    assert business_units.diff(outs, inputs).changed == ()

    renamed = checked(business_units, {"units": {C: {"id": ours, "name": "New"}}})
    business_units.update(client, ACCOUNT_ID, outs, renamed)
    assert [unit.name for unit in client.business_units.structure()] == ["New", D + "2"]


def test_the_two_forms_of_a_key_are_one_unit() -> None:
    """One id; as parents they mean each other, and side by side they are refused."""
    one = checked(business_units, {"units": {C: {}, f"{D}/West": {}}})
    two = checked(business_units, {"units": {D: {}, f"{D}/West": {}}})
    _, problems = business_units.check({}, {"units": {C: {}, D: {}}}, settings())

    assert sorted(one["ids"].values()) == sorted(two["ids"].values())
    assert any("is the id of" in str(each) for each in problems)


def test_a_role_is_found_in_either_form(stage: Stage, client: HqClient) -> None:
    """HQ's own roles have ASCII names; those of an account need not."""
    tower = stage.project()["id"]
    stage.hq.faults.append(Fault("GET roles", says(200, [{"id": "r1", "name": D}])))

    assert role_ids(client, tower, [C], "ada@example.com") == ["r1"]
