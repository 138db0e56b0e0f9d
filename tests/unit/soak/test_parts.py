"""The invariants of all other entities can be broken: each reports its own violation."""

import copy
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from bim360_provider.emulator.hq.members import build_role_id
from tests.soak.kinds.account_user import AccountUsers
from tests.soak.kinds.business_units import TREE_NAME, BusinessUnits
from tests.soak.kinds.company import Companies
from tests.soak.kinds.project_image import ProjectImages, build_content
from tests.soak.kinds.project_member import build_row
from tests.soak.kinds.project_members import Teams
from tests.soak.other_entities import OtherEntities
from tests.soak.stack import ResourceState

THEIRS = {"id": "u-theirs", "name": "Theirs", "description": None, "parent_id": None}
ACCOUNT: dict[str, Any] = {"companies": [], "users": [], "business_units": [THEIRS]}
Breach = Callable[[dict[str, Any]], object]


def parts() -> OtherEntities:
    """Return all possible resources, all of them declared."""
    entities = OtherEntities(Random(1), ACCOUNT, drifts=False)  # noqa: S311 - chance that can be repeated
    for kind in entities.entities:
        kind.declarations = kind.build_initial_declarations()
    return entities


def held(entities: OtherEntities) -> dict[str, dict[str, ResourceState]]:
    """Return a state that has everything declared, with the name of each resource as its id."""
    state = {
        kind.type: {name: ResourceState(f"id-{name}", {}) for name in kind.declarations}
        for kind in entities.entities
    }
    keys = entities.declarations["units"][TREE_NAME]["units"]
    ids = {key: f"u-{key}" for key in keys}
    state[BusinessUnits.type] = {TREE_NAME: ResourceState("account", {"ids": ids})}
    return state


def account(entities: OtherEntities) -> dict[str, Any]:
    """Return an account that is just as declared."""
    state = held(entities)
    ids, said = entities.collect_ids(state), entities.declarations
    units = [
        {"id": f"u-{key}", "name": key, "parent_id": None, "description": unit["description"]}
        for key, unit in said["units"][TREE_NAME]["units"].items()
    ]
    users = next(kind for kind in entities.entities if isinstance(kind, AccountUsers))
    return {
        "business_units": [THEIRS, *units],
        "companies": [{"id": f"id-{name}", **row} for name, row in said["companies"].items()],
        "users": [
            {"id": f"id-{name}", "status": "pending", **users.resolve_arguments(row, ids)}
            for name, row in said["users"].items()
        ],
        "projects": [site(entities, name) for name in said["sites"]],
    }


def site(entities: OtherEntities, name: str) -> dict[str, Any]:
    """Return the project of a site, with everyone who is declared there."""
    said, ids = entities.declarations, entities.collect_ids(held(entities))
    declared = {key: value for key, value in said["sites"][name].items() if key != "unit"}
    admin = {"project_administration": "admin"}
    services = [row["service"] for row in said["admins"].values() if row["site"] == name]
    first = member(name, f"a{name[-1]}", build_row(declared_of_admin(), ids), admin)
    people = [{**first, "modules": services}]
    for user, row in said["members"].items():
        if row["site"] == name:
            people.append(member(name, user, build_row(row, ids), {}))
    for user, row in said["teams"][f"team-{name}"]["rows"].items():
        people.append(member(name, user, build_row(row, ids), {}))
    picture = sha256(build_content(said["images"][f"image-{name}"])).hexdigest()
    return {
        "id": f"id-{name}",
        **declared,
        "status": "active",
        "business_unit_id": "u-Head Office",
        "users": people,
        "image": {"sha256": picture},
    }


def declared_of_admin() -> dict[str, Any]:
    """Return the values of an admin's row."""
    return {"company": "c0", "industry_roles": [], "document_management": "admin"}


def member(where: str, user: str, row: dict[str, Any], more: dict[str, str]) -> dict[str, Any]:
    """Return a row of a project's users."""
    return {
        "user_id": f"id-{user}",
        "company_id": row["company_id"],
        "industry_roles": [build_role_id(f"id-{where}", role) for role in row["industry_roles"]],
        "services": {"document_management": row["document_management"], **more},
    }


def found(breach: Breach) -> list[str]:
    """Return the findings in an account with a breach."""
    entities = parts()
    entities.record_ids(held(entities))
    hq_account = copy.deepcopy(account(entities))
    breach(hq_account)
    return list(entities.find_violations(hq_account, held(entities)))


def test_an_account_that_is_as_declared_breaks_nothing() -> None:
    """Including e-mails in capitals and the services of an admin."""
    assert found(lambda _: None) == []


BREACHES: dict[str, Breach] = {
    "unequal: company c0.city is declared 'Oslo', and HQ has 'Bergen'": (
        lambda hq_account: hq_account["companies"][0].update(city="Bergen")
    ),
    "unequal: company c0 is declared, and HQ has none": lambda hq_account: hq_account[
        "companies"
    ].pop(0),
    "duplicate: 2 companies are named 'company c0 & søn'": (
        lambda hq_account: hq_account["companies"].append(
            {"id": "id-c1", "name": "COMPANY C0 & SØN"}
        )
    ),
    "orphan: company 'Other' (c9) was never in a state": (
        lambda hq_account: hq_account["companies"].append({"id": "c9", "name": "Other"})
    ),
    "unequal: user a0.company_id is declared 'id-c0', and HQ has 'id-c1'": (
        lambda hq_account: hq_account["users"][0].update(company_id="id-c1")
    ),
    "unequal: user a0 is declared, and inactive": (
        lambda hq_account: hq_account["users"][0].update(status="inactive")
    ),
    "duplicate: 2 users have the e-mail a0@example.com": (
        lambda hq_account: hq_account["users"].append(
            {**hq_account["users"][1], "email": "A0@example.com"}
        )
    ),
    "orphan: user who@example.com (p9) was never in a state": (
        lambda hq_account: hq_account["users"].append({"id": "p9", "email": "who@example.com"})
    ),
    "unequal: site site0.value is declared 1000, and HQ has 5": (
        lambda hq_account: hq_account["projects"][0].update(value=5)
    ),
    "unequal: site site0.status is declared 'active', and HQ has 'pending'": (
        lambda hq_account: hq_account["projects"][0].update(status="pending")
    ),
    "unequal: admin-site0 is in site0 0 times": lambda hq_account: people(hq_account).pop(0),
    "unequal: admin-site0 is not an admin of site0": (
        lambda hq_account: people(hq_account)[0].update(services={"document_management": "admin"})
    ),
    "unequal: admin-site0-pm lacks the service pm": (
        lambda hq_account: people(hq_account)[0]["modules"].remove("pm")
    ),
    "unequal: member m00 is in site0 2 times": lambda hq_account: people(hq_account).append(
        people(hq_account)[1]
    ),
    "unequal: member m00.industry_roles is declared ['Engineer'], and HQ has []": (
        lambda hq_account: people(hq_account)[1].update(industry_roles=[])
    ),
    "unequal: member m00.document_management is declared 'user', and HQ has 'admin'": (
        lambda hq_account: people(hq_account)[1].update(services={"document_management": "admin"})
    ),
    "unequal: t00 of team-site0.company_id is declared 'id-c0', and HQ has 'id-c2'": (
        lambda hq_account: people(hq_account)[4].update(company_id="id-c2")
    ),
    "unequal: t00 of team-site0 is in site0 0 times": lambda hq_account: people(hq_account).pop(4),
    "orphan: id-l0 is in site0, and was never declared there": (
        lambda hq_account: people(hq_account).append({"user_id": "id-l0"})
    ),
    "duplicate: a business unit is there twice": (
        lambda hq_account: hq_account["business_units"].append(hq_account["business_units"][1])
    ),
    "orphan: unit 'Lost' is below one that is not there": (
        lambda hq_account: hq_account["business_units"].append(
            {"id": "9", "name": "Lost", "parent_id": "8"}
        )
    ),
    "touched: unit 'Theirs' belongs to another user, and has changed": (
        lambda hq_account: hq_account["business_units"][0].update(description="ours now")
    ),
    "unequal: image-site0 is not the declared image": (
        lambda hq_account: hq_account["projects"][0].update(image=None)
    ),
}


def people(hq_account: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the people of the first site: its admin, three members, two of its team."""
    rows: list[dict[str, Any]] = hq_account["projects"][0]["users"]
    return rows


@pytest.mark.parametrize("finding", BREACHES)
def test_each_breach_is_found(finding: str) -> None:
    """One line of evidence for each."""
    assert finding in found(BREACHES[finding])


def test_a_unit_under_another_parent_is_found() -> None:
    """Its name and its description are compared as well."""
    (line,) = found(lambda hq_account: hq_account["business_units"][1].update(parent_id="u-theirs"))

    assert line.startswith("unequal: unit Head Office is declared")


def test_resources_in_only_the_state_or_only_the_program_are_found() -> None:
    """A removal that was never carried out, and a create that was forgotten."""
    entities = parts()
    entities.record_ids(held(entities))
    state = held(entities)
    state[Companies.type]["extra"] = ResourceState("c9", {})
    del state[ProjectImages.type]["image-site0"]

    assert list(entities.find_violations(account(entities), state)) == [
        "unequal: extra is in the state, and not declared",
        "unequal: image-site0 is declared, and the state has none",
    ]


def test_a_lost_id_is_found_for_every_kind() -> None:
    """Dropped from the state or exchanged; a destroy may drop."""
    entities, before, after = parts(), held(parts()), held(parts())
    after[Companies.type]["c0"] = ResourceState("another", {})
    del after[Teams.type]["team-site0"]

    exchanged = "lost id: c0 was id-c0 and is now another"
    dropped = "lost id: team-site0 (id-team-site0) is declared, and has left the state"
    assert list(entities.find_lost_ids(before, after, destroyed=False)) == [exchanged, dropped]
    assert list(entities.find_lost_ids(before, after, destroyed=True)) == [exchanged]


def test_only_settled_resources_are_changed_and_none_twice_in_a_turn() -> None:
    """A create that was killed is found by its declaration."""
    entities = parts()

    assert not entities.apply_changes(50, {}).keys() & {
        f"{kind.kind}: update" for kind in entities.entities
    }
    assert not entities.apply_changes(50, held(entities)).keys() & {"companies: update"}
