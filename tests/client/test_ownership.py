"""Ownership: one project belongs to one resource, and no other resource archives it."""

import pytest

from bim360_provider.core.project import create, delete
from bim360_provider.core.run import Ownership
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import PROJECT_INPUTS, HqFixture, build_run


def test_a_renamed_resource_that_adopts_its_project_keeps_it(
    hq: HqFixture, client: HqClient
) -> None:
    """Pulumi creates the new resource, then deletes the old one: the project must stay active."""
    existing = hq.create_project()
    owners = Ownership()

    project_id, outs = create(
        build_run(client, ownership=owners), {**PROJECT_INPUTS, "adopt": "any"}
    )
    delete(build_run(client, ownership=owners), project_id, outs)

    assert project_id == existing["id"]
    assert client.projects.get(project_id).status == "active"
    assert "PATCH project" not in hq.emulator.request_log
    assert any("has a new resource now; it is not archived" in line for line in hq.list_warnings())


@pytest.mark.parametrize("adopt", ["never", "archived", "any"])
def test_a_second_resource_cannot_own_the_same_project(client: HqClient, adopt: str) -> None:
    """Two resources have one name: the second gets an error for every value of adopt."""
    owners = Ownership()
    first, _ = create(build_run(client, ownership=owners), PROJECT_INPUTS)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        create(build_run(client, ownership=owners), {**PROJECT_INPUTS, "adopt": adopt})


def test_a_project_that_a_diff_has_seen_is_not_a_leftover(hq: HqFixture, client: HqClient) -> None:
    """In a later run the first resource is only compared; this is enough to know the owner."""
    owners = Ownership()
    project_id, _ = create(build_run(client), PROJECT_INPUTS)
    hq.clock.sleep(3600)
    owners.mark_owned(project_id)

    with pytest.raises(ConflictError, match="another resource of this stack"):
        create(build_run(hq.create_client(), ownership=owners), PROJECT_INPUTS)


def test_a_project_created_in_this_run_can_be_archived(client: HqClient) -> None:
    """Only adopted projects are protected from it."""
    owners = Ownership()
    project_id, outs = create(build_run(client, ownership=owners), PROJECT_INPUTS)

    delete(build_run(client, ownership=owners), project_id, outs)

    assert client.projects.get(project_id).status == "archived"
