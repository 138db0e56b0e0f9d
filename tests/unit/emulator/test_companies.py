"""Companies: what they take, what they refuse, what they answer."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import (
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    EMEA_COMPANY_ID,
    Emulator,
    Reply,
)

Call = Callable[..., Reply]
Body = dict[str, Any]

STEEL: Body = {"name": "Nord Steel", "trade": "Metals"}
SOMEWHERE = "c17e6837-96cd-4839-868e-051a2ad65d28"


def message_of(reply: Reply) -> str:
    return str(reply.parse_content()["message"])


def test_a_company_has_every_documented_field(send_request: Call) -> None:
    """Documented: 201; what was not sent is null."""
    answer = send_request("POST", "companies", STEEL | {"city": "Oslo", "erp_id": "E-1"})

    content = answer.parse_content()
    assert answer.status == 201
    assert len(content) == 17
    assert (content["name"], content["city"], content["phone"]) == ("Nord Steel", "Oslo", None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "name is required"),
        ("trade", None, "trade is required"),
        ("name", "x" * 256, "the limit is 255"),
        ("description", "x" * 256, "the limit is 255"),
        ("phone", 47, "phone is not a string"),
        ("cty", "Oslo", "unknown field cty; the nearest known one is city"),
    ],
)
def test_a_malformed_company_is_400_and_named(
    send_request: Call, field: str, value: object, words: str
) -> None:
    """The message says what to write instead."""
    answer = send_request("POST", "companies", STEEL | {field: value})

    assert answer.status == 400
    assert words in message_of(answer)


def test_ids_of_other_systems_have_no_limit(send_request: Call) -> None:
    """The page states none."""
    answer = send_request("POST", "companies", STEEL | {"tax_id": "9" * 300, "erp_id": "E" * 300})

    assert answer.status == 201


def test_a_trade_is_any_text_unless_told_otherwise(emulator: Emulator, send_request: Call) -> None:
    """The vendor's own example of an import has a trade that is not on the list."""
    loose = send_request("POST", "companies", STEEL | {"trade": "mh-trade"})
    emulator.call_control_plane("PATCH", "/options", {"trades": "strict"})

    strict = send_request("POST", "companies", {"name": "Other", "trade": "Metal"})

    assert (loose.status, strict.status) == (201, 400)
    assert "the nearest known one is Metals" in message_of(strict)


def test_a_company_name_is_taken_once_per_account(send_request: Call) -> None:
    """409 is the documented conflict; another account may have the name."""
    first = send_request("POST", "companies", STEEL)
    second = send_request("POST", "companies", STEEL)
    other_case = send_request("POST", "companies", STEEL | {"name": "nord steel"})

    abroad = send_request("POST", "companies", STEEL, account=EMEA_ACCOUNT_ID, region="EMEA")

    assert [each.status for each in (first, second, other_case, abroad)] == [201, 409, 201, 201]
    assert "Nord Steel" in message_of(second)


def test_companies_are_listed_and_shown(send_request: Call) -> None:
    """A bare array, newest change first; GET one has the same fields."""
    made = send_request("POST", "companies", STEEL).parse_content()

    listed = send_request("GET", "companies").parse_content()
    shown = send_request("GET", f"companies/{made['id']}").parse_content()

    assert [row["id"] for row in listed] == [made["id"], COMPANY_ID]
    assert listed[0] == shown == made


def test_sort_and_field_work_as_for_projects(send_request: Call) -> None:
    """One page code for every list."""
    send_request("POST", "companies", STEEL)

    rows = send_request("GET", "companies", query="sort=name&field=name&limit=1").parse_content()

    assert rows == [{"id": COMPANY_ID, "name": "Halvorsen Construction"}]


def test_only_the_fields_sent_change_in_a_company(emulator: Emulator, send_request: Call) -> None:
    """An empty text clears; the own name is no conflict; ``updated_at`` moves with a change."""
    made = send_request("POST", "companies", STEEL | {"city": "Oslo", "phone": "1"}).parse_content()
    emulator.clock.advance(5)

    answer = send_request("PATCH", f"companies/{made['id']}", {"name": "Nord Steel", "city": ""})

    content = answer.parse_content()
    assert answer.status == 200
    assert (content["city"], content["phone"], content["name"]) == (None, "1", "Nord Steel")
    assert content["updated_at"] > made["updated_at"]


def test_a_company_cannot_take_anothers_name(send_request: Call) -> None:
    """Renaming meets the same rule as making."""
    made = send_request("POST", "companies", STEEL).parse_content()

    answer = send_request("PATCH", f"companies/{made['id']}", {"name": "Halvorsen Construction"})

    assert answer.status == 409


@pytest.mark.parametrize("company", [SOMEWHERE, EMEA_COMPANY_ID])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_a_company_that_is_not_there_is_404(send_request: Call, method: str, company: str) -> None:
    """Another account's company is not there either."""
    answer = send_request(method, f"companies/{company}", {})

    assert answer.status == 404
    assert answer.parse_content() == {"code": 1004, "message": "this company doesn't exist."}


@pytest.mark.parametrize("path", ["companies", "users"])
def test_there_is_no_delete_of_companies_and_users(send_request: Call, path: str) -> None:
    """Documented by its absence."""
    answer = send_request("DELETE", f"{path}/{SOMEWHERE}")

    assert answer.status == 404
    assert answer.parse_content()["errorCode"] == "EMU-404"


def test_a_company_can_change_and_vanish_in_the_browser(
    emulator: Emulator, send_request: Call
) -> None:
    """Drift, twins included, is made through the control plane."""
    made = send_request("POST", "companies", STEEL).parse_content()
    twin = emulator.call_control_plane(
        "PATCH", f"/companies/{made['id']}", {"name": "Halvorsen Construction"}
    )
    emulator.call_control_plane("DELETE", f"/companies/{COMPANY_ID}")

    names = [row["name"] for row in send_request("GET", "companies").parse_content()]

    assert twin["trade"] == "Metals"
    assert names == ["Halvorsen Construction"]
