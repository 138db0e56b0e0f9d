"""Every answer the emulator gives on a path of the vendor's file has the file's shape."""

from collections.abc import Iterator

import pytest

from bim360_provider.emulator import ACCOUNT_ID, ADMIN_ID, BUSINESS_UNIT_ID, COMPANY_ID, Request
from bim360_provider.emulator.http.gateway import arrive
from tests.contract.openapi import Operation, needs_file, referee
from tests.contract.populated_emulator import ACCOUNT, PROJECT_ID, USER_ID, House

pytestmark = needs_file

STEEL = {"name": "Nord Steel", "trade": "Metals"}
UNITS = {"business_units": [{"id": BUSINESS_UNIT_ID, "name": "North"}]}
ADMIN = f"/construction/admin/v1/projects/{PROJECT_ID}"
NOWHERE = "00000000-0000-4000-8000-000000000000"

IMAGE = (
    b'--x\r\nContent-Disposition: form-data; name="chunk"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
)
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}

CALLS: tuple[tuple[str, str, object, int], ...] = (
    ("GET", f"{ACCOUNT}/companies", None, 200),
    ("POST", f"{ACCOUNT}/companies", STEEL, 201),
    ("POST", f"{ACCOUNT}/companies", {}, 400),
    ("POST", f"{ACCOUNT}/companies", {"name": "Halvorsen Construction", "trade": "Owner"}, 409),
    ("POST", f"{ACCOUNT}/companies/import", [STEEL, STEEL], 201),
    ("GET", f"{ACCOUNT}/companies/{COMPANY_ID}", None, 200),
    ("GET", f"{ACCOUNT}/companies/{NOWHERE}", None, 404),
    ("PATCH", f"{ACCOUNT}/companies/{COMPANY_ID}", {"city": "Oslo"}, 200),
    ("PATCH", f"{ACCOUNT}/companies/{COMPANY_ID}/image", IMAGE, 200),
    ("GET", f"{ACCOUNT}/companies/search?name=halvorsen", None, 200),
    ("GET", f"{ACCOUNT}/projects/{PROJECT_ID}/companies", None, 200),
    ("PATCH", f"{ACCOUNT}/projects/{PROJECT_ID}/image", IMAGE, 200),
    ("GET", f"{ACCOUNT}/users", None, 200),
    ("POST", f"{ACCOUNT}/users", {"email": "new@example.com"}, 201),
    ("POST", f"{ACCOUNT}/users/import", [{"email": "new@example.com"}, {}], 201),
    ("GET", f"{ACCOUNT}/users/{ADMIN_ID}", None, 200),
    ("PATCH", f"{ACCOUNT}/users/{ADMIN_ID}", {"default_role": "Architect"}, 200),
    ("PATCH", f"{ACCOUNT}/users/{USER_ID}", {"status": "active"}, 422),
    ("GET", f"{ACCOUNT}/users/search?email=bo", None, 200),
    ("GET", f"{ACCOUNT}/business_units_structure", None, 200),
    ("PUT", f"{ACCOUNT}/business_units_structure", UNITS, 200),
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
"""ACC's own writes, and reads that nothing here needs."""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Return an emulator to be furnished for each call."""
    house = House()
    yield house
    house.close()


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.template}"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"), CALLS, ids=[f"{c[0]} {c[1]} {c[3]}" for c in CALLS]
)
def test_every_answer_has_the_documented_shape(
    house: House, method: str, path: str, body: object, status: int
) -> None:
    """The status is documented, no field is missing from the file, and the types are right."""
    house.furnish()
    headers = MULTIPART if body is IMAGE else {}

    answer = house.call(method, path, body, headers)

    assert answer.status == status
    assert referee().answer(method, path, status, answer.body) == []


def test_an_option_that_moves_a_status_moves_it_to_a_known_one(house: House) -> None:
    """200 for an import, 204 for the removal of a project's user."""
    house.furnish()
    house.emulator.ask("PATCH", "/options", {"import_status": 200, "remove_project_users": "allow"})

    answers = [
        ("POST", path := f"{ACCOUNT}/users/import", house.call("POST", path, [{}])),
        ("DELETE", path := f"{ADMIN}/users/{ADMIN_ID}", house.call("DELETE", path)),
    ]

    assert [answer.status for *_, answer in answers] == [200, 204]
    for method, path, answer in answers:
        assert referee().answer(method, path, answer.status, answer.body) == []


def test_every_path_of_the_file_is_there_but_these() -> None:
    """Whatever of the file the emulator has is called above with success."""
    there = {
        name_of(each)
        for each in referee().operations
        if arrive(Request(each.method, each.template.replace("{", "").replace("}", ""))).found
    }
    called = {
        name_of(found)
        for method, path, _, _ in CALLS
        if (found := referee().find(method, path)) is not None
    }

    assert {name_of(each) for each in referee().operations} - there == NOT_THERE
    assert called == there
