"""Companies: accepted and refused requests, and their replies."""

from typing import Any

import pytest

from bim360_provider.emulator import (
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    EMEA_COMPANY_ID,
    Emulator,
)
from tests.support.emulator import NOWHERE, Call, message_of

Body = dict[str, Any]

STEEL: Body = {"name": "Nord Steel", "trade": "Metals"}


def test_a_company_has_every_documented_field(send_request: Call) -> None:
    """Documented: 201; fields that were not sent are null."""
    reply = send_request("POST", "companies", STEEL | {"city": "Oslo", "erp_id": "E-1"})

    content = reply.parse_content()
    assert reply.status == 201
    assert len(content) == 17
    assert (content["name"], content["city"], content["phone"]) == ("Nord Steel", "Oslo", None)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "name is required"),
        ("trade", None, "trade is required"),
        ("name", "x" * 256, "the limit is 255"),
        ("description", "x" * 256, "the limit is 255"),
        ("phone", 47, "phone is not a string"),
        ("cty", "Oslo", "unknown field cty; the nearest known one is city"),
    ],
)
def test_a_malformed_company_is_400_with_the_field(
    send_request: Call, field: str, value: object, message: str
) -> None:
    """The message suggests a valid value."""
    reply = send_request("POST", "companies", STEEL | {field: value})

    assert reply.status == 400
    assert message in message_of(reply)


def test_ids_of_other_systems_have_no_limit(send_request: Call) -> None:
    """The page states none."""
    reply = send_request("POST", "companies", STEEL | {"tax_id": "9" * 300, "erp_id": "E" * 300})

    assert reply.status == 201


def test_a_trade_is_any_text_by_default(emulator: Emulator, send_request: Call) -> None:
    """The vendor's example of an import has a trade that is not on the list."""
    loose = send_request("POST", "companies", STEEL | {"trade": "mh-trade"})
    emulator.call_control_plane("PATCH", "/options", {"trades": "strict"})

    strict = send_request("POST", "companies", {"name": "Other", "trade": "Metal"})

    assert (loose.status, strict.status) == (201, 400)
    assert "the nearest known one is Metals" in message_of(strict)


def test_a_company_name_is_unique_in_an_account(send_request: Call) -> None:
    """409 is the documented conflict; another account may have the name."""
    first = send_request("POST", "companies", STEEL)
    second = send_request("POST", "companies", STEEL)
    other_case = send_request("POST", "companies", STEEL | {"name": "nord steel"})

    abroad = send_request("POST", "companies", STEEL, account=EMEA_ACCOUNT_ID, region="EMEA")

    assert [each.status for each in (first, second, other_case, abroad)] == [201, 409, 201, 201]
    assert "Nord Steel" in message_of(second)


def test_companies_are_listed_and_read(send_request: Call) -> None:
    """A bare array, newest change first; GET one has the same fields."""
    created = send_request("POST", "companies", STEEL).parse_content()

    rows = send_request("GET", "companies").parse_content()
    current = send_request("GET", f"companies/{created['id']}").parse_content()

    assert [row["id"] for row in rows] == [created["id"], COMPANY_ID]
    assert rows[0] == current == created


def test_sort_and_field_work_as_for_projects(send_request: Call) -> None:
    """All lists share the code for pages."""
    send_request("POST", "companies", STEEL)

    rows = send_request("GET", "companies", query="sort=name&field=name&limit=1").parse_content()

    assert rows == [{"id": COMPANY_ID, "name": "Halvorsen Construction"}]


def test_a_patch_changes_only_the_sent_fields_of_a_company(
    emulator: Emulator, send_request: Call
) -> None:
    """An empty text clears; its own name is not a conflict; ``updated_at`` changes with a field."""
    created = send_request(
        "POST", "companies", STEEL | {"city": "Oslo", "phone": "1"}
    ).parse_content()
    emulator.clock.advance(5)

    reply = send_request("PATCH", f"companies/{created['id']}", {"name": "Nord Steel", "city": ""})

    content = reply.parse_content()
    assert reply.status == 200
    assert (content["city"], content["phone"], content["name"]) == (None, "1", "Nord Steel")
    assert content["updated_at"] > created["updated_at"]


def test_a_company_cannot_be_renamed_to_a_name_in_use(send_request: Call) -> None:
    """A rename has the same rule as a create."""
    created = send_request("POST", "companies", STEEL).parse_content()

    reply = send_request("PATCH", f"companies/{created['id']}", {"name": "Halvorsen Construction"})

    assert reply.status == 409


@pytest.mark.parametrize("company", [NOWHERE, EMEA_COMPANY_ID])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_an_unknown_company_is_404(send_request: Call, method: str, company: str) -> None:
    """Another account's company is unknown too."""
    reply = send_request(method, f"companies/{company}", {})

    assert reply.status == 404
    assert reply.parse_content() == {"code": 1004, "message": "this company doesn't exist."}


@pytest.mark.parametrize("path", ["companies", "users"])
def test_companies_and_users_cannot_be_deleted(send_request: Call, path: str) -> None:
    """Documented by the absence of a DELETE."""
    reply = send_request("DELETE", f"{path}/{NOWHERE}")

    assert reply.status == 404
    assert reply.parse_content()["errorCode"] == "EMU-404"


def test_the_control_plane_changes_and_deletes_a_company(
    emulator: Emulator, send_request: Call
) -> None:
    """Tests create drift with it, including duplicate names."""
    created = send_request("POST", "companies", STEEL).parse_content()
    duplicate = emulator.call_control_plane(
        "PATCH", f"/companies/{created['id']}", {"name": "Halvorsen Construction"}
    )
    emulator.call_control_plane("DELETE", f"/companies/{COMPANY_ID}")

    names = [row["name"] for row in send_request("GET", "companies").parse_content()]

    assert duplicate["trade"] == "Metals"
    assert names == ["Halvorsen Construction"]
