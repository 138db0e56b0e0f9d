"""Project members: imported once, changed in place, never removed without a message."""

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
    create_active_project,
)

IdAndState = tuple[str, Any]
INACTIVE_SERVICES_MESSAGE = 'Services ["document_management"] are not active or pending in project'


def build_member_inputs(project_id: str, **changes: Any) -> dict[str, Any]:
    """Return Ada's arguments as check returns them."""
    return {**MEMBER_INPUTS, "project_id": project_id, **changes}


def split_id(created_member: IdAndState) -> tuple[str, str]:
    """Return the ids of the project and of the user."""
    project_id, user_id = created_member[0].split(":")
    return project_id, user_id


@pytest.fixture
def created_member(hq: HqFixture, acting_client: HqClient, project_id: str) -> IdAndState:
    """Return the id and the state of a member; requests so far are not recorded."""
    member = create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))
    hq.emulator.request_log.clear()
    return member


def test_a_member_is_one_import_of_one_row(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It also reads the member, the roles, and once per run the acting user."""
    entity_id, outs = create(
        build_run(acting_client, acting_settings()),
        build_member_inputs(project_id, company_id=COMPANY_ID),
    )

    entry: Any = next(hq.emulator.journal.find_entries(method="POST", path="*/users/import"))
    assert [each for each in hq.emulator.request_log if "import" in each] == ["POST import"]
    assert hq.emulator.request_log.count("GET members") == 1
    assert entry.body[0].keys() == {"email", "services", "company_id", "industry_roles"}
    assert entity_id == f"{project_id}:{outs['user_id']}"
    assert outs.items() >= build_member_inputs(project_id, company_id=COMPANY_ID).items()
    assert outs["unfinished"] == []


def test_roles_are_read_once_per_project_and_run(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The number of members does not matter."""
    for number in range(5):
        create(
            build_run(acting_client, acting_settings()),
            build_member_inputs(project_id, email=f"m{number}@example.com"),
        )

    assert hq.emulator.request_log.count("GET roles") == 1
    assert hq.emulator.request_log.count("POST import") == 5


def test_an_unknown_role_is_reported_with_the_nearest_match(
    acting_client: HqClient, project_id: str
) -> None:
    """Nothing is sent before."""
    with pytest.raises(InputError, match=r"'Architekt' is not a valid value; did you mean"):
        create(
            build_run(acting_client, acting_settings()),
            build_member_inputs(project_id, industry_roles=["Architekt"]),
        )


def test_a_row_refused_within_a_200_is_an_error_with_hqs_message(
    hq: HqFixture, acting_client: HqClient
) -> None:
    """The message includes HQ's code."""
    project_id = create_active_project(hq, service_types="cost")

    with pytest.raises(RejectedError) as caught:
        create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert str(caught.value) == (
        f"BIM 360: could not add ada@example.com to project {project_id}: HQ answered "
        f'(code 2000): "{INACTIVE_SERVICES_MESSAGE}". '
        "Correct it and run it again; where it is that the account does not know "
        "them, declare a Bim360AccountUser first."
    )


def test_a_service_that_is_not_active_yet_is_waited_for(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """HQ may refuse for a few seconds after the first admin is added."""
    errors = [{"code": 2000, "message": INACTIVE_SERVICES_MESSAGE}]
    refusal = {"failure_items": [{"email": "ada@example.com", "errors": errors}]}
    hq.emulator.faults.append(Fault("POST import", build_reply(200, refusal), times=2))

    create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.request_log.count("POST import") == 3
    assert hq.clock.sleeps == [3.0, 4.0]


def test_an_invisible_new_project_is_waited_for(hq: HqFixture, acting_client: HqClient) -> None:
    """Right after the create HQ may respond that it does not exist."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 9})
    project = acting_client.projects.create({**PROJECT_BODY, "service_types": "doc_manager"})

    create(build_run(acting_client, acting_settings()), build_member_inputs(project.id))

    assert hq.emulator.request_log.count("POST import") == 1


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(200, b"")])
def test_a_lost_response_leads_to_the_added_member(
    hq: HqFixture, acting_client: HqClient, project_id: str, reply: Any
) -> None:
    """The provider searches by e-mail and sends no second import."""
    hq.emulator.faults.append(Fault("POST import", reply, acts_on_request=True))

    entity_id, outs = create(
        build_run(acting_client, acting_settings()), build_member_inputs(project_id)
    )

    assert hq.emulator.request_log.count("POST import") == 1
    live = read(build_run(acting_client), entity_id, outs)
    assert live is not None
    assert diff(live.outputs, build_member_inputs(project_id)).changed_arguments == ()


def test_an_import_that_hq_did_not_act_on_is_sent_again(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Three searches come first."""
    hq.emulator.faults.append(Fault("POST import", build_reply(503)))

    create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.request_log.count("POST import") == 2


def test_roles_that_an_import_drops_are_set_by_a_patch(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """This has been observed; the response shows it."""
    taken = {"email": "ada@example.com", "user_id": "u1", "industry_roles": [], "services": {}}
    hq.emulator.faults += [
        Fault("POST import", build_reply(200, {"success": 1, "success_items": [taken]})),
        Fault("PATCH member", build_reply(200, {"email": "ada@example.com"})),
    ]

    _, outs = create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert hq.emulator.request_log[-2:] == ["POST import", "PATCH member"]
    assert outs["industry_roles"] == ["Architect", "BIM Manager"]


def test_no_failure_after_the_import_is_an_error(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The rest is recorded, and the next up finishes it."""
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


def test_an_existing_member_is_adopted_without_an_import(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """One PATCH without services sets company and roles."""
    wanted = build_member_inputs(project_id, industry_roles=["Engineer"], company_id=COMPANY_ID)

    entity_id, outs = create(build_run(acting_client, acting_settings()), wanted)

    entry: Any = next(hq.emulator.journal.find_entries(method="PATCH", path="*/users/*"))
    assert hq.emulator.request_log == ["GET members", "PATCH member"]
    assert entry.body.keys() == {"company_id", "industry_roles"}
    assert entity_id == created_member[0]
    assert (outs["industry_roles"], outs["unfinished"]) == (["Engineer"], [])


def test_services_of_an_adopted_member_change_after_a_preview_only(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """The preview of a create cannot show which access is lost."""
    wanted = build_member_inputs(project_id, document_management="admin")

    entity_id, outs = create(build_run(acting_client, acting_settings()), wanted)
    difference = diff(outs, wanted)
    after = update(build_run(acting_client), entity_id, outs, wanted)

    assert (outs["document_management"], outs["unfinished"]) == ("user", ["document_management"])
    assert difference.is_unfinished
    assert "HQ then drops access" in difference.warnings[0]
    assert hq.emulator.request_log == ["GET members", "PATCH member"]
    assert (after["document_management"], after["unfinished"]) == ("admin", [])
    assert entity_id == created_member[0]


def test_a_second_resource_cannot_own_the_same_member(
    acting_client: HqClient, project_id: str
) -> None:
    """The member is declared twice in one stack."""
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
def test_a_change_is_one_patch_with_the_differences(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState, changes: Any, body: Any
) -> None:
    """Services are sent only if one of them changed, and then all that remain."""
    entity_id, outs = created_member
    wanted = build_member_inputs(split_id(created_member)[0], **changes)

    after = update(build_run(acting_client), entity_id, outs, wanted)

    assert hq.emulator.request_log == ["PATCH member"]
    assert next(hq.emulator.journal.find_entries(method="PATCH", path="*/users/*")).body == body
    assert diff(after, wanted).changed_arguments == ()


def test_an_unchanged_member_sends_nothing(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """Check, diff and an update of on_destroy send nothing."""
    entity_id, outs = created_member

    after = update(
        build_run(acting_client),
        entity_id,
        outs,
        build_member_inputs(split_id(created_member)[0], on_destroy="remove"),
    )

    assert hq.emulator.request_log == []
    assert after["on_destroy"] == "remove"


def test_access_to_other_modules_is_kept_while_services_stay(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """It is lost when services change, as the preview warned."""
    project_id, user_id = split_id(created_member)
    control_path = f"/projects/{project_id}/users/{user_id}"
    hq.emulator.call_control_plane("PATCH", control_path, {"modules": ["cost"]})

    update(
        build_run(acting_client),
        *created_member,
        build_member_inputs(project_id, industry_roles=[]),
    )
    kept = hq.emulator.call_control_plane("PATCH", control_path, {})["modules"]
    update(
        build_run(acting_client),
        *created_member,
        build_member_inputs(project_id, document_management="admin"),
    )
    lost = hq.emulator.call_control_plane("PATCH", control_path, {})["modules"]

    assert (list(kept), list(lost)) == (["cost"], [])


def test_an_error_within_a_200_is_an_error(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """HQ's PATCH can respond this way."""
    errors = {"email": "ada@example.com", "error": [{"code": 7, "message": "no such company"}]}
    hq.emulator.faults.append(Fault("PATCH member", build_reply(200, errors)))

    with pytest.raises(RejectedError, match=r'HQ answered \(code 7\): "no such company"'):
        update(
            build_run(acting_client),
            *created_member,
            build_member_inputs(split_id(created_member)[0], company_id=COMPANY_ID),
        )


def test_a_change_of_a_removed_member_is_an_error_with_advice(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """A refresh drops the member from the state, and the next up adds them again."""
    project_id, user_id = split_id(created_member)
    hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}/users/{user_id}")

    with pytest.raises(NotFoundError, match=r"If they were removed: run `pulumi refresh`"):
        update(
            build_run(acting_client),
            *created_member,
            build_member_inputs(project_id, industry_roles=[]),
        )
    assert read(build_run(acting_client), *created_member) is None


def test_drift_shows_in_the_declared_arguments(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """One request; undeclared values are in the outputs only."""
    project_id, user_id = split_id(created_member)
    changes = {"industry_roles": ["Engineer"], "company_id": COMPANY_ID}
    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}/users/{user_id}", changes)
    hq.emulator.request_log.clear()

    live = read(build_run(acting_client), *created_member)

    assert live is not None
    assert hq.emulator.request_log == ["GET member"]
    assert live.inputs == build_member_inputs(project_id, industry_roles=["Engineer"])
    assert live.outputs["company_id"] == COMPANY_ID
    assert diff(live.outputs, build_member_inputs(project_id)).changed_arguments == (
        "industry_roles",
    )


def test_a_lookup_by_id_finds_every_argument(
    acting_client: HqClient, created_member: IdAndState
) -> None:
    """The result can be declared unchanged."""
    live = read(build_run(acting_client), created_member[0], {})

    assert live is not None
    assert live.inputs == {
        **build_member_inputs(split_id(created_member)[0]),
        "project_administration": "",
    }
    assert check({}, live.inputs, acting_settings())[1] == []
    assert diff(live.outputs, live.inputs).changed_arguments == ()


def test_a_member_of_a_deleted_project_leaves_the_state(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """A hidden account keeps the state, and a look-up must find a member."""
    hq.emulator.faults.append(Fault("GET member", ACCOUNT_NOT_FOUND))
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), *created_member)
    hq.emulator.call_control_plane("DELETE", f"/projects/{split_id(created_member)[0]}")

    assert read(build_run(acting_client), *created_member) is None
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), created_member[0], {})


def test_destroying_leaves_the_member_and_explains_why(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """It sends no request and warns; if declared, it only reports."""
    entity_id, outs = created_member

    delete(build_run(acting_client), entity_id, outs)
    delete(build_run(acting_client), entity_id, {**outs, "on_destroy": "retain"})

    assert hq.emulator.request_log == []
    assert hq.notifications[-2][1]
    assert "HQ documents no way to remove a member" in hq.notifications[-2][0]
    assert hq.notifications[-1] == (
        f"BIM 360: ada@example.com stays in project {split_id(created_member)[0]} (retain).",
        False,
    )


def test_destroying_removes_the_member_where_declared(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """A second destroy succeeds."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = created_member[0], {**created_member[1], "on_destroy": "remove"}

    delete(build_run(acting_client), entity_id, outs)
    delete(build_run(acting_client), entity_id, outs)

    assert hq.emulator.request_log == ["DELETE member", "DELETE member"]
    assert (
        acting_client.project_users.search_by_email(split_id(created_member)[0], "ada@example.com")
        is None
    )


def test_a_refused_removal_is_a_warning(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """HQ documents removal for ACC only, and a destroy must still end."""
    delete(
        build_run(acting_client), created_member[0], {**created_member[1], "on_destroy": "remove"}
    )

    assert "could not remove ada@example.com from project" in hq.list_warnings()[-1]
    assert "They stay in the project; remove them in Project Admin." in hq.list_warnings()[-1]


def test_a_removal_without_a_response_is_an_error(
    hq: HqFixture, acting_client: HqClient, created_member: IdAndState
) -> None:
    """It may succeed later."""
    hq.emulator.faults.append(Fault("DELETE member", build_reply(503), times=99))

    with pytest.raises(UnavailableError):
        delete(
            build_run(acting_client),
            created_member[0],
            {**created_member[1], "on_destroy": "remove"},
        )


@pytest.mark.parametrize("status", ["archived", None])
def test_a_member_whose_parent_was_destroyed_first_is_not_an_error(
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

    assert hq.emulator.request_log.count("DELETE member") == 1


def test_a_renamed_resource_keeps_its_member(
    hq: HqFixture, acting_client: HqClient, project_id: str, created_member: IdAndState
) -> None:
    """The new resource adopts the member before the old one is deleted."""
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

    assert "DELETE member" not in hq.emulator.request_log
    assert "has a new resource now; they are not removed" in hq.list_warnings()[-1]


@pytest.mark.parametrize("reply", [build_reply(403), build_reply(422), build_reply(500)])
def test_an_import_refused_completely_is_hqs_error(
    hq: HqFixture, acting_client: HqClient, project_id: str, reply: Any
) -> None:
    """The error is one line."""
    hq.emulator.faults.append(Fault("POST import", reply, times=99))

    with pytest.raises(Bim360Error) as caught:
        create(build_run(acting_client, acting_settings()), build_member_inputs(project_id))

    assert "\n" not in str(caught.value)
