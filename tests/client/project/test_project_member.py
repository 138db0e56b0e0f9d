"""A member of a project: imported once, changed in place, never removed in silence."""

from typing import Any

import pytest

from bim360_provider.core.project_member import check, create, delete, diff, read, update
from bim360_provider.core.run import Owners
from bim360_provider.errors import (
    Bim360Error,
    ConflictError,
    InputError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from bim360_provider.hq import HqClient
from tests.support.hq import BODY, HANGS_UP, NO_ACCOUNT, Fault, Stage, says
from tests.support.members import ADA, COMPANY_ID, acting, crew, project

Made = tuple[str, dict[str, Any]]
INACTIVE = 'Services ["document_management"] are not active or pending in project'


def ada(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Ada's arguments as check returns them."""
    return {**ADA, "project_id": project_id, **changes}


def parts(made: Made) -> tuple[str, str]:
    """Return the ids of the project and of the user."""
    project_id, user_id = made[0].split(":")
    return project_id, user_id


@pytest.fixture
def people(stage: Stage) -> HqClient:
    """Return a client with an acting user."""
    return crew(stage)


@pytest.fixture
def project_id(stage: Stage, people: HqClient) -> str:
    """Return the id of an active project."""
    assert people
    return project(stage)


@pytest.fixture
def made(stage: Stage, people: HqClient, project_id: str) -> Made:
    """Return the id and the state of a member; what made them is not counted."""
    member = create(people, ada(project_id), acting())
    stage.hq.asked.clear()
    return member


def test_a_member_is_one_import_of_one_row(stage: Stage, people: HqClient, project_id: str) -> None:
    """Beside a look whether they are there, the roles, and the acting user once in a run."""
    entity_id, outs = create(people, ada(project_id, company_id=COMPANY_ID), acting())

    entry: Any = next(stage.hq.journal.entries(method="POST", path="*/users/import"))
    assert [each for each in stage.hq.asked if "import" in each] == ["POST import"]
    assert stage.hq.asked.count("GET members") == 1
    assert entry.body[0].keys() == {"email", "services", "company_id", "industry_roles"}
    assert entity_id == f"{project_id}:{outs['user_id']}"
    assert outs.items() >= ada(project_id, company_id=COMPANY_ID).items()
    assert outs["unfinished"] == []


def test_roles_are_looked_up_once_for_a_project_and_run(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """However many members name them."""
    for number in range(5):
        create(people, ada(project_id, email=f"m{number}@example.com"), acting())

    assert stage.hq.asked.count("GET roles") == 1
    assert stage.hq.asked.count("POST import") == 5


def test_an_unknown_role_is_told_with_the_nearest(people: HqClient, project_id: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InputError, match=r"industry_roles does not know 'Architekt'; did you mean"):
        create(people, ada(project_id, industry_roles=["Architekt"]), acting())


def test_a_row_refused_inside_a_200_is_an_error_with_hqs_words(
    stage: Stage, people: HqClient
) -> None:
    """Its code too."""
    project_id = project(stage, service_types="cost")

    with pytest.raises(RejectedError) as caught:
        create(people, ada(project_id), acting())

    assert str(caught.value) == (
        f"BIM 360: could not add ada@example.com to project {project_id}: HQ answered "
        f'(code 2000): "{INACTIVE}". Correct it and run it again; where it is that the account '
        "does not know them, declare a Bim360AccountUser first."
    )


def test_a_service_that_is_not_active_yet_is_waited_for(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Just after a first admin was added HQ may still refuse; a few seconds later it does not."""
    errors = [{"code": 2000, "message": INACTIVE}]
    early = {"failure_items": [{"email": "ada@example.com", "errors": errors}]}
    stage.hq.faults.append(Fault("POST import", says(200, early), times=2))

    create(people, ada(project_id), acting())

    assert stage.hq.asked.count("POST import") == 3
    assert stage.clock.naps == [3.0, 4.0]


def test_a_project_that_is_seen_late_is_waited_for(stage: Stage, people: HqClient) -> None:
    """Just after a project is made HQ may say that it does not exist."""
    stage.hq.ask("PATCH", "/options", {"visible_after": 9})
    made = people.projects.create({**BODY, "service_types": "doc_manager"})

    create(people, ada(made.id), acting())

    assert stage.hq.asked.count("POST import") == 1


@pytest.mark.parametrize("reply", [HANGS_UP, says(504), says(200, b"")])
def test_a_lost_answer_leads_to_the_member_who_was_added(
    stage: Stage, people: HqClient, project_id: str, reply: Any
) -> None:
    """Looked for by e-mail; no second import."""
    stage.hq.faults.append(Fault("POST import", reply, acts=True))

    entity_id, outs = create(people, ada(project_id), acting())

    assert stage.hq.asked.count("POST import") == 1
    live = read(people, entity_id, outs)
    assert live is not None
    assert diff(live.outputs, ada(project_id)).changed == ()


def test_where_hq_did_not_act_the_import_is_sent_again(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """After three looks."""
    stage.hq.faults.append(Fault("POST import", says(503)))

    create(people, ada(project_id), acting())

    assert stage.hq.asked.count("POST import") == 2


def test_roles_that_an_import_loses_are_set_by_a_patch(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """It has been seen; the answer tells."""
    taken = {"email": "ada@example.com", "user_id": "u1", "industry_roles": [], "services": {}}
    stage.hq.faults += [
        Fault("POST import", says(200, {"success": 1, "success_items": [taken]})),
        Fault("PATCH member", says(200, {"email": "ada@example.com"})),
    ]

    _, outs = create(people, ada(project_id), acting())

    assert stage.hq.asked[-2:] == ["POST import", "PATCH member"]
    assert outs["industry_roles"] == ["Architect", "BIM Manager"]


def test_once_they_are_in_the_project_nothing_fails(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """What is left is recorded, and done by the next up."""
    taken = {"email": "ada@example.com", "user_id": "u1", "industry_roles": [], "services": {}}
    stage.hq.faults += [
        Fault("POST import", says(200, {"success": 1, "success_items": [taken]})),
        Fault("PATCH member", says(422, {"code": 7, "message": "no"})),
    ]

    entity_id, outs = create(people, ada(project_id), acting())
    stage.hq.faults.append(Fault("PATCH member", says(200, {"email": "ada@example.com"})))
    after = update(people, entity_id, outs, ada(project_id))

    assert outs["unfinished"] == ["industry_roles"]
    assert "They are in the project; the next `pulumi up` tries again." in stage.warnings()[-1]
    assert diff(outs, ada(project_id)).unfinished
    assert after["unfinished"] == []


def test_who_is_there_already_is_taken_over_without_an_import(
    stage: Stage, people: HqClient, project_id: str, made: Made
) -> None:
    """Company and roles at once, in one PATCH without services."""
    wanted = ada(project_id, industry_roles=["Engineer"], company_id=COMPANY_ID)

    entity_id, outs = create(people, wanted, acting(), Owners())

    entry: Any = next(stage.hq.journal.entries(method="PATCH", path="*/users/*"))
    assert stage.hq.asked == ["GET members", "PATCH member"]
    assert entry.body.keys() == {"company_id", "industry_roles"}
    assert entity_id == made[0]
    assert (outs["industry_roles"], outs["unfinished"]) == (["Engineer"], [])


def test_access_of_who_is_taken_over_waits_for_a_preview_that_says_what_it_costs(
    stage: Stage, people: HqClient, project_id: str, made: Made
) -> None:
    """No preview of a create could have told."""
    wanted = ada(project_id, document_management="admin")

    entity_id, outs = create(people, wanted, acting(), Owners())
    told = diff(outs, wanted)
    after = update(people, entity_id, outs, wanted)

    assert (outs["document_management"], outs["unfinished"]) == ("user", ["document_management"])
    assert told.unfinished
    assert "HQ then drops access" in told.warnings[0]
    assert stage.hq.asked == ["GET members", "PATCH member"]
    assert (after["document_management"], after["unfinished"]) == ("admin", [])
    assert entity_id == made[0]


def test_a_second_resource_cannot_have_the_member_of_the_first(
    people: HqClient, project_id: str
) -> None:
    """Declared twice in one stack."""
    owners = Owners()
    create(people, ada(project_id), acting(), owners)

    with pytest.raises(ConflictError, match=r"another resource of this stack has ada@example.com"):
        create(people, ada(project_id), acting(), owners)


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"company_id": COMPANY_ID}, {"company_id": COMPANY_ID}),
        ({"industry_roles": []}, {"industry_roles": []}),
        (
            {"document_management": "admin"},
            {"services": {"document_management": {"access_level": "admin"}}},
        ),
        (
            {"project_administration": "admin"},
            {
                "services": {
                    "document_management": {"access_level": "user"},
                    "project_administration": {"access_level": "admin"},
                }
            },
        ),
    ],
)
def test_a_change_is_one_patch_of_what_differs(
    stage: Stage, people: HqClient, made: Made, changes: Any, body: Any
) -> None:
    """Services only if one of them changed, and then all that are to remain."""
    entity_id, outs = made
    wanted = ada(parts(made)[0], **changes)

    after = update(people, entity_id, outs, wanted)

    assert stage.hq.asked == ["PATCH member"]
    assert next(stage.hq.journal.entries(method="PATCH", path="*/users/*")).body == body
    assert diff(after, wanted).changed == ()


def test_nothing_to_do_sends_nothing(stage: Stage, people: HqClient, made: Made) -> None:
    """Check and diff never do; an update of on_destroy does not either."""
    entity_id, outs = made

    after = update(people, entity_id, outs, ada(parts(made)[0], on_destroy="remove"))

    assert stage.hq.asked == []
    assert after["on_destroy"] == "remove"


def test_access_to_other_modules_is_kept_while_services_stay(
    stage: Stage, people: HqClient, made: Made
) -> None:
    """And lost when they change, as the preview said."""
    project_id, user_id = parts(made)
    where = f"/projects/{project_id}/users/{user_id}"
    stage.hq.ask("PATCH", where, {"modules": ["cost"]})

    update(people, *made, ada(project_id, industry_roles=[]))
    kept = stage.hq.ask("PATCH", where, {})["modules"]
    update(people, *made, ada(project_id, document_management="admin"))
    lost = stage.hq.ask("PATCH", where, {})["modules"]

    assert (list(kept), list(lost)) == (["cost"], [])


def test_an_error_inside_a_200_is_an_error(stage: Stage, people: HqClient, made: Made) -> None:
    """HQ's PATCH can answer so."""
    errors = {"email": "ada@example.com", "error": [{"code": 7, "message": "no such company"}]}
    stage.hq.faults.append(Fault("PATCH member", says(200, errors)))

    with pytest.raises(RejectedError, match=r'HQ answered \(code 7\): "no such company"'):
        update(people, *made, ada(parts(made)[0], company_id=COMPANY_ID))


def test_a_member_whom_somebody_removed_is_told_with_what_to_do(
    stage: Stage, people: HqClient, made: Made
) -> None:
    """A refresh finds that they are gone, and the next up adds them again."""
    project_id, user_id = parts(made)
    stage.hq.ask("DELETE", f"/projects/{project_id}/users/{user_id}")

    with pytest.raises(NotFoundError, match=r"If somebody removed them: `pulumi refresh`"):
        update(people, *made, ada(project_id, industry_roles=[]))
    assert read(people, *made) is None


def test_drift_shows_in_the_arguments_that_are_declared(
    stage: Stage, people: HqClient, made: Made
) -> None:
    """One request; what is not declared is in the outputs alone."""
    project_id, user_id = parts(made)
    changes = {"industry_roles": ["Engineer"], "company_id": COMPANY_ID}
    stage.hq.ask("PATCH", f"/projects/{project_id}/users/{user_id}", changes)
    stage.hq.asked.clear()

    live = read(people, *made)

    assert live is not None
    assert stage.hq.asked == ["GET member"]
    assert live.inputs == ada(project_id, industry_roles=["Engineer"])
    assert live.outputs["company_id"] == COMPANY_ID
    assert diff(live.outputs, ada(project_id)).changed == ("industry_roles",)


def test_a_look_up_by_id_finds_every_argument(people: HqClient, made: Made) -> None:
    """What is found can be declared as it is."""
    live = read(people, made[0], {})

    assert live is not None
    assert live.inputs == {**ada(parts(made)[0]), "project_administration": ""}
    assert check({}, live.inputs, acting())[1] == []
    assert diff(live.outputs, live.inputs).changed == ()


def test_a_member_whose_project_is_gone_is_gone(stage: Stage, people: HqClient, made: Made) -> None:
    """But an account that is out of sight loses nobody, and a look-up must find somebody."""
    stage.hq.faults.append(Fault("GET member", NO_ACCOUNT))
    with pytest.raises(NotFoundError):
        read(people, *made)
    stage.hq.ask("DELETE", f"/projects/{parts(made)[0]}")

    assert read(people, *made) is None
    with pytest.raises(NotFoundError):
        read(people, made[0], {})


def test_destroying_leaves_them_and_says_why(stage: Stage, people: HqClient, made: Made) -> None:
    """No request, a warning; where it was declared, a line."""
    entity_id, outs = made

    delete(people, entity_id, outs)
    delete(people, entity_id, {**outs, "on_destroy": "retain"})

    assert stage.hq.asked == []
    assert stage.told[-2][1]
    assert "HQ documents no way to remove a member" in stage.told[-2][0]
    assert stage.told[-1] == (
        f"BIM 360: ada@example.com stays in project {parts(made)[0]} (retain).",
        False,
    )


def test_removing_is_tried_where_it_is_declared(stage: Stage, people: HqClient, made: Made) -> None:
    """Twice does no harm."""
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = made[0], {**made[1], "on_destroy": "remove"}

    delete(people, entity_id, outs)
    delete(people, entity_id, outs)

    assert stage.hq.asked == ["DELETE member", "DELETE member"]
    assert people.project_users.with_email(parts(made)[0], "ada@example.com") is None


def test_what_hq_says_to_a_removal_is_told_and_ends_nothing(
    stage: Stage, people: HqClient, made: Made
) -> None:
    """A stack has to come to its end, though HQ documents this for ACC alone."""
    delete(people, made[0], {**made[1], "on_destroy": "remove"})

    assert "could not remove ada@example.com from project" in stage.warnings()[-1]
    assert "They stay in the project; take them out in Project Admin." in stage.warnings()[-1]


def test_a_removal_that_hq_could_not_answer_is_an_error(
    stage: Stage, people: HqClient, made: Made
) -> None:
    """It may work later."""
    stage.hq.faults.append(Fault("DELETE member", says(503), times=99))

    with pytest.raises(UnavailableError):
        delete(people, made[0], {**made[1], "on_destroy": "remove"})


@pytest.mark.parametrize("status", ["archived", None])
def test_a_parent_that_went_first_is_no_error(
    stage: Stage, people: HqClient, made: Made, status: str | None
) -> None:
    """Pulumi may destroy in any order that the program allows."""
    project_id, _ = parts(made)
    if status:
        people.projects.update(project_id, {"status": status})
    else:
        stage.hq.ask("DELETE", f"/projects/{project_id}")

    delete(people, made[0], {**made[1], "on_destroy": "remove"})

    assert stage.hq.asked.count("DELETE member") == 1


def test_a_renamed_resource_keeps_its_member(
    stage: Stage, people: HqClient, project_id: str, made: Made
) -> None:
    """The new resource takes them over, the old one is deleted: they must survive that."""
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    owners = Owners()

    create(people, ada(project_id, on_destroy="remove"), acting(), owners)
    delete(people, made[0], {**made[1], "on_destroy": "remove"}, owners)

    assert "DELETE member" not in stage.hq.asked
    assert "has a new resource now; they are not removed" in stage.warnings()[-1]


@pytest.mark.parametrize("reply", [says(403), says(422), says(500)])
def test_an_import_refused_as_a_whole_is_hqs_error(
    stage: Stage, people: HqClient, project_id: str, reply: Any
) -> None:
    """Told in one line."""
    stage.hq.faults.append(Fault("POST import", reply, times=99))

    with pytest.raises(Bim360Error) as caught:
        create(people, ada(project_id), acting())

    assert "\n" not in str(caught.value)
