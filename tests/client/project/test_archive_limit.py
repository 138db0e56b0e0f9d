"""No more archives than are meant: what counts, what does not, and what is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create, delete, update
from bim360_provider.core.run import Allowance, Owners
from bim360_provider.errors import ArchiveLimitError, Bim360Error
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, TOWER, Fault, Stage, says, settings

LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
Made = tuple[str, dict[str, Any]]


@pytest.fixture
def towers(stage: Stage, client: HqClient) -> list[Made]:
    """Return projects that exist; what made them is not counted."""
    made = [create(client, {**TOWER, "name": f"Tower {n}"}, settings()) for n in range(8)]
    stage.hq.asked.clear()
    return made


def statuses(client: HqClient) -> list[str]:
    """Return the status of every project, those of the towers."""
    return [str(project.status) for project in client.projects.walk()]


def refused(run: Callable[[], object]) -> bool:
    """Return whether the guard refused it."""
    try:
        run()
    except ArchiveLimitError:
        return True
    return False


def test_four_threads_archive_exactly_as_many_as_allowed(
    stage: Stage, client: HqClient, towers: list[Made]
) -> None:
    """And for those that are refused not one request is sent."""
    allowance = Allowance(3)

    with ThreadPoolExecutor(4) as pool:
        outcomes = pool.map(
            lambda made: refused(lambda: delete(client, made[0], made[1], None, allowance)), towers
        )

    assert list(outcomes).count(True) == 5
    assert stage.hq.asked == ["PATCH project"] * 3
    assert statuses(client).count("archived") == 3


def test_the_refusal_names_the_project_and_says_how_to_go_on(
    client: HqClient, towers: list[Made]
) -> None:
    """In one line, in the words of whoever stands before it."""
    allowance = Allowance(1)
    delete(client, *towers[0], allowance=allowance)

    with pytest.raises(ArchiveLimitError) as caught:
        delete(client, *towers[1], allowance=allowance)

    assert str(caught.value) == (
        f"BIM 360: project 'Tower 1' ({towers[1][0]}) is not archived: this run has archived 1 "
        "already, as many as bim360:maxArchives allows. If the rest is meant too: run it again "
        "for the next 1, or set BIM360_MAX_ARCHIVES to as many as are meant, or to 'unlimited'."
    )


def test_what_archives_nothing_takes_no_place(
    stage: Stage, client: HqClient, towers: list[Made]
) -> None:
    """Archived already, retained, taken over or gone."""
    allowance, owners = Allowance(1), Owners()
    (first, state), (second, _), (third, _), (fourth, _) = towers[:4]
    owners.takes(third)
    stage.hq.ask("DELETE", f"/projects/{fourth}")

    delete(client, first, {**state, "status": "archived"}, owners, allowance)
    delete(client, second, {**state, "on_destroy": "retain"}, owners, allowance)
    delete(client, third, state, owners, allowance)
    delete(client, fourth, {**state, **LONG_AGO}, owners, allowance)

    assert not refused(lambda: delete(client, *towers[4], allowance=allowance))
    assert refused(lambda: delete(client, *towers[5], allowance=allowance))


def test_a_project_that_hq_would_not_archive_gives_its_place_back(
    stage: Stage, client: HqClient, towers: list[Made]
) -> None:
    """It is as it was, so another one may go."""
    allowance = Allowance(1)
    stage.hq.faults.append(Fault("PATCH project", says(422, {"message": "no"})))

    with pytest.raises(Bim360Error, match="422"):
        delete(client, *towers[0], allowance=allowance)

    assert not refused(lambda: delete(client, *towers[1], allowance=allowance))
    assert refused(lambda: delete(client, *towers[2], allowance=allowance))
    assert statuses(client).count("archived") == 1


@pytest.mark.parametrize("reply", [HANGS_UP, says(504), says(502, b"<html>")])
def test_a_lost_answer_counts_as_archived(
    stage: Stage, client: HqClient, towers: list[Made], reply: Any
) -> None:
    """HQ has acted on it, as here."""
    allowance = Allowance(1)
    stage.hq.faults.append(Fault("PATCH project", reply, acts=True, times=99))

    with pytest.raises(Bim360Error, match="could not change status"):
        delete(client, *towers[0], allowance=allowance)

    assert refused(lambda: delete(client, *towers[1], allowance=allowance))
    assert statuses(client).count("archived") == 1


def test_what_was_archived_before_its_answer_was_lost_counts(
    stage: Stage, client: HqClient, towers: list[Made]
) -> None:
    """HQ refuses the second PATCH, because the first one did it."""
    allowance = Allowance(1)
    stage.hq.faults += [
        Fault("PATCH project", HANGS_UP, acts=True),
        Fault("PATCH project", says(422, {"message": "it is archived"})),
    ]

    delete(client, *towers[0], allowance=allowance)

    assert refused(lambda: delete(client, *towers[1], allowance=allowance))


def test_an_update_that_archives_is_refused_as_a_whole(
    stage: Stage, client: HqClient, towers: list[Made]
) -> None:
    """Half of it, a new city on a project that is to be gone, helps nobody."""
    project_id, state = towers[0]
    wanted = {**TOWER, "name": "Tower 0", "city": "Oslo", "status": "archived"}

    with pytest.raises(ArchiveLimitError, match="'Tower 0'"):
        update(client, project_id, state, wanted, Allowance(0))

    assert stage.hq.asked == []


def test_archiving_by_an_update_counts_once(client: HqClient, towers: list[Made]) -> None:
    """The same declared again changes nothing, and what is brought back neither."""
    allowance = Allowance(1)
    project_id, state = towers[0]
    wanted = {**TOWER, "name": "Tower 0"}

    outs = update(client, project_id, state, {**wanted, "status": "archived"}, allowance)
    outs = update(client, project_id, outs, {**wanted, "city": "Oslo"}, allowance)

    assert outs["status"] == "active"
    assert refused(lambda: delete(client, *towers[1], allowance=allowance))


def test_a_new_project_may_be_archived_from_the_start(stage: Stage, client: HqClient) -> None:
    """A table of finished projects: nothing that was there is lost."""
    wanted = {**TOWER, "status": "archived"}

    _, outs = create(client, wanted, settings(), Owners(), Allowance(0))

    assert outs["status"] == "archived"
    assert stage.warnings() == []


def test_an_adoption_that_would_archive_leaves_the_project_and_finishes_later(
    stage: Stage, client: HqClient
) -> None:
    """It existed, so that archiving it counts; it is known, so that it is not an error."""
    there = stage.project()
    wanted = {**TOWER, "adopt": "any", "status": "archived"}

    project_id, outs = create(client, wanted, settings(), Owners(), Allowance(0))

    assert project_id == there["id"]
    assert "PATCH project" not in stage.hq.asked
    assert outs["unfinished"] == ["status"]
    assert "is not archived: bim360:maxArchives is 0" in stage.warnings()[-1]
    assert update(client, project_id, outs, wanted, Allowance(1))["status"] == "archived"
