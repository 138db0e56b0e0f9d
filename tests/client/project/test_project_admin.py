"""The admins of a project: one request for each service that they activate."""

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
    """Return the services that are active in the one project of the account."""
    state: Any = hq.emulator.call_control_plane("GET", "/state")
    return {*state["accounts"][0]["projects"][0]["active_services"].split(",")}


@pytest.fixture
def pending_project_id(client: HqClient, hq: HqFixture) -> str:
    """Return the id of a project that waits for its first admin; what made it is not counted."""
    made = client.projects.create({**PROJECT_BODY, "service_types": "doc_manager,pm"})
    hq.emulator.requests_made.clear()
    return made.id


def test_the_first_admin_makes_a_pending_project_active(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """One request, without an acting user: there is nobody yet who could act."""
    before = client.projects.get(pending_project_id).status
    hq.emulator.requests_made.clear()

    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin"]
    assert (before, client.projects.get(pending_project_id).status) == ("pending", "active")
    assert entity_id == f"{pending_project_id}:{outs['user_id']}:doc_manager"
    assert outs["role"] == "project_admin"


def test_the_body_is_what_hq_documents(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """And the role, which HQ has been seen to want."""
    create(build_run(client), build_admin_inputs(pending_project_id, on_destroy="retain"))

    entry = next(hq.emulator.journal.find_entries(method="POST", path="*/users"))
    assert entry.body == {**ADMIN_INPUTS, "role": "project_admin"}


def test_a_project_that_is_seen_late_is_waited_for(hq: HqFixture, client: HqClient) -> None:
    """Just after a project is made HQ may say that it does not exist."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    made = client.projects.create({**PROJECT_BODY, "service_types": "doc_manager"})

    create(build_run(client), build_admin_inputs(made.id))

    assert hq.emulator.requests_made.count("POST admin") > 1
    assert client.projects.get(made.id).status == "active"


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(201, b"")])
def test_a_lost_answer_leads_to_the_admin_who_was_added(
    hq: HqFixture, client: HqClient, pending_project_id: str, reply: Any
) -> None:
    """Looked for by e-mail; no second POST."""
    hq.emulator.faults.append(Fault("POST admin", reply, acts_on_request=True))

    _, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin", "GET members"]
    assert outs["role"] == "project_admin"


def test_where_hq_did_not_act_the_post_is_sent_again(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """After three looks."""
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION))

    create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin", *["GET members"] * 3, "POST admin"]


def test_another_service_of_the_same_person_is_another_post(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ activates several services by one person: one request each, and each is real."""
    first, _ = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.requests_made.clear()

    second, outs = create(
        build_run(client), build_admin_inputs(pending_project_id, service_type="pm")
    )

    assert hq.emulator.requests_made == ["POST admin"]
    assert second.rpartition(":")[0] == first.rpartition(":")[0]
    assert outs["role"] == "project_admin"
    assert list_active_services(hq) == {"doc_manager", "pm"}


def test_who_has_the_service_already_is_adopted(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ refuses them; a look finds them and their service, and a line says so."""
    first, _ = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.requests_made.clear()

    again, outs = create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin", "GET members"]
    assert (again, outs["role"]) == (first, "project_admin")
    line = f"BIM 360: anna@example.com has the service doc_manager in project {pending_project_id} already"
    assert hq.notifications == [(f"{line}; the existing admin was adopted.", False)]


def test_a_service_that_came_with_another_one_is_adopted(hq: HqFixture, client: HqClient) -> None:
    """One reading of a recorded run: ``pm`` brings ``fng``, and HQ refuses ``fng`` then."""
    hq.emulator.call_control_plane("PATCH", "/options", {"pm_assigns_fng": True})
    made = client.projects.create({**PROJECT_BODY, "service_types": "pm,fng"})
    create(build_run(client), build_admin_inputs(made.id, service_type="pm"))

    entity_id, _ = create(build_run(client), build_admin_inputs(made.id, service_type="fng"))

    assert entity_id.endswith(":fng")
    assert "the existing admin was adopted" in hq.notifications[-1][0]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_of_a_service_that_the_person_lacks_is_an_error(
    hq: HqFixture, client: HqClient, pending_project_id: str, status: int
) -> None:
    """Never a success: HQ's words, and what was found, in one line."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    refusal = build_reply(status, {"code": 1, "message": "user is already assigned"})
    hq.emulator.faults.append(Fault("POST admin", refusal))
    hq.emulator.requests_made.clear()

    with pytest.raises(HqError, match=r'"user is already assigned".+ not have the service pm\.$'):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    assert hq.emulator.requests_made == ["POST admin", "GET members", "GET services"]


@pytest.mark.parametrize("name", ["documentManagement", "document_management", "doc_manager"])
def test_a_service_is_known_under_all_its_names(
    hq: HqFixture, client: HqClient, pending_project_id: str, name: str
) -> None:
    """bim360/admin's word, HQ v2's and HQ v1's; construction/admin shows no such product here."""
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


def test_a_refusal_of_a_service_that_nobody_shows_leads_to_an_import(client: HqClient) -> None:
    """Neither backend has a name for the classic Schedule, so nothing is claimed of it."""
    made = client.projects.create({**PROJECT_BODY, "service_types": "schedule"})
    entity_id, outs = create(
        build_run(client), build_admin_inputs(made.id, service_type="schedule")
    )

    with pytest.raises(ConflictError, match=f"import the resource with the id {entity_id}"):
        create(build_run(client), build_admin_inputs(made.id, service_type="schedule"))

    assert read(build_run(client), entity_id, outs) is not None


def test_where_services_cannot_be_read_the_refusal_stands(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """An app without access to bim360/admin learns nothing from it."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults += [
        Fault("POST admin", build_reply(409, {"code": 1, "message": "no"})),
        Fault("GET services", build_reply(403, {"code": 1, "message": "Unauthorized"})),
    ]

    with pytest.raises(ConflictError, match=r"does not have the service pm\.$"):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))


def test_a_lost_answer_is_no_success_while_the_service_is_missing(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """That the person is an admin already proves nothing: the POST is sent again."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION))
    hq.emulator.requests_made.clear()

    create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    looks = ["GET members", "GET services"] * 3
    assert hq.emulator.requests_made == ["POST admin", *looks, "POST admin"]
    assert list_active_services(hq) == {"doc_manager", "pm"}


def test_a_lost_answer_leads_to_the_second_service_as_well(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """No second POST, where HQ acted."""
    create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("POST admin", DROPS_CONNECTION, acts_on_request=True))
    hq.emulator.requests_made.clear()

    create(build_run(client), build_admin_inputs(pending_project_id, service_type="pm"))

    assert hq.emulator.requests_made == ["POST admin", "GET members"]


def test_who_is_a_member_and_not_an_admin_is_an_error_with_advice(hq: HqFixture) -> None:
    """Ada has the service as a user; another resource makes admins of members."""
    client = create_acting_client(hq)
    project_id = create_active_project(hq)
    create_member(build_run(client, acting_settings()), {**MEMBER_INPUTS, "project_id": project_id})

    with pytest.raises(ConflictError, match=r"already, but is not an admin of it; declare a Bim"):
        create(build_run(client), build_admin_inputs(project_id, email="ada@example.com"))


def test_a_service_that_the_project_lacks_is_explained_at_once(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ says that there is no such project; reading it tells why, and nothing is waited for."""
    with pytest.raises(NotFoundError, match=r"has no service glue; it has doc_manager, pm\. Add"):
        create(build_run(client), build_admin_inputs(pending_project_id, service_type="glue"))

    assert hq.emulator.requests_made == ["POST admin", "GET project"]
    assert hq.clock.sleeps == []


@pytest.mark.parametrize("hidden", [True, False])
def test_a_project_that_never_appears_is_given_up_after_half_a_minute(
    hq: HqFixture, client: HqClient, pending_project_id: str, *, hidden: bool
) -> None:
    """Six attempts, and a reason: HQ shows the project to nobody, or not to this request."""
    hq.emulator.faults.append(Fault("POST admin", PROJECT_NOT_FOUND, times=9))
    if hidden:
        hq.emulator.faults.append(Fault("GET project", PROJECT_NOT_FOUND, times=9))
    words = r"created a moment ago, run `pulumi up` again" if hidden else r"The project exists; run"

    with pytest.raises(NotFoundError, match=words):
        create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin", "GET project"] * 6
    assert sum(hq.clock.sleeps) == 30


def test_an_account_out_of_sight_is_not_waited_for(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """It is neither a new project nor a missing service."""
    hq.emulator.faults.append(Fault("POST admin", ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError, match=r"Check the account id"):
        create(build_run(client), build_admin_inputs(pending_project_id))

    assert hq.emulator.requests_made == ["POST admin"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"email": "eve@example.com", "company_id": ACCOUNT_SCOPE["account_id"]},
            r"could not add admin eve",
        ),
        ({"company_id": "c0000000-0000-4000-8000-00000000000f"}, r"could not add admin anna"),
    ],
)
def test_what_hq_refuses_is_told_in_its_words(
    client: HqClient, pending_project_id: str, changes: Any, words: str
) -> None:
    """A look finds nobody, so that the refusal stands."""
    with pytest.raises(Bim360Error, match=words):
        create(build_run(client), build_admin_inputs(pending_project_id, **changes))


def test_a_refresh_is_one_request_and_finds_no_drift(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """Arguments as declared, the role as it is."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.requests_made.clear()

    live = read(build_run(client), entity_id, outs)

    assert live is not None
    assert hq.emulator.requests_made == ["GET member"]
    assert live.inputs == build_admin_inputs(pending_project_id)
    assert diff(live.outputs, build_admin_inputs(pending_project_id)).changed_arguments == ()


def test_a_service_that_was_taken_away_is_drift(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """The admin of that service is gone, so the next up activates it; the other one stays."""
    docs, first = create(build_run(client), build_admin_inputs(pending_project_id))
    pm, second = create(
        build_run(client), build_admin_inputs(pending_project_id, service_type="pm")
    )
    user = f"/projects/{pending_project_id}/users/{first['user_id']}"
    hq.emulator.call_control_plane("PATCH", user, {"modules": ["doc_manager"]})
    hq.emulator.requests_made.clear()

    live = [read(build_run(client), docs, first), read(build_run(client), pm, second)]

    assert [each is None for each in live] == [False, True]
    assert hq.emulator.requests_made == ["GET member", "GET member", "GET services"]


def test_an_id_with_a_service_that_the_person_lacks_is_not_found(
    client: HqClient, pending_project_id: str
) -> None:
    """An import must not claim what is not there."""
    entity_id, _ = create(build_run(client), build_admin_inputs(pending_project_id))

    with pytest.raises(NotFoundError, match=r"does not have the service pm in project"):
        read(build_run(client), entity_id.replace("doc_manager", "pm"), {})


def test_a_look_up_by_id_finds_every_argument(client: HqClient, pending_project_id: str) -> None:
    """The service stands in the id; what is found can be declared as it is."""
    entity_id, _ = create(build_run(client), build_admin_inputs(pending_project_id))

    live = read(build_run(client), entity_id, {})

    assert live is not None
    assert live.inputs == build_admin_inputs(pending_project_id)
    assert check(live.inputs, live.inputs, build_settings())[1] == []


def test_an_admin_whose_project_is_gone_is_gone(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """And one that is looked up by id must exist."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.call_control_plane("DELETE", f"/projects/{pending_project_id}")

    assert read(build_run(client), entity_id, outs) is None
    with pytest.raises(NotFoundError):
        read(build_run(client), entity_id, {})


def test_an_account_out_of_sight_loses_no_state(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """A withdrawn permission is not a removed admin."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.faults.append(Fault("GET member", ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError):
        read(build_run(client), entity_id, outs)


def test_an_update_sends_nothing(hq: HqFixture, client: HqClient, pending_project_id: str) -> None:
    """Only what a destroy has to know can change."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.requests_made.clear()

    after = update(
        build_run(client),
        entity_id,
        outs,
        build_admin_inputs(pending_project_id, on_destroy="retain"),
    )

    assert hq.emulator.requests_made == []
    assert (
        diff(after, build_admin_inputs(pending_project_id, on_destroy="retain")).changed_arguments
        == ()
    )


def test_who_gets_another_service_in_this_run_is_not_removed(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """The resource of one service makes room for that of another; removal would cost both."""
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
    hq.emulator.requests_made.clear()

    delete(build_run(client, ownership=owners), docs, first)

    assert hq.emulator.requests_made == []
    assert "has a new resource now; they are not removed" in hq.list_warnings()[-1]


def test_destroying_leaves_them_and_says_so(
    hq: HqFixture, client: HqClient, pending_project_id: str
) -> None:
    """HQ documents no way to remove them."""
    entity_id, outs = create(build_run(client), build_admin_inputs(pending_project_id))
    hq.emulator.requests_made.clear()

    delete(build_run(client), entity_id, outs)

    assert hq.emulator.requests_made == []
    assert hq.list_warnings()[-1].startswith(
        f"BIM 360: anna@example.com stays in project {pending_project_id}"
    )
