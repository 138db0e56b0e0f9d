"""One project, one resource: nobody archives what another resource has."""

import pytest

from bim360_provider.core.project import create, delete
from bim360_provider.core.run import Owners
from bim360_provider.errors import ConflictError
from bim360_provider.hq import HqClient
from tests.support.hq import TOWER, Stage, settings


def test_a_renamed_resource_that_adopts_its_project_keeps_it(
    stage: Stage, client: HqClient
) -> None:
    """Pulumi creates the new resource, then deletes the old one: the project must survive that."""
    there = stage.project()
    owners = Owners()

    project_id, outs = create(client, {**TOWER, "adopt": "any"}, settings(), owners)
    delete(client, project_id, outs, owners)

    assert project_id == there["id"]
    assert client.projects.get(project_id).status == "active"
    assert "PATCH project" not in stage.hq.asked
    assert any("has a new resource now; it is not archived" in line for line in stage.warnings())


@pytest.mark.parametrize("adopt", ["never", "archived", "any"])
def test_a_second_resource_cannot_have_the_project_of_the_first(
    client: HqClient, adopt: str
) -> None:
    """Two resources with one name: the second is told so, whatever it may adopt otherwise."""
    owners = Owners()
    first, _ = create(client, TOWER, settings(), owners)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        create(client, {**TOWER, "adopt": adopt}, settings(), owners)


def test_a_project_that_a_diff_has_seen_is_no_leftover(stage: Stage, client: HqClient) -> None:
    """In a later run the first resource is only compared; that is enough to know the owner."""
    owners = Owners()
    project_id, _ = create(client, TOWER, settings(), Owners())
    stage.clock.sleep(3600)
    owners.owns(project_id)

    with pytest.raises(ConflictError, match="another resource of this stack"):
        create(stage.client(), TOWER, settings(), owners)


def test_what_this_run_made_it_can_archive(client: HqClient) -> None:
    """Only an adopted project is kept from archiving."""
    owners = Owners()
    project_id, outs = create(client, TOWER, settings(), owners)

    delete(client, project_id, outs, owners)

    assert client.projects.get(project_id).status == "archived"
