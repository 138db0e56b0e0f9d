"""Hostile requests: the emulator replies with a status, never with a traceback."""

import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_ID,
    COMPANY_ID,
    Emulator,
    IncomingRequest,
    SeedError,
    read_rules,
    read_seed,
)
from bim360_provider.emulator.control.routes import ACTIONS
from bim360_provider.emulator.data_management.tree import build_top_folder_id
from bim360_provider.emulator.hq.projects import CREATE_SCHEMA
from bim360_provider.emulator.hq.routes import ROUTES
from bim360_provider.emulator.http.errors import JSON_API_CONTENT_TYPE, DataApiError
from bim360_provider.emulator.http.routing import Route
from tests.support.emulator import DATA_SCOPES, WRITE_FORM, Call, get_bearer

REFUSED = {400, 409, 422}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(st.sampled_from(CREATE_SCHEMA.names) | st.text(), json_values, max_size=6)
# All examples share the fixtures on purpose: the accumulated state is hostile too.
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(body=bodies)
def test_no_project_body_causes_a_server_error(
    emulator: Emulator, send_request: Call, project_body: dict[str, Any], body: dict[str, Any]
) -> None:
    """A create is 201 or refused; a change of the created project is 200 or refused."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})
    created = send_request("POST", "projects", project_body | body)
    project = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][:1]

    assert created.status in REFUSED | {201}
    for each in project:
        assert send_request("PATCH", f"projects/{each['id']}", body).status in REFUSED | {200}


@many
@given(query=st.text(string.printable))
def test_no_query_causes_a_server_error(emulator: Emulator, send_request: Call, query: str) -> None:
    """200 or 400."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})

    assert send_request("GET", "projects", query=query).status in {200, 400}


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"name": "\\ud800"}',
        b'{"value": 1' + b"0" * 400 + b"}",
        b"[" * 100_000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"value": Infinity}',
    ],
)
def test_malicious_bytes_are_400(emulator: Emulator, token: str, body: bytes) -> None:
    """Invalid Unicode, huge numbers, deep nesting; the journal tolerates them too."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    reply = emulator.handle(IncomingRequest("POST", path, "", headers, body))

    assert reply.status == 400
    assert emulator.handle(IncomingRequest("GET", "/_emulator/requests")).status == 200


LEVELS = (200, 500, 900, 1_000, 5_000, 100_000)
"""Around the limits of Python's parser and its stack."""


def build_nested(levels: int) -> Iterator[bytes]:
    """Yield JSON documents with this number of levels."""
    yield b"[" * levels + b"]" * levels
    yield b"[" * levels
    yield b'{"services": ' * levels + b"1" + b"}" * levels
    yield b'[{"name": "x", "services": ' + b"[" * levels + b"]" * levels + b"}]"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_deep_nesting_causes_no_server_error(
    emulator: Emulator, created_project: dict[str, Any], route: Route
) -> None:
    """Every route: a body is a 400, and the journal stays readable."""
    options = {"rate_limit_per_minute": 0, "folders_of_inactive_projects": "allow"}
    emulator.call_control_plane("PATCH", "/options", options)
    is_json_api = route.family.error_type is DataApiError
    headers = {
        "authorization": get_bearer(emulator, f"{WRITE_FORM}+{DATA_SCOPES}"),
        "content-type": JSON_API_CONTENT_TYPE if is_json_api else "application/json",
        "x-user-id": ADMIN_ID,
        "user-id": ADMIN_ID,
    }
    prefix = "b." if route.family.id_prefix == "required" else ""
    path = route.template.replace(":account_id", ACCOUNT_ID).replace(":hub_id", f"b.{ACCOUNT_ID}")
    path = path.replace(":project_id", prefix + created_project["id"])
    path = path.replace(":company_id", COMPANY_ID).replace(":user_id", ADMIN_ID)
    path = path.replace(":folder_id", build_top_folder_id(created_project["id"], "Plans"))

    replies = [
        emulator.handle(IncomingRequest(route.method, path, "", headers, body)).status
        for levels in LEVELS
        for body in build_nested(levels)
    ]

    # A GET and a DELETE have no body, and Anna is not in the project.
    assert {*replies} <= ({200, 400, 404} if route.method == "GET" else {400, 403, 404})
    assert emulator.handle(IncomingRequest("GET", "/_emulator/requests")).status == 200


@pytest.mark.parametrize("route", ACTIONS)
def test_deep_nesting_is_400_for_the_control_plane(emulator: Emulator, route: str) -> None:
    """In one line, for every route."""
    method, _, path = route.partition(" ")

    replies = [
        emulator.handle(IncomingRequest(method, path.replace("*", "1"), "", {}, body))
        for levels in LEVELS
        for body in build_nested(levels)
    ]

    assert {each.status for each in replies} == {400}
    assert {each.parse_content()["error"] for each in replies} == {"the body is not JSON"}


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("POST /_emulator/clock", b'{"advance": 1e999}'),
        ("POST /_emulator/clock", b'{"advance": 1e18}'),
        ("POST /_emulator/clock", b'{"advance": -1e18}'),
        ("POST /_emulator/clock", b'{"advance": NaN}'),
        ("POST /_emulator/clock", b'{"set": "0000-00-00T00:00:00Z"}'),
        ("PATCH /_emulator/options", b'{"visible_after": 1e999}'),
        ("PATCH /_emulator/options", b'{"ids_seed": 1' + b"0" * 5_000 + b"}"),
        ("POST /_emulator/faults", b'{"then": {"advance": 1e999}}'),
        ("POST /_emulator/faults", b'{"then": {"status": 1e999}}'),
        ("POST /_emulator/seed", b'{"accounts": "\\ud800"}'),
        ("PUT /_emulator/state", b'{"accounts": [], "counters": {"x": 1e99}}'),
    ],
)
def test_excessive_numbers_are_400_for_the_control_plane(
    emulator: Emulator, route: str, body: bytes
) -> None:
    """The clock stays within the formattable times."""
    method, _, path = route.partition(" ")

    reply = emulator.handle(IncomingRequest(method, path, "", {}, body))

    assert reply.status == 400
    assert emulator.call_control_plane("GET", "/health")["status"] == "ok"


@pytest.mark.parametrize("read", [read_seed, read_rules])
@pytest.mark.parametrize("levels", LEVELS)
def test_a_deeply_nested_file_raises_a_one_line_error(
    tmp_path: Path, read: Callable[[Path], object], levels: int
) -> None:
    """For the seed and the faults of the command line."""
    file = tmp_path / "nested.json"
    file.write_bytes(b"[" * levels + b"]" * levels)

    with pytest.raises(SeedError, match=r"nested\.json") as error:
        read(file)

    assert "\n" not in str(error.value)


NEW = ("name", "trade", "email", "company_id", "user_id", "industry_roles", "services", "role")
MORE = ("service_type", "status", "default_role", "business_units", "id", "parent_id")
hostile = st.text(st.characters(categories=["Cs", "Lu", "Cc"]), max_size=4) | json_values
objects = st.dictionaries(st.sampled_from((*NEW, *MORE)), hostile, max_size=5)


@many
@given(body=objects | st.lists(objects, max_size=3) | hostile)
def test_no_user_or_company_body_causes_a_server_error(
    emulator: Emulator, send_request: Call, created_project: dict[str, Any], body: object
) -> None:
    """Including invalid Unicode; rows of an import fail separately."""
    emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 0})
    project = f"projects/{created_project['id']}"
    acting = {"prefix": "/hq/v2/accounts", "x-user-id": ADMIN_ID}
    v1 = {
        "POST": ("companies", "companies/import", "users", "users/import", f"{project}/users"),
        "PATCH": (f"companies/{COMPANY_ID}", f"users/{ADMIN_ID}", f"{project}/image"),
        "PUT": ("business_units_structure",),
    }

    replies = [send_request(method, path, body) for method, paths in v1.items() for path in paths]
    replies.append(send_request("POST", f"{project}/users/import", body, **acting))
    replies.append(send_request("PATCH", f"{project}/users/{ADMIN_ID}", body, **acting))

    assert {each.status for each in replies} <= REFUSED | {200, 201, 403, 404}


@pytest.mark.parametrize("query", ["limit=" + "9" * 30, "offset=" + "9" * 30, "limit=%F0%9F"])
def test_numbers_too_large_for_a_database_are_400(send_request: Call, query: str) -> None:
    """They do not reach the database."""
    assert send_request("GET", "projects", query=query).status == 400
