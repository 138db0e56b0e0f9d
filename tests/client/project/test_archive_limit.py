"""The limit on archived projects: what counts, what does not, and what is sent."""

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
IdAndState = tuple[str, Any]


@pytest.fixture
def created_projects(hq: HqFixture, client: HqClient) -> list[IdAndState]:
    """Return existing projects; the requests that created them are not recorded."""
    projects = [
        create(build_run(client), {**PROJECT_INPUTS, "name": f"Tower {n}"}) for n in range(8)
    ]
    hq.emulator.request_log.clear()
    return projects


def list_statuses(client: HqClient) -> list[str]:
    """Return the status of each tower project."""
    return [str(project.status) for project in client.projects.walk()]


def is_refused(run: Callable[[], object]) -> bool:
    """Return whether the archive limit refused the call."""
    try:
        run()
    except ArchiveLimitError:
        return True
    return False


def test_four_threads_archive_exactly_the_allowed_number(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """For a refused project no request is sent."""
    allowance = ArchiveLimit(3)

    with ThreadPoolExecutor(4) as pool:
        outcomes = pool.map(
            lambda project: is_refused(
                lambda: delete(
                    build_run(client, ownership=None, archive_limit=allowance),
                    project[0],
                    project[1],
                )
            ),
            created_projects,
        )

    assert list(outcomes).count(True) == 5
    assert hq.emulator.request_log == ["PATCH project"] * 3
    assert list_statuses(client).count("archived") == 3


def test_the_refusal_names_the_project_and_the_next_step(
    client: HqClient, created_projects: list[IdAndState]
) -> None:
    """It is one line, addressed to the user at the terminal."""
    allowance = ArchiveLimit(1)
    delete(build_run(client, archive_limit=allowance), *created_projects[0])

    with pytest.raises(ArchiveLimitError) as caught:
        delete(build_run(client, archive_limit=allowance), *created_projects[1])

    assert str(caught.value) == (
        f"BIM 360: project 'Tower 1' ({created_projects[1][0]}) is not archived: "
        "this run has archived 1 already, the limit of bim360:maxArchives. "
        "To archive the rest, run it again for the next 1, "
        "or set BIM360_MAX_ARCHIVES to a higher number, or to 'unlimited'."
    )


def test_an_operation_that_archives_nothing_does_not_count(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """The project is already archived, retained, owned by another resource, or deleted."""
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


def test_a_failed_archive_does_not_count(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """The project is unchanged, so another one may be archived."""
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
def test_a_lost_response_counts_as_archived(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState], reply: Any
) -> None:
    """HQ may have acted, as it did here."""
    allowance = ArchiveLimit(1)
    hq.emulator.faults.append(Fault("PATCH project", reply, acts_on_request=True, times=99))

    with pytest.raises(Bim360Error, match="could not change status"):
        delete(build_run(client, archive_limit=allowance), *created_projects[0])

    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )
    assert list_statuses(client).count("archived") == 1


def test_an_archive_before_a_lost_response_counts(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """HQ refuses the second PATCH because the first one succeeded."""
    allowance = ArchiveLimit(1)
    hq.emulator.faults += [
        Fault("PATCH project", DROPS_CONNECTION, acts_on_request=True),
        Fault("PATCH project", build_reply(422, {"message": "it is archived"})),
    ]

    delete(build_run(client, archive_limit=allowance), *created_projects[0])

    assert is_refused(
        lambda: delete(build_run(client, archive_limit=allowance), *created_projects[1])
    )


def test_an_update_that_archives_is_refused_completely(
    hq: HqFixture, client: HqClient, created_projects: list[IdAndState]
) -> None:
    """No other change is applied to a project that is to be archived."""
    project_id, state = created_projects[0]
    wanted = {**PROJECT_INPUTS, "name": "Tower 0", "city": "Oslo", "status": "archived"}

    with pytest.raises(ArchiveLimitError, match="'Tower 0'"):
        update(build_run(client, archive_limit=ArchiveLimit(0)), project_id, state, wanted)

    assert hq.emulator.request_log == []


def test_archiving_by_an_update_counts_once(
    client: HqClient, created_projects: list[IdAndState]
) -> None:
    """Declaring the same again does not count, and neither does a reactivation."""
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


def test_a_new_project_may_be_created_as_archived(hq: HqFixture, client: HqClient) -> None:
    """This does not count: no existing project is lost."""
    wanted = {**PROJECT_INPUTS, "status": "archived"}

    _, outs = create(build_run(client, archive_limit=ArchiveLimit(0)), wanted)

    assert outs["status"] == "archived"
    assert hq.list_warnings() == []


def test_an_adoption_beyond_the_limit_is_finished_later(hq: HqFixture, client: HqClient) -> None:
    """The project existed, so archiving it counts; its id is known, so this is not an error."""
    existing = hq.create_project()
    wanted = {**PROJECT_INPUTS, "adopt": "any", "status": "archived"}

    project_id, outs = create(build_run(client, archive_limit=ArchiveLimit(0)), wanted)

    assert project_id == existing["id"]
    assert "PATCH project" not in hq.emulator.request_log
    assert outs["unfinished"] == ["status"]
    assert "is not archived: bim360:maxArchives is 0" in hq.list_warnings()[-1]
    assert (
        update(build_run(client, archive_limit=ArchiveLimit(1)), project_id, outs, wanted)["status"]
        == "archived"
    )
