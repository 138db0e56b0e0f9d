"""The admins of a project: one request for each service that they activate."""

from typing import Any

import pytest

from bim360_provider.core.project_admin import check, create, delete, diff, read, update
from bim360_provider.core.project_member import create as create_member
from bim360_provider.core.run import Owners
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.hq import BODY, HANGS_UP, NO_ACCOUNT, NO_PROJECT, Fault, Stage, says, settings
from tests.support.members import ADA, COMPANY_ID, PLACE, acting, crew, project

ANNA = {"email": "anna@example.com", "service_type": "doc_manager", "company_id": COMPANY_ID}


def anna(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Anna's arguments as check returns them."""
    return {"project_id": project_id, **ANNA, **PLACE, **changes}


def active_services(stage: Stage) -> set[str]:
    """Return the services that are active in the one project of the account."""
    state: Any = stage.hq.ask("GET", "/state")
    return {*state["accounts"][0]["projects"][0]["active_services"].split(",")}


@pytest.fixture
def pending(client: HqClient, stage: Stage) -> str:
    """Return the id of a project that waits for its first admin; what made it is not counted."""
    made = client.projects.create({**BODY, "service_types": "doc_manager,pm"})
    stage.hq.asked.clear()
    return made.id


def test_the_first_admin_makes_a_pending_project_active(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """One request, without an acting user: there is nobody yet who could act."""
    before = client.projects.get(pending).status
    stage.hq.asked.clear()

    entity_id, outs = create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin"]
    assert (before, client.projects.get(pending).status) == ("pending", "active")
    assert entity_id == f"{pending}:{outs['user_id']}:doc_manager"
    assert outs["role"] == "project_admin"


def test_the_body_is_what_hq_documents(stage: Stage, client: HqClient, pending: str) -> None:
    """And the role, which HQ has been seen to want."""
    create(client, anna(pending, on_destroy="retain"), settings())

    entry = next(stage.hq.journal.entries(method="POST", path="*/users"))
    assert entry.body == {**ANNA, "role": "project_admin"}


def test_a_project_that_is_seen_late_is_waited_for(stage: Stage, client: HqClient) -> None:
    """Just after a project is made HQ may say that it does not exist."""
    stage.hq.ask("PATCH", "/options", {"visible_after": 9})
    made = client.projects.create({**BODY, "service_types": "doc_manager"})

    create(client, anna(made.id), settings())

    assert stage.hq.asked.count("POST admin") > 1
    assert client.projects.get(made.id).status == "active"


@pytest.mark.parametrize("reply", [HANGS_UP, says(504), says(201, b"")])
def test_a_lost_answer_leads_to_the_admin_who_was_added(
    stage: Stage, client: HqClient, pending: str, reply: Any
) -> None:
    """Looked for by e-mail; no second POST."""
    stage.hq.faults.append(Fault("POST admin", reply, acts=True))

    _, outs = create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin", "GET members"]
    assert outs["role"] == "project_admin"


def test_where_hq_did_not_act_the_post_is_sent_again(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """After three looks."""
    stage.hq.faults.append(Fault("POST admin", HANGS_UP))

    create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin", *["GET members"] * 3, "POST admin"]


def test_another_service_of_the_same_person_is_another_post(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """HQ activates several services by one person: one request each, and each is real."""
    first, _ = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    second, outs = create(client, anna(pending, service_type="pm"), settings())

    assert stage.hq.asked == ["POST admin"]
    assert second.rpartition(":")[0] == first.rpartition(":")[0]
    assert outs["role"] == "project_admin"
    assert active_services(stage) == {"doc_manager", "pm"}


def test_who_has_the_service_already_is_adopted(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """HQ refuses them; a look finds them and their service, and a line says so."""
    first, _ = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    again, outs = create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin", "GET members"]
    assert (again, outs["role"]) == (first, "project_admin")
    line = f"BIM 360: anna@example.com has the service doc_manager in project {pending} already"
    assert stage.told == [(f"{line}; the existing admin was adopted.", False)]


def test_a_service_that_came_with_another_one_is_adopted(stage: Stage, client: HqClient) -> None:
    """One reading of a recorded run: ``pm`` brings ``fng``, and HQ refuses ``fng`` then."""
    stage.hq.ask("PATCH", "/options", {"pm_assigns_fng": True})
    made = client.projects.create({**BODY, "service_types": "pm,fng"})
    create(client, anna(made.id, service_type="pm"), settings())

    entity_id, _ = create(client, anna(made.id, service_type="fng"), settings())

    assert entity_id.endswith(":fng")
    assert "the existing admin was adopted" in stage.told[-1][0]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_of_a_service_that_the_person_lacks_is_an_error(
    stage: Stage, client: HqClient, pending: str, status: int
) -> None:
    """Never a success: HQ's words, and what was found, in one line."""
    create(client, anna(pending), settings())
    refusal = says(status, {"code": 1, "message": "user is already assigned"})
    stage.hq.faults.append(Fault("POST admin", refusal))
    stage.hq.asked.clear()

    with pytest.raises(HqError, match=r'"user is already assigned".+ not have the service pm\.$'):
        create(client, anna(pending, service_type="pm"), settings())

    assert stage.hq.asked == ["POST admin", "GET members", "GET services"]


@pytest.mark.parametrize("name", ["documentManagement", "document_management", "doc_manager"])
def test_a_service_is_known_under_all_its_names(
    stage: Stage, client: HqClient, pending: str, name: str
) -> None:
    """bim360/admin's word, HQ v2's and HQ v1's; construction/admin shows no such product here."""
    create(client, anna(pending, service_type="pm"), settings())
    shown = client.project_users.with_email(pending, "anna@example.com")
    assert shown is not None
    row = {"id": shown.id, "email": shown.email, "accessLevels": {"projectAdmin": True}}
    services = [{"serviceName": name, "access": "administrator"}]
    taken = says(409, {"code": 1, "message": "no"})
    stage.hq.faults += [
        Fault("POST admin", taken),
        Fault("GET members", says(200, {"results": [row]})),
        Fault("GET services", says(200, {**row, "services": services})),
    ]

    entity_id, _ = create(client, anna(pending), settings())

    assert entity_id == f"{pending}:{shown.id}:doc_manager"


def test_a_refusal_of_a_service_that_nobody_shows_leads_to_an_import(client: HqClient) -> None:
    """Neither backend has a name for the classic Schedule, so nothing is claimed of it."""
    made = client.projects.create({**BODY, "service_types": "schedule"})
    entity_id, outs = create(client, anna(made.id, service_type="schedule"), settings())

    with pytest.raises(ConflictError, match=f"import the resource with the id {entity_id}"):
        create(client, anna(made.id, service_type="schedule"), settings())

    assert read(client, entity_id, outs) is not None


def test_where_services_cannot_be_read_the_refusal_stands(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """An app without access to bim360/admin learns nothing from it."""
    create(client, anna(pending), settings())
    stage.hq.faults += [
        Fault("POST admin", says(409, {"code": 1, "message": "no"})),
        Fault("GET services", says(403, {"code": 1, "message": "Unauthorized"})),
    ]

    with pytest.raises(ConflictError, match=r"does not have the service pm\.$"):
        create(client, anna(pending, service_type="pm"), settings())


def test_a_lost_answer_is_no_success_while_the_service_is_missing(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """That the person is an admin already proves nothing: the POST is sent again."""
    create(client, anna(pending), settings())
    stage.hq.faults.append(Fault("POST admin", HANGS_UP))
    stage.hq.asked.clear()

    create(client, anna(pending, service_type="pm"), settings())

    looks = ["GET members", "GET services"] * 3
    assert stage.hq.asked == ["POST admin", *looks, "POST admin"]
    assert active_services(stage) == {"doc_manager", "pm"}


def test_a_lost_answer_leads_to_the_second_service_as_well(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """No second POST, where HQ acted."""
    create(client, anna(pending), settings())
    stage.hq.faults.append(Fault("POST admin", HANGS_UP, acts=True))
    stage.hq.asked.clear()

    create(client, anna(pending, service_type="pm"), settings())

    assert stage.hq.asked == ["POST admin", "GET members"]


def test_who_is_a_member_and_not_an_admin_is_an_error_with_advice(stage: Stage) -> None:
    """Ada has the service as a user; another resource makes admins of members."""
    client = crew(stage)
    project_id = project(stage)
    create_member(client, {**ADA, "project_id": project_id}, acting())

    with pytest.raises(ConflictError, match=r"already, but is not an admin of it; declare a Bim"):
        create(client, anna(project_id, email="ada@example.com"), settings())


def test_a_service_that_the_project_lacks_is_explained_at_once(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """HQ says that there is no such project; reading it tells why, and nothing is waited for."""
    with pytest.raises(NotFoundError, match=r"has no service glue; it has doc_manager, pm\. Add"):
        create(client, anna(pending, service_type="glue"), settings())

    assert stage.hq.asked == ["POST admin", "GET project"]
    assert stage.clock.naps == []


@pytest.mark.parametrize("hidden", [True, False])
def test_a_project_that_never_appears_is_given_up_after_half_a_minute(
    stage: Stage, client: HqClient, pending: str, *, hidden: bool
) -> None:
    """Six attempts, and a reason: HQ shows the project to nobody, or not to this request."""
    stage.hq.faults.append(Fault("POST admin", NO_PROJECT, times=9))
    if hidden:
        stage.hq.faults.append(Fault("GET project", NO_PROJECT, times=9))
    words = r"created a moment ago, run `pulumi up` again" if hidden else r"The project exists; run"

    with pytest.raises(NotFoundError, match=words):
        create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin", "GET project"] * 6
    assert sum(stage.clock.naps) == 30


def test_an_account_out_of_sight_is_not_waited_for(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """It is neither a new project nor a missing service."""
    stage.hq.faults.append(Fault("POST admin", NO_ACCOUNT))

    with pytest.raises(NotFoundError, match=r"Check the account id"):
        create(client, anna(pending), settings())

    assert stage.hq.asked == ["POST admin"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"email": "eve@example.com", "company_id": PLACE["account_id"]},
            r"could not add admin eve",
        ),
        ({"company_id": "c0000000-0000-4000-8000-00000000000f"}, r"could not add admin anna"),
    ],
)
def test_what_hq_refuses_is_told_in_its_words(
    client: HqClient, pending: str, changes: Any, words: str
) -> None:
    """A look finds nobody, so that the refusal stands."""
    with pytest.raises(Bim360Error, match=words):
        create(client, anna(pending, **changes), settings())


def test_a_refresh_is_one_request_and_finds_no_drift(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """Arguments as declared, the role as it is."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    live = read(client, entity_id, outs)

    assert live is not None
    assert stage.hq.asked == ["GET member"]
    assert live.inputs == anna(pending)
    assert diff(live.outputs, anna(pending)).changed == ()


def test_a_service_that_was_taken_away_is_drift(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """The admin of that service is gone, so the next up activates it; the other one stays."""
    docs, first = create(client, anna(pending), settings())
    pm, second = create(client, anna(pending, service_type="pm"), settings())
    user = f"/projects/{pending}/users/{first['user_id']}"
    stage.hq.ask("PATCH", user, {"modules": ["doc_manager"]})
    stage.hq.asked.clear()

    live = [read(client, docs, first), read(client, pm, second)]

    assert [each is None for each in live] == [False, True]
    assert stage.hq.asked == ["GET member", "GET member", "GET services"]


def test_an_id_with_a_service_that_the_person_lacks_is_not_found(
    client: HqClient, pending: str
) -> None:
    """An import must not claim what is not there."""
    entity_id, _ = create(client, anna(pending), settings())

    with pytest.raises(NotFoundError, match=r"does not have the service pm in project"):
        read(client, entity_id.replace("doc_manager", "pm"), {})


def test_a_look_up_by_id_finds_every_argument(client: HqClient, pending: str) -> None:
    """The service stands in the id; what is found can be declared as it is."""
    entity_id, _ = create(client, anna(pending), settings())

    live = read(client, entity_id, {})

    assert live is not None
    assert live.inputs == anna(pending)
    assert check(live.inputs, live.inputs, settings())[1] == []


def test_an_admin_whose_project_is_gone_is_gone(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """And one that is looked up by id must exist."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.ask("DELETE", f"/projects/{pending}")

    assert read(client, entity_id, outs) is None
    with pytest.raises(NotFoundError):
        read(client, entity_id, {})


def test_an_account_out_of_sight_loses_no_state(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """A withdrawn permission is not a removed admin."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.faults.append(Fault("GET member", NO_ACCOUNT))

    with pytest.raises(NotFoundError):
        read(client, entity_id, outs)


def test_an_update_sends_nothing(stage: Stage, client: HqClient, pending: str) -> None:
    """Only what a destroy has to know can change."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    after = update(client, entity_id, outs, anna(pending, on_destroy="retain"))

    assert stage.hq.asked == []
    assert diff(after, anna(pending, on_destroy="retain")).changed == ()


def test_who_gets_another_service_in_this_run_is_not_removed(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """The resource of one service makes room for that of another; removal would cost both."""
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    owners = Owners()
    docs, first = create(client, anna(pending, on_destroy="remove"), acting())
    create(client, anna(pending, service_type="pm"), acting(), owners)
    stage.hq.asked.clear()

    delete(client, docs, first, owners)

    assert stage.hq.asked == []
    assert "has a new resource now; they are not removed" in stage.warnings()[-1]


def test_destroying_leaves_them_and_says_so(stage: Stage, client: HqClient, pending: str) -> None:
    """HQ documents no way to remove them."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    delete(client, entity_id, outs, Owners())

    assert stage.hq.asked == []
    assert stage.warnings()[-1].startswith(f"BIM 360: anna@example.com stays in project {pending}")
