"""ACC projects: resources that HQ does not serve say so, at the cost of one request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core import project, project_admin, project_image, project_member
from bim360_provider.core import project_members as team
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.run import Run
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, COMPANY_ID
from bim360_provider.errors import AccProjectError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import PROJECT_BODY, Fault, HqFixture, build_reply, build_run
from tests.support.members import (
    ACCOUNT_SCOPE,
    acting_settings,
    create_acting_client,
    create_active_project,
)

PLATFORM_REQUEST = "GET project of any platform"
ADVICE = r"'Bridge' is an ACC project.* \(Bim360ProjectFolder, .* of ACC are not supported\.$"
STATE = State({**PROJECT_BODY, **ACCOUNT_SCOPE, "name": "Bridge", "status": "active"})


@pytest.fixture
def acc_id(hq: HqFixture) -> str:
    """Return the id of an ACC project, whose admin is the account's."""
    project_id = create_active_project(hq, name="Bridge")
    state: Any = hq.emulator.call_control_plane("GET", "/state")
    (row,) = (each for account in state["accounts"] for each in account["projects"])
    services = {"project_administration": "admin"}
    row["users"] = [{"email": ADMIN_EMAIL, "company_id": COMPANY_ID, "services": services}]
    row["platform"] = "acc"
    hq.emulator.call_control_plane("PUT", "/state", state)
    return project_id


@pytest.fixture
def run(hq: HqFixture) -> Run:
    """Return an engine run with an acting user."""
    return build_run(create_acting_client(hq), acting_settings())


def add_member(run: Run, project_id: str, email: str = "ada@example.com", **more: Any) -> None:
    """Create a member of a project."""
    given = {"email": email, "document_management": "user", **more}
    project_member.create(run, Inputs({"project_id": project_id, **given, **ACCOUNT_SCOPE}))


def add_team(run: Run, project_id: str) -> None:
    """Create a team of two; one of them is in the project."""
    members = {email: {"document_management": "user"} for email in (ADMIN_EMAIL, "ada@example.com")}
    team.create(run, Inputs({"project_id": project_id, "members": members, **ACCOUNT_SCOPE}))


def add_admin(run: Run, project_id: str) -> None:
    """Create an admin of a project."""
    given = {"email": ADMIN_EMAIL, "service_type": "doc_manager", "company_id": COMPANY_ID}
    project_admin.create(run, Inputs({"project_id": project_id, **given, **ACCOUNT_SCOPE}))


@pytest.mark.parametrize(
    "step",
    [
        lambda run, acc_id: project.read(run, acc_id, State({})),
        lambda run, acc_id: project.read(run, acc_id, STATE),
        lambda run, acc_id: project.update(run, acc_id, STATE, Inputs({**STATE, "city": "Ulm"})),
        lambda run, acc_id: project.delete(run, acc_id, STATE),
        lambda run, acc_id: project_member.read(run, f"{acc_id}:{ADMIN_ID}", State({})),
        lambda run, acc_id: team.read(run, f"{acc_id}:members", State({})),
        lambda run, acc_id: project_admin.read(run, f"{acc_id}:{ADMIN_ID}:admin", State({})),
        add_admin,
        add_member,
        lambda run, acc_id: add_member(run, acc_id, industry_roles=["Architect"]),
        lambda run, acc_id: add_member(run, acc_id, email=ADMIN_EMAIL),
        add_team,
    ],
    ids=(
        "look up a project,refresh a project,update a project,destroy a project,look up a member,"
        "look up a team,look up an admin,add an admin,add a member,add a member with a role,"
        "adopt a member,add a team"
    ).split(","),
)
def test_bim_360_resources_of_an_acc_project_say_so(
    hq: HqFixture, run: Run, acc_id: str, step: Callable[[Run, str], Any]
) -> None:
    """One line that names the resources which serve it; its platform is requested once."""
    with pytest.raises(AccProjectError, match=ADVICE) as caught:
        step(run, acc_id)

    assert "\n" not in str(caught.value)
    assert hq.emulator.request_log.count(PLATFORM_REQUEST) == 1


def test_a_second_resource_of_the_project_requests_no_platform(
    hq: HqFixture, run: Run, acc_id: str
) -> None:
    """All resources of a run share the response."""
    for step in (add_admin, add_member, add_team):
        with pytest.raises(AccProjectError):
            step(run, acc_id)

    assert hq.emulator.request_log.count(PLATFORM_REQUEST) == 1


def test_a_403_is_explained_as_well(hq: HqFixture, run: Run, acc_id: str) -> None:
    """No page documents how HQ refuses an ACC project."""
    hq.emulator.faults.append(Fault("GET project", build_reply(403, {"message": "no"})))

    with pytest.raises(AccProjectError, match=ADVICE):
        project.read(run, acc_id, STATE)


@pytest.mark.parametrize("status", [403, 404])
def test_without_the_platform_the_refusal_stays_as_it_is(
    hq: HqFixture, run: Run, acc_id: str, status: int
) -> None:
    """An app may not see the project in construction/admin either."""
    hq.emulator.faults.append(Fault(PLATFORM_REQUEST, build_reply(status), times=9))

    with pytest.raises(NotFoundError, match="this project doesn't exist"):
        project.read(run, acc_id, State({}))


def test_a_refresh_of_existing_members_requests_no_platform(hq: HqFixture, run: Run) -> None:
    """Neither does any other request about a BIM 360 project that HQ accepts."""
    project_id = create_active_project(hq)
    given = {"email": "ada@example.com", "document_management": "user", **ACCOUNT_SCOPE}
    inputs = Inputs({"project_id": project_id, **given})

    member_id, state = project_member.create(run, inputs)
    project_member.read(run, member_id, State({**state, **ACCOUNT_SCOPE}))
    project_member.read(run, member_id, State({}))
    project.read(run, project_id, State({}))

    assert PLATFORM_REQUEST not in hq.emulator.request_log


def test_the_picture_of_an_acc_project_can_be_managed(
    hq: HqFixture, client: HqClient, acc_id: str, tmp_path: Path
) -> None:
    """HQ accepts it, and a refresh keeps it although HQ does not show the project."""
    path = tmp_path / "bridge.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n a bridge")
    given = {"path": str(path), "sha256": project_image.compute_digest(path)}
    inputs = Inputs({"project_id": acc_id, **given, **ACCOUNT_SCOPE})
    hq.emulator.request_log.clear()

    picture_id, state = project_image.create(build_run(client), inputs)
    live = project_image.read(build_run(client), picture_id, state)

    assert live is not None
    assert live.outputs == state
    requests = [each for each in hq.emulator.request_log if each != "token"]
    assert requests == ["PATCH image", "GET project", PLATFORM_REQUEST]
