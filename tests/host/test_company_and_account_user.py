"""Companies and account users in the real host, from check to delete."""

from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.dynamic.providers import AccountUserProvider, CompanyProvider
from bim360_provider.emulator import ACCOUNT_ID
from tests.host.dynamic_host import (
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    to_inputs,
    to_plain,
)
from tests.support.hq import Fault, FaultyEmulator, build_reply
from tests.support.seeding import list_requests

DiffResponse = provider_pb2.DiffResponse
PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
VOLT = {"name": "Volt", "trade": "Electrical"}
ADA = {"email": "ada@example.com", "first_name": "Ada"}


@pytest.fixture
def companies(host: DynamicHost) -> DynamicHost:
    """Return the host for companies."""
    return host.with_provider(CompanyProvider())


@pytest.fixture
def users(host: DynamicHost) -> DynamicHost:
    """Return the host for account users."""
    return host.with_provider(AccountUserProvider())


def test_a_company_lives_from_check_to_delete(
    companies: DynamicHost, emulator: FaultyEmulator
) -> None:
    """Six calls of the engine, three requests: HQ cannot delete a company."""
    checked = companies.check(VOLT)
    created = companies.create(checked.inputs)
    read = companies.read(created.id, created.properties, checked.inputs)
    same = companies.diff(created.id, read.properties, checked.inputs)
    wanted = companies.check({**VOLT, "city": "Oslo"}, VOLT).inputs
    other = companies.diff(created.id, read.properties, wanted)
    changed = companies.update(created.id, read.properties, wanted)
    companies.delete(created.id, changed.properties)

    assert to_plain(read.inputs, companies.provider) == {**VOLT, **PLACE}
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert to_plain(changed.properties, companies.provider)["city"] == "Oslo"
    assert list_requests(emulator) == ["POST companies", "GET company", "PATCH company"]
    assert "stays in the account: HQ's API cannot delete" in companies.output_file.read_text()


def test_an_account_user_lives_from_check_to_delete(
    users: DynamicHost, emulator: FaultyEmulator
) -> None:
    """Six calls of the engine, four requests."""
    checked = users.check({**ADA, "email": "Ada@Example.com"})
    created = users.create(checked.inputs)
    emulator.call_control_plane("POST", f"/users/{created.id}/sign-in")
    read = users.read(created.id, created.properties, checked.inputs)
    same = users.diff(created.id, read.properties, checked.inputs)
    wanted = users.check({**ADA, "default_role": "Architect"}, ADA).inputs
    other = users.diff(created.id, read.properties, wanted)
    changed = users.update(created.id, read.properties, wanted)
    users.delete(created.id, changed.properties)

    assert to_plain(read.inputs, users.provider) == {**ADA, **PLACE}
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert list_requests(emulator) == ["POST users", "GET user", "PATCH user", "PATCH user"]
    state: Any = emulator.call_control_plane("GET", "/state")
    people = {each["email"]: each["status"] for each in state["accounts"][0]["users"]}
    assert people["ada@example.com"] == "inactive"


def test_another_email_replaces_the_user(users: DynamicHost, emulator: FaultyEmulator) -> None:
    """Otherwise only the account and the region replace a resource."""
    created = users.check_and_create(ADA)
    eve = to_inputs({**ADA, **PLACE, "email": "eve@example.com"}, users.provider)

    assert list(users.diff(created.id, created.properties, eve).replaces) == ["email"]
    assert list_requests(emulator) == ["POST users"]


def test_a_deferred_status_is_a_change_that_pulumi_cannot_see(users: DynamicHost) -> None:
    """Pulumi's comparison of the arguments finds no change; the preview explains the wait."""
    given = {**ADA, "status": "inactive"}
    created = users.check_and_create(given)

    difference = users.diff(created.id, created.properties, users.check(given).inputs)

    assert difference.changes == DiffResponse.DIFF_SOME
    assert "every `pulumi up` tries again" in users.output_file.read_text()


def test_warnings_of_a_check_do_not_fail_it(
    companies: DynamicHost, emulator: FaultyEmulator
) -> None:
    """A trade that looks mistyped is reported and accepted."""
    checked = companies.check({**VOLT, "trade": "Electrcal"})

    assert list(checked.failures) == []
    assert "has 'Electrical'; is that what you mean?" in companies.output_file.read_text()
    assert emulator.request_log == []


def test_an_unknown_company_id_passes(
    companies: DynamicHost, users: DynamicHost, emulator: FaultyEmulator
) -> None:
    """The company is created by the same program, so a preview does not know its id."""
    company = companies.check({**VOLT, "city": UNKNOWN_MARK})
    user = users.check({**ADA, "company_id": UNKNOWN_MARK})

    assert to_plain(company.inputs, companies.provider)["city"] == UNKNOWN_MARK
    assert to_plain(user.inputs, users.provider)["company_id"] == UNKNOWN_MARK
    assert not [*company.failures, *user.failures]
    assert emulator.request_log == []


def test_a_lookup_by_id_needs_no_state(
    companies: DynamicHost, users: DynamicHost, emulator: FaultyEmulator
) -> None:
    """``.get()`` sends only the reference to the provider."""
    for host, given in ((companies, VOLT), (users, {"email": "ada@example.com"})):
        created = host.check_and_create(given)
        found = host.get(created.id)
        assert to_plain(found.inputs, host.provider).items() >= {**given, **PLACE}.items()

    assert list_requests(emulator) == ["POST companies", "GET company", "POST users", "GET user"]


def test_an_error_is_one_line(
    companies: DynamicHost, users: DynamicHost, emulator: FaultyEmulator
) -> None:
    """It contains the request, HQ's response and the next step, but no traceback."""
    refused = build_reply(400, {"code": 1, "message": "no"})
    emulator.faults += [Fault("POST companies", refused), Fault("POST users", refused)]
    lines = []
    for host, given in ((companies, VOLT), (users, ADA)):
        with pytest.raises(grpc.RpcError) as caught:
            host.check_and_create(given)
        lines.append(get_error_message(caught.value))

    response_text = (
        'HQ answered 400 Bad Request (code 1): "no". Correct the value and run it again.'
    )
    assert lines == [
        f"BIM 360: could not create company 'Volt': {response_text}",
        f"BIM 360: could not create user 'ada@example.com': {response_text}",
    ]
