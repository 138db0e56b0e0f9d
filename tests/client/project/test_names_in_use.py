"""A name that is in use: the error names its owner, and a resource that gives it up makes room."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bim360_provider.core import company, project
from bim360_provider.core.entity import Names
from bim360_provider.core.names.renames import TEMPORARY, renames_of
from bim360_provider.core.run import Owners
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import TOWER, Fault, Stage, says, settings

PROJECT = ("project", TOWER["account_id"])


def planned(client: HqClient, inputs: Mapping[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    """Create a project and plan to give it another name, as a later run does."""
    project_id, state = project.create(client, inputs, settings(), Owners())
    renames_of(client).compare(project_id, Names(*PROJECT, inputs["name"], name))
    return project_id, state


def test_a_create_names_the_owner_of_a_name_that_is_being_changed(
    stage: Stage, client: HqClient
) -> None:
    """An update of the owner is under way, so that its row in the list may be outdated."""
    there = stage.project()
    client.projects.wrote(there["id"])

    with pytest.raises(ConflictError, match=f"a project 'Tower A' exists already .{there['id']}"):
        project.create(client, TOWER, settings(), Owners())


def test_a_create_whose_name_was_given_up_meanwhile_is_sent_again(
    stage: Stage, client: HqClient
) -> None:
    """The owner was renamed between HQ's refusal and now; nobody is adopted, even with 'any'."""
    owner, state = planned(client, TOWER, "Old Tower")
    project.update(client, owner, state, {**TOWER, "name": "Old Tower"})
    stage.hq.asked.clear()
    refused = says(409, {"code": 9409, "message": "the name is in use"})
    stage.hq.faults.append(Fault("POST projects", refused))

    created, _ = project.create(client, {**TOWER, "adopt": "any"}, settings(), Owners())

    assert created != owner
    assert sorted(stage.names()) == ["Old Tower", "Tower A"]
    assert stage.hq.asked == ["POST projects"] * 2


def test_of_a_swap_that_fails_no_project_keeps_a_temporary_name(
    stage: Stage, client: HqClient
) -> None:
    """HQ refuses the second step: the first one is undone, and the next run goes on."""
    a_id, a = planned(client, TOWER, "B")
    planned(client, {**TOWER, "name": "B"}, "Tower A")
    stage.hq.faults.append(Fault("PATCH project", says(422, {"message": "no"}), after=2))

    with pytest.raises(Bim360Error):
        project.update(client, a_id, a, {**TOWER, "name": "B"})

    assert sorted(stage.names()) == ["B", "Tower A"]

    project.update(client, a_id, a, {**TOWER, "name": "B"})

    assert sorted(stage.names()) == ["B", "Tower A"]
    assert client.projects.get(a_id).name == "B"


def test_a_temporary_name_is_one_that_hq_takes_and_people_recognize(
    stage: Stage, client: HqClient
) -> None:
    """It holds the id, and a line says so."""
    a_id, a = planned(client, TOWER, "B")
    planned(client, {**TOWER, "name": "B"}, "Tower A")

    project.update(client, a_id, a, {**TOWER, "name": "B"})

    assert [line for line, _ in stage.told if f"is named '{TEMPORARY}{a_id}'" in line]
    assert stage.warnings() == []


@pytest.mark.parametrize("first", [0, 1, 2])
def test_names_are_exchanged_by_what_hq_has_where_the_state_is_behind(
    stage: Stage, client: HqClient, first: int
) -> None:
    """One project had to wait for its name and got it after its own update had ended."""
    circle = {"A": "B", "B": "C", "C": "A"}
    made = [planned(client, {**TOWER, "name": name}, new) for name, new in circle.items()]
    late, state = made[first]
    seen = {**state, "name": "Name before", "unfinished": ["name"]}
    renames_of(client).compare(late, Names(*PROJECT, "Name before", circle[state["name"]]))
    made[first] = (late, seen)

    for (id_, known), new in zip(made, circle.values(), strict=True):
        project.update(client, id_, known, {**TOWER, "name": new})

    assert [client.projects.get(id_).name for id_, _ in made] == [*circle.values()]
    assert sorted(stage.names()) == ["A", "B", "C"]


def compared(
    client: HqClient, id_: str, state: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    """Compare a project as a run does."""
    names = project.diff(state, inputs).names
    assert names is not None
    renames_of(client).compare(id_, names)


@pytest.mark.parametrize("first", [0, 1])
def test_a_name_that_was_waited_for_is_given_up_when_the_old_one_is_declared_again(
    stage: Stage, client: HqClient, first: int
) -> None:
    """HQ gave it the name after its update, so that for the state nothing changes."""
    a_id, a = project.create(client, TOWER, settings())
    b_id, b = project.create(client, {**TOWER, "name": "B"}, settings())
    wanted = [(a_id, a, "B"), (b_id, {**b, "name": "Tower A", "unfinished": ["name"]}, "Tower A")]
    for id_, state, name in wanted:
        compared(client, id_, state, {**TOWER, "name": name})

    for id_, state, name in (wanted[first], wanted[1 - first]):
        project.update(client, id_, state, {**TOWER, "name": name})

    assert (client.projects.get(a_id).name, client.projects.get(b_id).name) == ("B", "Tower A")
    assert sorted(stage.names()) == ["B", "Tower A"]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("status", ["active", "inactive", None])
def test_an_archived_project_that_becomes_active_exchanges_its_name(
    stage: Stage, client: HqClient, status: str | None, first: int
) -> None:
    """Somebody archived it by hand, and HQ renames no archived project."""
    declared = {**TOWER, **({"status": status} if status else {})}
    a_id, a = project.create(client, TOWER, settings())
    b_id, b = project.create(client, {**TOWER, "name": "B"}, settings())
    stage.hq.ask("PATCH", f"/projects/{a_id}", {"status": "archived"})
    wanted = [
        (a_id, {**a, "status": "archived"}, {**declared, "name": "B"}),
        (b_id, b, TOWER),
    ]
    for each in wanted:
        compared(client, *each)

    for each in (wanted[first], wanted[1 - first]):
        project.update(client, *each)

    found = client.projects.get(a_id)
    assert (found.name, client.projects.get(b_id).name) == ("B", "Tower A")
    assert found.status == (status or "active")


@pytest.mark.parametrize("old", ["Tower A", None])
def test_only_a_known_new_name_is_a_rename(old: str | None) -> None:
    """A name that is not declared, or is not known yet, is none."""
    state = {**TOWER, "name": old}
    for inputs in ({k: v for k, v in TOWER.items() if k != "name"}, {**TOWER, "name": old}):
        names = project.diff(state, inputs).names

        assert names is not None
        assert names.old == names.new == old


DIFFS: Mapping[str, Callable[..., Any]] = {"project": project.diff, "company": company.diff}


@pytest.mark.parametrize("kind", DIFFS)
def test_a_replacement_is_no_rename(kind: str) -> None:
    """A project of another account is another project."""
    state = {**TOWER, "trade": "Electrical"}
    moved = {**state, "name": "B", "account_id": "a1d5e9b2-0000-4000-8000-000000000002"}

    names = DIFFS[kind](state, moved).names

    assert (names.kind, names.old, names.new) == (kind, "Tower A", "Tower A")
