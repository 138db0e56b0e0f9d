"""Imports of rows, and searches: the same for companies and account users."""

from typing import Any

import pytest

from bim360_provider.emulator import ADMIN_EMAIL, Emulator
from tests.support.emulator import Call


def companies(count: int) -> list[dict[str, Any]]:
    return [{"name": f"Firm {number}", "trade": "Concrete"} for number in range(count)]


@pytest.mark.parametrize("path", ["companies/import", "users/import"])
def test_the_fifty_first_row_is_refused(send_request: Call, path: str) -> None:
    """Documented: at most 50; no row is imported."""
    body = [{"email": f"{number}@example.com"} for number in range(51)]

    replies = [
        send_request("POST", path, body),
        send_request("POST", path, {"email": "a@example.com"}),
    ]

    assert [each.status for each in replies] == [400, 400]
    assert len(send_request("GET", path.partition("/")[0]).parse_content()) == 1


def test_fifty_rows_are_accepted(send_request: Call) -> None:
    """The documented limit is inclusive."""
    reply = send_request("POST", "companies/import", companies(50))

    assert (reply.status, reply.parse_content()["success"]) == (201, 50)


def test_a_failed_row_does_not_undo_the_others(emulator: Emulator, send_request: Call) -> None:
    """Observed: 2xx even if every row fails."""
    rows = [{"email": "new@example.com"}, {"email": ADMIN_EMAIL.upper()}, {"nickname": "x"}, 7]
    emulator.call_control_plane("PATCH", "/options", {"import_status": 200})

    reply = send_request("POST", "users/import", rows)

    content = reply.parse_content()
    assert (reply.status, content["success"], content["failure"]) == (200, 1, 3)
    assert [each["item"] for each in content["failure_items"]] == rows[1:]
    assert "email is required" in content["failure_items"][1]["error"]
    assert content["success_items"][0]["status"] == "not_invited"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=firm", 3),
        ("name=FIRM 1", 1),
        ("name=firm&partial=false", 0),
        ("name=firm 1&partial=false", 1),
        ("name=Ünal&partial=false", 1),
        ("name=ÜNAL", 1),
        ("trade=concrete&limit=2", 2),
        ("trade=concrete&limit=2&offset=2", 1),
    ],
)
def test_a_search_is_fuzzy_by_default(send_request: Call, query: str, found: int) -> None:
    """The first result of a client may be the wrong one."""
    send_request("POST", "companies/import", [*companies(3), {"name": "ünal", "trade": "Owner"}])

    rows = send_request("GET", "companies/search", query=query.replace(" ", "+")).parse_content()

    assert len(rows) == found


@pytest.mark.parametrize(("operator", "found"), [("", 3), ("&operator=AND", 1)])
def test_criteria_are_combined_with_or_by_default(
    send_request: Call, operator: str, found: int
) -> None:
    """Documented: OR is the default; it was AND in the 2016 draft."""
    send_request("POST", "companies/import", companies(3))

    query = f"name=Firm+1&trade=Concrete{operator}"

    assert len(send_request("GET", "companies/search", query=query).parse_content()) == found


@pytest.mark.parametrize(
    "query",
    ["", "name=", "name=a&operator=XOR", "name=a&partial=maybe", f"name={'a' * 256}", "nme=a"],
)
def test_an_invalid_search_is_400(send_request: Call, query: str) -> None:
    """Inference: invalid parameters should be reported."""
    reply = send_request("GET", "companies/search", query=query)

    assert reply.status == 400


@pytest.mark.parametrize(
    "query",
    [
        "email=anna&field=id",
        f"email={ADMIN_EMAIL.upper()}&partial=false&field=id",
        "name=halvorsen&field=id",
        "company_name=construction&field=id",
    ],
)
def test_users_are_found_by_name_email_and_company(send_request: Call, query: str) -> None:
    """Documented: three criteria."""
    send_request("POST", "users", {"email": "bo@example.com"})

    assert len(send_request("GET", "users/search", query=query).parse_content()) == 1
