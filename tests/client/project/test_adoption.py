"""Adoption: what a create does at HQ if the name is in use, and what it leaves unchanged."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create, diff
from bim360_provider.core.run import Ownership
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
    """Return the bodies of the requests with this method."""
    return [entry.body for entry in hq.emulator.journal.find_entries(method=method)][-3:]


def test_by_default_a_name_in_use_is_an_error_with_advice(hq: HqFixture, client: HqClient) -> None:
    """The existing project is not changed."""
    existing = hq.create_project()

    with pytest.raises(ConflictError) as caught:
        create(build_run(client), PROJECT_INPUTS)

    assert str(caught.value) == (
        "BIM 360: could not create project 'Tower A': a project 'Tower A' exists already "
        f"({existing['id']}, active); adopt it with adopt='any', or declare another name; "
        "if only the resource was renamed, add an alias to it."
    )
    assert hq.emulator.request_log == ["token", "POST projects", "GET projects"]


def test_an_archived_project_is_reactivated_where_declared(hq: HqFixture, client: HqClient) -> None:
    """A request of its own sets the status first; then the other differences follow."""
    existing = hq.create_project(status="archived")
    inputs = {**PROJECT_INPUTS, "adopt": "archived", "value": 9.0}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == existing["id"]
    assert list_bodies(hq)[-2:] == [{"status": "active"}, {"value": 9.0}]
    assert (outs["status"], outs["value"], outs["unfinished"]) == ("active", 9.0, [])
    assert diff(outs, inputs).changed_arguments == ()


def test_an_active_project_of_another_user_is_not_adopted_with_adopt_archived(
    hq: HqFixture, client: HqClient
) -> None:
    """Not even one with exactly the declared values that was changed an hour ago."""
    hq.create_project()
    hq.clock.sleep(3600)

    with pytest.raises(ConflictError, match="exists already"):
        create(build_run(client), {**PROJECT_INPUTS, "adopt": "archived"})

    assert hq.emulator.request_log == ["token", "POST projects", "GET projects"]


def test_a_replaced_project_is_not_adopted_with_adopt_archived_after_its_state_is_lost(
    hq: HqFixture, client: HqClient
) -> None:
    """HQ does not record who reactivated it; the error names the way to adopt it."""
    existing = hq.create_project(status="archived")
    inputs = {**PROJECT_INPUTS, "adopt": "archived"}
    _, outs = create(build_run(client), inputs)
    replacement = Ownership(find_previous_state={existing["id"]: outs}.get)
    replaced_id, _ = create(build_run(hq.create_client(), ownership=replacement), inputs)
    hq.emulator.clock.advance(60)

    with pytest.raises(ConflictError, match="adopt it with adopt='any'"):
        create(build_run(hq.create_client()), inputs)

    adopted_id, _ = create(build_run(hq.create_client()), {**inputs, "adopt": "any"})
    assert existing["id"] == replaced_id == adopted_id


def test_any_project_is_adopted_and_updated_as_declared(hq: HqFixture, client: HqClient) -> None:
    """Only differences are sent, never the name."""
    existing = hq.create_project(city="Oslo", service_types="pm,cost")
    inputs = {**PROJECT_INPUTS, "adopt": "any", "city": "Bergen", "service_types": ["doc_manager"]}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == existing["id"]
    assert list_bodies(hq)[-1] == {"service_types": "doc_manager", "city": "Bergen"}
    assert diff(outs, inputs).changed_arguments == ()


def test_an_adopted_project_without_differences_is_not_changed(
    hq: HqFixture, client: HqClient
) -> None:
    """No PATCH is sent."""
    hq.create_project()

    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})

    assert hq.emulator.request_log == ["token", "POST projects", "GET projects", "GET project"]


def test_the_leftover_of_an_interrupted_run_is_adopted_with_a_warning(hq: HqFixture) -> None:
    """The process died between HQ's response and Pulumi's state."""
    hq.create_client().projects.create({k: PROJECT_INPUTS[k] for k in list(PROJECT_INPUTS)[:6]})
    hq.clock.sleep(60)

    project_id, _ = create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert project_id in str(hq.list_warnings())
    assert "interrupted run" in str(hq.list_warnings())
    assert "PATCH project" not in hq.emulator.request_log


def test_leftovers_are_not_adopted_if_the_option_forbids_it(hq: HqFixture) -> None:
    """The option is adoptLeftovers."""
    hq.create_client().projects.create({k: PROJECT_INPUTS[k] for k in list(PROJECT_INPUTS)[:6]})
    hq.clock.sleep(60)

    with pytest.raises(ConflictError, match="exists already"):
        create(
            build_run(hq.create_client(), build_settings(adoptLeftovers="false")), PROJECT_INPUTS
        )


def test_an_adoption_that_cannot_be_completed_is_finished_later(
    hq: HqFixture, client: HqClient
) -> None:
    """The id is known by then, so the create must not raise an error."""
    existing = hq.create_project(status="archived")
    hq.emulator.faults.append(
        Fault("PATCH project", build_reply(422, {"message": "not now"}), times=9)
    )
    inputs = {**PROJECT_INPUTS, "adopt": "archived", "value": 9.0}

    project_id, outs = create(build_run(client), inputs)

    assert project_id == existing["id"]
    assert outs["unfinished"] == ["status", "value"]
    assert "the next `pulumi up` tries again" in hq.list_warnings()[-1]


def test_a_name_in_use_without_a_visible_project_is_explained(
    hq: HqFixture, client: HqClient
) -> None:
    """An ACC project may have it; HQ's list omits those."""
    taken = build_reply(409, {"code": 9409, "message": "taken"})
    hq.emulator.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="it may also be an ACC project: declare another name"):
        create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})


def test_adoption_does_not_copy_a_template_and_warns(hq: HqFixture, client: HqClient) -> None:
    """HQ copies a template only when it creates the project."""
    template = hq.create_project(name="Template")
    hq.create_project()

    create(
        build_run(client), {**PROJECT_INPUTS, "adopt": "any", "template_project_id": template["id"]}
    )

    assert "the template is not copied into 'Tower A'" in hq.list_warnings()[-1]


def test_names_in_use_are_searched_in_one_walk(hq: HqFixture, client: HqClient) -> None:
    """Twelve conflicts in four threads: twelve POSTs, one walk, and each project adopted once."""
    existing = [hq.create_project(name=f"Tower {each}")["id"] for each in range(12)]

    def adopted(each: int) -> str:
        return create(
            build_run(client), {**PROJECT_INPUTS, "name": f"Tower {each}", "adopt": "any"}
        )[0]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(adopted, range(12)))

    assert found == existing
    requests = Counter(hq.emulator.request_log)
    assert requests == {"token": 1, "POST projects": 12, "GET projects": 1, "GET project": 12}


def test_a_project_created_after_the_walk_is_found_at_its_end(
    hq: HqFixture, client: HqClient
) -> None:
    """Another user created it between two conflicts of one run."""
    hq.create_project(name="Tower A")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    late = hq.create_project(name="Late")

    project_id, _ = create(build_run(client), {**PROJECT_INPUTS, "name": "Late", "adopt": "any"})

    assert project_id == late["id"]
    assert hq.emulator.request_log.count("GET projects") == 2


def test_a_project_found_by_the_walk_is_judged_by_its_current_state(
    hq: HqFixture, client: HqClient
) -> None:
    """It was archived when the list was read, and another user has reactivated it since."""
    hq.create_project(name="Tower A")
    reactivated = hq.create_project(name="Back", status="archived")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    hq.emulator.call_control_plane("PATCH", f"/projects/{reactivated['id']}", {"status": "active"})

    with pytest.raises(ConflictError, match="a project 'Back' exists already"):
        create(build_run(client), {**PROJECT_INPUTS, "name": "Back", "adopt": "archived"})

    assert hq.emulator.request_log.count("GET projects") == 1


def test_a_project_renamed_since_the_walk_no_longer_owns_the_name(
    hq: HqFixture, client: HqClient
) -> None:
    """The project that had the name is not changed."""
    hq.create_project(name="Tower A")
    other = hq.create_project(name="Other")
    create(build_run(client), {**PROJECT_INPUTS, "adopt": "any"})
    hq.emulator.call_control_plane("PATCH", f"/projects/{other['id']}", {"name": "Renamed"})
    taken = build_reply(409, {"code": 9409, "message": "taken"})
    hq.emulator.faults.append(Fault("POST projects", taken))

    with pytest.raises(ConflictError, match="HQ lists no such BIM 360 project"):
        create(build_run(client), {**PROJECT_INPUTS, "name": "Other", "adopt": "any"})
