"""Generated requests to the vendor's paths get no 5xx and no undocumented reply."""

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    ADMIN_ID,
    BUSINESS_UNIT_ID,
    COMPANY_ID,
    IncomingRequest,
    Reply,
)
from bim360_provider.emulator.http.gateway import route_request
from tests.contract.openapi import OPENAPI_FILE, Operation, get_validator, needs_openapi_file
from tests.contract.populated_emulator import PROJECT_ID, USER_ID, PopulatedEmulator
from tests.support.emulator import PNG_HEADERS, PNG_PART

pytestmark = needs_openapi_file

EXAMPLES = 60
"""Requests to each operation: 20 operations take some seconds."""

DEPTH = 4
"""The depth of a generated body; HQ's bodies have three levels."""

KNOWN = (ACCOUNT_ID, ADMIN_EMAIL, ADMIN_ID, BUSINESS_UNIT_ID, COMPANY_ID, PROJECT_ID, USER_ID)

IDS = {
    "account_id": ACCOUNT_ID,
    "accountId": ACCOUNT_ID,
    "project_id": PROJECT_ID,
    "projectId": PROJECT_ID,
    "company_id": COMPANY_ID,
    "user_id": USER_ID,
    "userId": ADMIN_ID,
}

TEXTS = st.text(max_size=12) | st.sampled_from(["", " ", "x" * 256, "0", "-1", "null", *KNOWN])
PLAIN = st.text("Ab 1|/ü", min_size=1, max_size=8)
HINTS: dict[str, st.SearchStrategy[Any]] = {
    "email": st.from_regex(r"\A[a-d]{1,2}@example\.com\Z") | st.just(ADMIN_EMAIL.upper()),
    "id": st.uuids(version=4).map(str),
    "parent_id": st.sampled_from([None, BUSINESS_UNIT_ID]),
    "company_id": st.sampled_from([COMPANY_ID, USER_ID]),
}
"""Fields whose schemas do not describe valid values."""

SCALARS = TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


def list_operations() -> list[Operation]:
    """Return the operations of the file that the emulator has."""
    if not OPENAPI_FILE.exists():
        return []
    plain = str.maketrans("", "", "{}")
    return [
        each
        for each in get_validator().operations
        if route_request(IncomingRequest(each.method, each.template.translate(plain))).route_match
    ]


@cache
def strategy(schema: str, *, wild: bool, depth: int = DEPTH) -> st.SearchStrategy[Any]:
    """Return values of a JSON schema; wild ones also include invalid values."""
    fitting = _fitting(
        get_validator().resolve_reference(json.loads(schema)), wild=wild, depth=depth
    )
    return fitting | JUNK if wild else fitting


def _fitting(schema: Any, *, wild: bool, depth: int) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "properties" in schema and depth:
        fields = {
            name: HINTS[name]
            if name in HINTS
            else strategy(json.dumps(each), wild=wild, depth=depth - 1)
            for name, each in schema["properties"].items()
        }
        needed = {name: fields.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional=fields)
    if "items" in schema and depth:
        rows = strategy(json.dumps(schema["items"]), wild=wild, depth=depth - 1)
        return st.lists(rows, max_size=52 if wild else 3)
    kinds = {"integer": st.integers(-1, 300) if wild else st.integers(1, 100)}
    kinds["boolean"] = st.sampled_from(["true", "false"])
    return kinds.get(schema.get("type", ""), TEXTS if wild else PLAIN)


@st.composite
def requests(draw: st.DrawFn, operation: Operation) -> tuple[str, object, dict[str, str]]:
    """Return a path with its query, a body and its headers."""
    wild = draw(st.booleans())
    path = operation.template
    odd = st.sampled_from([*KNOWN, "x", "b.x", "%00"])
    for name, known in IDS.items():
        path = path.replace(f"{{{name}}}", draw(odd) if wild and draw(st.booleans()) else known)
    query = {
        name: _flat(draw(strategy(json.dumps(schema), wild=wild)))
        for name, schema in operation.get_parameters("query").items()
        if draw(st.booleans())
    }
    url = f"{path}?{urlencode(query, errors='replace')}"
    contents = operation.body.get("content", {})
    if "application/json" in contents:
        schema = json.dumps(contents["application/json"]["schema"])
        return url, draw(strategy(schema, wild=wild)), {}
    if contents:
        file = b"" if wild and draw(st.booleans()) else PNG_PART
        return url, file + draw(st.binary(max_size=40)), PNG_HEADERS
    return url, None, {}


def _flat(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def problems(operation: Operation, path: str, reply: Reply) -> list[str]:
    """Return the problems of a reply, including the body of an error."""
    found = get_validator().validate_response(operation.method, path, reply.status, reply.body)
    if reply.status >= 400:
        body = reply.parse_content()
        if {*body} not in ({"code", "message"}, {"developerMessage", *GATEWAY}):
            found.append(f"an error with {sorted(body)}")
    return found


GATEWAY = ("userMessage", "errorCode", "more info")


@pytest.mark.parametrize(
    "operation", list_operations(), ids=lambda each: f"{each.method} {each.template}"
)
def test_generated_requests_get_documented_replies(
    populated_emulator: PopulatedEmulator, operation: Operation
) -> None:
    """Valid, partly valid and invalid requests, the same in every run."""
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(requests(operation))
    def send(request: tuple[str, object, dict[str, str]]) -> None:
        path, body, headers = request
        reply = populated_emulator.send(operation.method, path, body, headers)
        seen.add(reply.status)
        assert reply.status < 500
        assert problems(operation, path, reply) == []

    send()

    assert operation.method == "DELETE" or seen & {200, 201}
    assert len(seen) > 1
