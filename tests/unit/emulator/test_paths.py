"""Variants of paths and queries that HQ accepts and other clients send."""

import re
from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_ID,
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    Emulator,
    IncomingRequest,
    Reply,
)
from bim360_provider.emulator.hq.routes import ROUTES, TOKEN_PATH
from bim360_provider.emulator.http.routing import Route
from tests.support.emulator import Call, request_token

Row = dict[str, Any]


@pytest.fixture
def send(emulator: Emulator, token: str) -> Call:
    """Return a function that sends an unmodified path: ``send("GET", "//hq/v1/…")``."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})

    def send(method: str, path: str, query: str = "", **more: str) -> Reply:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json", **more}
        return emulator.handle(IncomingRequest(method, path, query, headers, b"{}"))

    return send


def path_of(route: Route, project: Row) -> str:
    """Return a path for a route's template."""
    known = {
        "account_id": ACCOUNT_ID,
        "project_id": project["id"],
        "company_id": COMPANY_ID,
        "user_id": ADMIN_ID,
    }
    return re.sub(r"(?<=/):(\w+)", lambda match: str(known.get(match[1], "0")), route.template)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_path_may_have_doubled_slashes(send: Call, created_project: Row, route: Route) -> None:
    """Anywhere in the path: the vendor's Node SDK starts each path with two."""
    path = path_of(route, created_project)

    plain = send(route.method, path)
    doubled = send(route.method, path.replace("/", "//"))
    in_front = send(route.method, f"/{path}")

    assert doubled.parse_content() == plain.parse_content() == in_front.parse_content()
    assert doubled.status == plain.status == in_front.status


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.family.id_prefix == "optional"],
    ids=lambda route: route.name,
)
def test_ids_may_have_the_prefix_of_data_management(
    send: Call, created_project: Row, route: Route
) -> None:
    """A prefix ``b.`` of the id of an account or a project is ignored."""
    path = path_of(route, created_project)
    hubs = path.replace(ACCOUNT_ID, f"b.{ACCOUNT_ID}").replace(
        created_project["id"], f"b.{created_project['id']}"
    )

    assert send(route.method, hubs).parse_content() == send(route.method, path).parse_content()


def test_the_token_path_may_have_doubled_slashes(emulator: Emulator) -> None:
    """The SDK appends the path to a base URL that ends with a slash."""
    reply = request_token(emulator, path=f"/{TOKEN_PATH}")

    assert reply.status == 200
    assert emulator.journal.count_requests() == {f"POST {TOKEN_PATH}": 1}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_legacy_path_accepts_prefixes_and_doubled_slashes(
    send_request: Call, send: Call, project_body: Row, version: str
) -> None:
    """For an account in Europe."""
    created = send_request(
        "POST", "projects", project_body, account=EMEA_ACCOUNT_ID, region="EMEA"
    ).parse_content()
    tail = {"v1": "companies", "v2": "industry_roles"}[version]
    path = f"//hq//{version}//regions//eu//accounts//b.{EMEA_ACCOUNT_ID}/projects"

    assert send("GET", f"{path}//b.{created['id']}/{tail}").status == 200


@pytest.mark.parametrize(
    ("path", "repeated", "joined"),
    [
        ("projects", "field=name&field=status", "field=name,status"),
        ("projects", "sort=status&sort=-name", "sort=status,-name"),
        ("companies", "field=name&field=trade", "field=name,trade"),
        ("users", "field=email&field=role&sort=email", "field=email,role&sort=email"),
    ],
)
def test_a_repeated_parameter_is_a_list(
    send_request: Call, project_body: Row, *, path: str, repeated: str, joined: str
) -> None:
    """Generated clients repeat a parameter instead of using commas."""
    for name in ("A", "B"):
        send_request("POST", "projects", {**project_body, "name": name})

    rows = [send_request("GET", path, query=query).parse_content() for query in (repeated, joined)]

    assert rows[0] == rows[1]
    assert len(rows[0][0]) == (3 if "field=" in joined else 25)


def test_a_list_of_fields_may_be_repeated_in_the_newer_backend(
    send: Call, created_project: Row
) -> None:
    """For a list and for one project."""
    path = f"/construction/admin/v1/accounts/{ACCOUNT_ID}/projects"

    results = send("GET", path, "fields=name&fields=status").parse_content()["results"]
    current = send(
        "GET", f"/construction/admin/v1/projects/{created_project['id']}", "fields=name&fields=type"
    )

    assert results == [
        {"id": created_project["id"], "name": created_project["name"], "status": "pending"}
    ]
    assert [*current.parse_content()] == ["id", "name", "type"]


def test_a_single_value_cannot_be_repeated(send_request: Call) -> None:
    """Inference: a page has one size."""
    assert send_request("GET", "projects", query="limit=1&limit=2").status == 400
