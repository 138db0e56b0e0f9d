"""Destroying an account user: deactivates them if HQ permits and it is safe, else reports it."""

from typing import Any

import pytest

from bim360_provider.core.account_user import create, delete
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID, ADMIN_EMAIL
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

USER_INPUTS: dict[str, Any] = {"email": "ada@example.com", "account_id": ACCOUNT_ID, "region": "US"}
IdAndState = tuple[str, Any]

TEN_MINUTES = 600.0
"""Seconds after which a 404 counts at once."""


@pytest.fixture
def created_user(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of a user who was added by the stack and has signed in."""
    user = create(build_run(client), USER_INPUTS)
    hq.emulator.call_control_plane("POST", f"/users/{user[0]}/sign-in")
    hq.emulator.request_log.clear()
    return user


def get_status(client: HqClient, user_id: str) -> str | None:
    """Return a user's status at HQ."""
    return client.account_users.get(user_id).status


def test_a_user_added_by_the_stack_is_deactivated(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """It is one request, and a second destroy succeeds."""
    delete(build_run(client), *created_user)
    delete(build_run(client), *created_user)

    assert hq.emulator.request_log == ["PATCH user", "PATCH user"]
    assert get_status(client, created_user[0]) == "inactive"


def test_a_user_who_never_signed_in_stays_and_is_reported(hq: HqFixture, client: HqClient) -> None:
    """HQ cannot delete or deactivate them; the provider reads the user to be sure."""
    user_id, state = create(build_run(client), USER_INPUTS)
    hq.emulator.request_log.clear()

    delete(build_run(client), user_id, state)

    assert hq.emulator.request_log == ["PATCH user", "GET user"]
    assert hq.list_warnings() == [
        (
            f"BIM 360: user 'ada@example.com' ({user_id}) stays in the account: HQ cannot "
            "delete or deactivate a user who has never signed in (not_invited)."
        )
    ]


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"on_destroy": "retain"}, "on_destroy='retain'"),
        ({"role": "account_admin"}, "an account admin is deactivated only with on_destroy='de"),
        ({"adopted": True}, "they were in it before this stack, and are deactivated only with on"),
    ],
)
def test_a_retained_user_is_not_changed(
    hq: HqFixture, client: HqClient, created_user: IdAndState, known: dict[str, Any], reason: str
) -> None:
    """No request is sent, and the message states the reason."""
    user_id, state = created_user

    delete(build_run(client), user_id, {**state, **known})

    assert hq.emulator.request_log == []
    assert hq.list_warnings()[0].startswith(
        f"BIM 360: user 'ada@example.com' ({user_id}) stays in the account as they are: {reason}"
    )


def test_on_destroy_deactivate_also_covers_adopted_users(
    client: HqClient, created_user: IdAndState
) -> None:
    """It includes users who were in the account before."""
    user_id, state = created_user

    delete(build_run(client), user_id, {**state, "adopted": True, "on_destroy": "deactivate"})

    assert get_status(client, user_id) == "inactive"


def test_a_declared_account_admin_is_not_deactivated(client: HqClient) -> None:
    """Otherwise the stack could lock all users out."""
    admin = create(build_run(client), {**USER_INPUTS, "email": ADMIN_EMAIL})

    delete(build_run(client), *admin)

    assert admin[1]["role"] == "account_admin"
    assert get_status(client, admin[0]) == "active"


def test_a_renamed_resource_keeps_its_user(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """Pulumi creates the new resource, then deletes the old one."""
    owners = Ownership()
    user_id, outs = create(
        build_run(client, ownership=owners), {**USER_INPUTS, "on_destroy": "deactivate"}
    )

    delete(build_run(client, ownership=owners), user_id, outs)

    assert user_id == created_user[0]
    assert get_status(client, user_id) == "active"
    assert "has a new resource now and stays as they are" in hq.list_warnings()[0]


def test_destroying_a_deleted_user_succeeds(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """Another user deleted them first."""
    hq.emulator.call_control_plane("DELETE", f"/users/{created_user[0]}")
    hq.clock.sleep(TEN_MINUTES)

    delete(build_run(client), *created_user)

    assert hq.emulator.request_log == ["PATCH user"]


@pytest.mark.parametrize(
    "reply",
    [ACCOUNT_NOT_FOUND, build_reply(403), build_reply(422), build_reply(503), DROPS_CONNECTION],
)
def test_a_failed_deactivation_is_an_error(
    hq: HqFixture, client: HqClient, created_user: IdAndState, reply: Any
) -> None:
    """A destroy must not drop a user who still has access."""
    hq.emulator.faults.append(Fault("PATCH user", reply, times=99))

    with pytest.raises(Bim360Error, match="could not change status of user"):
        delete(build_run(client), *created_user)


def test_a_refusal_is_success_if_the_user_is_inactive(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """HQ may refuse to deactivate twice."""
    client.account_users.update(created_user[0], {"status": "inactive"})
    hq.emulator.request_log.clear()
    hq.emulator.faults.append(Fault("PATCH user", build_reply(422, {"message": "no"})))

    delete(build_run(client), *created_user)

    assert hq.emulator.request_log == ["PATCH user", "GET user"]
