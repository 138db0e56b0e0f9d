"""Companies: one request each, never duplicated, and never deleted by the provider."""

from typing import Any

import pytest

from bim360_provider.core.company import create, delete, diff, read, update
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConflictError, NotFoundError, UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

COMPANY_INPUTS: dict[str, Any] = {
    "name": "Acme",
    "trade": "Electrical",
    "city": "Oslo",
    "account_id": ACCOUNT_ID,
    "region": "US",
}
COMPANY_BODY = {"name": "Acme", "trade": "Electrical", "city": "Oslo"}
GATEWAY_TIMEOUT = build_reply(504, b"<html>504</html>")
IdAndState = tuple[str, Any]

TEN_MINUTES = 600.0
"""Seconds after which a 404 counts at once."""


@pytest.fixture
def created_company(hq: HqFixture, client: HqClient) -> IdAndState:
    """Return the id and the state of an existing company; requests so far are not recorded."""
    company = create(build_run(client), COMPANY_INPUTS)
    hq.emulator.request_log.clear()
    return company


def list_names(client: HqClient) -> list[str | None]:
    """Return the names of all companies except the account's own."""
    return [each.name for each in client.companies.walk()][1:]


def test_the_body_is_as_declared(hq: HqFixture, client: HqClient) -> None:
    """It contains neither empty texts nor the provider's own arguments."""
    _, outs = create(build_run(client), {**COMPANY_INPUTS, "phone": "", "adopt": "never"})

    entry = next(hq.emulator.journal.find_entries(method="POST", path="*/companies"))
    assert entry.body == COMPANY_BODY
    assert outs.items() >= {**COMPANY_INPUTS, "adopt": "never", "unfinished": []}.items()


@pytest.mark.parametrize(
    "reply",
    [
        GATEWAY_TIMEOUT,
        DROPS_CONNECTION,
        build_reply(500),
        build_reply(201, b""),
        build_reply(201, {"name": "Acme"}),
    ],
)
def test_a_lost_response_leads_to_the_created_company(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """The provider sends one exact search and no second POST."""
    hq.emulator.faults.append(Fault("POST companies", reply, acts_on_request=True))

    company_id, _ = create(build_run(client), COMPANY_INPUTS)

    assert hq.emulator.request_log == ["token", "POST companies", "search companies"]
    assert client.companies.get(company_id).name == "Acme"
    assert list_names(client) == ["Acme"]


def test_a_post_that_hq_did_not_act_on_is_sent_again(hq: HqFixture, client: HqClient) -> None:
    """Three searches come first."""
    hq.emulator.faults.append(Fault("POST companies", GATEWAY_TIMEOUT))

    create(build_run(client), COMPANY_INPUTS)

    searches = ["search companies"] * 3
    assert hq.emulator.request_log == ["token", "POST companies", *searches, "POST companies"]
    assert list_names(client) == ["Acme"]


def test_three_inconclusive_responses_are_an_error(hq: HqFixture, client: HqClient) -> None:
    """The error is one line with advice."""
    hq.emulator.faults.append(Fault("POST companies", GATEWAY_TIMEOUT, times=9))

    with pytest.raises(
        UnansweredError, match=r"create company 'Acme': HQ's response was inconclusive 3"
    ):
        create(build_run(client), COMPANY_INPUTS)

    assert hq.emulator.request_log.count("POST companies") == 3


def test_an_existing_company_is_adopted_and_updated(hq: HqFixture, client: HqClient) -> None:
    """A refused POST, an exact search, and a PATCH of the differences."""
    existing = client.companies.create({"name": "Acme", "trade": "Masonry", "phone": "1"})
    client.companies.create({"name": "Acme South", "trade": "Masonry"})
    hq.emulator.request_log.clear()

    company_id, outs = create(build_run(client), COMPANY_INPUTS)

    assert company_id == existing.id
    assert (outs["trade"], outs["phone"]) == ("Electrical", "1")
    assert hq.emulator.request_log == ["POST companies", "search companies", "PATCH company"]
    assert hq.emulator.requests[-1].body == b'{"trade": "Electrical", "city": "Oslo"}'
    assert hq.notifications[-1] == (
        (f"BIM 360: company 'Acme' ({existing.id}) existed and is adopted; changed: trade, city."),
        False,
    )


def test_an_equal_company_is_adopted_with_two_requests(
    hq: HqFixture, client: HqClient, created_company: IdAndState
) -> None:
    """This is the result of a destroy followed by an up."""
    company_id, outs = create(build_run(client), COMPANY_INPUTS)

    assert (company_id, outs) == created_company
    assert hq.emulator.request_log == ["POST companies", "search companies"]


def test_adopt_never_is_an_error_that_names_the_company(
    client: HqClient, created_company: IdAndState
) -> None:
    """The company is not changed."""
    with pytest.raises(ConflictError) as caught:
        create(build_run(client), {**COMPANY_INPUTS, "city": "Rome", "adopt": "never"})

    assert str(caught.value) == (
        f"BIM 360: could not create company 'Acme': company 'Acme' exists already "
        f"({created_company[0]}), and adopt='never' leaves it alone; "
        "leave adopt out to adopt it, or declare another name."
    )
    assert client.companies.get(created_company[0]).city == "Oslo"


def test_a_change_is_one_request_with_the_differences(
    hq: HqFixture, client: HqClient, created_company: IdAndState
) -> None:
    """These include a rename and a cleared field."""
    wanted = {**COMPANY_INPUTS, "name": "Acme Nord", "city": ""}

    outs = update(build_run(client), *created_company, wanted)

    assert hq.emulator.request_log == ["PATCH company"]
    assert hq.emulator.requests[-1].body == b'{"name": "Acme Nord", "city": ""}'
    assert diff(outs, wanted).changed_arguments == ()


def test_a_name_of_another_company_is_an_error(
    client: HqClient, created_company: IdAndState
) -> None:
    """The error quotes HQ, and both companies are unchanged."""
    client.companies.create({**COMPANY_BODY, "name": "Other"})

    with pytest.raises(ConflictError, match=r"could not change name of company .*409"):
        update(build_run(client), *created_company, {**COMPANY_INPUTS, "name": "Other"})


def test_a_rename_with_a_lost_response_counts_as_applied(
    hq: HqFixture, client: HqClient, created_company: IdAndState
) -> None:
    """The second request may conflict with the company's own new name."""
    hq.emulator.faults += [
        Fault("PATCH company", DROPS_CONNECTION, acts_on_request=True),
        Fault("PATCH company", build_reply(409, {"message": "the name is taken"})),
    ]

    outs = update(build_run(client), *created_company, {**COMPANY_INPUTS, "name": "Acme Nord"})

    assert outs["name"] == "Acme Nord"
    assert hq.emulator.request_log == ["PATCH company", "PATCH company", "GET company"]


def test_a_404_on_a_recent_company_is_retried(
    hq: HqFixture, client: HqClient, created_company: IdAndState
) -> None:
    """HQ shows new companies with a delay; a refresh right after an up must not drop them."""
    reply = build_reply(404, {"code": 1004, "message": "this company doesn't exist."})
    hq.emulator.faults += [Fault("GET company", reply), Fault("PATCH company", reply)]

    assert read(build_run(client), *created_company) is not None
    assert (
        update(build_run(client), *created_company, {**COMPANY_INPUTS, "city": "Rome"})["city"]
        == "Rome"
    )


def test_an_import_returns_every_field_that_hq_filled(
    client: HqClient, created_company: IdAndState
) -> None:
    """Only the id is known."""
    live = read(build_run(client), created_company[0], {})

    assert live is not None
    assert live.inputs == COMPANY_INPUTS
    assert diff(live.outputs, COMPANY_INPUTS) == diff(created_company[1], COMPANY_INPUTS)
    with pytest.raises(NotFoundError, match="could not read company c9"):
        read(build_run(client), "c9", {})


def test_destroying_sends_nothing_and_reports_it(
    hq: HqFixture, client: HqClient, created_company: IdAndState
) -> None:
    """HQ has no request for it."""
    delete(build_run(client), *created_company)

    assert hq.emulator.request_log == []
    assert hq.notifications == [
        (
            (
                f"BIM 360: company 'Acme' ({created_company[0]}) stays in the account: "
                "HQ's API cannot delete companies."
            ),
            True,
        )
    ]


def test_a_renamed_resource_does_not_report_its_own_company(
    hq: HqFixture, client: HqClient
) -> None:
    """The new resource adopted it in the same run."""
    create(build_run(client), COMPANY_INPUTS)
    owners = Ownership()
    company_id, outs = create(build_run(client, ownership=owners), COMPANY_INPUTS)
    hq.notifications.clear()

    delete(build_run(client, ownership=owners), company_id, outs)

    assert hq.notifications == []


def test_a_search_is_exact_and_paged(hq: HqFixture, client: HqClient) -> None:
    """The API's own search also returns partial matches."""
    client.companies.create({"name": "Acme", "trade": "Masonry"})
    client.companies.create({"name": "Acme and Sons", "trade": "Masonry"})
    hq.emulator.request_log.clear()

    found = client.companies.search_by_name("acme")

    assert [each.name for each in found] == ["Acme"]
    assert hq.emulator.request_log == ["search companies"]
    assert hq.emulator.requests[-1].parse_query()["partial"] == "false"
