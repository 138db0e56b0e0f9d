"""Destroying a person's resource: inactive where HQ and prudence allow it, told otherwise."""

from typing import Any

import pytest

from bim360_provider.core.account_user import create, delete
from bim360_provider.core.run import Owners
from bim360_provider.emulator import ACCOUNT_ID, ADMIN_EMAIL
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, Fault, Stage, says, settings

ADA: dict[str, Any] = {"email": "ada@example.com", "account_id": ACCOUNT_ID, "region": "US"}
Made = tuple[str, dict[str, Any]]

TEN_MINUTES = 600.0
"""Seconds after which a 404 is believed at once."""


@pytest.fixture
def made(stage: Stage, client: HqClient) -> Made:
    """Return the id and the state of a user whom the stack added and who has signed in."""
    user = create(client, ADA, settings())
    stage.hq.ask("POST", f"/users/{user[0]}/sign-in")
    stage.hq.asked.clear()
    return user


def status(client: HqClient, user_id: str) -> str | None:
    """Return a user's status at HQ."""
    return client.account_users.get(user_id).status


def test_whom_the_stack_added_is_made_inactive(stage: Stage, client: HqClient, made: Made) -> None:
    """One request, and a second destroy does no harm."""
    delete(client, *made)
    delete(client, *made)

    assert stage.hq.asked == ["PATCH user", "PATCH user"]
    assert status(client, made[0]) == "inactive"


def test_who_never_signed_in_stays_and_it_is_said(stage: Stage, client: HqClient) -> None:
    """HQ can neither delete nor deactivate them; that is looked up, not guessed."""
    user_id, state = create(client, ADA, settings())
    stage.hq.asked.clear()

    delete(client, user_id, state)

    assert stage.hq.asked == ["PATCH user", "GET user"]
    assert stage.warnings() == [
        (
            f"BIM 360: user 'ada@example.com' ({user_id}) stays in the account: HQ can neither "
            "delete nor deactivate who has never signed in (not_invited)."
        )
    ]


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"on_destroy": "retain"}, "on_destroy='retain'"),
        ({"role": "account_admin"}, "an account admin is deactivated only with on_destroy='de"),
        ({"adopted": True}, "they were in it before this stack, and are deactivated only with on"),
    ],
)
def test_who_is_spared_stays_as_they_are(
    stage: Stage, client: HqClient, made: Made, known: dict[str, Any], why: str
) -> None:
    """Nothing is sent, and the line says why."""
    user_id, state = made

    delete(client, user_id, {**state, **known})

    assert stage.hq.asked == []
    assert stage.warnings()[0].startswith(
        f"BIM 360: user 'ada@example.com' ({user_id}) stays in the account as they are: {why}"
    )


def test_deactivate_is_taken_by_its_word(client: HqClient, made: Made) -> None:
    """For somebody who was in the account before as well."""
    user_id, state = made

    delete(client, user_id, {**state, "adopted": True, "on_destroy": "deactivate"})

    assert status(client, user_id) == "inactive"


def test_an_account_admin_who_is_declared_survives_a_destroy(client: HqClient) -> None:
    """Or the stack could lock everybody out."""
    admin = create(client, {**ADA, "email": ADMIN_EMAIL}, settings())

    delete(client, *admin)

    assert admin[1]["role"] == "account_admin"
    assert status(client, admin[0]) == "active"


def test_a_renamed_resource_leaves_the_person_alone(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """Pulumi creates the new resource, then deletes the old one."""
    owners = Owners()
    user_id, outs = create(client, {**ADA, "on_destroy": "deactivate"}, settings(), owners)

    delete(client, user_id, outs, owners)

    assert user_id == made[0]
    assert status(client, user_id) == "active"
    assert "has a new resource now and stays as they are" in stage.warnings()[0]


def test_who_is_gone_is_done_with(stage: Stage, client: HqClient, made: Made) -> None:
    """Somebody else was faster."""
    stage.hq.ask("DELETE", f"/users/{made[0]}")
    stage.clock.sleep(TEN_MINUTES)

    delete(client, *made)

    assert stage.hq.asked == ["PATCH user"]


@pytest.mark.parametrize("reply", [NO_ACCOUNT, says(403), says(422), says(503), HANGS_UP])
def test_whom_hq_would_not_deactivate_is_an_error(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """A destroy that forgets somebody with access would be a lie."""
    stage.hq.faults.append(Fault("PATCH user", reply, times=99))

    with pytest.raises(Bim360Error, match="could not change status of user"):
        delete(client, *made)


def test_a_refusal_counts_as_done_if_the_person_is_inactive(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """HQ may not take inactive twice."""
    client.account_users.update(made[0], {"status": "inactive"})
    stage.hq.asked.clear()
    stage.hq.faults.append(Fault("PATCH user", says(422, {"message": "no"})))

    delete(client, *made)

    assert stage.hq.asked == ["PATCH user", "GET user"]
