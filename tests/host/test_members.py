"""Admins, members and teams in the real host, from check to delete."""

from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.dynamic.providers import (
    ProjectAdminProvider,
    ProjectMemberProvider,
    ProjectMembersProvider,
    ProjectProvider,
)
from bim360_provider.emulator import ACCOUNT_ID, serve
from tests.host.conftest import build_config
from tests.host.dynamic_host import (
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    start_host,
    to_inputs,
    to_plain,
)
from tests.support.hq import PROJECT_BODY, FaultyEmulator
from tests.support.members import ADMIN_EMAIL, COMPANY_ID

DiffResponse = provider_pb2.DiffResponse
ROLES = ["Architect"]


@pytest.fixture(scope="module")
def host_and_emulator(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a host with an acting user, and its HQ."""
    hq = FaultyEmulator(import_strangers="create")
    with serve(hq) as emulator:
        config = {**build_config(emulator.url), "bim360:actingUser": ADMIN_EMAIL}
        with start_host(tmp_path_factory.mktemp("host"), config) as host:
            yield host, hq


@pytest.fixture
def emulator(host_and_emulator: tuple[DynamicHost, FaultyEmulator]) -> FaultyEmulator:
    """Return the HQ without recorded requests."""
    host_and_emulator[1].request_log.clear()
    return host_and_emulator[1]


@pytest.fixture
def host(
    host_and_emulator: tuple[DynamicHost, FaultyEmulator], emulator: FaultyEmulator
) -> DynamicHost:
    """Return the host."""
    assert emulator
    return host_and_emulator[0]


@pytest.fixture
def project_id(host: DynamicHost, emulator: FaultyEmulator, request: pytest.FixtureRequest) -> str:
    """Return the id of a project for this test, activated by its first admin."""
    bag = {
        **PROJECT_BODY,
        "name": f"T {request.node.name}"[:200],
        "service_types": ["doc_manager", "pm"],
    }
    bag["name"] = "".join(c for c in bag["name"] if c not in "[]")
    project = host.with_provider(ProjectProvider()).check_and_create(bag)
    admins = host.with_provider(ProjectAdminProvider())
    anna = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}
    admins.check_and_create({**anna, "project_id": project.id})
    emulator.request_log.clear()
    return str(project.id)


def test_a_first_admin_activates_a_project(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """It is pending before and active after; the admin's state identifies the project and user."""
    project = host.with_provider(ProjectProvider()).check_and_create(
        {**PROJECT_BODY, "service_types": ["pm"], "name": "Pending"}
    )
    admins = host.with_provider(ProjectAdminProvider())
    anna = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}

    admin = admins.check_and_create({**anna, "project_id": project.id})

    state: Any = emulator.call_control_plane("GET", "/state")
    statuses = {p["id"]: p["status"] for a in state["accounts"] for p in a["projects"]}
    assert to_plain(project.properties)["status"] == "pending"
    assert statuses[project.id] == "active"
    assert admin.id.startswith(f"{project.id}:")
    assert to_plain(admin.properties, admins.provider)["role"] == "project_admin"


def test_a_member_lives_from_check_to_delete(
    host: DynamicHost, emulator: FaultyEmulator, project_id: str
) -> None:
    """One import, one GET, one PATCH, and no request for the delete."""
    members = host.with_provider(ProjectMemberProvider())
    ada = {"project_id": project_id, "email": "Ada@example.com", "document_management": "user"}

    checked = members.check(ada)
    created = members.create(checked.inputs)
    read = members.read(created.id, created.properties, checked.inputs)
    same = members.diff(created.id, read.properties, checked.inputs)
    wanted = members.check({**ada, "industry_roles": ROLES}).inputs
    other = members.diff(created.id, read.properties, wanted)
    changed = members.update(created.id, read.properties, wanted)
    members.delete(created.id, changed.properties)

    assert to_plain(checked.inputs, members.provider)["email"] == "ada@example.com"
    assert to_plain(read.inputs, members.provider) == to_plain(checked.inputs, members.provider)
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert to_plain(changed.properties, members.provider)["industry_roles"] == ROLES
    assert [each for each in emulator.request_log if each not in ("token", "search users")] == [
        "GET members",
        "POST import",
        "GET member",
        "GET roles",
        "PATCH member",
    ]


def test_a_team_lives_from_check_to_delete(
    host: DynamicHost, emulator: FaultyEmulator, project_id: str
) -> None:
    """Maps by e-mail survive protobuf, including unknown values in them."""
    teams = host.with_provider(ProjectMembersProvider())
    members_of_team = [
        {"email": f"m{n}@example.com", "document_management": "user"} for n in range(60)
    ]
    bag = {"project_id": project_id, "members": members_of_team}

    checked = teams.check(bag)
    created = teams.create(checked.inputs)
    read = teams.read(created.id, created.properties, checked.inputs)
    same = teams.diff(created.id, read.properties, checked.inputs)
    unknown = teams.check({**bag, "members": [{**members_of_team[0], "company_id": UNKNOWN_MARK}]})
    teams.delete(created.id, created.properties)

    assert to_plain(read.inputs, teams.provider) == to_plain(checked.inputs, teams.provider)
    assert same.changes == DiffResponse.DIFF_NONE
    assert list(unknown.failures) == []
    assert [each for each in emulator.request_log if each not in ("token", "search users")] == [
        "GET members",
        "POST import",
        "POST import",
        "GET members",
    ]


def test_a_refusal_is_one_line_with_hqs_message(
    host: DynamicHost, emulator: FaultyEmulator, project_id: str
) -> None:
    """This includes a refusal within a 200."""
    members = host.with_provider(ProjectMemberProvider())
    unknown_company = "c0000000-0000-4000-8000-0000000000ff"
    ada = {
        "project_id": project_id,
        "email": "ada@example.com",
        "company_id": unknown_company,
        "document_management": "user",
        "account_id": ACCOUNT_ID,
        "region": "US",
    }

    with pytest.raises(grpc.RpcError) as caught:
        members.create(to_inputs(ada, members.provider))

    assert emulator.request_log[-1] == "POST import"
    message = get_error_message(caught.value)
    assert message.startswith("BIM 360: could not add ada@example.com to project")
    assert "\n" not in message
