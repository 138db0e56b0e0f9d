"""All replies of the emulator on paths of the vendor's file match its schemas."""

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_ID,
    BUSINESS_UNIT_ID,
    COMPANY_ID,
    IncomingRequest,
)
from bim360_provider.emulator.http.gateway import route_request
from tests.contract.openapi import Operation, get_validator, needs_openapi_file
from tests.contract.populated_emulator import ACCOUNT_PATH, PROJECT_ID, USER_ID, PopulatedEmulator
from tests.support.emulator import PNG_HEADERS, PNG_PART

pytestmark = needs_openapi_file

STEEL = {"name": "Nord Steel", "trade": "Metals"}
UNITS = {"business_units": [{"id": BUSINESS_UNIT_ID, "name": "North"}]}
ADMIN = f"/construction/admin/v1/projects/{PROJECT_ID}"
NOWHERE = "00000000-0000-4000-8000-000000000000"

CALLS: tuple[tuple[str, str, object, int], ...] = (
    ("GET", f"{ACCOUNT_PATH}/companies", None, 200),
    ("POST", f"{ACCOUNT_PATH}/companies", STEEL, 201),
    ("POST", f"{ACCOUNT_PATH}/companies", {}, 400),
    (
        "POST",
        f"{ACCOUNT_PATH}/companies",
        {"name": "Halvorsen Construction", "trade": "Owner"},
        409,
    ),
    ("POST", f"{ACCOUNT_PATH}/companies/import", [STEEL, STEEL], 201),
    ("GET", f"{ACCOUNT_PATH}/companies/{COMPANY_ID}", None, 200),
    ("GET", f"{ACCOUNT_PATH}/companies/{NOWHERE}", None, 404),
    ("PATCH", f"{ACCOUNT_PATH}/companies/{COMPANY_ID}", {"city": "Oslo"}, 200),
    ("PATCH", f"{ACCOUNT_PATH}/companies/{COMPANY_ID}/image", PNG_PART, 200),
    ("GET", f"{ACCOUNT_PATH}/companies/search?name=halvorsen", None, 200),
    ("GET", f"{ACCOUNT_PATH}/projects/{PROJECT_ID}/companies", None, 200),
    ("PATCH", f"{ACCOUNT_PATH}/projects/{PROJECT_ID}/image", PNG_PART, 200),
    ("GET", f"{ACCOUNT_PATH}/users", None, 200),
    ("POST", f"{ACCOUNT_PATH}/users", {"email": "new@example.com"}, 201),
    ("POST", f"{ACCOUNT_PATH}/users/import", [{"email": "new@example.com"}, {}], 201),
    ("GET", f"{ACCOUNT_PATH}/users/{ADMIN_ID}", None, 200),
    ("PATCH", f"{ACCOUNT_PATH}/users/{ADMIN_ID}", {"default_role": "Architect"}, 200),
    ("PATCH", f"{ACCOUNT_PATH}/users/{USER_ID}", {"status": "active"}, 422),
    ("GET", f"{ACCOUNT_PATH}/users/search?email=bo", None, 200),
    ("GET", f"{ACCOUNT_PATH}/business_units_structure", None, 200),
    ("PUT", f"{ACCOUNT_PATH}/business_units_structure", UNITS, 200),
    ("GET", f"/construction/admin/v1/accounts/{ACCOUNT_ID}/projects", None, 200),
    (
        "GET",
        f"/construction/admin/v1/accounts/{ACCOUNT_ID}/users/{ADMIN_ID}/projects",
        None,
        200,
    ),
    ("GET", ADMIN, None, 200),
    ("GET", f"{ADMIN}/users", None, 200),
    ("GET", f"{ADMIN}/users/{ADMIN_ID}", None, 200),
    ("GET", f"{ADMIN}/users/{USER_ID}", None, 404),
    ("DELETE", f"{ADMIN}/users/{ADMIN_ID}", None, 403),
)

NOT_THERE = {
    "POST /construction/admin/v1/accounts/{accountId}/projects",
    "POST /construction/admin/v1/projects/{projectId}/users",
    "POST /construction/admin/v2/projects/{projectId}/users:import",
    "PATCH /construction/admin/v1/projects/{projectId}/users/{userId}",
    "GET /construction/admin/v1/accounts/{accountId}/users/{userId}/products",
    "GET /construction/admin/v1/accounts/{accountId}/users/{userId}/roles",
    "GET /construction/admin/v1/accounts/{accountId}/companies",
}
"""Writes to ACC projects, and reads that the provider does not need."""


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.template}"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"), CALLS, ids=[f"{c[0]} {c[1]} {c[3]}" for c in CALLS]
)
def test_every_reply_matches_the_openapi_file(
    populated_emulator: PopulatedEmulator, method: str, path: str, body: object, status: int
) -> None:
    """The status is documented, no field is unknown to the file, and the types match."""
    populated_emulator.populate()
    headers = PNG_HEADERS if body is PNG_PART else {}

    reply = populated_emulator.send(method, path, body, headers)

    assert reply.status == status
    assert get_validator().validate_response(method, path, status, reply.body) == []


def test_a_status_set_by_an_option_is_documented(
    populated_emulator: PopulatedEmulator,
) -> None:
    """200 for an import, 204 for the removal of a project's user."""
    populated_emulator.populate()
    populated_emulator.emulator.call_control_plane(
        "PATCH", "/options", {"import_status": 200, "remove_project_users": "allow"}
    )

    replies = [
        (
            "POST",
            path := f"{ACCOUNT_PATH}/users/import",
            populated_emulator.send("POST", path, [{}]),
        ),
        ("DELETE", path := f"{ADMIN}/users/{ADMIN_ID}", populated_emulator.send("DELETE", path)),
    ]

    assert [reply.status for *_, reply in replies] == [200, 204]
    for method, path, reply in replies:
        assert get_validator().validate_response(method, path, reply.status, reply.body) == []


def test_the_emulator_has_every_path_except_these() -> None:
    """Every other path of the file is called above successfully."""
    there = {
        name_of(each)
        for each in get_validator().operations
        if route_request(
            IncomingRequest(each.method, each.template.replace("{", "").replace("}", ""))
        ).route_match
    }
    called = {
        name_of(found)
        for method, path, _, _ in CALLS
        if (found := get_validator().find_operation(method, path)) is not None
    }

    assert {name_of(each) for each in get_validator().operations} - there == NOT_THERE
    assert called == there
