"""One project, one resource: nobody archives what another resource has."""

import pytest

from bim360_provider.core.project import create, delete
from bim360_provider.core.run import Ownership
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import PROJECT_INPUTS, HqFixture, build_run


def test_a_renamed_resource_that_adopts_its_project_keeps_it(
    hq: HqFixture, client: HqClient
) -> None:
    """Pulumi creates the new resource, then deletes the old one: the project must survive that."""
    there = hq.create_project()
    owners = Ownership()

    project_id, outs = create(
        build_run(client, ownership=owners), {**PROJECT_INPUTS, "adopt": "any"}
    )
    delete(build_run(client, ownership=owners), project_id, outs)

    assert project_id == there["id"]
    assert client.projects.get(project_id).status == "active"
    assert "PATCH project" not in hq.emulator.requests_made
    assert any("has a new resource now; it is not archived" in line for line in hq.list_warnings())


@pytest.mark.parametrize("adopt", ["never", "archived", "any"])
def test_a_second_resource_cannot_have_the_project_of_the_first(
    client: HqClient, adopt: str
) -> None:
    """Two resources with one name: the second is told so, whatever it may adopt otherwise."""
    owners = Ownership()
    first, _ = create(build_run(client, ownership=owners), PROJECT_INPUTS)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        create(build_run(client, ownership=owners), {**PROJECT_INPUTS, "adopt": adopt})


def test_a_project_that_a_diff_has_seen_is_no_leftover(hq: HqFixture, client: HqClient) -> None:
    """In a later run the first resource is only compared; that is enough to know the owner."""
    owners = Ownership()
    project_id, _ = create(build_run(client), PROJECT_INPUTS)
    hq.clock.sleep(3600)
    owners.mark_owned(project_id)

    with pytest.raises(ConflictError, match="another resource of this stack"):
        create(build_run(hq.create_client(), ownership=owners), PROJECT_INPUTS)


def test_what_this_run_made_it_can_archive(client: HqClient) -> None:
    """Only an adopted project is kept from archiving."""
    owners = Ownership()
    project_id, outs = create(build_run(client, ownership=owners), PROJECT_INPUTS)

    delete(build_run(client, ownership=owners), project_id, outs)

    assert client.projects.get(project_id).status == "archived"
