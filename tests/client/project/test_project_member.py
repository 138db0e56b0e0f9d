"""A member of a project: imported once, changed in place, never removed in silence."""

from typing import Any

import pytest

from bim360_provider.core.project_member import check, create, delete, diff, read, update
from bim360_provider.core.run import Ownership
from bim360_provider.errors import (
    Bim360Error,
    ConflictError,
    InputError,
    NotFoundError,
    RejectedError,
    UnavailableError,
)
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_BODY,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)
from tests.support.members import (
    COMPANY_ID,
    MEMBER_INPUTS,
    acting_settings,
    create_acting_client,
    create_active_project,
)

IdAndState = tuple[str, dict[str, Any]]
INACTIVE_SERVICES_MESSAGE = 'Services ["document_management"] are not active or pending in project'


def build_member_inputs(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Ada's arguments as check returns them."""
    return {**MEMBER_INPUTS, "project_id": project_id, **changes}


def split_id(created_member: IdAndState) -> tuple[str, str]:
    """Return the ids of the project and of the user."""
    project_id, user_id = created_member[0].split(":")
    return project_id, user_id


@pytest.fixture
def acting_client(hq: HqFixture) -> HqClient:
    """Return a client with an acting user."""
    return create_acting_client(hq)


@pytest.fixture
def project_id(hq: HqFixture, acting_client: HqClient) -> str:
    """Return the id of an active project."""
    assert acting_client
    return create_active_project(hq)


@pytest.fixture
def created_member(hq: HqFixture, acting_client: HqClient, project_id: str) -> IdAndState:
    """Return the id and the state of a member; what made them is not counted."""
    member = create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))
    hq.emulator.requests_made.clear()
    return member


def test_a_member_is_one_import_of_one_row(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Beside a look whether they are there, the roles, and the acting user once in a run."""
    entity_id, outs = create(
        build_run(acting_client, acting_settings()),
        build_member_inputs(project_id, company_id=COMPANY_ID),
    )

    entry: Any = next(hq.emulator.journal.find_entries(method="POST", path="*/users/import"))
    assert [each for each in hq.emulator.requests_made if "import" in each] == ["POST import"]
    assert hq.emulator.requests_made.count("GET members") == 1
    assert entry.body[0].keys() == {"email", "services", "company_id", "industry_roles"}
    assert entity_id == f"{project_id}:{outs['user_id']}"
    assert outs.items() >= build_member_inputs(project_id, company_id=COMPANY_ID).items()
    assert outs["unfinished"] == []


def test_roles_are_looked_up_once_for_a_project_and_run(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """However many members name them."""
    for number in range(5):
        create(
            build_run(acting_client, acting_settings()),
            build_member_inputs(project_id, email=f"m{number}@example.com"),
        )

    assert hq.emulator.requests_made.count("GET roles") == 1
    assert hq.emulator.requests_made.count("POST import") == 5


def test_an_unknown_role_is_told_with_the_nearest(acting_client: HqClient, project_id: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InputError, match=r"'Architekt' is not a valid value; did you mean"):
        create(
            build_run(acting_client, acting_settings()),
            build_member_inputs(project_id, industry_roles=["Architekt"]),
        )


def test_a_row_refused_inside_a_200_is_an_error_with_hqs_words(
    hq: HqFixture, acting_client: HqClient
) -> None:
    """Its code too."""
    project_id = create_active_project(hq, service_types="cost")

    with pytest.raises(RejectedError) as caught:
        create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert str(caught.value) == (
        f"BIM 360: could not add ada@example.com to project {project_id}: HQ answered "
        f'(code 2000): "{INACTIVE_SERVICES_MESSAGE}". Correct it and run it again; where it is that the account '
        "does not know them, declare a Bim360AccountUser first."
    )


def test_a_service_that_is_not_active_yet_is_waited_for(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Just after a first admin was added HQ may still refuse; a few seconds later it does not."""
    errors = [{"code": 2000, "message": INACTIVE_SERVICES_MESSAGE}]
    early = {"failure_items": [{"email": "ada@example.com", "errors": errors}]}
    hq.emulator.faults.append(Fault("POST import", build_reply(200, early), times=2))

    create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.requests_made.count("POST import") == 3
    assert hq.clock.sleeps == [3.0, 4.0]


def test_a_project_that_is_seen_late_is_waited_for(hq: HqFixture, acting_client: HqClient) -> None:
    """Just after a project is made HQ may say that it does not exist."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    made = acting_client.projects.create({**PROJECT_BODY, "service_types": "doc_manager"})

    create(build_run(acting_client, acting_settings()), build_member_inputs(made.id))

    assert hq.emulator.requests_made.count("POST import") == 1


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(200, b"")])
def test_a_lost_answer_leads_to_the_member_who_was_added(
    hq: HqFixture, acting_client: HqClient, project_id: str, reply: Any
) -> None:
    """Looked for by e-mail; no second import."""
    hq.emulator.faults.append(Fault("POST import", reply, acts_on_request=True))

    entity_id, outs = create(
        build_run(acting_client, acting_settings()), build_member_inputs(project_id)
    )

    assert hq.emulator.requests_made.count("POST import") == 1
    live = read(build_run(acting_client), entity_id, outs)
    assert live is not None
    assert diff(live.outputs, build_member_inputs(project_id)).changed_arguments == ()


def test_where_hq_did_not_act_the_import_is_sent_again(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """After three looks."""
    hq.emulator.faults.append(Fault("POST import", build_reply(503)))

    create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.requests_made.count("POST import") == 2


def test_roles_that_an_import_loses_are_set_by_a_patch(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It has been seen; the answer tells."""
    taken = {"email": "ada@example.com", "user_id": "u1", "industry_roles": [], "services": {}}
    hq.emulator.faults += [
        Fault("POST import", build_reply(200, {"success": 1, "success_items": [taken]})),
        Fault("PATCH member", build_reply(200, {"email": "ada@example.com"})),
    ]

    _, outs = create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.requests_made[-2:] == ["POST import", "PATCH member"]
    assert outs["industry_roles"] == ["Architect", "BIM Manager"]


def test_once_they_are_in_the_project_nothing_fails(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """What is left is recorded, and done by the next up."""
    taken = {"email": "ada@example.com", "user_id": "u1", "industry_roles": [], "services": {}}
    hq.emulator.faults += [
        Fault("POST import", build_reply(200, {"success": 1, "success_items": [taken]})),
        Fault("PATCH member", build_reply(422, {"code": 7, "message": "no"})),
    ]

    entity_id, outs = create(
        build_run(acting_client, acting_settings()), build_member_inputs(project_id)
    )
    hq.emulator.faults.append(Fault("PATCH member", build_reply(200, {"email": "ada@example.com"})))
    after = update(build_run(acting_client), entity_id, outs, build_member_inputs(project_id))

    assert outs["unfinished"] == ["industry_roles"]
    assert "They are in the project; the next `pulumi up` tries again." in hq.list_warnings()[-1]
    assert diff(outs, build_member_inputs(project_id)).is_unfinished
    assert after["unfinished"] == []


def test_who_is_there_already_is_taken_over_without_an_import(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """Company and roles at once, in one PATCH without services."""
    wanted = build_member_inputs(project_id, industry_roles=["Engineer"], company_id=COMPANY_ID)

    entity_id, outs = create(build_run(acting_client, acting_settings()), wanted)

    entry: Any = next(hq.emulator.journal.find_entries(method="PATCH", path="*/users/*"))
    assert hq.emulator.requests_made == ["GET members", "PATCH member"]
    assert entry.body.keys() == {"company_id", "industry_roles"}
    assert entity_id == created_member[0]
    assert (outs["industry_roles"], outs["unfinished"]) == (["Engineer"], [])


def test_access_of_who_is_taken_over_waits_for_a_preview_that_says_what_it_costs(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """No preview of a create could have told."""
    wanted = build_member_inputs(project_id, document_management="admin")

    entity_id, outs = create(build_run(acting_client, acting_settings()), wanted)
    told = diff(outs, wanted)
    after = update(build_run(acting_client), entity_id, outs, wanted)

    assert (outs["document_management"], outs["unfinished"]) == ("user", ["document_management"])
    assert told.is_unfinished
    assert "HQ then drops access" in told.warnings[0]
    assert hq.emulator.requests_made == ["GET members", "PATCH member"]
    assert (after["document_management"], after["unfinished"]) == ("admin", [])
    assert entity_id == created_member[0]


def test_a_second_resource_cannot_have_the_member_of_the_first(
    acting_client: HqClient, project_id: str
) -> None:
    """Declared twice in one stack."""
    owners = Ownership()
    create(
        build_run(acting_client, acting_settings(), ownership=owners),
        build_member_inputs(project_id),
    )

    with pytest.raises(ConflictError, match=r"another resource of this stack has ada@example.com"):
        create(
            build_run(acting_client, acting_settings(), ownership=owners),
            build_member_inputs(project_id),
        )


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
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState, changes: Any, body: Any
) -> None:
    """Services only if one of them changed, and then all that are to remain."""
    entity_id, outs = created_member
    wanted = build_member_inputs(split_id(created_member)[0], **changes)

    after = update(build_run(acting_client), entity_id, outs, wanted)

    assert hq.emulator.requests_made == ["PATCH member"]
    assert next(hq.emulator.journal.find_entries(method="PATCH", path="*/users/*")).body == body
    assert diff(after, wanted).changed_arguments == ()


def test_nothing_to_do_sends_nothing(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """Check and diff never do; an update of on_destroy does not either."""
    entity_id, outs = created_member

    after = update(
        build_run(acting_client),
        entity_id,
        outs,
        build_member_inputs(split_id(created_member)[0], on_destroy="remove"),
    )

    assert hq.emulator.requests_made == []
    assert after["on_destroy"] == "remove"


def test_access_to_other_modules_is_kept_while_services_stay(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """And lost when they change, as the preview said."""
    project_id, user_id = split_id(created_member)
    where = f"/projects/{project_id}/users/{user_id}"
    hq.emulator.call_control_plane("PATCH", where, {"modules": ["cost"]})

    update(
        build_run(acting_client),
        *created_member,
        build_member_inputs(project_id, industry_roles=[]),
    )
    kept = hq.emulator.call_control_plane("PATCH", where, {})["modules"]
    update(
        build_run(acting_client),
        *created_member,
        build_member_inputs(project_id, document_management="admin"),
    )
    lost = hq.emulator.call_control_plane("PATCH", where, {})["modules"]

    assert (list(kept), list(lost)) == (["cost"], [])


def test_an_error_inside_a_200_is_an_error(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """HQ's PATCH can answer so."""
    errors = {"email": "ada@example.com", "error": [{"code": 7, "message": "no such company"}]}
    hq.emulator.faults.append(Fault("PATCH member", build_reply(200, errors)))

    with pytest.raises(RejectedError, match=r'HQ answered \(code 7\): "no such company"'):
        update(
            build_run(acting_client),
            *created_member,
            build_member_inputs(split_id(created_member)[0], company_id=COMPANY_ID),
        )


def test_a_member_whom_somebody_removed_is_told_with_what_to_do(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """A refresh finds that they are gone, and the next up adds them again."""
    project_id, user_id = split_id(created_member)
    hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}/users/{user_id}")

    with pytest.raises(NotFoundError, match=r"If somebody removed them: `pulumi refresh`"):
        update(
            build_run(acting_client),
            *created_member,
            build_member_inputs(project_id, industry_roles=[]),
        )
    assert read(build_run(acting_client), *created_member) is None


def test_drift_shows_in_the_arguments_that_are_declared(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """One request; what is not declared is in the outputs alone."""
    project_id, user_id = split_id(created_member)
    changes = {"industry_roles": ["Engineer"], "company_id": COMPANY_ID}
    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}/users/{user_id}", changes)
    hq.emulator.requests_made.clear()

    live = read(build_run(acting_client), *created_member)

    assert live is not None
    assert hq.emulator.requests_made == ["GET member"]
    assert live.inputs == build_member_inputs(project_id, industry_roles=["Engineer"])
    assert live.outputs["company_id"] == COMPANY_ID
    assert diff(live.outputs, build_member_inputs(project_id)).changed_arguments == (
        "industry_roles",
    )


def test_a_look_up_by_id_finds_every_argument(
    acting_client: HqClient, created_member: IdAndState
) -> None:
    """What is found can be declared as it is."""
    live = read(build_run(acting_client), created_member[0], {})

    assert live is not None
    assert live.inputs == {
        **build_member_inputs(split_id(created_member)[0]),
        "project_administration": "",
    }
    assert check({}, live.inputs, acting_settings())[1] == []
    assert diff(live.outputs, live.inputs).changed_arguments == ()


def test_a_member_whose_project_is_gone_is_gone(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """But an account that is out of sight loses nobody, and a look-up must find somebody."""
    hq.emulator.faults.append(Fault("GET member", ACCOUNT_NOT_FOUND))
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), *created_member)
    hq.emulator.call_control_plane("DELETE", f"/projects/{split_id(created_member)[0]}")

    assert read(build_run(acting_client), *created_member) is None
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), created_member[0], {})


def test_destroying_leaves_them_and_says_why(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """No request, a warning; where it was declared, a line."""
    entity_id, outs = created_member

    delete(build_run(acting_client), entity_id, outs)
    delete(build_run(acting_client), entity_id, {**outs, "on_destroy": "retain"})

    assert hq.emulator.requests_made == []
    assert hq.notifications[-2][1]
    assert "HQ documents no way to remove a member" in hq.notifications[-2][0]
    assert hq.notifications[-1] == (
        f"BIM 360: ada@example.com stays in project {split_id(created_member)[0]} (retain).",
        False,
    )


def test_removing_is_tried_where_it_is_declared(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """Twice does no harm."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = created_member[0], {**created_member[1], "on_destroy": "remove"}

    delete(build_run(acting_client), entity_id, outs)
    delete(build_run(acting_client), entity_id, outs)

    assert hq.emulator.requests_made == ["DELETE member", "DELETE member"]
    assert (
        acting_client.project_users.search_by_email(split_id(created_member)[0], "ada@example.com")
        is None
    )


def test_what_hq_says_to_a_removal_is_told_and_ends_nothing(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """A stack has to come to its end, though HQ documents this for ACC alone."""
    delete(
        build_run(acting_client), created_member[0], {**created_member[1], "on_destroy": "remove"}
    )

    assert "could not remove ada@example.com from project" in hq.list_warnings()[-1]
    assert "They stay in the project; take them out in Project Admin." in hq.list_warnings()[-1]


def test_a_removal_that_hq_could_not_answer_is_an_error(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """It may work later."""
    hq.emulator.faults.append(Fault("DELETE member", build_reply(503), times=99))

    with pytest.raises(UnavailableError):
        delete(
            build_run(acting_client),
            created_member[0],
            {**created_member[1], "on_destroy": "remove"},
        )


@pytest.mark.parametrize("status", ["archived", None])
def test_a_parent_that_went_first_is_no_error(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState, status: str | None
) -> None:
    """Pulumi may destroy in any order that the program allows."""
    project_id, _ = split_id(created_member)
    if status:
        acting_client.projects.update(project_id, {"status": status})
    else:
        hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}")

    delete(
        build_run(acting_client), created_member[0], {**created_member[1], "on_destroy": "remove"}
    )

    assert hq.emulator.requests_made.count("DELETE member") == 1


def test_a_renamed_resource_keeps_its_member(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """The new resource takes them over, the old one is deleted: they must survive that."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    owners = Ownership()

    create(
        build_run(acting_client, acting_settings(), ownership=owners),
        build_member_inputs(project_id, on_destroy="remove"),
    )
    delete(
        build_run(acting_client, ownership=owners),
        created_member[0],
        {**created_member[1], "on_destroy": "remove"},
    )

    assert "DELETE member" not in hq.emulator.requests_made
    assert "has a new resource now; they are not removed" in hq.list_warnings()[-1]


@pytest.mark.parametrize("reply", [build_reply(403), build_reply(422), build_reply(500)])
def test_an_import_refused_as_a_whole_is_hqs_error(
    hq: HqFixture, acting_client: HqClient, project_id: str, reply: Any
) -> None:
    """Told in one line."""
    hq.emulator.faults.append(Fault("POST import", reply, times=99))

    with pytest.raises(Bim360Error) as caught:
        create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert "\n" not in str(caught.value)
