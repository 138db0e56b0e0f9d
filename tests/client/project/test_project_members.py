"""Project teams: imports of up to 50 rows, and one refused row does not affect the others."""

from typing import Any

import pytest

from bim360_provider.core.project_members import create, delete, diff, read, update
from bim360_provider.core.run import Ownership
from bim360_provider.errors import Bim360Error, InputError, NotFoundError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)
from tests.support.members import (
    ACCOUNT_SCOPE,
    COMPANY_ID,
    acting_settings,
    build_members,
    create_active_project,
)

IdAndState = tuple[str, Any]
MEMBER_ROW: dict[str, Any] = {"document_management": "user"}
NO_COMPANY = "c0000000-0000-4000-8000-0000000000ff"


def build_team_inputs(project_id: str, members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a team's arguments as check returns them."""
    return {"project_id": project_id, "members": members, **ACCOUNT_SCOPE, **more}


def count_imported_rows(hq: HqFixture) -> list[int]:
    """Return the number of rows of each import."""
    entries: Any = hq.emulator.journal.find_entries(method="POST", path="*/users/import")
    return [len(entry.body) for entry in entries]


def create_team(hq: HqFixture, acting_client: HqClient, project_id: str, count: int) -> IdAndState:
    """Return the id and the state of a team; requests so far are not recorded."""
    found = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, build_members(count)),
    )
    hq.emulator.request_log.clear()
    hq.emulator.call_control_plane("DELETE", "/requests")
    return found


def test_two_hundred_members_are_four_imports(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It also reads the members, the roles and the acting user once each."""
    entity_id, outs = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, build_members(200)),
    )

    counts = {route: hq.emulator.request_log.count(route) for route in set(hq.emulator.request_log)}
    assert counts == {
        "token": 1,
        "GET members": 1,
        "GET roles": 1,
        "search users": 1,
        "POST import": 4,
    }
    assert count_imported_rows(hq) == [50, 50, 50, 50]
    assert entity_id == f"{project_id}:members"
    assert outs["members"].keys() == build_members(200).keys()
    assert outs["unfinished"] == []


def test_one_more_member_in_two_hundred_is_one_import_of_one_row(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """A read whether they are in the project comes first."""
    entity_id, outs = create_team(hq, acting_client, project_id, 200)

    after = update(
        build_run(acting_client), entity_id, outs, build_team_inputs(project_id, build_members(201))
    )

    assert hq.emulator.request_log == ["GET members", "POST import"]
    assert count_imported_rows(hq) == [1]
    assert diff(after, build_team_inputs(project_id, build_members(201))).changed_arguments == ()


def test_another_role_of_one_member_is_one_patch(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It sends no services, so that no access is lost."""
    entity_id, outs = create_team(hq, acting_client, project_id, 3)
    wanted = {
        **build_members(3),
        "m001@example.com": {**build_members(1)["m000@example.com"], "industry_roles": []},
    }

    after = update(build_run(acting_client), entity_id, outs, build_team_inputs(project_id, wanted))

    entry: Any = next(hq.emulator.journal.find_entries(method="PATCH", path="*/users/*"))
    assert hq.emulator.request_log == ["PATCH member"]
    assert entry.body == {"industry_roles": []}
    assert diff(after, build_team_inputs(project_id, wanted)).changed_arguments == ()


def test_a_refresh_of_two_hundred_is_one_request(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """A page of construction/admin holds 200; nothing has drifted."""
    entity_id, outs = create_team(hq, acting_client, project_id, 200)

    live = read(build_run(acting_client), entity_id, outs)

    assert live is not None
    assert hq.emulator.request_log == ["GET members"]
    assert live.inputs == build_team_inputs(project_id, build_members(200))
    assert diff(live.outputs, live.inputs).changed_arguments == ()


def test_a_team_larger_than_a_page_is_read_completely(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """No member is lost between two pages."""
    entity_id, outs = create_team(hq, acting_client, project_id, 230)

    live = read(build_run(acting_client), entity_id, outs)

    assert live is not None
    assert hq.emulator.request_log == ["GET members", "GET members"]
    assert len(live.inputs["members"]) == 230


def test_one_refused_row_does_not_affect_the_others(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The warning lists refused members by e-mail, and the next up retries only them."""
    wrong = {
        **build_members(3),
        "zoe@example.com": {"document_management": "user", "company_id": NO_COMPANY},
    }

    entity_id, outs = create(
        build_run(acting_client, acting_settings()), build_team_inputs(project_id, wrong)
    )
    hq.emulator.request_log.clear()
    corrected = {
        **wrong,
        "zoe@example.com": {"document_management": "user", "company_id": COMPANY_ID},
    }
    difference = diff(outs, build_team_inputs(project_id, corrected))
    after = update(
        build_run(acting_client), entity_id, outs, build_team_inputs(project_id, corrected)
    )

    assert outs["members"].keys() == build_members(3).keys()
    assert outs["unfinished"] == ["zoe@example.com"]
    assert hq.list_warnings()[0].startswith(
        f"BIM 360: zoe@example.com was not added to project {project_id}: HQ answered (code"
    )
    assert hq.list_warnings()[0].endswith("The next `pulumi up` tries again.")
    assert difference.is_unfinished
    assert hq.emulator.request_log == ["GET members", "POST import"]
    assert count_imported_rows(hq) == [4, 1]
    assert (after["unfinished"], len(after["members"])) == ([], 4)


def test_an_unknown_role_of_one_member_does_not_affect_the_others(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The row of that member is not sent."""
    wrong = {**build_members(2), "zoe@example.com": {**build_members(1)["m000@example.com"]}}
    wrong["zoe@example.com"]["industry_roles"] = ["Wizard of Oz"]

    _, outs = create(
        build_run(acting_client, acting_settings()), build_team_inputs(project_id, wrong)
    )

    assert count_imported_rows(hq) == [2]
    assert outs["unfinished"] == ["zoe@example.com"]
    assert "zoe@example.com in project" in hq.list_warnings()[0]
    assert "industry_roles 'Wizard of Oz' is not a valid value" in hq.list_warnings()[0]


def test_many_refusals_are_summarized(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Ten are listed one by one; the output has all."""
    wrong = {f"z{n:02}@example.com": {**MEMBER_ROW, "company_id": NO_COMPANY} for n in range(14)}

    _, outs = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, {**build_members(1), **wrong}),
    )

    assert len(hq.list_warnings()) == 11
    assert hq.list_warnings()[-1].startswith("BIM 360: 4 more were not added to project")
    assert len(outs["unfinished"]) == 14


def test_a_team_without_any_added_member_is_not_created(
    acting_client: HqClient, project_id: str
) -> None:
    """There is nothing to store in the state."""
    wrong = {"zoe@example.com": {**MEMBER_ROW, "company_id": NO_COMPANY}}

    with pytest.raises(InputError, match=r"zoe@example.com was not added to .* HQ answered"):
        create(build_run(acting_client, acting_settings()), build_team_inputs(project_id, wrong))


def test_a_first_import_refused_completely_is_an_error(
    acting_client: HqClient, hq: HqFixture
) -> None:
    """Nothing was changed, so the next run starts again."""
    client = hq.create_client(acting_user="NOBODYSUID12")
    assert acting_client

    with pytest.raises(UnauthorizedError, match=r"could not add m000@example.com and 49 more to"):
        create(
            build_run(client, acting_settings()),
            build_team_inputs(create_active_project(hq), build_members(60)),
        )


def test_a_later_import_refused_completely_keeps_the_first(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Fifty are in the project; the next up adds the others."""
    hq.emulator.faults.append(
        Fault("POST import", build_reply(422, {"code": 7, "message": "no"}), skip=1)
    )

    entity_id, outs = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, build_members(60)),
    )
    after = update(
        build_run(acting_client), entity_id, outs, build_team_inputs(project_id, build_members(60))
    )

    assert (len(outs["members"]), len(outs["unfinished"])) == (50, 10)
    assert hq.emulator.request_log.count("POST import") == 3
    assert count_imported_rows(hq) == [50, 10]
    assert (len(after["members"]), after["unfinished"]) == (60, [])


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504)])
def test_a_lost_response_to_an_import_adds_no_member_twice(
    hq: HqFixture, acting_client: HqClient, project_id: str, reply: Any
) -> None:
    """Members who are now in the project count as added."""
    hq.emulator.faults.append(Fault("POST import", reply, acts_on_request=True))

    _, outs = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, build_members(60)),
    )

    assert count_imported_rows(hq) == [50, 10]
    assert len(outs["members"]) == 60


def test_members_who_are_already_in_the_project_are_adopted(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Only the others are imported; one line lists those who were there."""
    create_team(hq, acting_client, project_id, 3)
    owners = Ownership()

    _, outs = create(
        build_run(acting_client, acting_settings(), ownership=owners),
        build_team_inputs(project_id, build_members(5)),
    )

    assert count_imported_rows(hq) == [2]
    assert outs["unfinished"] == []
    assert len(outs["members"]) == 5
    assert "adopted, because they were in project" in hq.notifications[-1][0]
    user_id = outs["members"]["m000@example.com"]["user_id"]
    assert owners.was_adopted(f"{project_id}:{user_id}")


def test_a_failed_change_of_one_member_does_not_affect_the_others(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It is reported and retried."""
    entity_id, outs = create_team(hq, acting_client, project_id, 3)
    hq.emulator.faults.append(Fault("PATCH member", build_reply(422, {"code": 7, "message": "no"})))
    wanted = build_team_inputs(project_id, build_members(3, industry_roles=["Architect"]))

    after = update(build_run(acting_client), entity_id, outs, wanted)
    last = update(build_run(acting_client), entity_id, after, wanted)

    assert after["unfinished"] == ["m000@example.com"]
    assert "could not change industry_roles of m000@example.com" in hq.list_warnings()[-1]
    assert hq.emulator.request_log.count("PATCH member") == 4
    assert last["unfinished"] == []


def test_a_change_that_fails_for_all_members_is_an_error(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Nothing was changed, so the state stays the same."""
    entity_id, outs = create_team(hq, acting_client, project_id, 2)
    hq.emulator.faults.append(Fault("PATCH member", build_reply(422), times=9))

    with pytest.raises(Bim360Error, match=r"could not change industry_roles of m000@example.com"):
        update(
            build_run(acting_client),
            entity_id,
            outs,
            build_team_inputs(project_id, build_members(2, industry_roles=[])),
        )


def test_an_undeclared_member_stays_by_default(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The preview warned of it; the state drops them."""
    entity_id, outs = create_team(hq, acting_client, project_id, 3)

    after = update(
        build_run(acting_client), entity_id, outs, build_team_inputs(project_id, build_members(2))
    )

    assert hq.emulator.request_log == []
    assert after["members"].keys() == build_members(2).keys()


def test_an_undeclared_member_is_removed_where_declared(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Each removal is one request."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = create_team(hq, acting_client, project_id, 3)

    update(
        build_run(acting_client),
        entity_id,
        outs,
        build_team_inputs(project_id, build_members(1), on_removal="remove"),
    )

    assert hq.emulator.request_log == ["DELETE member", "DELETE member"]
    assert acting_client.project_users.search_by_email(project_id, "m002@example.com") is None


def test_drift_of_single_members_shows_by_e_mail(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """One was changed, one removed, and one added without a declaration."""
    entity_id, outs = create_team(hq, acting_client, project_id, 3)
    ids = {email: each["user_id"] for email, each in outs["members"].items()}
    control_path = f"/projects/{project_id}/users"
    hq.emulator.call_control_plane(
        "PATCH", f"{control_path}/{ids['m000@example.com']}", {"industry_roles": ["Architect"]}
    )
    hq.emulator.call_control_plane("DELETE", f"{control_path}/{ids['m001@example.com']}")
    create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, {"zoe@example.com": MEMBER_ROW}),
    )

    live = read(build_run(acting_client), entity_id, outs)

    assert live is not None
    assert live.inputs["members"] == {
        "m000@example.com": {**MEMBER_ROW, "industry_roles": ["Architect"]},
        "m002@example.com": {**MEMBER_ROW, "industry_roles": ["Engineer"]},
    }
    assert diff(
        live.outputs, build_team_inputs(project_id, build_members(3))
    ).changed_arguments == ("members",)


def test_a_lookup_by_id_finds_all_members(
    acting_client: HqClient, project_id: str, hq: HqFixture
) -> None:
    """Users can start their own list from it."""
    entity_id, _ = create_team(hq, acting_client, project_id, 2)

    live = read(build_run(acting_client), entity_id, {})

    assert live is not None
    assert live.inputs["members"].keys() == build_members(2).keys()


def test_a_team_of_a_deleted_project_leaves_the_state(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """A hidden account keeps the state, and a look-up must find a project."""
    entity_id, outs = create_team(hq, acting_client, project_id, 2)
    hq.emulator.faults.append(Fault("GET members", ACCOUNT_NOT_FOUND, times=99))
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), entity_id, outs)
    hq.emulator.faults.clear()
    hq.emulator.call_control_plane("DELETE", f"/projects/{project_id}")

    assert read(build_run(acting_client), entity_id, outs) is None
    with pytest.raises(NotFoundError):
        read(build_run(acting_client), entity_id, {})


def test_destroying_leaves_all_members_and_reports_it(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """It is one line for any number of members, and a warning unless declared."""
    entity_id, outs = create_team(hq, acting_client, project_id, 8)

    delete(build_run(acting_client), entity_id, outs)
    delete(build_run(acting_client), entity_id, {**outs, "on_removal": "retain"})

    assert hq.emulator.request_log == []
    assert "and 3 more stay in project" in hq.list_warnings()[-1]
    assert hq.notifications[-1][0].endswith("and 3 more (retain).")


def test_a_renamed_team_keeps_its_members(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """The new resource adopts them before the old one is deleted."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = create_team(hq, acting_client, project_id, 2)
    owners = Ownership()

    create(
        build_run(acting_client, acting_settings(), ownership=owners),
        build_team_inputs(project_id, build_members(1), on_removal="remove"),
    )
    delete(build_run(acting_client, ownership=owners), entity_id, {**outs, "on_removal": "remove"})

    assert acting_client.project_users.search_by_email(project_id, "m000@example.com") is not None
    assert acting_client.project_users.search_by_email(project_id, "m001@example.com") is None


def test_a_destroy_succeeds_after_the_project_is_archived(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """Pulumi may archive the project first."""
    entity_id, outs = create_team(hq, acting_client, project_id, 2)
    acting_client.projects.update(project_id, {"status": "archived"})

    delete(build_run(acting_client), entity_id, {**outs, "on_removal": "remove"})

    assert len([line for line in hq.list_warnings() if "could not remove" in line]) == 2


def test_an_update_does_not_remove_members_that_another_resource_adopted(
    hq: HqFixture, acting_client: HqClient, project_id: str
) -> None:
    """A member moves from a team to another resource of the same run."""
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    owners = Ownership()
    entity_id, outs = create(
        build_run(acting_client, acting_settings()),
        build_team_inputs(project_id, build_members(2), on_removal="remove"),
    )
    moved, kept = sorted(outs["members"])
    owners.mark_adopted(f"{project_id}:{outs['members'][moved]['user_id']}")
    update(
        build_run(acting_client, ownership=owners),
        entity_id,
        outs,
        build_team_inputs(project_id, {kept: MEMBER_ROW}, on_removal="remove"),
    )

    assert "DELETE member" not in hq.emulator.request_log
