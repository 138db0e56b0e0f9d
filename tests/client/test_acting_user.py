"""The acting user: found out once in a run, and sent as HQ wants it."""

from typing import Any

import pytest

from bim360_provider.core.project_member import create
from bim360_provider.core.project_member.lifecycle import leave
from bim360_provider.errors import ConfigError, UnauthorizedError
from tests.support.hq import Fault, Stage, says
from tests.support.members import ADA, ADMIN_EMAIL, ADMIN_ID, ADMIN_UID, acting, crew, project

USERS_SEARCH = "/users/search"


def sent(stage: Stage, header: str = "x-user-id") -> list[str]:
    """Return what the requests of a stage said of the acting user."""
    return [each.header(header) for each in stage.hq.requests if each.header(header)]


@pytest.mark.parametrize(
    ("named", "looked_up"), [(ADMIN_EMAIL, True), (ADMIN_ID, True), (ADMIN_UID, False)]
)
def test_whichever_way_they_are_named_the_uid_is_sent(
    stage: Stage, named: str, looked_up: bool
) -> None:
    """A uid needs no look-up; who is named by e-mail or id is looked up once for the run."""
    client = crew(stage, acting_user=named)
    project_id = project(stage)

    for email in ("ada@example.com", "bob@example.com"):
        create(client, {**ADA, "project_id": project_id, "email": email}, acting())

    asked = [each.path for each in stage.hq.requests if "/users/" in each.path]
    found = [path for path in asked if path.endswith((USERS_SEARCH, ADMIN_ID))]
    assert set(sent(stage)) == {ADMIN_UID}
    assert len(found) == (1 if looked_up else 0)


def test_who_has_no_autodesk_account_yet_is_named_by_hqs_id(stage: Stage) -> None:
    """There is no uid then."""
    client = crew(stage)
    row = {"id": ADMIN_ID, "uid": None, "email": ADMIN_EMAIL}
    stage.hq.faults.append(Fault("search users", says(200, [row])))

    create(client, {**ADA, "project_id": project(stage)}, acting())

    assert set(sent(stage)) == {ADMIN_ID}


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (None, r"acting_user is missing: set BIM360_ACTING_USER"),
        ("nobody@example.com", r"the acting user nobody@example.com is no user of account a1d5"),
    ],
)
def test_without_one_nothing_is_imported(stage: Stage, named: Any, words: str) -> None:
    """Told in one line, before HQ is asked to add anybody."""
    client = crew(stage, acting_user=named)

    with pytest.raises(ConfigError, match=words):
        create(client, {**ADA, "project_id": project(stage)}, acting())

    assert "POST import" not in stage.hq.asked


def test_somebody_who_may_not_act_is_hqs_own_refusal(stage: Stage) -> None:
    """HQ's words, and the second thing that a 403 may mean."""
    client = crew(stage, acting_user="NOBODYSUID12")
    words = r"could not add ada@example.com .* Or NOBODYSUID12, the acting user, may not do it"

    with pytest.raises(UnauthorizedError, match=words):
        create(client, {**ADA, "project_id": project(stage)}, acting())


def test_a_removal_names_them_by_another_header(stage: Stage) -> None:
    """construction/admin calls it ``User-Id``."""
    client = crew(stage)
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    project_id = project(stage)
    _, outs = create(client, {**ADA, "project_id": project_id}, acting())

    assert leave(client, project_id, outs)
    assert sent(stage, "user-id") == [ADMIN_UID]
