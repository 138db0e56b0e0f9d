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
from tests.host.conftest import configuration
from tests.host.dynamic_host import UNKNOWN, Host, inputs, plain, refusal, running
from tests.support.hq import BODY, Actor
from tests.support.members import ADMIN_EMAIL, COMPANY_ID

DiffResponse = provider_pb2.DiffResponse
ROLES = ["Architect"]


@pytest.fixture(scope="module")
def crewed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a host that knows an acting user, and its HQ."""
    hq = Actor(import_strangers="create")
    with serve(hq) as emulator:
        config = {**configuration(emulator.url), "bim360:actingUser": ADMIN_EMAIL}
        with running(tmp_path_factory.mktemp("host"), config) as host:
            yield host, hq


@pytest.fixture
def hq(crewed: tuple[Host, Actor]) -> Actor:
    """Return the HQ, with nothing noted."""
    crewed[1].asked.clear()
    return crewed[1]


@pytest.fixture
def host(crewed: tuple[Host, Actor], hq: Actor) -> Host:
    """Return the host."""
    assert hq
    return crewed[0]


@pytest.fixture
def project_id(host: Host, hq: Actor, request: pytest.FixtureRequest) -> str:
    """Return the id of a project of the test's own, which its first admin has made active."""
    bag = {**BODY, "name": f"T {request.node.name}"[:200], "service_types": ["doc_manager", "pm"]}
    bag["name"] = "".join(c for c in bag["name"] if c not in "[]")
    made = host.of(ProjectProvider()).made(bag)
    admins = host.of(ProjectAdminProvider())
    anna = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}
    admins.made({**anna, "project_id": made.id})
    hq.asked.clear()
    return str(made.id)


def test_a_first_admin_activates_a_project(host: Host, hq: Actor) -> None:
    """Pending before, active after; the admin's state says where to find them."""
    made = host.of(ProjectProvider()).made({**BODY, "service_types": ["pm"], "name": "Pending"})
    admins = host.of(ProjectAdminProvider())
    anna = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}

    admin = admins.made({**anna, "project_id": made.id})

    state: Any = hq.ask("GET", "/state")
    statuses = {p["id"]: p["status"] for a in state["accounts"] for p in a["projects"]}
    assert plain(made.properties)["status"] == "pending"
    assert statuses[made.id] == "active"
    assert admin.id.startswith(f"{made.id}:")
    assert plain(admin.properties, admins.provider)["role"] == "project_admin"


def test_a_member_lives_from_check_to_delete(host: Host, hq: Actor, project_id: str) -> None:
    """One import, one GET, one PATCH, and nothing at the end."""
    members = host.of(ProjectMemberProvider())
    ada = {"project_id": project_id, "email": "Ada@example.com", "document_management": "user"}

    checked = members.check(ada)
    made = members.create(checked.inputs)
    read = members.read(made.id, made.properties, checked.inputs)
    same = members.diff(made.id, read.properties, checked.inputs)
    wanted = members.check({**ada, "industry_roles": ROLES}).inputs
    other = members.diff(made.id, read.properties, wanted)
    changed = members.update(made.id, read.properties, wanted)
    members.delete(made.id, changed.properties)

    assert plain(checked.inputs, members.provider)["email"] == "ada@example.com"
    assert plain(read.inputs, members.provider) == plain(checked.inputs, members.provider)
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert plain(changed.properties, members.provider)["industry_roles"] == ROLES
    assert [each for each in hq.asked if each not in ("token", "search users")] == [
        "GET members",
        "POST import",
        "GET member",
        "GET roles",
        "PATCH member",
    ]


def test_a_team_lives_from_check_to_delete(host: Host, hq: Actor, project_id: str) -> None:
    """Maps by e-mail survive protobuf, and unknown values inside of them too."""
    teams = host.of(ProjectMembersProvider())
    crew = [{"email": f"m{n}@example.com", "document_management": "user"} for n in range(60)]
    bag = {"project_id": project_id, "members": crew}

    checked = teams.check(bag)
    made = teams.create(checked.inputs)
    read = teams.read(made.id, made.properties, checked.inputs)
    same = teams.diff(made.id, read.properties, checked.inputs)
    unknown = teams.check({**bag, "members": [{**crew[0], "company_id": UNKNOWN}]})
    teams.delete(made.id, made.properties)

    assert plain(read.inputs, teams.provider) == plain(checked.inputs, teams.provider)
    assert same.changes == DiffResponse.DIFF_NONE
    assert list(unknown.failures) == []
    assert [each for each in hq.asked if each not in ("token", "search users")] == [
        "GET members",
        "POST import",
        "POST import",
        "GET members",
    ]


def test_a_refusal_is_one_line_with_hqs_words(host: Host, hq: Actor, project_id: str) -> None:
    """Also one that came inside a 200."""
    members = host.of(ProjectMemberProvider())
    nowhere = "c0000000-0000-4000-8000-0000000000ff"
    ada = {
        "project_id": project_id,
        "email": "ada@example.com",
        "company_id": nowhere,
        "document_management": "user",
        "account_id": ACCOUNT_ID,
        "region": "US",
    }

    with pytest.raises(grpc.RpcError) as caught:
        members.create(inputs(ada, members.provider))

    assert hq.asked[-1] == "POST import"
    told = refusal(caught.value)
    assert told.startswith("BIM 360: could not add ada@example.com to project")
    assert told.count("\n") == 1
