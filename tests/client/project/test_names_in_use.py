"""Names in use: the error names the owner, and a resource that is renamed releases its name."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bim360_provider.core import company, project
from bim360_provider.core.entity import NameChange
from bim360_provider.core.names.renames import TEMPORARY_NAME_PREFIX, get_renames
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

SCOPE = ("project", PROJECT_INPUTS["account_id"])


def plan_rename(client: HqClient, inputs: Mapping[str, Any], name: str) -> tuple[str, Any]:
    """Create a project and plan to rename it, as a later run does."""
    project_id, state = project.create(build_run(client), inputs)
    get_renames(client).record_comparison(project_id, NameChange(*SCOPE, inputs["name"], name))
    return project_id, state


def test_a_create_names_the_owner_of_a_name_that_is_being_changed(
    hq: HqFixture, client: HqClient
) -> None:
    """An update of the owner is in progress, so its row in the list may be outdated."""
    existing = hq.create_project()
    client.projects.record_write(existing["id"])

    with pytest.raises(
        ConflictError, match=f"a project 'Tower A' exists already .{existing['id']}"
    ):
        project.create(build_run(client), PROJECT_INPUTS)


def test_a_create_is_retried_if_the_name_was_released_meanwhile(
    hq: HqFixture, client: HqClient
) -> None:
    """The owner was renamed after HQ's refusal; nothing is adopted, even with 'any'."""
    owner, state = plan_rename(client, PROJECT_INPUTS, "Old Tower")
    project.update(build_run(client), owner, state, {**PROJECT_INPUTS, "name": "Old Tower"})
    hq.emulator.request_log.clear()
    refused = build_reply(409, {"code": 9409, "message": "the name is in use"})
    hq.emulator.faults.append(Fault("POST projects", refused))

    created, _ = project.create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})

    assert created != owner
    assert sorted(hq.list_project_names()) == ["Old Tower", "Tower A"]
    assert hq.emulator.request_log == ["POST projects"] * 2


def test_after_a_failed_swap_no_project_keeps_a_temporary_name(
    hq: HqFixture, client: HqClient
) -> None:
    """HQ refuses the second step: the first one is undone, and the next run continues."""
    a_id, a = plan_rename(client, PROJECT_INPUTS, "B")
    plan_rename(client, {**PROJECT_INPUTS, "name": "B"}, "Tower A")
    hq.emulator.faults.append(Fault("PATCH project", build_reply(422, {"message": "no"}), skip=2))

    with pytest.raises(Bim360Error):
        project.update(build_run(client), a_id, a, {**PROJECT_INPUTS, "name": "B"})

    assert sorted(hq.list_project_names()) == ["B", "Tower A"]

    project.update(build_run(client), a_id, a, {**PROJECT_INPUTS, "name": "B"})

    assert sorted(hq.list_project_names()) == ["B", "Tower A"]
    assert client.projects.get(a_id).name == "B"


def test_a_temporary_name_is_valid_and_recognizable(hq: HqFixture, client: HqClient) -> None:
    """It contains the id, and a message reports it."""
    a_id, a = plan_rename(client, PROJECT_INPUTS, "B")
    plan_rename(client, {**PROJECT_INPUTS, "name": "B"}, "Tower A")

    project.update(build_run(client), a_id, a, {**PROJECT_INPUTS, "name": "B"})

    assert [
        line for line, _ in hq.notifications if f"is named '{TEMPORARY_NAME_PREFIX}{a_id}'" in line
    ]
    assert hq.list_warnings() == []


@pytest.mark.parametrize("first", [0, 1, 2])
def test_names_are_exchanged_by_hqs_values_if_the_state_is_outdated(
    hq: HqFixture, client: HqClient, first: int
) -> None:
    """One project had to wait for its name and got it after its own update had ended."""
    circle = {"A": "B", "B": "C", "C": "A"}
    projects = [
        plan_rename(client, {**PROJECT_INPUTS, "name": name}, new) for name, new in circle.items()
    ]
    late, state = projects[first]
    outdated_state = {**state, "name": "Name before", "unfinished": ["name"]}
    get_renames(client).record_comparison(
        late, NameChange(*SCOPE, "Name before", circle[state["name"]])
    )
    projects[first] = (late, outdated_state)

    for (id_, known), new in zip(projects, circle.values(), strict=True):
        project.update(build_run(client), id_, known, {**PROJECT_INPUTS, "name": new})

    assert [client.projects.get(id_).name for id_, _ in projects] == [*circle.values()]
    assert sorted(hq.list_project_names()) == ["A", "B", "C"]


def compare_names(
    client: HqClient, id_: str, state: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    """Compare a project as a run does."""
    names = project.diff(state, inputs).name_change
    assert names is not None
    get_renames(client).record_comparison(id_, names)


@pytest.mark.parametrize("first", [0, 1])
def test_a_deferred_name_is_released_if_the_old_name_is_declared_again(
    hq: HqFixture, client: HqClient, first: int
) -> None:
    """HQ applied the name after the update, so the state shows no change."""
    a_id, a = project.create(build_run(client), PROJECT_INPUTS)
    b_id, b = project.create(build_run(client), {**PROJECT_INPUTS, "name": "B"})
    wanted = [(a_id, a, "B"), (b_id, {**b, "name": "Tower A", "unfinished": ["name"]}, "Tower A")]
    for id_, state, name in wanted:
        compare_names(client, id_, state, {**PROJECT_INPUTS, "name": name})

    for id_, state, name in (wanted[first], wanted[1 - first]):
        project.update(build_run(client), id_, state, {**PROJECT_INPUTS, "name": name})

    assert (client.projects.get(a_id).name, client.projects.get(b_id).name) == ("B", "Tower A")
    assert sorted(hq.list_project_names()) == ["B", "Tower A"]


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("status", ["active", "inactive", None])
def test_a_reactivated_project_exchanges_its_name(
    hq: HqFixture, client: HqClient, status: str | None, first: int
) -> None:
    """A user archived it in the browser, and HQ does not rename archived projects."""
    declared = {**PROJECT_INPUTS, **({"status": status} if status else {})}
    a_id, a = project.create(build_run(client), PROJECT_INPUTS)
    b_id, b = project.create(build_run(client), {**PROJECT_INPUTS, "name": "B"})
    hq.emulator.call_control_plane("PATCH", f"/projects/{a_id}", {"status": "archived"})
    wanted = [
        (a_id, {**a, "status": "archived"}, {**declared, "name": "B"}),
        (b_id, b, PROJECT_INPUTS),
    ]
    for each in wanted:
        compare_names(client, *each)

    for each in (wanted[first], wanted[1 - first]):
        project.update(build_run(client), *each)

    found = client.projects.get(a_id)
    assert (found.name, client.projects.get(b_id).name) == ("B", "Tower A")
    assert found.status == (status or "active")


@pytest.mark.parametrize("old", ["Tower A", None])
def test_only_a_known_new_name_is_a_rename(old: str | None) -> None:
    """An undeclared or unknown name is not."""
    state = {**PROJECT_INPUTS, "name": old}
    for inputs in (
        {k: v for k, v in PROJECT_INPUTS.items() if k != "name"},
        {**PROJECT_INPUTS, "name": old},
    ):
        names = project.diff(state, inputs).name_change

        assert names is not None
        assert names.old_name == names.new_name == old


DIFFS: Mapping[str, Callable[..., Any]] = {"project": project.diff, "company": company.diff}


@pytest.mark.parametrize("kind", DIFFS)
def test_a_replacement_is_not_a_rename(kind: str) -> None:
    """A project of another account is a different project."""
    state = {**PROJECT_INPUTS, "trade": "Electrical"}
    moved = {**state, "name": "B", "account_id": "a1d5e9b2-0000-4000-8000-000000000002"}

    names = DIFFS[kind](state, moved).name_change

    assert (names.kind, names.old_name, names.new_name) == (kind, "Tower A", "Tower A")
