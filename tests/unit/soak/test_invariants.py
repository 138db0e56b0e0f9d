"""Every invariant of the soak can be broken, and reports its own violation."""

import base64
import copy
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bim360_provider.emulator import CLIENT_ID
from bim360_provider.emulator.hq.members import build_role_id
from tests.soak import invariants
from tests.soak.account_entities import TREE_NAME, BusinessUnits, build_content
from tests.soak.declarations import SoakDeclarations
from tests.soak.fault_schedule import FAULTS, compute_probabilities
from tests.soak.members import build_member, build_row
from tests.soak.stack import ResourceState

TOWER = {"name": "Tower", "value": 5, "city": "Oslo", "service_types": ["cost", "pm"]}
BRIDGE = {"name": "Cafe\u0301", "value": 5}
THEIRS = {"id": "u-theirs", "name": "Theirs", "description": None, "parent_id": None}
FOREIGN = {"id": "id-foreign", "name": "Foreign", "status": "active", "city": "Oslo"}
ACCOUNT: dict[str, Any] = {
    "companies": [],
    "users": [],
    "business_units": [THEIRS],
    "projects": [FOREIGN],
}
SECRET = "not-a-real-secret"
State = dict[str, dict[str, ResourceState]]
Breach = Callable[[dict[str, Any]], object]


def declare_all() -> SoakDeclarations:
    """Return all possible resources, all of them declared."""
    entities = SoakDeclarations(Random(1), ACCOUNT, drifts=False, projects=0)  # noqa: S311 - chance that can be repeated
    for each in entities.other_entities:
        permanent, removable = each.build_declarations()
        each.declarations = permanent | removable
    entities.projects.declarations = {"tower": dict(TOWER), "bridge": dict(BRIDGE)}
    return entities


def held(entities: SoakDeclarations) -> State:
    """Return a state that has everything declared, with the name of each resource as its id."""
    state: State = {}
    for each in entities.entities:
        names = each.declarations.items()
        rows = {name: ResourceState(f"id-{name}", arguments) for name, arguments in names}
        state.setdefault(each.type, {}).update(rows)
    keys = entities.declarations["units"][TREE_NAME]["units"]
    ids = {key: f"u-{key}" for key in keys}
    return {**state, BusinessUnits.type: {TREE_NAME: ResourceState("account", {"ids": ids})}}


def account(entities: SoakDeclarations) -> dict[str, Any]:
    """Return an account that is just as declared."""
    ids, declared = entities.collect_ids(held(entities)), entities.declarations
    units = [
        {"id": f"u-{key}", "name": key, "parent_id": None, "description": unit["description"]}
        for key, unit in declared["units"][TREE_NAME]["units"].items()
    ]
    services = {"service_types": "admin,cost,insight,pm"}
    rows = {"tower": {**TOWER, "value": 5.0, **services}, "bridge": {**BRIDGE, "name": "Caf\u00e9"}}
    users = [
        {"status": "pending", **each.resolve_arguments(row, ids), "id": f"id-{name}"}
        for each in entities.other_entities
        if each.kind == "users"
        for name, row in each.declarations.items()
    ]
    return {
        "business_units": [THEIRS, *units],
        "companies": [{"id": f"id-{name}", **row} for name, row in declared["companies"].items()],
        "users": users,
        "projects": [
            *(site(entities, name) for name in declared["sites"]),
            *({"id": f"id-{name}", "status": "pending", **row} for name, row in rows.items()),
            FOREIGN,
        ],
    }


def site(entities: SoakDeclarations, name: str) -> dict[str, Any]:
    """Return the project of a site, with everyone who is declared there."""
    said, ids = entities.declarations, entities.collect_ids(held(entities))
    declared = {key: value for key, value in said["sites"][name].items() if key != "unit"}
    admin = {"project_administration": "admin"}
    services = [row["service"] for row in said["admins"].values() if row["site"] == name]
    row = {**build_member("c0"), "industry_roles": [], "document_management": "admin"}
    first = member(name, f"a{name[-1]}", build_row(row, ids), admin)
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
    entities = declare_all()
    assert list(entities.record_run({}, held(entities), destroyed=False)) == []
    hq_account = copy.deepcopy(account(entities))
    breach(hq_account)
    return list(entities.find_violations(hq_account, held(entities)))


def test_an_account_that_is_as_declared_breaks_nothing() -> None:
    """Including e-mails in capitals, names in the other Unicode form, and services HQ adds."""
    assert found(lambda _: None) == []


BREACHES: dict[str, Breach] = {
    "unequal: companies c0.city is declared 'Oslo', and HQ has 'Bergen'": (
        lambda hq_account: hq_account["companies"][0].update(city="Bergen")
    ),
    "unequal: companies c0 is declared, and HQ has none": lambda hq_account: hq_account[
        "companies"
    ].pop(0),
    "duplicate: 2 companies have the name 'company c0 & søn'": (
        lambda hq_account: hq_account["companies"].append(
            {"id": "id-c1", "name": "COMPANY C0 & SØN"}
        )
    ),
    "orphan: 'Other' (c9) was never in a state": (
        lambda hq_account: hq_account["companies"].append({"id": "c9", "name": "Other"})
    ),
    "unequal: users a0.company_id is declared 'id-c0', and HQ has 'id-c1'": (
        lambda hq_account: hq_account["users"][0].update(company_id="id-c1")
    ),
    "unequal: users a0 is declared, and inactive": (
        lambda hq_account: hq_account["users"][0].update(status="inactive")
    ),
    "duplicate: 2 users have the email 'a0@example.com'": (
        lambda hq_account: hq_account["users"].append(
            {**hq_account["users"][1], "email": "A0@example.com"}
        )
    ),
    "orphan: 'who@example.com' (p9) was never in a state": (
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
    "unequal: project tower.city is declared 'Oslo', and HQ has 'Bergen'": (
        lambda hq_account: tower(hq_account).update(city="Bergen")
    ),
    "unequal: project tower.value is declared 5, and HQ has 6.0": (
        lambda hq_account: tower(hq_account).update(value=6.0)
    ),
    "unequal: project tower.status is declared 'active', and HQ has 'archived'": (
        lambda hq_account: tower(hq_account).update(status="archived")
    ),
    "unequal: project tower is declared with ['cost', 'pm'], and HQ has 'cost'": (
        lambda hq_account: tower(hq_account).update(service_types="cost")
    ),
    "unequal: project tower is declared with ['cost', 'pm'], and HQ has 'cost,field,pm'": (
        lambda hq_account: tower(hq_account).update(service_types="cost,field,pm")
    ),
    "lost id: id-tower was in the state, and HQ has no such project": (
        lambda hq_account: hq_account["projects"].remove(tower(hq_account))
    ),
    "duplicate: 2 live projects are named 'Caf\u00e9'": (
        lambda hq_account: tower(hq_account).update(name="Cafe\u0301")
    ),
    "orphan: 'Other' (p2) is pending and in no state": (
        lambda hq_account: hq_account["projects"].append(
            {"id": "p2", "name": "Other", "status": "pending"}
        )
    ),
    "touched: 'Foreign' belongs to another user, and has changed": (
        lambda hq_account: hq_account["projects"][-1].update(city="Bergen")
    ),
}


def tower(hq_account: dict[str, Any]) -> dict[str, Any]:
    """Return one of the many projects."""
    row: dict[str, Any] = hq_account["projects"][2]
    return row


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
    entities = declare_all()
    state, hq_account = held(entities), account(entities)
    list(entities.record_run({}, state, destroyed=False))
    del entities.projects.declarations["tower"]
    del state["bim360:ProjectImage"]["image-site0"]

    assert list(entities.find_violations(hq_account, state)) == [
        "unequal: tower is in the state, and not declared",
        "unequal: image-site0 is declared, and the state has none",
    ]


def test_a_retained_or_archived_project_is_not_an_orphan() -> None:
    """A person may use a retained project; no one can use an archived one."""
    entities = declare_all()
    before, hq_account = held(entities), account(entities)
    retained = ResourceState("id-bridge", {"on_destroy": "retain"})
    before["bim360:Project"]["bridge"] = retained
    after = {**before, "bim360:Project": dict(before["bim360:Project"])}
    for name in ("tower", "bridge"):
        del after["bim360:Project"][name]
        del entities.projects.declarations[name]
    tower(hq_account).update(status="archived")

    assert list(entities.record_run(before, after, destroyed=False)) == []
    assert list(entities.find_violations(hq_account, after)) == []


@pytest.mark.parametrize(("kind", "name"), [("bim360:Company", "c0"), ("bim360:Project", "tower")])
def test_a_lost_id_is_found_for_every_kind(kind: str, name: str) -> None:
    """Dropped from the state or exchanged; a destroy may drop."""
    entities, before, after = declare_all(), held(declare_all()), held(declare_all())
    after[kind][name] = ResourceState("another", {})
    del after["bim360:ProjectMembers"]["team-site0"]

    exchanged = f"lost id: {name} was id-{name} and is now another"
    dropped = "lost id: team-site0 (id-team-site0) is declared, and has left the state"
    found_ = {*entities.record_run(before, after, destroyed=False)}
    assert found_ == {exchanged, dropped}
    assert list(entities.record_run(before, after, destroyed=True)) == [exchanged]


def test_a_project_of_two_resources_is_found() -> None:
    """Archiving it for one would take it from the other."""
    entities = declare_all()
    state = held(entities)
    state["bim360:Project"]["double"] = ResourceState("id-tower", {})

    (line,) = entities.record_run(state, state, destroyed=False)

    assert line == "duplicate: 2 resources have project id-tower"


def test_only_settled_resources_are_changed_and_none_twice_in_a_turn() -> None:
    """A create that was killed is found by its declaration."""
    entities = declare_all()
    every = entities.entities

    assert not any("update" in op for op in entities.apply_changes(every, 50, {}))
    changes = entities.apply_changes(every, 50, held(entities))
    companies = sum(count for op, count in changes.items() if op.startswith("companies"))
    assert 0 < companies <= len(entities.declarations["companies"])


@pytest.mark.parametrize(
    "text",
    [
        f"client_secret={SECRET}",
        base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode(),
        "eyJhbGciOiJ.eyJzdWIi",
        "Authorization: Bearer abcdefghij",
    ],
)
def test_a_secret_is_found_in_any_file(tmp_path: Path, text: str) -> None:
    """In any form in which it is sent."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "001-up.txt").write_text(f"it said {text}, and ended", "utf-8")

    (found,) = invariants.find_secrets(tmp_path, SECRET)

    assert found.startswith("secret: ")
    assert SECRET not in found


def test_a_traceback_is_found() -> None:
    """In the output of any run."""
    printed = "error: Traceback (most recent call last):\n"

    assert list(invariants.find_tracebacks(printed, "up")) == ["traceback: up printed one"]


def test_the_probabilities_of_all_kinds_add_up_to_the_share() -> None:
    """The first fault that applies decides, so each is a share of the remaining requests."""
    left_over = 1.0
    for chance in compute_probabilities(0.2).values():
        left_over *= 1 - chance

    assert list(compute_probabilities(0.2)) == list(FAULTS)
    assert left_over == pytest.approx(0.8)
