"""Acting user: resolved once per run, and sent in the form that HQ expects."""

from typing import Any

import pytest

from bim360_provider.core.project_member import create
from bim360_provider.core.project_member.lifecycle import remove_member
from bim360_provider.errors import ConfigError, UnauthorizedError
from tests.support.hq import Fault, HqFixture, build_reply, build_run
from tests.support.members import (
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    MEMBER_INPUTS,
    acting_settings,
    create_acting_client,
    create_active_project,
)

USERS_SEARCH = "/users/search"


def list_header_values(hq: HqFixture, header: str = "x-user-id") -> list[str]:
    """Return the values of a header in all requests."""
    return [each.get_header(header) for each in hq.emulator.requests if each.get_header(header)]


@pytest.mark.parametrize(
    ("named", "looked_up"), [(ADMIN_EMAIL, True), (ADMIN_ID, True), (ADMIN_UID, False)]
)
def test_the_acting_user_is_sent_as_uid(hq: HqFixture, named: str, looked_up: bool) -> None:
    """A uid needs no look-up; an e-mail or id is looked up once per run."""
    client = create_acting_client(hq, acting_user=named)
    project_id = create_active_project(hq)

    for email in ("ada@example.com", "bob@example.com"):
        create(
            build_run(client, acting_settings()),
            {**MEMBER_INPUTS, "project_id": project_id, "email": email},
        )

    paths = [each.path for each in hq.emulator.requests if "/users/" in each.path]
    found = [path for path in paths if path.endswith((USERS_SEARCH, ADMIN_ID))]
    assert set(list_header_values(hq)) == {ADMIN_UID}
    assert len(found) == (1 if looked_up else 0)


def test_an_acting_user_without_autodesk_account_is_sent_as_hqs_id(hq: HqFixture) -> None:
    """Such a user has no uid yet."""
    client = create_acting_client(hq)
    row = {"id": ADMIN_ID, "uid": None, "email": ADMIN_EMAIL}
    hq.emulator.faults.append(Fault("search users", build_reply(200, [row])))

    create(
        build_run(client, acting_settings()),
        {**MEMBER_INPUTS, "project_id": create_active_project(hq)},
    )

    assert set(list_header_values(hq)) == {ADMIN_ID}


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (None, r"acting_user is missing: set BIM360_ACTING_USER"),
        ("absent@example.com", r"the acting user absent@example.com is not a user of account a1d5"),
    ],
)
def test_without_an_acting_user_nothing_is_imported(
    hq: HqFixture, named: Any, message: str
) -> None:
    """The error is one line, before any member is sent."""
    client = create_acting_client(hq, acting_user=named)

    with pytest.raises(ConfigError, match=message):
        create(
            build_run(client, acting_settings()),
            {**MEMBER_INPUTS, "project_id": create_active_project(hq)},
        )

    assert "POST import" not in hq.emulator.request_log


def test_an_acting_user_without_permission_is_hqs_own_error(hq: HqFixture) -> None:
    """It quotes HQ and names the second cause of a 403."""
    client = create_acting_client(hq, acting_user="NOBODYSUID12")
    message = (
        r"could not add ada@example.com .* Or the acting user NOBODYSUID12 lacks the permission"
    )

    with pytest.raises(UnauthorizedError, match=message):
        create(
            build_run(client, acting_settings()),
            {**MEMBER_INPUTS, "project_id": create_active_project(hq)},
        )


def test_a_removal_uses_another_header(hq: HqFixture) -> None:
    """construction/admin calls it ``User-Id``."""
    client = create_acting_client(hq)
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    project_id = create_active_project(hq)
    _, outs = create(
        build_run(client, acting_settings()), {**MEMBER_INPUTS, "project_id": project_id}
    )

    assert remove_member(build_run(client), project_id, outs)
    assert list_header_values(hq, "user-id") == [ADMIN_UID]
