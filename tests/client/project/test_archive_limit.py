"""No more archives than are meant: what counts, what does not, and what is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create, delete, update
from bim360_provider.core.run import ArchiveLimit, Ownership
from bim360_provider.errors import ArchiveLimitError, Bim360Error
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
IdAndState = tuple[str, dict[str, Any]]


@pytest.fixture
def created_projects(hq: HqFixture, client: HqClient) -> list[IdAndState]:
    """Return projects that exist; what made them is not counted."""
    made = [create(build_run(client), {**PROJECT_INPUTS, "name": f"Tower {n}"}) for n in range(8)]
    hq.emulator.requests_made.clear()
    return made


def list_statuses(client: HqClient) -> list[str]:
    """Return the status of every project, those of the towers."""
    return [str(project.status) for project in client.projects.walk()]


def is_refused(run: Callable[[], object]) -> bool:
    """Return whether the guard refused it."""
    try:
        run()
    except ArchiveLimitError:
        return True
    return False


def test_four_threads_archive_exactly_as_many_as_allowed(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """And for those that are refused not one request is sent."""
    allowance = ArchiveLimit(3)

    with ThreadPoolExecutor(4) as pool:
        outcomes = pool.map(
            lambda made: is_refused(
                lambda: delete(
                    build_run(client, ownership=None, archive_limit=allowance), made[0], made[1]
                )
            ),
            created_projects,
        )

    assert list(outcomes).count(True) == 5
    assert hq.emulator.requests_made == ["PATCH project"] * 3
    assert list_statuses(client).count("archived") == 3


def test_the_refusal_names_the_project_and_says_how_to_go_on(
    client: HqClient, created_projects: list[IdAndState]
) -> None:
    """In one line, in the words of whoever stands before it."""
    allowance = ArchiveLimit(1)
    delete(build_run(client, archive_limit=allowance), *created_projects[0])

    with pytest.raises(ArchiveLimitError) as caught:
        delete(build_run(client, archive_limit=allowance), *created_projects[1])

    assert str(caught.value) == (
        f"BIM 360: project 'Tower 1' ({created_projects[1][0]}) is not archived: this run has archived 1 "
        "already, as many as bim360:maxArchives allows. If the rest is meant too: run it again "
        "for the next 1, or set BIM360_MAX_ARCHIVES to as many as are meant, or to 'unlimited'."
    )


def test_what_archives_nothing_takes_no_place(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """Archived already, retained, taken over or gone."""
    allowance, owners = ArchiveLimit(1), Ownership()
    (first, state), (second, _), (third, _), (fourth, _) = created_projects[:4]
    owners.mark_adopted(third)
    hq.emulator.call_control_plane("DELETE", f"/projects/{fourth}")

    delete(
        build_run(client, ownership=owners, archive_limit=allowance),
        first,
        {**state, "status": "archived"},
    )
    delete(
        build_run(client, ownership=owners, archive_limit=allowance),
        second,
        {**state, "on_destroy": "retain"},
    )
    delete(build_run(client, ownership=owners, archive_limit=allowance), third, state)
    delete(
        build_run(client, ownership=owners, archive_limit=allowance), fourth, {**state, **LONG_AGO}
    )

    assert not is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[4])
    )
    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[5])
    )


def test_a_project_that_hq_would_not_archive_gives_its_place_back(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """It is as it was, so another one may go."""
    allowance = ArchiveLimit(1)
    hq.emulator.faults.append(Fault("PATCH project", build_reply(422, {"message": "no"})))

    with pytest.raises(Bim360Error, match="422"):
        delete(build_run(client, archive_limit=allowance), *created_projects[0])

    assert not is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )
    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[2])
    )
    assert list_statuses(client).count("archived") == 1


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(502, b"<html>")])
def test_a_lost_answer_counts_as_archived(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState], reply: Any
) -> None:
    """HQ has acted on it, as here."""
    allowance = ArchiveLimit(1)
    hq.emulator.faults.append(Fault("PATCH project", reply, acts_on_request=True, times=99))

    with pytest.raises(Bim360Error, match="could not change status"):
        delete(build_run(client, archive_limit=allowance), *created_projects[0])

    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )
    assert list_statuses(client).count("archived") == 1


def test_what_was_archived_before_its_answer_was_lost_counts(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """HQ refuses the second PATCH, because the first one did it."""
    allowance = ArchiveLimit(1)
    hq.emulator.faults += [
        Fault("PATCH project", DROPS_CONNECTION, acts_on_request=True),
        Fault("PATCH project", build_reply(422, {"message": "it is archived"})),
    ]

    delete(build_run(client, archive_limit=allowance), *created_projects[0])

    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )


def test_an_update_that_archives_is_refused_as_a_whole(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """Half of it, a new city on a project that is to be gone, helps nobody."""
    project_id, state = created_projects[0]
    wanted = {**PROJECT_INPUTS, "name": "Tower 0", "city": "Oslo", "status": "archived"}

    with pytest.raises(ArchiveLimitError, match="'Tower 0'"):
        update(build_run(client, archive_limit=ArchiveLimit(0)), project_id, state, wanted)

    assert hq.emulator.requests_made == []


def test_archiving_by_an_update_counts_once(
    client: HqClient, created_projects: list[IdAndState]
) -> None:
    """The same declared again changes nothing, and what is brought back neither."""
    allowance = ArchiveLimit(1)
    project_id, state = created_projects[0]
    wanted = {**PROJECT_INPUTS, "name": "Tower 0"}

    outs = update(
        build_run(client, archive_limit=allowance),
        project_id,
        state,
        {**wanted, "status": "archived"},
    )
    outs = update(
        build_run(client, archive_limit=allowance), project_id, outs, {**wanted, "city": "Oslo"}
    )

    assert outs["status"] == "active"
    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )


def test_a_new_project_may_be_archived_from_the_start(hq: HqFixture, client: HqClient) -> None:
    """A table of finished projects: nothing that was there is lost."""
    wanted = {**PROJECT_INPUTS, "status": "archived"}

    _, outs = create(build_run(client, archive_limit=ArchiveLimit(0)), wanted)

    assert outs["status"] == "archived"
    assert hq.list_warnings() == []


def test_an_adoption_that_would_archive_leaves_the_project_and_finishes_later(
    hq: HqFixture, client: HqClient
) -> None:
    """It existed, so that archiving it counts; it is known, so that it is not an error."""
    there = hq.create_project()
    wanted = {**PROJECT_INPUTS, "adopt": "any", "status": "archived"}

    project_id, outs = create(build_run(client, archive_limit=ArchiveLimit(0)), wanted)

    assert project_id == there["id"]
    assert "PATCH project" not in hq.emulator.requests_made
    assert outs["unfinished"] == ["status"]
    assert "is not archived: bim360:maxArchives is 0" in hq.list_warnings()[-1]
    assert (
        update(build_run(client, archive_limit=ArchiveLimit(1)), project_id, outs, wanted)["status"]
        == "archived"
    )
