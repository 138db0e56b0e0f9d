"""A person at HQ: added once or found, and changed as far as HQ lets us."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.core.account_user import create, diff, read, update
from bim360_provider.core.run import Owners
from bim360_provider.emulator import ACCOUNT_ID, COMPANY_ID
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError, RejectedError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, Fault, Stage, says, settings

ADA: dict[str, Any] = {
    "email": "ada@example.com",
    "company_id": COMPANY_ID,
    "default_role": "Architect",
    "first_name": "Ada",
    "account_id": ACCOUNT_ID,
    "region": "US",
}
Made = tuple[str, dict[str, Any]]

TEN_MINUTES = 600.0
"""Seconds after which a 404 is believed at once."""
SignIn = Callable[[str], object]


@pytest.fixture
def made(stage: Stage, client: HqClient) -> Made:
    """Return the id and the state of a user who exists; what added them is not counted."""
    user = create(client, ADA, settings())
    stage.hq.asked.clear()
    return user


@pytest.fixture
def sign_in(stage: Stage) -> SignIn:
    """Return a function that lets a person sign in."""
    return lambda user_id: stage.hq.ask("POST", f"/users/{user_id}/sign-in")


def emails(client: HqClient) -> list[str | None]:
    """Return the e-mails of all users, the account's own admin apart."""
    return [each.email for each in client.account_users.walk()][1:]


def test_n_creates_are_n_requests(stage: Stage, client: HqClient) -> None:
    """One token beside them; nobody is looked up first."""
    made = {create(client, {**ADA, "email": f"p{n}@x.com"}, settings())[0] for n in range(10)}

    assert len(made) == 10
    assert stage.hq.asked == ["token", *["POST users"] * 10]


def test_the_outputs_are_hqs_answer(client: HqClient) -> None:
    """A new person is not invited yet; that comes with the first project."""
    _, outs = create(client, {**ADA, "status": "active"}, settings())

    assert outs.items() >= {**ADA, "status": "not_invited", "role": "account_user"}.items()
    assert (outs["adopted"], outs["unfinished"]) == (False, [])


@pytest.mark.parametrize("reply", [says(504, b"<html>"), HANGS_UP, says(201, b""), says(201, {})])
def test_a_lost_answer_leads_to_the_person_who_was_added(
    stage: Stage, client: HqClient, reply: Any
) -> None:
    """One exact search; no second POST."""
    stage.hq.faults.append(Fault("POST users", reply, acts=True))

    user_id, outs = create(client, ADA, settings())

    assert stage.hq.asked == ["token", "POST users", "search users"]
    assert client.account_users.get(user_id).email == "ada@example.com"
    assert not outs["adopted"]


def test_where_hq_did_not_act_the_post_is_sent_again(stage: Stage, client: HqClient) -> None:
    """After three looks, each exact and then fuzzy."""
    stage.hq.faults.append(Fault("POST users", HANGS_UP))

    create(client, ADA, settings())

    looks = ["search users"] * 6
    assert stage.hq.asked == ["token", "POST users", *looks, "POST users"]
    assert emails(client) == ["ada@example.com"]


def test_who_is_there_already_is_taken_over(stage: Stage, client: HqClient) -> None:
    """Whatever the case of the e-mail; what differs of the three fields follows in a PATCH."""
    there = client.account_users.create({"email": "Ada@Example.COM", "first_name": "Augusta"})
    stage.clock.sleep(2 * 24 * 3600)
    client = stage.client()
    stage.hq.asked.clear()

    user_id, outs = create(client, ADA, settings())

    assert user_id == there.id
    assert outs["adopted"]
    assert stage.hq.asked == ["token", "POST users", "search users", "PATCH user"]
    assert set(stage.hq.requests[-1].body.split(b'"')) >= {b"company_id", b"default_role"}
    assert stage.told[-1] == (
        (
            f"BIM 360: user 'Ada@Example.COM' ({there.id}) was in the account already; "
            "the profile stays as it is."
        ),
        False,
    )
    assert diff(outs, ADA) == diff({**outs, "email": "ada@example.com"}, ADA)
    assert diff(outs, ADA).changed == ()


def test_who_was_made_inactive_is_brought_back(
    stage: Stage, client: HqClient, made: Made, sign_in: SignIn
) -> None:
    """What a destroy and an up after it come to."""
    sign_in(made[0])
    client.account_users.update(made[0], {"status": "inactive"})

    _, outs = create(client, ADA, settings())

    assert outs["status"] == "active"
    assert "was in the account already and inactive" in stage.told[-1][0]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_however_hq_words_a_taken_email_the_person_is_found(
    stage: Stage, client: HqClient, made: Made, status: int
) -> None:
    """Documented is 409; nobody has published a real answer."""
    stage.hq.faults.append(Fault("POST users", says(status, {"message": "exists"})))

    assert create(client, ADA, settings())[0] == made[0]


def test_a_value_that_hq_refuses_is_its_own_error(stage: Stage, client: HqClient) -> None:
    """Nobody has the e-mail, so the refusal was about something else."""
    wrong = {**ADA, "company_id": "a1d5e9b2-0000-4000-8000-000000000099"}

    with pytest.raises(RejectedError, match=r"create user 'ada@example.com': HQ answered 422"):
        create(client, wrong, settings())

    assert stage.hq.asked == ["token", "POST users", "search users", "search users"]


def test_a_conflict_without_anybody_is_told_as_it_is(stage: Stage, client: HqClient) -> None:
    """HQ says it is taken, and shows nobody."""
    stage.hq.faults.append(Fault("POST users", says(409, {"message": "taken"})))

    with pytest.raises(ConflictError, match="yet no such user is to be seen; try again later"):
        create(client, ADA, settings())


def test_two_users_of_one_email_are_named(stage: Stage, client: HqClient, made: Made) -> None:
    """Nobody can know which is meant."""
    twins = [{"id": made[0], "email": "ada@example.com"}, {"id": "u9", "email": "ADA@example.com"}]
    stage.hq.faults.append(Fault("search users", says(200, twins)))

    with pytest.raises(ConflictError, match=rf"several users have this e-mail \({made[0]}, u9\)"):
        create(client, ADA, settings())


def test_a_second_resource_cannot_have_the_person_of_the_first(client: HqClient) -> None:
    """Two resources would undo each other's changes at every run."""
    owners = Owners()
    first, _ = create(client, ADA, settings(), owners)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        create(client, ADA, settings(), owners)


def test_what_an_interrupted_run_left_counts_as_added(stage: Stage, client: HqClient) -> None:
    """So that destroying deactivates them; somebody added by hand is another matter."""
    user_id, _ = create(client, ADA, settings())
    stage.clock.sleep(3600)

    _, outs = create(stage.client(), ADA, settings())
    _, other = create(stage.client(), {**ADA, "first_name": "Eve"}, settings())
    _, never = create(stage.client(), ADA, settings(adoptLeftovers="false"))

    assert [each["adopted"] for each in (outs, other, never)] == [False, True, True]
    assert f"({user_id}) is what an interrupted run left behind" in stage.warnings()[0]


def test_who_never_signed_in_is_made_inactive_by_a_later_up(
    stage: Stage, client: HqClient, sign_in: SignIn
) -> None:
    """HQ would refuse it now, so it is not even sent; the id is kept."""
    inputs = {**ADA, "status": "inactive"}

    user_id, outs = create(client, inputs, settings())

    assert outs["unfinished"] == ["status"]
    assert stage.hq.asked == ["token", "POST users"]
    assert stage.warnings() == [
        (
            "BIM 360: user 'ada@example.com' has never signed in (not_invited), so HQ cannot make "
            "them inactive; the next `pulumi up` tries again."
        )
    ]
    again = update(client, user_id, outs, inputs)
    assert again["unfinished"] == ["status"]
    sign_in(user_id)
    later = update(client, user_id, again, inputs)
    assert (later["status"], later["unfinished"]) == ("inactive", [])
    assert diff(later, inputs).unfinished is False


def test_who_is_no_longer_to_be_inactive_is_done_with(stage: Stage, client: HqClient) -> None:
    """Before the first sign-in there is nothing to send, and no run tries for ever."""
    user_id, outs = create(client, {**ADA, "status": "inactive"}, settings())
    stage.hq.asked.clear()

    again = update(client, user_id, outs, {**ADA, "status": "active"})

    assert (outs["unfinished"], again["unfinished"]) == (["status"], [])
    assert stage.hq.asked == []


def test_a_status_that_must_wait_does_not_hold_up_the_rest(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """The company goes in a request of its own."""
    outs = update(client, *made, {**ADA, "company_id": "", "status": "inactive"})

    assert (outs.get("company_id"), outs["unfinished"]) == (None, ["status"])
    assert stage.hq.asked == ["PATCH user", "PATCH user"]


@pytest.mark.parametrize("reply", [says(422), says(503), HANGS_UP])
def test_nothing_after_the_person_is_found_loses_the_id(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """What HQ would not take is finished by the next up."""
    stage.hq.faults.append(Fault("PATCH user", reply, times=99))
    inputs = {**ADA, "default_role": "Engineer"}

    user_id, outs = create(client, inputs, settings())

    assert (user_id, outs["unfinished"]) == (made[0], ["default_role"])
    assert "the next `pulumi up` tries again" in stage.warnings()[-1]
    stage.hq.faults.clear()
    later = update(client, user_id, outs, inputs)
    assert (later["default_role"], later["unfinished"]) == ("Engineer", [])


def test_a_change_is_one_request_with_what_differs(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """The profile is not among it, whatever the program says."""
    wanted = {**ADA, "default_role": "Engineer", "first_name": "Augusta"}

    outs = update(client, *made, wanted)

    assert stage.hq.requests[-1].body == b'{"default_role": "Engineer"}'
    assert stage.hq.asked == ["PATCH user"]
    assert diff(outs, wanted).changed == ()


def test_a_profile_alone_sends_nothing(stage: Stage, client: HqClient, made: Made) -> None:
    """The state takes it down, so that it is told only once."""
    wanted = {**ADA, "first_name": "Augusta"}

    outs = update(client, *made, wanted)

    assert stage.hq.asked == []
    assert diff(outs, wanted) == diff(made[1], ADA)


def test_a_refresh_of_an_unchanged_user_changes_nothing(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """One request."""
    live = read(client, *made)

    assert live is not None
    assert (live.inputs, live.outputs) == (ADA, made[1])
    assert stage.hq.asked == ["GET user"]


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({"company_id": None}, {"company_id": ""}),
        ({"default_role": "Engineer"}, {"default_role": "Engineer"}),
        ({"first_name": "Augusta", "phone": "1"}, {}),
        ({"status": "active"}, {}),
        ({"status": "inactive"}, {"status": "inactive"}),
        ({"email": "ADA@example.com"}, {}),
    ],
)
def test_drift_shows_as_that_argument_alone(
    stage: Stage, client: HqClient, made: Made, changes: dict[str, Any], drift: dict[str, Any]
) -> None:
    """A profile is the person's own and never drifts."""
    stage.hq.ask("PATCH", f"/users/{made[0]}", changes)

    live = read(client, *made)

    assert live is not None
    assert live.inputs == {**ADA, **drift}
    assert diff(live.outputs, ADA).changed == tuple(drift)


def test_who_is_gone_leaves_the_state(stage: Stage, client: HqClient, made: Made) -> None:
    """And a change of them says what to do."""
    stage.hq.ask("DELETE", f"/users/{made[0]}")
    stage.clock.sleep(TEN_MINUTES)

    assert read(client, *made) is None
    with pytest.raises(NotFoundError, match="If somebody removed it: `pulumi refresh`"):
        update(client, *made, {**ADA, "default_role": ""})


@pytest.mark.parametrize(
    "reply", [NO_ACCOUNT, says(403), says(404, b"<html>"), says(503), HANGS_UP]
)
def test_whatever_else_goes_wrong_is_never_gone(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """Or a withdrawn permission would empty the state."""
    stage.hq.faults.append(Fault("GET user", reply, times=99))

    with pytest.raises(Bim360Error, match="could not read user"):
        read(client, *made)


def test_an_import_mirrors_what_can_be_changed(client: HqClient, made: Made) -> None:
    """Nothing but the id is known; the person was there before, and the profile is theirs."""
    live = read(client, made[0], {})

    assert live is not None
    declared = {k: v for k, v in ADA.items() if k not in ("first_name", "account_id", "region")}
    assert live.inputs.items() >= {**declared, "status": "active"}.items()
    assert "first_name" not in live.inputs
    assert live.outputs["first_name"] == "Ada"
    assert live.outputs["adopted"]
    assert diff(live.outputs, ADA).changed == ()


def test_an_email_is_found_in_whatever_case_hq_compares(stage: Stage, client: HqClient) -> None:
    """Should the exact search tell upper from lower case, a fuzzy one follows."""
    there = client.account_users.create({"email": "Ada@Example.com"})
    client.account_users.create({"email": "not-ada@example.com"})
    stage.hq.asked.clear()
    stage.hq.faults.append(Fault("search users", says(200, [])))

    found = client.account_users.with_email("ada@example.com")

    assert [each.id for each in found] == [there.id]
    assert stage.hq.asked == ["search users", "search users"]
