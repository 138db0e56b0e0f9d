"""Adopt: what a create does at HQ when the name is taken, and what it leaves alone."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create, diff
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import TOWER, Fault, Stage, says, settings


def bodies(stage: Stage, method: str = "PATCH") -> list[Any]:
    """Return the bodies of what was sent."""
    return [entry.body for entry in stage.hq.journal.entries(method=method)][-3:]


def test_by_default_a_taken_name_is_an_error_with_advice(stage: Stage, client: HqClient) -> None:
    """And the project that has it is not touched."""
    there = stage.project()

    with pytest.raises(ConflictError) as caught:
        create(client, TOWER, settings())

    assert str(caught.value) == (
        "BIM 360: could not create project 'Tower A': a project 'Tower A' exists already "
        f"({there['id']}, active); take it over with adopt='any', or declare another name; "
        "if only the resource has a new name, give it Pulumi's aliases."
    )
    assert stage.hq.asked == ["token", "POST projects", "GET projects"]


def test_an_archived_project_is_brought_back_where_that_is_declared(
    stage: Stage, client: HqClient
) -> None:
    """Its status first, in a request of its own; then what differs."""
    there = stage.project(status="archived")
    inputs = {**TOWER, "adopt": "archived", "value": 9.0}

    project_id, outs = create(client, inputs, settings())

    assert project_id == there["id"]
    assert bodies(stage)[-2:] == [{"status": "active"}, {"value": 9.0}]
    assert (outs["status"], outs["value"], outs["unfinished"]) == ("active", 9.0, [])
    assert diff(outs, inputs).changed == ()


def test_what_an_interrupted_run_brought_back_is_taken_up(stage: Stage, client: HqClient) -> None:
    """The run before was killed before the state was written; nothing is changed again."""
    there = stage.project(status="archived")
    inputs = {**TOWER, "adopt": "archived"}
    create(client, inputs, settings())
    stage.hq.clock.advance(60)
    stage.hq.asked.clear()

    project_id, outs = create(stage.client(), inputs, settings())

    assert (project_id, outs["status"]) == (there["id"], "active")
    assert stage.hq.asked == ["token", "POST projects", "GET projects", "GET project"]
    assert any("was brought back by an interrupted run" in each for each in stage.warnings())


def test_a_living_project_is_not_taken_where_only_archived_ones_are(
    stage: Stage, client: HqClient
) -> None:
    """The policy means what it says."""
    stage.project()

    with pytest.raises(ConflictError, match="exists already"):
        create(client, {**TOWER, "adopt": "archived"}, settings())


def test_any_project_is_taken_over_and_made_as_declared(stage: Stage, client: HqClient) -> None:
    """Only what differs is sent, and never the name."""
    there = stage.project(city="Oslo", service_types="pm,cost")
    inputs = {**TOWER, "adopt": "any", "city": "Bergen", "service_types": ["doc_manager"]}

    project_id, outs = create(client, inputs, settings())

    assert project_id == there["id"]
    assert bodies(stage)[-1] == {"service_types": "doc_manager", "city": "Bergen"}
    assert diff(outs, inputs).changed == ()


def test_an_adopted_project_that_is_as_declared_is_left_alone(
    stage: Stage, client: HqClient
) -> None:
    """Nothing is patched for the sake of it."""
    stage.project()

    create(client, {**TOWER, "adopt": "any"}, settings())

    assert stage.hq.asked == ["token", "POST projects", "GET projects", "GET project"]


def test_the_leftover_of_an_interrupted_run_is_adopted_and_told_of(stage: Stage) -> None:
    """The process died between HQ's answer and Pulumi's state."""
    stage.client().projects.create({k: TOWER[k] for k in list(TOWER)[:6]})
    stage.clock.sleep(60)

    project_id, _ = create(stage.client(), TOWER, settings())

    assert project_id in str(stage.warnings())
    assert "interrupted run" in str(stage.warnings())
    assert "PATCH project" not in stage.hq.asked


def test_leftovers_are_left_alone_where_configured(stage: Stage) -> None:
    """The switch that forbids it."""
    stage.client().projects.create({k: TOWER[k] for k in list(TOWER)[:6]})
    stage.clock.sleep(60)

    with pytest.raises(ConflictError, match="exists already"):
        create(stage.client(), TOWER, settings(adoptLeftovers="false"))


def test_what_cannot_be_applied_on_adoption_is_finished_later(
    stage: Stage, client: HqClient
) -> None:
    """The id is known by then, so nothing is raised any more."""
    there = stage.project(status="archived")
    stage.hq.faults.append(Fault("PATCH project", says(422, {"message": "not now"}), times=9))
    inputs = {**TOWER, "adopt": "archived", "value": 9.0}

    project_id, outs = create(client, inputs, settings())

    assert project_id == there["id"]
    assert outs["unfinished"] == ["status", "value"]
    assert "the next `pulumi up` tries again" in stage.warnings()[-1]


def test_a_name_that_no_project_shows_is_told_so(stage: Stage, client: HqClient) -> None:
    """An ACC project may have it, which HQ's list leaves out."""
    taken = says(409, {"code": 9409, "message": "taken"})
    stage.hq.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="it may also be an ACC project: declare another name"):
        create(client, {**TOWER, "adopt": "any"}, settings())


def test_adopting_does_not_copy_a_template_and_says_so(stage: Stage, client: HqClient) -> None:
    """HQ copies a template only into a project that it makes."""
    template = stage.project(name="Template")
    stage.project()

    create(client, {**TOWER, "adopt": "any", "template_project_id": template["id"]}, settings())

    assert "the template is not copied into 'Tower A'" in stage.warnings()[-1]


def test_names_that_are_taken_are_looked_for_in_one_walk(stage: Stage, client: HqClient) -> None:
    """Twelve conflicts in four threads: twelve POSTs, one walk, and each adopted project once."""
    there = [stage.project(name=f"Tower {each}")["id"] for each in range(12)]

    def adopted(each: int) -> str:
        return create(client, {**TOWER, "name": f"Tower {each}", "adopt": "any"}, settings())[0]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(adopted, range(12)))

    assert found == there
    asked = Counter(stage.hq.asked)
    assert asked == {"token": 1, "POST projects": 12, "GET projects": 1, "GET project": 12}


def test_a_project_that_was_made_after_the_walk_is_found_at_its_end(
    stage: Stage, client: HqClient
) -> None:
    """Somebody made it between two conflicts of one run."""
    stage.project(name="Tower A")
    create(client, {**TOWER, "adopt": "any"}, settings())
    late = stage.project(name="Late")

    project_id, _ = create(client, {**TOWER, "name": "Late", "adopt": "any"}, settings())

    assert project_id == late["id"]
    assert stage.hq.asked.count("GET projects") == 2


def test_what_the_walk_found_is_judged_as_it_is_now(stage: Stage, client: HqClient) -> None:
    """It was archived when the list was walked, and somebody has brought it back since."""
    stage.project(name="Tower A")
    back = stage.project(name="Back", status="archived")
    create(client, {**TOWER, "adopt": "any"}, settings())
    stage.hq.ask("PATCH", f"/projects/{back['id']}", {"status": "active"})

    with pytest.raises(ConflictError, match="a project 'Back' exists already"):
        create(client, {**TOWER, "name": "Back", "adopt": "archived"}, settings())

    assert stage.hq.asked.count("GET projects") == 1


def test_a_name_that_has_moved_on_since_the_walk_is_nobodys(stage: Stage, client: HqClient) -> None:
    """The project that had it is left alone."""
    stage.project(name="Tower A")
    other = stage.project(name="Other")
    create(client, {**TOWER, "adopt": "any"}, settings())
    stage.hq.ask("PATCH", f"/projects/{other['id']}", {"name": "Renamed"})
    taken = says(409, {"code": 9409, "message": "taken"})
    stage.hq.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="no BIM 360 project of that name can be seen"):
        create(client, {**TOWER, "name": "Other", "adopt": "any"}, settings())
