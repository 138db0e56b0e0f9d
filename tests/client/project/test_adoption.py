"""Adopt: what a create does at HQ when the name is taken, and what it leaves alone."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create, diff
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


def list_bodies(hq: HqFixture, method: str = "PATCH") -> list[Any]:
    """Return the bodies of what was sent."""
    return [entry.body for entry in hq.emulator.journal.find_entries(method=method)][-3:]


def test_by_default_a_taken_name_is_an_error_with_advice(hq: HqFixture, client: HqClient) -> None:
    """And the project that has it is not touched."""
    there = hq.create_project()

    with pytest.raises(ConflictError) as caught:
        create(build_run(client), PROJECT_INPUTS)

    assert str(caught.value) == (
        "BIM 360: could not create project 'Tower A': a project 'Tower A' exists already "
        f"({there['id']}, active); take it over with adopt='any', or declare another name; "
        "if only the resource has a new name, give it Pulumi's aliases."
    )
    assert hq.emulator.requests_made == ["token", "POST projects", "GET projects"]


def test_an_archived_project_is_brought_back_where_that_is_declared(
    hq: HqFixture, client: HqClient
) -> None:
    """Its status first, in a request of its own; then what differs."""
    there = hq.create_project(status="archived")
    inputs = {**PROJECT_INPUTS, "adopt": "archived", "value": 9.0}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == there["id"]
    assert list_bodies(hq)[-2:] == [{"status": "active"}, {"value": 9.0}]
    assert (outs["status"], outs["value"], outs["unfinished"]) == ("active", 9.0, [])
    assert diff(outs, inputs).changed_arguments == ()


def test_what_an_interrupted_run_brought_back_is_taken_up(hq: HqFixture, client: HqClient) -> None:
    """The run before was killed before the state was written; nothing is changed again."""
    there = hq.create_project(status="archived")
    inputs = {**PROJECT_INPUTS, "adopt": "archived"}
    create(build_run(client), inputs)
    hq.emulator.clock.advance(60)
    hq.emulator.requests_made.clear()

    project_id, outs = create(build_run(hq.create_client()), inputs)

    assert (project_id, outs["status"]) == (there["id"], "active")
    assert hq.emulator.requests_made == ["token", "POST projects", "GET projects", "GET project"]
    assert any("was brought back by an interrupted run" in each for each in hq.list_warnings())


def test_a_living_project_is_not_taken_where_only_archived_ones_are(
    hq: HqFixture, client: HqClient
) -> None:
    """The policy means what it says."""
    hq.create_project()

    with pytest.raises(ConflictError, match="exists already"):
        create(build_run(client), {**PROJECT_INPUTS, "adopt": "archived"})


def test_any_project_is_taken_over_and_made_as_declared(hq: HqFixture, client: HqClient) -> None:
    """Only what differs is sent, and never the name."""
    there = hq.create_project(city="Oslo", service_types="pm,cost")
    inputs = {**PROJECT_INPUTS, "adopt": "any", "city": "Bergen", "service_types": ["doc_manager"]}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == there["id"]
    assert list_bodies(hq)[-1] == {"service_types": "doc_manager", "city": "Bergen"}
    assert diff(outs, inputs).changed_arguments == ()


def test_an_adopted_project_that_is_as_declared_is_left_alone(
    hq: HqFixture, client: HqClient
) -> None:
    """Nothing is patched for the sake of it."""
    hq.create_project()

    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})

    assert hq.emulator.requests_made == ["token", "POST projects", "GET projects", "GET project"]


def test_the_leftover_of_an_interrupted_run_is_adopted_and_told_of(hq: HqFixture) -> None:
    """The process died between HQ's answer and Pulumi's state."""
    hq.create_client().projects.create({k: PROJECT_INPUTS[k] for k in list(PROJECT_INPUTS)[:6]})
    hq.clock.sleep(60)

    project_id, _ = create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert project_id in str(hq.list_warnings())
    assert "interrupted run" in str(hq.list_warnings())
    assert "PATCH project" not in hq.emulator.requests_made


def test_leftovers_are_left_alone_where_configured(hq: HqFixture) -> None:
    """The switch that forbids it."""
    hq.create_client().projects.create({k: PROJECT_INPUTS[k] for k in list(PROJECT_INPUTS)[:6]})
    hq.clock.sleep(60)

    with pytest.raises(ConflictError, match="exists already"):
        create(
            build_run(hq.create_client(), build_settings(adoptLeftovers="false")), PROJECT_INPUTS
        )


def test_what_cannot_be_applied_on_adoption_is_finished_later(
    hq: HqFixture, client: HqClient
) -> None:
    """The id is known by then, so nothing is raised any more."""
    there = hq.create_project(status="archived")
    hq.emulator.faults.append(
        Fault("PATCH project", build_reply(422, {"message": "not now"}), times=9)
    )
    inputs = {**PROJECT_INPUTS, "adopt": "archived", "value": 9.0}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == there["id"]
    assert outs["unfinished"] == ["status", "value"]
    assert "the next `pulumi up` tries again" in hq.list_warnings()[-1]


def test_a_name_that_no_project_shows_is_told_so(hq: HqFixture, client: HqClient) -> None:
    """An ACC project may have it, which HQ's list leaves out."""
    taken = build_reply(409, {"code": 9409, "message": "taken"})
    hq.emulator.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="it may also be an ACC project: declare another name"):
        create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})


def test_adopting_does_not_copy_a_template_and_says_so(hq: HqFixture, client: HqClient) -> None:
    """HQ copies a template only into a project that it makes."""
    template = hq.create_project(name="Template")
    hq.create_project()

    create(
        build_run(client), {**PROJECT_INPUTS, "adopt": "any", "template_project_id": template["id"]}
    )

    assert "the template is not copied into 'Tower A'" in hq.list_warnings()[-1]


def test_names_that_are_taken_are_looked_for_in_one_walk(hq: HqFixture, client: HqClient) -> None:
    """Twelve conflicts in four threads: twelve POSTs, one walk, and each adopted project once."""
    there = [hq.create_project(name=f"Tower {each}")["id"] for each in range(12)]

    def adopted(each: int) -> str:
        return create(
            build_run(client), {**PROJECT_INPUTS, "name": f"Tower {each}", "adopt": "any"}
        )[0]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(adopted, range(12)))

    assert found == there
    asked = Counter(hq.emulator.requests_made)
    assert asked == {"token": 1, "POST projects": 12, "GET projects": 1, "GET project": 12}


def test_a_project_that_was_made_after_the_walk_is_found_at_its_end(
    hq: HqFixture, client: HqClient
) -> None:
    """Somebody made it between two conflicts of one run."""
    hq.create_project(name="Tower A")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    late = hq.create_project(name="Late")

    project_id, _ = create(build_run(client), {**PROJECT_INPUTS, "name": "Late", "adopt": "any"})

    assert project_id == late["id"]
    assert hq.emulator.requests_made.count("GET projects") == 2


def test_what_the_walk_found_is_judged_as_it_is_now(hq: HqFixture, client: HqClient) -> None:
    """It was archived when the list was walked, and somebody has brought it back since."""
    hq.create_project(name="Tower A")
    back = hq.create_project(name="Back", status="archived")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    hq.emulator.call_control_plane("PATCH", f"/projects/{back['id']}", {"status": "active"})

    with pytest.raises(ConflictError, match="a project 'Back' exists already"):
        create(build_run(client), {**PROJECT_INPUTS, "name": "Back", "adopt": "archived"})

    assert hq.emulator.requests_made.count("GET projects") == 1


def test_a_name_that_has_moved_on_since_the_walk_is_nobodys(
    hq: HqFixture, client: HqClient
) -> None:
    """The project that had it is left alone."""
    hq.create_project(name="Tower A")
    other = hq.create_project(name="Other")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    hq.emulator.call_control_plane("PATCH", f"/projects/{other['id']}", {"name": "Renamed"})
    taken = build_reply(409, {"code": 9409, "message": "taken"})
    hq.emulator.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="no BIM 360 project of that name can be seen"):
        create(build_run(client), {**PROJECT_INPUTS, "name": "Other", "adopt": "any"})
