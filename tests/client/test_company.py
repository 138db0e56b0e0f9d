"""A company at HQ: one request each, never two of a name, and never gone by our doing."""

from typing import Any

import pytest

from bim360_provider.core.company import create, delete, diff, read, update
from bim360_provider.core.run import Owners
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError, UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, Fault, Stage, says, settings

ACME: dict[str, Any] = {
    "name": "Acme",
    "trade": "Electrical",
    "city": "Oslo",
    "account_id": ACCOUNT_ID,
    "region": "US",
}
BODY = {"name": "Acme", "trade": "Electrical", "city": "Oslo"}
GATEWAY_TIMEOUT = says(504, b"<html>504</html>")
Made = tuple[str, dict[str, Any]]

TEN_MINUTES = 600.0
"""Seconds after which a 404 is believed at once."""


@pytest.fixture
def made(stage: Stage, client: HqClient) -> Made:
    """Return the id and the state of a company that exists; what made it is not counted."""
    company = create(client, ACME, settings())
    stage.hq.asked.clear()
    return company


def names(client: HqClient) -> list[str | None]:
    """Return the names of all companies, the account's own apart."""
    return [each.name for each in client.companies.walk()][1:]


def test_n_creates_are_n_requests(stage: Stage, client: HqClient) -> None:
    """One token beside them; nothing is looked up and nothing is read back."""
    made = {create(client, {**ACME, "name": f"C{n}"}, settings())[0] for n in range(10)}

    assert len(made) == 10
    assert stage.hq.asked == ["token", *["POST companies"] * 10]


def test_the_body_is_what_was_declared(stage: Stage, client: HqClient) -> None:
    """Neither empty texts nor what only this provider understands."""
    _, outs = create(client, {**ACME, "phone": "", "adopt": "never"}, settings())

    entry = next(stage.hq.journal.entries(method="POST", path="*/companies"))
    assert entry.body == BODY
    assert outs.items() >= {**ACME, "adopt": "never", "unfinished": []}.items()


@pytest.mark.parametrize(
    "reply", [GATEWAY_TIMEOUT, HANGS_UP, says(500), says(201, b""), says(201, {"name": "Acme"})]
)
def test_a_lost_answer_leads_to_the_company_that_was_made(
    stage: Stage, client: HqClient, reply: Any
) -> None:
    """One exact search; no second POST."""
    stage.hq.faults.append(Fault("POST companies", reply, acts=True))

    company_id, _ = create(client, ACME, settings())

    assert stage.hq.asked == ["token", "POST companies", "search companies"]
    assert client.companies.get(company_id).name == "Acme"
    assert names(client) == ["Acme"]


def test_where_hq_did_not_act_the_post_is_sent_again(stage: Stage, client: HqClient) -> None:
    """After three looks."""
    stage.hq.faults.append(Fault("POST companies", GATEWAY_TIMEOUT))

    create(client, ACME, settings())

    looks = ["search companies"] * 3
    assert stage.hq.asked == ["token", "POST companies", *looks, "POST companies"]
    assert names(client) == ["Acme"]


def test_three_open_answers_end_it(stage: Stage, client: HqClient) -> None:
    """Told in one line, with what to do."""
    stage.hq.faults.append(Fault("POST companies", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(UnansweredError, match=r"create company 'Acme': HQ gave no clear answer 3"):
        create(client, ACME, settings())

    assert stage.hq.asked.count("POST companies") == 3


def test_a_company_that_is_there_is_taken_over_and_adjusted(stage: Stage, client: HqClient) -> None:
    """A POST that is refused, an exact search, a PATCH of what differs."""
    there = client.companies.create({"name": "Acme", "trade": "Masonry", "phone": "1"})
    client.companies.create({"name": "Acme South", "trade": "Masonry"})
    stage.hq.asked.clear()

    company_id, outs = create(client, ACME, settings())

    assert company_id == there.id
    assert (outs["trade"], outs["phone"]) == ("Electrical", "1")
    assert stage.hq.asked == ["POST companies", "search companies", "PATCH company"]
    assert stage.hq.requests[-1].body == b'{"trade": "Electrical", "city": "Oslo"}'
    assert stage.told[-1] == (
        (
            f"BIM 360: company 'Acme' ({there.id}) was there already and is taken over; "
            "changed: trade, city."
        ),
        False,
    )


def test_an_equal_company_is_taken_over_with_two_requests(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """What a destroy and an up after it come to."""
    company_id, outs = create(client, ACME, settings())

    assert (company_id, outs) == made
    assert stage.hq.asked == ["POST companies", "search companies"]


def test_never_is_an_error_that_names_the_company(client: HqClient, made: Made) -> None:
    """And changes nothing on it."""
    with pytest.raises(ConflictError) as caught:
        create(client, {**ACME, "city": "Rome", "adopt": "never"}, settings())

    assert str(caught.value) == (
        f"BIM 360: could not create company 'Acme': company 'Acme' exists already ({made[0]}), "
        "and adopt='never' leaves it alone; leave adopt out to take it over, or declare another "
        "name."
    )
    assert client.companies.get(made[0]).city == "Oslo"


def test_a_second_resource_cannot_have_the_company_of_the_first(client: HqClient) -> None:
    """Two resources would undo each other's changes at every run."""
    owners = Owners()
    first, _ = create(client, ACME, settings(), owners)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        create(client, ACME, settings(), owners)


@pytest.mark.parametrize("reply", [says(422), says(503), HANGS_UP])
def test_nothing_after_the_adoption_loses_the_id(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """What HQ would not take is finished by the next up."""
    stage.hq.faults.append(Fault("PATCH company", reply, times=99))
    inputs = {**ACME, "city": "Rome"}

    company_id, outs = create(client, inputs, settings())

    assert (company_id, outs["unfinished"]) == (made[0], ["city"])
    assert "the next `pulumi up` tries again" in stage.warnings()[0]
    assert diff(outs, inputs).unfinished
    stage.hq.faults.clear()
    later = update(client, company_id, outs, inputs)
    assert (later["city"], later["unfinished"]) == ("Rome", [])


def test_a_refresh_of_an_unchanged_company_changes_nothing(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """One request."""
    live = read(client, *made)

    assert live is not None
    assert (live.inputs, live.outputs) == (ACME, made[1])
    assert stage.hq.asked == ["GET company"]


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({"name": "By hand"}, {"name": "By hand"}),
        ({"city": None}, {"city": ""}),
        ({"trade": "Masonry"}, {"trade": "Masonry"}),
        ({"phone": "not declared"}, {}),
    ],
)
def test_drift_shows_as_that_argument_alone(
    stage: Stage, client: HqClient, made: Made, changes: dict[str, Any], drift: dict[str, Any]
) -> None:
    """What is not declared is not compared."""
    stage.hq.ask("PATCH", f"/companies/{made[0]}", changes)

    live = read(client, *made)

    assert live is not None
    assert live.inputs == {**ACME, **drift}
    assert diff(live.outputs, ACME).changed == tuple(drift)


def test_a_change_is_one_request_with_what_differs(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """A rename and a cleared field among it."""
    wanted = {**ACME, "name": "Acme Nord", "city": ""}

    outs = update(client, *made, wanted)

    assert stage.hq.asked == ["PATCH company"]
    assert stage.hq.requests[-1].body == b'{"name": "Acme Nord", "city": ""}'
    assert diff(outs, wanted).changed == ()


def test_a_name_that_another_company_has_is_an_error(client: HqClient, made: Made) -> None:
    """HQ's own words, and both companies as they were."""
    client.companies.create({**BODY, "name": "Other"})

    with pytest.raises(ConflictError, match=r"could not change name of company .*409"):
        update(client, *made, {**ACME, "name": "Other"})


def test_a_rename_whose_answer_was_lost_is_done(stage: Stage, client: HqClient, made: Made) -> None:
    """Sent again, it may meet its own name."""
    stage.hq.faults += [
        Fault("PATCH company", HANGS_UP, acts=True),
        Fault("PATCH company", says(409, {"message": "the name is taken"})),
    ]

    outs = update(client, *made, {**ACME, "name": "Acme Nord"})

    assert outs["name"] == "Acme Nord"
    assert stage.hq.asked == ["PATCH company", "PATCH company", "GET company"]


def test_a_company_that_is_gone_leaves_the_state(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """And a change of it says what to do."""
    stage.hq.ask("DELETE", f"/companies/{made[0]}")
    stage.clock.sleep(TEN_MINUTES)

    assert read(client, *made) is None
    with pytest.raises(NotFoundError, match="If somebody removed it: `pulumi refresh`"):
        update(client, *made, {**ACME, "city": "Rome"})


def test_a_404_on_what_was_just_made_is_waited_out(
    stage: Stage, client: HqClient, made: Made
) -> None:
    """HQ shows new things a moment late; a refresh right after an up must not drop them."""
    nothing = says(404, {"code": 1004, "message": "this company doesn't exist."})
    stage.hq.faults += [Fault("GET company", nothing), Fault("PATCH company", nothing)]

    assert read(client, *made) is not None
    assert update(client, *made, {**ACME, "city": "Rome"})["city"] == "Rome"


@pytest.mark.parametrize(
    "reply", [NO_ACCOUNT, says(403), says(404, b"<html>"), says(503), HANGS_UP]
)
def test_whatever_else_goes_wrong_is_never_gone(
    stage: Stage, client: HqClient, made: Made, reply: Any
) -> None:
    """Or a withdrawn permission would empty the state."""
    stage.hq.faults.append(Fault("GET company", reply, times=99))

    with pytest.raises(Bim360Error, match="could not read company"):
        read(client, *made)


def test_an_import_mirrors_everything_hq_filled(client: HqClient, made: Made) -> None:
    """Nothing but the id is known."""
    live = read(client, made[0], {})

    assert live is not None
    assert live.inputs == ACME
    assert diff(live.outputs, ACME) == diff(made[1], ACME)
    with pytest.raises(NotFoundError, match="could not read company c9"):
        read(client, "c9", {})


def test_destroying_sends_nothing_and_says_so(stage: Stage, client: HqClient, made: Made) -> None:
    """HQ has no request for it."""
    delete(client, *made)

    assert stage.hq.asked == []
    assert stage.told == [
        (
            (
                f"BIM 360: company 'Acme' ({made[0]}) stays in the account: "
                "HQ's API cannot delete companies."
            ),
            True,
        )
    ]


def test_a_renamed_resource_is_not_told_of_its_own_company(stage: Stage, client: HqClient) -> None:
    """The new one took it over in the same run."""
    create(client, ACME, settings())
    owners = Owners()
    company_id, outs = create(client, ACME, settings(), owners)
    stage.told.clear()

    delete(client, company_id, outs, owners)

    assert stage.told == []


def test_a_search_is_exact_and_paged(stage: Stage, client: HqClient) -> None:
    """The API's own search takes parts of names for hits."""
    client.companies.create({"name": "Acme", "trade": "Masonry"})
    client.companies.create({"name": "Acme and Sons", "trade": "Masonry"})
    stage.hq.asked.clear()

    found = client.companies.named("acme")

    assert [each.name for each in found] == ["Acme"]
    assert stage.hq.asked == ["search companies"]
    assert stage.hq.requests[-1].arguments()["partial"] == "false"
