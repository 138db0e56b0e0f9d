"""Account users: added once or adopted, and changed as far as HQ allows."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.core.account_user import create, diff, read, update
from bim360_provider.emulator import ACCOUNT_ID, COMPANY_ID
from bim360_provider.errors import ConflictError, RejectedError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

USER_INPUTS: dict[str, Any] = {
    "email": "ada@example.com",
    "company_id": COMPANY_ID,
    "default_role": "Architect",
    "first_name": "Ada",
    "account_id": ACCOUNT_ID,
    "region": "US",
}
IdAndState = tuple[str, Any]

TEN_MINUTES = 600.0
"""Seconds after which a 404 counts at once."""
SignIn = Callable[[str], object]


@pytest.fixture
def created_user(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of an existing user; requests so far are not recorded."""
    user = create(build_run(client), USER_INPUTS)
    hq.emulator.request_log.clear()
    return user


@pytest.fixture
def sign_in(hq: HqFixture) -> SignIn:
    """Return a function that signs a user in."""
    return lambda user_id: hq.emulator.call_control_plane("POST", f"/users/{user_id}/sign-in")


def list_emails(client: HqClient) -> list[str | None]:
    """Return the e-mails of all users except the account's own admin."""
    return [each.email for each in client.account_users.walk()][1:]


def test_the_outputs_are_hqs_response(client: HqClient) -> None:
    """A new user is not invited yet; the first project does that."""
    _, outs = create(build_run(client), {**USER_INPUTS, "status": "active"})

    assert outs.items() >= {**USER_INPUTS, "status": "not_invited", "role": "account_user"}.items()
    assert (outs["adopted"], outs["unfinished"]) == (False, [])


@pytest.mark.parametrize(
    "reply",
    [build_reply(504, b"<html>"), DROPS_CONNECTION, build_reply(201, b""), build_reply(201, {})],
)
def test_a_lost_response_leads_to_the_added_user(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """The provider sends one exact search and no second POST."""
    hq.emulator.faults.append(Fault("POST users", reply, acts_on_request=True))

    user_id, outs = create(build_run(client), USER_INPUTS)

    assert hq.emulator.request_log == ["token", "POST users", "search users"]
    assert client.account_users.get(user_id).email == "ada@example.com"
    assert not outs["adopted"]


def test_a_post_that_hq_did_not_act_on_is_sent_again(hq: HqFixture, client: HqClient) -> None:
    """Three searches come first, each exact and then fuzzy."""
    hq.emulator.faults.append(Fault("POST users", DROPS_CONNECTION))

    create(build_run(client), USER_INPUTS)

    searches = ["search users"] * 6
    assert hq.emulator.request_log == ["token", "POST users", *searches, "POST users"]
    assert list_emails(client) == ["ada@example.com"]


def test_an_existing_user_is_adopted(hq: HqFixture, client: HqClient) -> None:
    """The case of the e-mail does not matter; a PATCH updates the fields that differ."""
    existing = client.account_users.create({"email": "Ada@Example.COM", "first_name": "Augusta"})
    hq.clock.sleep(2 * 24 * 3600)
    client = hq.create_client()
    hq.emulator.request_log.clear()

    user_id, outs = create(build_run(client), USER_INPUTS)

    assert user_id == existing.id
    assert outs["adopted"]
    assert hq.emulator.request_log == ["token", "POST users", "search users", "PATCH user"]
    assert set(hq.emulator.requests[-1].body.split(b'"')) >= {b"company_id", b"default_role"}
    assert hq.notifications[-1] == (
        (
            f"BIM 360: user 'Ada@Example.COM' ({existing.id}) was in the account already; "
            "the profile stays as it is."
        ),
        False,
    )
    assert diff(outs, USER_INPUTS) == diff({**outs, "email": "ada@example.com"}, USER_INPUTS)
    assert diff(outs, USER_INPUTS).changed_arguments == ()


def test_an_inactive_user_is_reactivated(
    hq: HqFixture, client: HqClient, created_user: IdAndState, sign_in: SignIn
) -> None:
    """This is the result of a destroy followed by an up."""
    sign_in(created_user[0])
    client.account_users.update(created_user[0], {"status": "inactive"})

    _, outs = create(build_run(client), USER_INPUTS)

    assert outs["status"] == "active"
    assert "was in the account already and inactive" in hq.notifications[-1][0]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_user_is_found_for_any_form_of_the_conflict(
    hq: HqFixture, client: HqClient, created_user: IdAndState, status: int
) -> None:
    """409 is documented; no real response has been published."""
    hq.emulator.faults.append(Fault("POST users", build_reply(status, {"message": "exists"})))

    assert create(build_run(client), USER_INPUTS)[0] == created_user[0]


def test_a_refused_value_is_reported_as_hqs_error(hq: HqFixture, client: HqClient) -> None:
    """No user has the e-mail, so the refusal has another cause."""
    wrong = {**USER_INPUTS, "company_id": "a1d5e9b2-0000-4000-8000-000000000099"}

    with pytest.raises(RejectedError, match=r"create user 'ada@example.com': HQ answered 422"):
        create(build_run(client), wrong)

    assert hq.emulator.request_log == ["token", "POST users", "search users", "search users"]


def test_a_conflict_without_a_visible_user_is_reported(hq: HqFixture, client: HqClient) -> None:
    """HQ reports a conflict, but no user is found."""
    hq.emulator.faults.append(Fault("POST users", build_reply(409, {"message": "taken"})))

    with pytest.raises(ConflictError, match="but lists no such user; try again later"):
        create(build_run(client), USER_INPUTS)


def test_two_users_of_one_email_are_named(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """The provider cannot choose between them."""
    rows = [
        {"id": created_user[0], "email": "ada@example.com"},
        {"id": "u9", "email": "ADA@example.com"},
    ]
    hq.emulator.faults.append(Fault("search users", build_reply(200, rows)))

    with pytest.raises(
        ConflictError, match=rf"several users have this e-mail \({created_user[0]}, u9\)"
    ):
        create(build_run(client), USER_INPUTS)


def test_a_user_left_by_an_interrupted_run_counts_as_added(hq: HqFixture, client: HqClient) -> None:
    """A destroy therefore deactivates them; a user added by hand stays active."""
    user_id, _ = create(build_run(client), USER_INPUTS)
    hq.clock.sleep(3600)

    _, outs = create(build_run(hq.create_client()), USER_INPUTS)
    _, other = create(build_run(hq.create_client()), {**USER_INPUTS, "first_name": "Eve"})
    _, not_adopted_as_leftover = create(
        build_run(hq.create_client(), build_settings(adoptLeftovers="false")), USER_INPUTS
    )

    assert [each["adopted"] for each in (outs, other, not_adopted_as_leftover)] == [
        False,
        True,
        True,
    ]
    assert f"({user_id}) is a leftover of an interrupted run" in hq.list_warnings()[0]


def test_a_later_up_deactivates_a_user_who_has_not_signed_in(
    hq: HqFixture, client: HqClient, sign_in: SignIn
) -> None:
    """HQ would refuse it now, so no request is sent; the id is kept."""
    inputs = {**USER_INPUTS, "status": "inactive"}

    user_id, outs = create(build_run(client), inputs)

    assert outs["unfinished"] == ["status"]
    assert hq.emulator.request_log == ["token", "POST users"]
    assert hq.list_warnings() == [
        (
            "BIM 360: user 'ada@example.com' has never signed in (not_invited), so HQ cannot make "
            "them inactive; the next `pulumi up` tries again."
        )
    ]
    again = update(build_run(client), user_id, outs, inputs)
    assert again["unfinished"] == ["status"]
    sign_in(user_id)
    later = update(build_run(client), user_id, again, inputs)
    assert (later["status"], later["unfinished"]) == ("inactive", [])
    assert diff(later, inputs).is_unfinished is False


def test_a_deferred_deactivation_can_be_cancelled(hq: HqFixture, client: HqClient) -> None:
    """Before the first sign-in no request is necessary, and no later run tries again."""
    user_id, outs = create(build_run(client), {**USER_INPUTS, "status": "inactive"})
    hq.emulator.request_log.clear()

    again = update(build_run(client), user_id, outs, {**USER_INPUTS, "status": "active"})

    assert (outs["unfinished"], again["unfinished"]) == (["status"], [])
    assert hq.emulator.request_log == []


def test_a_deferred_status_does_not_delay_other_changes(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """A separate request sets the company."""
    outs = update(
        build_run(client), *created_user, {**USER_INPUTS, "company_id": "", "status": "inactive"}
    )

    assert (outs.get("company_id"), outs["unfinished"]) == (None, ["status"])
    assert hq.emulator.request_log == ["PATCH user", "PATCH user"]


def test_a_change_is_one_request_with_the_differences(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """It omits the profile even if the program changes it."""
    wanted = {**USER_INPUTS, "default_role": "Engineer", "first_name": "Augusta"}

    outs = update(build_run(client), *created_user, wanted)

    assert hq.emulator.requests[-1].body == b'{"default_role": "Engineer"}'
    assert hq.emulator.request_log == ["PATCH user"]
    assert diff(outs, wanted).changed_arguments == ()


def test_a_change_of_the_profile_sends_nothing(
    hq: HqFixture, client: HqClient, created_user: IdAndState
) -> None:
    """The state records it, so that it is reported once."""
    wanted = {**USER_INPUTS, "first_name": "Augusta"}

    outs = update(build_run(client), *created_user, wanted)

    assert hq.emulator.request_log == []
    assert diff(outs, wanted) == diff(created_user[1], USER_INPUTS)


def test_an_import_returns_every_field_that_can_be_changed(
    client: HqClient, created_user: IdAndState
) -> None:
    """Only the id is known; the user existed before, and the profile belongs to the user."""
    live = read(build_run(client), created_user[0], {})

    assert live is not None
    declared = {
        k: v for k, v in USER_INPUTS.items() if k not in ("first_name", "account_id", "region")
    }
    assert live.inputs.items() >= {**declared, "status": "active"}.items()
    assert "first_name" not in live.inputs
    assert live.outputs["first_name"] == "Ada"
    assert live.outputs["adopted"]
    assert diff(live.outputs, USER_INPUTS).changed_arguments == ()


def test_an_email_is_found_in_any_case(hq: HqFixture, client: HqClient) -> None:
    """A fuzzy search follows if the exact one is case-sensitive."""
    existing = client.account_users.create({"email": "Ada@Example.com"})
    client.account_users.create({"email": "not-ada@example.com"})
    hq.emulator.request_log.clear()
    hq.emulator.faults.append(Fault("search users", build_reply(200, [])))

    found = client.account_users.search_by_email("ada@example.com")

    assert [each.id for each in found] == [existing.id]
    assert hq.emulator.request_log == ["search users", "search users"]
