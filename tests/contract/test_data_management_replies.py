"""All replies of the emulator about folders match the vendor's datamanagement.yaml."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bim360_provider.emulator import ACCOUNT_ID, IncomingRequest, Reply
from bim360_provider.emulator.data_management.tree import build_top_folder_id
from bim360_provider.emulator.http.gateway import route_request
from tests.contract.openapi import (
    DATA_OPENAPI_FILE,
    get_data_validator,
    load_openapi_file,
    needs_data_openapi_file,
)
from tests.contract.openapi_data_errata import DATA_ERRATA
from tests.contract.openapi_errata import Erratum
from tests.contract.populated_emulator import PROJECT_ID, PopulatedEmulator

pytestmark = needs_data_openapi_file

HUB_PROJECT = f"/project/v1/hubs/b.{ACCOUNT_ID}/projects/b.{PROJECT_ID}"
FOLDERS = f"/data/v1/projects/b.{PROJECT_ID}/folders"
FILES = build_top_folder_id(PROJECT_ID, "Project Files")
DRAWINGS = "urn:adsk.wipprod:fs.folder:co.DRAWINGS00000000000000"
MODELS = "urn:adsk.wipprod:fs.folder:co.MODELS0000000000000000"
NOWHERE = "urn:adsk.wipprod:fs.folder:co.NOWHERE000000000000000"

HEADERS = {"content-type": "application/vnd.api+json", "user-id": ""}


def build_parent(folder_id: str) -> dict[str, Any]:
    return {"parent": {"data": {"type": "folders", "id": folder_id}}}


def build_post(name: str, parent: str = FILES) -> dict[str, Any]:
    extension = {"type": "folders:autodesk.bim360:Folder", "version": "1.0"}
    data = {"type": "folders", "attributes": {"name": name, "extension": extension}}
    return {"jsonapi": {"version": "1.0"}, "data": {**data, "relationships": build_parent(parent)}}


def build_patch(parent: str | None = None, **fields: object) -> dict[str, Any]:
    data: dict[str, Any] = {"type": "folders", "id": DRAWINGS, "attributes": fields}
    if parent is not None:
        data["relationships"] = build_parent(parent)
    return {"jsonapi": {"version": "1.0"}, "data": data}


CALLS: tuple[tuple[str, str, object, int], ...] = (
    ("GET", HUB_PROJECT, None, 200),
    ("GET", f"{HUB_PROJECT}x", None, 404),
    ("GET", f"{HUB_PROJECT}/topFolders?excludeDeleted=true", None, 200),
    ("GET", f"{FOLDERS}/{FILES}", None, 200),
    ("GET", f"{FOLDERS}/{NOWHERE}", None, 404),
    ("GET", f"{FOLDERS}/{DRAWINGS}/parent", None, 200),
    ("GET", f"{FOLDERS}/{FILES}/contents?page[limit]=1&page[number]=1", None, 200),
    ("GET", f"{FOLDERS}/{DRAWINGS}/contents?filter[hidden]=true", None, 200),
    ("GET", f"{FOLDERS}/{DRAWINGS}/contents?page[limit]=500", None, 400),
    ("POST", FOLDERS, build_post("Contracts"), 201),
    ("POST", FOLDERS, build_post("Drawings"), 409),
    ("POST", FOLDERS, build_post("A", NOWHERE), 404),
    ("POST", FOLDERS, build_post("<A>"), 400),
    ("PATCH", f"{FOLDERS}/{DRAWINGS}", build_patch(name="Plans A"), 200),
    ("PATCH", f"{FOLDERS}/{DRAWINGS}", build_patch(MODELS), 200),
    ("PATCH", f"{FOLDERS}/{DRAWINGS}", build_patch(hidden=True), 200),
    ("PATCH", f"{FOLDERS}/{DRAWINGS}", build_patch(name="Models"), 409),
)


@pytest.fixture(scope="module")
def data_emulator() -> Iterator[PopulatedEmulator]:
    """Return an emulator, which is populated for each call."""
    populated = PopulatedEmulator()
    yield populated
    populated.close()


def populate(emulator: PopulatedEmulator) -> None:
    """Reset to a project with two folders."""
    emulator.populate()
    state = emulator.emulator.call_control_plane("GET", "/state")
    rows = [{"id": DRAWINGS, "name": "Drawings"}, {"id": MODELS, "name": "Models"}]
    state["accounts"][0]["projects"][0]["folders"] = [{"name": "Project Files", "folders": rows}]
    emulator.emulator.call_control_plane("PUT", "/state", state)


def find_problems(method: str, path: str, reply: Reply) -> list[str]:
    return get_data_validator().validate_response(method, path, reply.status, reply.body)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"), CALLS, ids=[f"{c[0]} {c[1]} {c[3]}" for c in CALLS]
)
def test_every_reply_about_folders_matches_the_openapi_file(
    data_emulator: PopulatedEmulator, method: str, path: str, body: object, status: int
) -> None:
    """The status is documented, no field is unknown to the file, and the types match."""
    populate(data_emulator)

    reply = data_emulator.send(method, path, body, HEADERS)

    assert reply.status == status
    assert find_problems(method, path, reply) == []


def test_every_valid_request_about_folders_matches_the_openapi_file() -> None:
    """The emulator accepts what the file describes: the bodies above are such requests."""
    sent = {"content-type": "application/vnd.api+json", "x-user-id": "X"}
    for method, path, body, status in (call for call in CALLS if call[3] < 300):
        content = b"" if body is None else json.dumps(body).encode()
        problems = get_data_validator().validate_request(method, path, sent, content)
        assert problems == [], (path, status)


def test_the_emulator_has_every_path_of_folders_except_references_and_search() -> None:
    """Each of them is called above."""
    plain = str.maketrans("", "", "{}")
    served = {
        f"{each.method} {each.template}"
        for each in get_data_validator().operations
        if route_request(IncomingRequest(each.method, each.template.translate(plain))).route_match
    }
    called = {
        f"{found.method} {found.template}"
        for method, path, _, _ in CALLS
        if (found := get_data_validator().find_operation(method, path)) is not None
    }

    assert called == served
    assert len(served) == 7


@pytest.mark.parametrize("erratum", DATA_ERRATA, ids=lambda erratum: erratum.location)
def test_every_erratum_of_folders_still_applies(erratum: Erratum) -> None:
    """An error that the vendor has corrected is removed from the list."""
    document = copy.deepcopy(load_openapi_file(DATA_OPENAPI_FILE))

    erratum.patch(document)

    assert document != load_openapi_file(DATA_OPENAPI_FILE)
    assert erratum.reason


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def list_paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of each member of a document."""
    for name, child in value.items() if isinstance(value, dict) else ():
        yield (*path, name)
        yield from list_paths(child, (*path, name))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", FOLDERS, build_post("Contracts")),
        ("PATCH", f"{FOLDERS}/{DRAWINGS}", build_patch(MODELS, name="A", hidden=False)),
    ],
)
def test_generated_documents_get_documented_replies(
    data_emulator: PopulatedEmulator, method: str, path: str, body: dict[str, Any]
) -> None:
    """Each member of a valid body is replaced by another value, the same in every run."""
    populate(data_emulator)

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(st.sampled_from([*list_paths(body)]), JUNK)
    def send(member: tuple[str, ...], value: object) -> None:
        document = copy.deepcopy(body)
        target: Any = document
        for name in member[:-1]:
            target = target[name]
        target[member[-1]] = value
        reply = data_emulator.send(method, path, document, HEADERS)
        assert reply.status < 500
        assert find_problems(method, path, reply) == []

    send()
