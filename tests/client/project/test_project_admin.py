"""Project admins: one request for each service that they activate."""

from typing import Any

import pytest

from bim360_provider.core.project_admin import check, create, delete, diff, read, update
from bim360_provider.core.project_member import create as create_member
from bim360_provider.core.run import Ownership
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_BODY,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)
from tests.support.members import (
    ACCOUNT_SCOPE,
    COMPANY_ID,
    MEMBER_INPUTS,
    acting_settings,
    create_acting_client,
    create_active_project,
)

ADMIN_INPUTS = {
    "email": "anna@example.com",
    "service_type": "doc_manager",
    "company_id": COMPANY_ID,
}


def build_admin_inputs(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Anna's arguments as check returns them."""
    return {"project_id": project_id, **ADMIN_INPUTS, **ACCOUNT_SCOPE, **changes}


def list_active_services(hq: HqFixture) -> set[str]:
    """Return the active services of the only project in the account."""
    state: Any = hq.emulator.call_control_plane("GET", "/state")
    return {*state["accounts"][0]["projects"][0]["active_services"].split(",")}


@pytest.fixture
def pending_project_id(client: HqClient, hq: HqFixture) -> str:
    """Return the id of a project without an admin; requests so far are not recorded."""
    project = client.projects.create({**PROJECT_BODY, "service_types": "doc_manager,pm"})
    hq.emulator.request_log.clear()
    return project.id


def test_the_first_admin_activates_a_pending_project(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """It is one request without an acting user, as no other user exists yet."""
    before = client.projects.get(pending_project_id).status
    hq.emulator.request_log.clear()

    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log == ["POST admin"]
    assert (before, client.projects.get(pending_project_id).status) == ("pending", "active")
    assert entity_id == f"{pending_project_id}:{outs['user_id']}:doc_manager"
    assert outs["role"] == "project_admin"


def test_the_body_is_the_documented_one(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """It also contains the role, which HQ has been observed to require."""
    create(build_run(client), build_admin_inputs(pending_project_id, on_destroy="retain"))

    entry = next(hq.emulator.journal.find_entries(method="POST", path="*/users"))
    assert entry.body == {**ADMIN_INPUTS, "role": "project_admin"}


def test_an_invisible_new_project_is_waited_for(hq: HqFixture, client: HqClient) -> None:
    """Right after the create HQ may respond that it does not exist."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    project = client.projects.create({**PROJECT_BODY, "service_types": "doc_manager"})

    create(build_run(client), build_admin_inputs(project.id))

    assert hq.emulator.request_log.count("POST admin") > 1
    assert client.projects.get(project.id).status == "active"


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(201, b"")])
def test_a_lost_response_leads_to_the_added_admin(
    hq: HqFixture, client: HqClient, pending_project_id: str, reply: Any
) -> None:
    """The provider searches by e-mail and sends no second POST."""
    hq.emulator.faults.append(Fault("POST admin", reply, acts_on_request=True))

    _, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log == ["POST admin", "GET members"]
    assert outs["role"] == "project_admin"


def test_a_post_that_hq_did_not_act_on_is_sent_again(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """Three searches come first."""
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION))

    create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log == ["POST admin", *["GET members"] * 3, "POST admin"]


def test_each_service_of_one_person_is_a_separate_post(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ activates one service per request, and each one counts."""
    first, _ = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.request_log.clear()

    second, outs = create(
        build_run(client), build_admin_inputs(pending_project_id, service_type="pm")
    )

    assert hq.emulator.request_log == ["POST admin"]
    assert second.rpartition(":")[0] == first.rpartition(":")[0]
    assert outs["role"] == "project_admin"
    assert list_active_services(hq) == {"doc_manager", "pm"}


def test_an_admin_who_already_has_the_service_is_adopted(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ refuses the POST; a read finds the user with the service, and a message reports it."""
    first, _ = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.request_log.clear()

    again, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log == ["POST admin", "GET members"]
    assert (again, outs["role"]) == (first, "project_admin")
    line = (
        "BIM 360: anna@example.com has the service doc_manager in project "
        f"{pending_project_id} already"
    )
    assert hq.notifications == [(f"{line}; the existing admin was adopted.", False)]


def test_a_service_granted_along_with_another_is_adopted(hq: HqFixture, client: HqClient) -> None:
    """As one recorded run suggests, ``pm`` grants ``fng``, and HQ then refuses ``fng``."""
    hq.emulator.call_control_plane("PATCH", "/options", {"pm_assigns_fng": True})
    project = client.projects.create({**PROJECT_BODY, "service_types": "pm,fng"})
    create(build_run(client), build_admin_inputs(project.id, service_type="pm"))

    entity_id, _ = create(build_run(client), build_admin_inputs(project.id, service_type="fng"))

    assert entity_id.endswith(":fng")
    assert "the existing admin was adopted" in hq.notifications[-1][0]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_is_an_error_if_the_person_lacks_the_service(
    hq: HqFixture, client: HqClient, pending_project_id: str, status: int
) -> None:
    """The error is one line with HQ's message and the services found."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    refusal = build_reply(status, {"code": 1, "message": "user is already assigned"})
    hq.emulator.faults.append(Fault("POST admin", refusal))
    hq.emulator.request_log.clear()

    with pytest.raises(HqError, match=r'"user is already assigned".+ not have the service pm\.$'):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    assert hq.emulator.request_log == ["POST admin", "GET members", "GET services"]


@pytest.mark.parametrize("name", ["documentManagement", "document_management", "doc_manager"])
def test_a_service_is_recognized_by_each_of_its_names(
    hq: HqFixture, client: HqClient, pending_project_id: str, name: str
) -> None:
    """bim360/admin, HQ v2 and HQ v1 name it differently; construction/admin omits it here."""
    create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))
    shown = client.project_users.search_by_email(pending_project_id, "anna@example.com")
    assert shown is not None
    row = {"id": shown.id, "email": shown.email, "accessLevels": {"projectAdmin": True}}
    services = [{"serviceName": name, "access": "administrator"}]
    taken = build_reply(409, {"code": 1, "message": "no"})
    hq.emulator.faults += [
        Fault("POST admin", taken),
        Fault("GET members", build_reply(200, {"results": [row]})),
        Fault("GET services", build_reply(200, {**row, "services": services})),
    ]

    entity_id, _ = create(build_run(client), build_admin_inputs(pending_project_id))

    assert entity_id == f"{pending_project_id}:{shown.id}:doc_manager"


def test_a_refusal_of_an_unlisted_service_suggests_an_import(client: HqClient) -> None:
    """No backend lists the classic Schedule, so the provider cannot check it."""
    project = client.projects.create({**PROJECT_BODY, "service_types": "schedule"})
    entity_id, outs = create(
        build_run(client), build_admin_inputs(project.id, service_type="schedule")
    )

    with pytest.raises(ConflictError, match=f"import the resource with the id {entity_id}"):
        create(build_run(client), build_admin_inputs(project.id, service_type="schedule"))

    assert read(build_run(client), entity_id, outs) is not None


def test_a_refusal_stands_if_the_services_cannot_be_read(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """An app without access to bim360/admin cannot check it."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults += [
        Fault("POST admin", build_reply(409, {"code": 1, "message": "no"})),
        Fault("GET services", build_reply(403, {"code": 1, "message": "Unauthorized"})),
    ]

    with pytest.raises(ConflictError, match=r"does not have the service pm\.$"):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))


def test_a_lost_response_is_not_success_while_the_service_is_missing(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """The person is already an admin, which proves nothing: the POST is sent again."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION))
    hq.emulator.request_log.clear()

    create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    searches = ["GET members", "GET services"] * 3
    assert hq.emulator.request_log == ["POST admin", *searches, "POST admin"]
    assert list_active_services(hq) == {"doc_manager", "pm"}


def test_a_lost_response_leads_to_the_second_service(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ acted, so no second POST is sent."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION, acts_on_request=True))
    hq.emulator.request_log.clear()

    create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    assert hq.emulator.request_log == ["POST admin", "GET members"]


def test_a_member_without_admin_rights_is_an_error_with_advice(hq: HqFixture) -> None:
    """Ada has the service as a user; another resource turns members into admins."""
    client = create_acting_client(hq)
    project_id = create_active_project(hq)
    create_member(build_run(client, acting_settings()), {**MEMBER_INPUTS, "project_id": project_id})

    with pytest.raises(ConflictError, match=r"already, but is not an admin of it; declare a Bim"):
        create(build_run(client), build_admin_inputs(project_id, email="ada@example.com"))


def test_a_service_missing_from_the_project_is_explained_at_once(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ responds that the project does not exist; a read shows the cause, without a wait."""
    with pytest.raises(NotFoundError, match=r"has no service glue; it has doc_manager, pm\. Add"):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="glue"))

    assert hq.emulator.request_log == ["POST admin", "GET project of any platform", "GET project"]
    assert hq.clock.sleeps == []


@pytest.mark.parametrize("hidden", [True, False])
def test_a_project_that_never_appears_is_given_up_after_half_a_minute(
    hq: HqFixture, client: HqClient, pending_project_id: str, *, hidden: bool
) -> None:
    """Six attempts, then an error that states the possible causes; its platform is read once."""
    hq.emulator.faults.append(Fault("POST admin", PROJECT_NOT_FOUND, times=9))
    if hidden:
        hq.emulator.faults.append(Fault("GET project", PROJECT_NOT_FOUND, times=9))
    message = (
        r"created a moment ago, run `pulumi up` again" if hidden else r"The project exists; run"
    )

    with pytest.raises(NotFoundError, match=message):
        create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log.count("GET project of any platform") == 1
    hq.emulator.request_log.remove("GET project of any platform")
    assert hq.emulator.request_log == ["POST admin", "GET project"] * 6
    assert sum(hq.clock.sleeps) == 30


def test_a_hidden_account_is_not_waited_for(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """It is neither a new project nor a missing service."""
    hq.emulator.faults.append(Fault("POST admin", ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError, match=r"Check the account id"):
        create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.request_log == ["POST admin"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"email": "eve@example.com", "company_id": ACCOUNT_SCOPE["account_id"]},
            r"could not add admin eve",
        ),
        ({"company_id": "c0000000-0000-4000-8000-00000000000f"}, r"could not add admin anna"),
    ],
)
def test_a_refusal_is_reported_with_hqs_message(
    client: HqClient, pending_project_id: str, changes: Any, message: str
) -> None:
    """A search finds no such user, so the refusal stands."""
    with pytest.raises(Bim360Error, match=message):
        create(build_run(client), build_admin_inputs(pending_project_id, **changes))


def test_a_refresh_is_one_request_without_drift(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """The arguments are as declared, and the role is unchanged."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.request_log.clear()

    live = read(build_run(client), entity_id, outs)

    assert live is not None
    assert hq.emulator.request_log == ["GET member"]
    assert live.inputs == build_admin_inputs(pending_project_id)
    assert diff(live.outputs, build_admin_inputs(pending_project_id)).changed_arguments == ()


def test_a_removed_service_is_drift(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """The state drops the admin of that service only, and the next up activates it again."""
    docs, first = create(build_run(client), build_admin_inputs(pending_project_id))
    pm, second = create(
        build_run(client), build_admin_inputs(pending_project_id, service_type="pm")
    )
    user = f"/projects/{pending_project_id}/users/{first['user_id']}"
    hq.emulator.call_control_plane("PATCH", user, {"modules": ["doc_manager"]})
    hq.emulator.request_log.clear()

    live = [read(build_run(client), docs, first), read(build_run(client), pm, second)]

    assert [each is None for each in live] == [False, True]
    assert hq.emulator.request_log == ["GET member", "GET member", "GET services"]


def test_an_id_with_a_missing_service_is_not_found(
    client: HqClient, pending_project_id: str
) -> None:
    """An import must not claim a service that the person lacks."""
    entity_id, _ = create(build_run(client), build_admin_inputs(pending_project_id))

    with pytest.raises(NotFoundError, match=r"does not have the service pm in project"):
        read(build_run(client), entity_id.replace("doc_manager", "pm"), {})


def test_a_lookup_by_id_finds_every_argument(client: HqClient, pending_project_id: str) -> None:
    """The id contains the service; the result can be declared unchanged."""
    entity_id, _ = create(build_run(client), build_admin_inputs(pending_project_id))

    live = read(build_run(client), entity_id, {})

    assert live is not None
    assert live.inputs == build_admin_inputs(pending_project_id)
    assert check(live.inputs, live.inputs, build_settings())[1] == []


def test_an_admin_of_a_deleted_project_leaves_the_state(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """A look-up by id fails."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.call_control_plane("DELETE", f"/projects/{pending_project_id}")

    assert read(build_run(client), entity_id, outs) is None
    with pytest.raises(NotFoundError):
        read(build_run(client), entity_id, {})


def test_a_hidden_account_keeps_the_state(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """A withdrawn permission does not mean that the admin was removed."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("GET member", ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError):
        read(build_run(client), entity_id, outs)


def test_an_update_sends_nothing(hq: HqFixture, client: HqClient, pending_project_id: str) -> None:
    """Only arguments that a destroy uses can change."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.request_log.clear()

    after = update(
        build_run(client),
        entity_id,
        outs,
        build_admin_inputs(pending_project_id, on_destroy="retain"),
    )

    assert hq.emulator.request_log == []
    assert (
        diff(after, build_admin_inputs(pending_project_id, on_destroy="retain")).changed_arguments
        == ()
    )


def test_an_admin_who_gets_another_service_in_this_run_is_not_removed(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """One resource replaces the other; a removal would cost both services."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    owners = Ownership()
    docs, first = create(
        build_run(client, acting_settings()),
        build_admin_inputs(pending_project_id, on_destroy="remove"),
    )
    create(
        build_run(client, acting_settings(), ownership=owners),
        build_admin_inputs(pending_project_id, service_type="pm"),
    )
    hq.emulator.request_log.clear()

    delete(build_run(client, ownership=owners), docs, first)

    assert hq.emulator.request_log == []
    assert "has a new resource now; they are not removed" in hq.list_warnings()[-1]


def test_destroying_leaves_the_admin_and_reports_it(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ documents no way to remove an admin."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.request_log.clear()

    delete(build_run(client), entity_id, outs)

    assert hq.emulator.request_log == []
    assert hq.list_warnings()[-1].startswith(
        f"BIM 360: anna@example.com stays in project {pending_project_id}"
    )
