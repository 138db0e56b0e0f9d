"""ACC projects next to those of BIM 360 in each API."""

from typing import Any

import pytest

from bim360_provider.emulator import ADMIN_EMAIL, ADMIN_ID, COMPANY_ID, Emulator
from tests.support.emulator import PNG_HEADERS, Call

ACC_ID = "f0000000-0000-4000-8000-000000000002"
USER = {"email": ADMIN_EMAIL, "company_id": COMPANY_ID}


@pytest.fixture
def bridge(emulator: Emulator, created_project: dict[str, Any]) -> str:
    """Return the id of an ACC project, whose admin is the account's, next to a BIM 360 project."""
    state = emulator.call_control_plane("GET", "/state")
    admin = {**USER, "services": {"project_administration": "admin"}}
    fields = {"id": ACC_ID, "name": "Bridge", "platform": "acc", "users": [admin]}
    state["accounts"][0]["projects"].append(fields)
    emulator.call_control_plane("PUT", "/state", state)
    assert created_project["name"] == "Tower A"
    return ACC_ID


def test_the_newer_backend_lists_both_platforms(send_request: Call, bridge: str) -> None:
    """A filter selects one of them; all products of an ACC project are active."""
    prefix = "/construction/admin/v1/accounts"
    both = send_request("GET", "projects", prefix=prefix).parse_content()["results"]
    acc = send_request("GET", "projects", query="filter[platform]=acc", prefix=prefix)

    assert {row["name"]: row["platform"] for row in both} == {"Bridge": "acc", "Tower A": "bim360"}
    (row,) = acc.parse_content()["results"]
    assert row["id"] == bridge
    assert {product["status"] for product in row["products"]} == {"active"}
    assert "build" in {product["key"] for product in row["products"]}


@pytest.mark.parametrize(
    ("request_line", "body"),
    [
        (f"GET v1 projects/{ACC_ID}", None),
        (f"PATCH v1 projects/{ACC_ID}", {"status": "archived"}),
        (f"POST v1 projects/{ACC_ID}/users", USER),
        (f"POST v2 projects/{ACC_ID}/users/import", [USER]),
        (f"PATCH v2 projects/{ACC_ID}/users/{ADMIN_ID}", {}),
        (f"GET v2 projects/{ACC_ID}/industry_roles", None),
    ],
)
@pytest.mark.usefixtures("bridge")
def test_hq_hides_acc_projects(
    emulator: Emulator, send_request: Call, request_line: str, body: Any
) -> None:
    """Unless an option lets its endpoints serve them."""
    method, version, path = request_line.split(" ")
    headers: dict[str, Any] = {"prefix": f"/hq/{version}/accounts", "x-user-id": ADMIN_ID}

    hidden = send_request(method, path, body, **headers)
    emulator.call_control_plane("PATCH", "/options", {"acc_projects_in_hq": "serve"})

    assert (hidden.status, hidden.parse_content()["code"]) == (404, 1004)
    assert send_request(method, path, body, **headers).status != 404


def test_hqs_list_has_no_acc_projects_but_their_names_are_in_use(
    emulator: Emulator, send_request: Call, bridge: str, project_body: dict[str, object]
) -> None:
    """A template must be a BIM 360 project as well."""
    listed = send_request("GET", "projects").parse_content()
    taken = send_request("POST", "projects", project_body | {"name": "Bridge"})
    copied = project_body | {"name": "Copy", "template_project_id": bridge}
    emulator_reply = send_request("POST", "projects", copied)
    emulator.call_control_plane("PATCH", "/options", {"acc_projects_in_hq": "serve"})

    assert [row["name"] for row in listed] == ["Tower A"]
    assert (taken.status, emulator_reply.status) == (409, 422)
    assert len(send_request("GET", "projects").parse_content()) == 2


def test_images_and_companies_are_compatible_with_acc(send_request: Call, bridge: str) -> None:
    """Documented in the table of compatibility."""
    companies = send_request("GET", f"projects/{bridge}/companies")
    image = send_request("PATCH", f"projects/{bridge}/image", **PNG_HEADERS)

    assert companies.status == 200
    assert image.status == 400  # without a picture, but not unknown


def test_members_of_acc_projects_can_be_removed(send_request: Call, bridge: str) -> None:
    """Members of BIM 360 projects cannot; an admin has each product as administrator."""
    path = {"account": bridge, "prefix": "/construction/admin/v1/projects"}
    user = send_request("GET", f"users/{ADMIN_ID}", **path).parse_content()
    headers = {"user-id": ADMIN_ID}

    removed = send_request("DELETE", f"users/{ADMIN_ID}", **path, **headers)

    assert {product["access"] for product in user["products"]} == {"administrator"}
    assert removed.status == 204
