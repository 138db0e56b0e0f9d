"""The first admin of a project: added once, and the project is active."""

from typing import Any

import pytest

from bim360_provider.core.owners import Owners
from bim360_provider.core.project_admin import check, create, delete, diff, read, update
from bim360_provider.core.project_member import create as create_member
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
from bim360_provider.hq import HqClient
from tests.crew import ADA, COMPANY_ID, PLACE, acting, crew, project
from tests.stage import BODY, HANGS_UP, NO_ACCOUNT, Fault, Stage, says, settings

ANNA = {"email": "anna@example.com", "service_type": "doc_manager", "company_id": COMPANY_ID}


def anna(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Anna's arguments as check returns them."""
    return {"project_id": project_id, **ANNA, **PLACE, **changes}


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


def test_who_is_an_admin_already_is_taken_over(
    stage: Stage, client: HqClient, pending: str
) -> None:
    """HQ refuses them; a look finds them, and nothing is changed."""
    first, _ = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    again, outs = create(client, anna(pending, service_type="pm"), settings())

    assert stage.hq.asked == ["POST admin", "GET members"]
    assert again.rpartition(":")[0] == first.rpartition(":")[0]
    assert outs["role"] == "project_admin"
    assert any("was an admin of project" in line and "taken over" in line for line, _ in stage.told)


def test_who_is_a_member_and_no_admin_is_an_error_with_advice(stage: Stage) -> None:
    """HQ adds nobody twice; another resource makes admins of members."""
    client = crew(stage)
    project_id = project(stage)
    create_member(client, {**ADA, "project_id": project_id}, acting())

    with pytest.raises(ConflictError, match=r"already, and no admin of it; declare a Bim"):
        create(client, anna(project_id, email="ada@example.com"), settings())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"service_type": "glue"}, r"could not add admin anna@example.com to project"),
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


def test_destroying_leaves_them_and_says_so(stage: Stage, client: HqClient, pending: str) -> None:
    """HQ documents no way to remove them."""
    entity_id, outs = create(client, anna(pending), settings())
    stage.hq.asked.clear()

    delete(client, entity_id, outs, Owners())

    assert stage.hq.asked == []
    assert stage.warnings()[-1].startswith(f"BIM 360: anna@example.com stays in project {pending}")
