"""Delete: archive, because HQ cannot delete; done is done."""

from typing import Any

import pytest

from bim360_provider.core.project import create, delete
from bim360_provider.errors import Bim360Error, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, TOWER, Fault, Stage, says, settings

LONG_AGO = {"created_at": "2026-01-02T03:04:05.678Z"}
Made = tuple[str, dict[str, Any]]


@pytest.fixture
def made(stage: Stage, client: HqClient) -> Made:
    """Return the id and the state of a project that exists; what made it is not counted."""
    project = create(client, TOWER, settings())
    stage.hq.asked.clear()
    return project


def test_destroying_archives_with_one_request(stage: Stage, client: HqClient, made: Made) -> None:
    """The status and nothing else; the name stays taken."""
    delete(client, *made)

    assert stage.hq.asked == ["PATCH project"]
    assert stage.hq.requests[-1].body == b'{"status": "archived"}'
    assert client.projects.get(made[0]).status == "archived"


def test_destroying_twice_does_no_harm(stage: Stage, client: HqClient, made: Made) -> None:
    """As after a destroy whose state was lost."""
    delete(client, *made)
    delete(client, *made)

    assert stage.hq.asked == ["PATCH project", "PATCH project"]


def test_a_refusal_counts_as_done_if_the_project_is_archived(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """HQ may not take archived twice; that is looked up, not guessed."""
    delete(client, *made)
    stage.hq.faults.append(Fault("PATCH project", says(422, {"message": "no"})))

    delete(client, *made)

    assert stage.hq.asked[-2:] == ["PATCH project", "GET project"]


def test_a_project_that_is_gone_is_done_with(stage: Stage, client: HqClient, made: Made) -> None:
    """Somebody else was faster."""
    stage.hq.ask("DELETE", f"/projects/{made[0]}")

    delete(client, made[0], {**made[1], **LONG_AGO})

    assert stage.hq.asked == ["PATCH project"]


def test_a_project_that_does_not_show_yet_is_waited_for(stage: Stage, client: HqClient) -> None:
    """A destroy right after the up: taken for gone, the project would be nobody's."""
    stage.hq.ask("PATCH", "/options", {"visible_after": 9})
    project_id, state = create(client, TOWER, settings())

    delete(client, project_id, state)

    assert client.projects.get(project_id).status == "archived"


def test_retain_sends_nothing_and_says_so(stage: Stage, client: HqClient, made: Made) -> None:
    """The project stays as it is."""
    project_id, state = made

    delete(client, project_id, {**state, "on_destroy": "retain"})

    assert stage.hq.asked == []
    assert stage.told == [("BIM 360: project 'Tower A' is left as it is (retain).", False)]


@pytest.mark.parametrize(
    "reply",
    [NO_ACCOUNT, says(403), says(422), says(404, b"<html>project</html>"), says(503), HANGS_UP],
)
def test_what_could_not_be_archived_is_an_error(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """A destroy that forgets a living project would be a lie."""
    stage.hq.faults.append(Fault("PATCH project", reply, times=99))

    with pytest.raises(Bim360Error, match=r"could not change status of project"):
        delete(client, *made)


def test_an_account_out_of_sight_is_no_project_that_is_gone(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """An app that lost its access must not lose the state as well."""
    unclear = says(404, {"code": 1004, "message": "not found"})
    stage.hq.faults += [Fault("PATCH project", unclear), Fault("GET projects", unclear)]

    with pytest.raises(NotFoundError):
        delete(client, made[0], {**made[1], **LONG_AGO})
