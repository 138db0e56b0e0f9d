"""Deferred renames: a project whose new name is still in use is not archived before the rename."""

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from bim360_provider.core import project
from bim360_provider.core.entity import NameChange
from bim360_provider.core.names.renames import get_renames
from bim360_provider.core.names.waiting import NameParkedError
from bim360_provider.core.run import Run
from bim360_provider.hq import HqClient
from tests.support.hq import PROJECT_INPUTS, HqFixture, build_run


def patch_without_name(run: Run, id_: str, body: Mapping[str, Any], *, new_resource: bool) -> Any:
    """Send a PATCH without a name; refuse one with a name."""
    if "name" not in body:
        return run.hq.projects.update(id_, body, new_resource=new_resource)
    message = "in use"
    raise NameParkedError(message, status=409, hq_message=message, request="PATCH")


def test_a_project_is_archived_after_its_rename(
    hq: HqFixture, client: HqClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HQ does not rename an archived project."""
    id_, state = project.create(build_run(client), PROJECT_INPUTS)
    wanted = {**PROJECT_INPUTS, "name": "Tower B", "city": "Oslo", "status": "archived"}

    with monkeypatch.context() as patch:
        patch.setattr(
            sys.modules["bim360_provider.core.project.lifecycle"],
            "_patch_idempotently",
            patch_without_name,
        )
        state = project.update(build_run(client), id_, state, wanted)
    unfinished, live = state["unfinished"], client.projects.get(id_)
    state = project.update(build_run(client), id_, state, wanted)

    assert sorted(unfinished) == ["name", "status"]
    assert live.city == "Oslo"
    assert live.status != "archived"
    found = client.projects.get(id_)
    assert (found.name, found.status, state["unfinished"]) == ("Tower B", "archived", [])
    assert hq.list_project_names() == ["Tower B"]


def test_the_next_run_finishes_a_project_with_a_temporary_name(
    client: HqClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulumi had no free thread to compare the owner of the name in this run."""
    id_, state = project.create(build_run(client), PROJECT_INPUTS)
    project.create(build_run(client), {**PROJECT_INPUTS, "name": "Tower B"})
    renames = get_renames(client)
    renames.record_comparison(
        id_, NameChange("project", PROJECT_INPUTS["account_id"], "Tower A", "Tower B")
    )
    monkeypatch.setattr(renames, "may_park", lambda _: True)

    state = project.update(
        build_run(client), id_, state, {**PROJECT_INPUTS, "name": "Tower B", "city": "Oslo"}
    )

    assert (state["name"], state["city"], state["unfinished"]) == ("Tower A", "Oslo", ["name"])
