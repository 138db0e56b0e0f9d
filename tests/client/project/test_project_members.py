"""A team: 50 to an import, one row for one more, and one refusal undoes no other."""

from typing import Any

import pytest

from bim360_provider.core.project_members import create, delete, diff, read, update
from bim360_provider.core.run import Owners
from bim360_provider.errors import Bim360Error, InputError, NotFoundError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, Fault, Stage, says
from tests.support.members import COMPANY_ID, PLACE, acting, crew, project, team

Made = tuple[str, dict[str, Any]]
ROW: dict[str, Any] = {"document_management": "user"}
NO_COMPANY = "c0000000-0000-4000-8000-0000000000ff"


def declared(project_id: str, members: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a team's arguments as check returns them."""
    return {"project_id": project_id, "members": members, **PLACE, **more}


def rows(stage: Stage) -> list[int]:
    """Return how many rows each import held."""
    entries: Any = stage.hq.journal.entries(method="POST", path="*/users/import")
    return [len(entry.body) for entry in entries]


@pytest.fixture
def people(stage: Stage) -> HqClient:
    """Return a client with an acting user."""
    return crew(stage)


@pytest.fixture
def project_id(stage: Stage, people: HqClient) -> str:
    """Return the id of an active project."""
    assert people
    return project(stage)


def made(stage: Stage, people: HqClient, project_id: str, count: int) -> Made:
    """Return the id and the state of a team; what made it is not counted."""
    found = create(people, declared(project_id, team(count)), acting())
    stage.hq.asked.clear()
    stage.hq.ask("DELETE", "/requests")
    return found


def test_two_hundred_members_are_four_imports(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Beside one look at who is there, one at the roles, and one at the acting user."""
    entity_id, outs = create(people, declared(project_id, team(200)), acting())

    counts = {what: stage.hq.asked.count(what) for what in set(stage.hq.asked)}
    assert counts == {
        "token": 1,
        "GET members": 1,
        "GET roles": 1,
        "search users": 1,
        "POST import": 4,
    }
    assert rows(stage) == [50, 50, 50, 50]
    assert entity_id == f"{project_id}:members"
    assert outs["members"].keys() == team(200).keys()
    assert outs["unfinished"] == []


def test_one_more_in_two_hundred_is_one_import_of_one_row(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """After a look whether they are in the project already."""
    entity_id, outs = made(stage, people, project_id, 200)

    after = update(people, entity_id, outs, declared(project_id, team(201)))

    assert stage.hq.asked == ["GET members", "POST import"]
    assert rows(stage) == [1]
    assert diff(after, declared(project_id, team(201))).changed == ()


def test_another_role_of_one_is_one_patch(stage: Stage, people: HqClient, project_id: str) -> None:
    """Without services, so that it costs no access."""
    entity_id, outs = made(stage, people, project_id, 3)
    wanted = {**team(3), "m001@example.com": {**team(1)["m000@example.com"], "industry_roles": []}}

    after = update(people, entity_id, outs, declared(project_id, wanted))

    entry: Any = next(stage.hq.journal.entries(method="PATCH", path="*/users/*"))
    assert stage.hq.asked == ["PATCH member"]
    assert entry.body == {"industry_roles": []}
    assert diff(after, declared(project_id, wanted)).changed == ()


def test_a_refresh_of_two_hundred_is_one_request(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """A page of construction/admin holds 200; nothing has drifted."""
    entity_id, outs = made(stage, people, project_id, 200)

    live = read(people, entity_id, outs)

    assert live is not None
    assert stage.hq.asked == ["GET members"]
    assert live.inputs == declared(project_id, team(200))
    assert diff(live.outputs, live.inputs).changed == ()


def test_a_team_of_more_than_a_page_is_read_whole(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Nobody is lost between two pages."""
    entity_id, outs = made(stage, people, project_id, 230)

    live = read(people, entity_id, outs)

    assert live is not None
    assert stage.hq.asked == ["GET members", "GET members"]
    assert len(live.inputs["members"]) == 230


def test_one_refused_row_undoes_no_other(stage: Stage, people: HqClient, project_id: str) -> None:
    """They are told by e-mail, and the next up tries them alone."""
    wrong = {
        **team(3),
        "zoe@example.com": {"document_management": "user", "company_id": NO_COMPANY},
    }

    entity_id, outs = create(people, declared(project_id, wrong), acting())
    stage.hq.asked.clear()
    mended = {**wrong, "zoe@example.com": {"document_management": "user", "company_id": COMPANY_ID}}
    verdict = diff(outs, declared(project_id, mended))
    after = update(people, entity_id, outs, declared(project_id, mended))

    assert outs["members"].keys() == team(3).keys()
    assert outs["unfinished"] == ["zoe@example.com"]
    assert stage.warnings()[0].startswith(
        f"BIM 360: zoe@example.com was not added to project {project_id}: HQ answered (code"
    )
    assert stage.warnings()[0].endswith("The next `pulumi up` tries again.")
    assert verdict.unfinished
    assert stage.hq.asked == ["GET members", "POST import"]
    assert rows(stage) == [4, 1]
    assert (after["unfinished"], len(after["members"])) == ([], 4)


def test_a_role_that_the_project_lacks_undoes_no_other(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """The row is not even sent."""
    wrong = {**team(2), "zoe@example.com": {**team(1)["m000@example.com"]}}
    wrong["zoe@example.com"]["industry_roles"] = ["Wizard of Oz"]

    _, outs = create(people, declared(project_id, wrong), acting())

    assert rows(stage) == [2]
    assert outs["unfinished"] == ["zoe@example.com"]
    assert "zoe@example.com in project" in stage.warnings()[0]
    assert "industry_roles does not know 'Wizard of Oz'" in stage.warnings()[0]


def test_many_refusals_are_not_many_lines(stage: Stage, people: HqClient, project_id: str) -> None:
    """Ten are told one by one; the output has all."""
    wrong = {f"z{n:02}@example.com": {**ROW, "company_id": NO_COMPANY} for n in range(14)}

    _, outs = create(people, declared(project_id, {**team(1), **wrong}), acting())

    assert len(stage.warnings()) == 11
    assert stage.warnings()[-1].startswith("BIM 360: 4 more were not added to project")
    assert len(outs["unfinished"]) == 14


def test_a_team_of_which_nobody_could_be_added_is_not_made(
    people: HqClient, project_id: str
) -> None:
    """There is nothing to keep in a state."""
    wrong = {"zoe@example.com": {**ROW, "company_id": NO_COMPANY}}

    with pytest.raises(InputError, match=r"zoe@example.com was not added to .* HQ answered"):
        create(people, declared(project_id, wrong), acting())


def test_a_first_import_refused_as_a_whole_is_an_error(people: HqClient, stage: Stage) -> None:
    """Nothing was done yet, so the next run begins anew."""
    client = stage.client(acting_user="NOBODYSUID12")
    assert people

    with pytest.raises(UnauthorizedError, match=r"could not add m000@example.com and 49 more to"):
        create(client, declared(project(stage), team(60)), acting())


def test_a_later_import_refused_as_a_whole_keeps_the_first(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Fifty are in the project; the others are for the next up."""
    stage.hq.faults.append(Fault("POST import", says(422, {"code": 7, "message": "no"}), after=1))

    entity_id, outs = create(people, declared(project_id, team(60)), acting())
    after = update(people, entity_id, outs, declared(project_id, team(60)))

    assert (len(outs["members"]), len(outs["unfinished"])) == (50, 10)
    assert stage.hq.asked.count("POST import") == 3
    assert rows(stage) == [50, 10]
    assert (len(after["members"]), after["unfinished"]) == (60, [])


@pytest.mark.parametrize("reply", [HANGS_UP, says(504)])
def test_a_lost_answer_to_an_import_adds_nobody_twice(
    stage: Stage, people: HqClient, project_id: str, reply: Any
) -> None:
    """Who is in the project now was added."""
    stage.hq.faults.append(Fault("POST import", reply, acts=True))

    _, outs = create(people, declared(project_id, team(60)), acting())

    assert rows(stage) == [50, 10]
    assert len(outs["members"]) == 60


def test_who_is_in_the_project_already_is_taken_over(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Only the others are imported; one line says who was there."""
    made(stage, people, project_id, 3)
    owners = Owners()

    _, outs = create(people, declared(project_id, team(5)), acting(), owners)

    assert rows(stage) == [2]
    assert outs["unfinished"] == []
    assert len(outs["members"]) == 5
    assert "taken over, because they were in project" in stage.told[-1][0]
    user_id = outs["members"]["m000@example.com"]["user_id"]
    assert owners.was_taken(f"{project_id}:{user_id}")


def test_a_change_that_fails_for_one_is_made_for_the_others(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """And told, and tried again."""
    entity_id, outs = made(stage, people, project_id, 3)
    stage.hq.faults.append(Fault("PATCH member", says(422, {"code": 7, "message": "no"})))
    wanted = declared(project_id, team(3, industry_roles=["Architect"]))

    after = update(people, entity_id, outs, wanted)
    last = update(people, entity_id, after, wanted)

    assert after["unfinished"] == ["m000@example.com"]
    assert "could not change industry_roles of m000@example.com" in stage.warnings()[-1]
    assert stage.hq.asked.count("PATCH member") == 4
    assert last["unfinished"] == []


def test_a_change_that_fails_for_all_is_an_error(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Nothing was done, so the state stays as it was."""
    entity_id, outs = made(stage, people, project_id, 2)
    stage.hq.faults.append(Fault("PATCH member", says(422), times=9))

    with pytest.raises(Bim360Error, match=r"could not change industry_roles of m000@example.com"):
        update(people, entity_id, outs, declared(project_id, team(2, industry_roles=[])))


def test_who_is_declared_no_more_stays_by_default(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """The preview has said so; the state forgets them."""
    entity_id, outs = made(stage, people, project_id, 3)

    after = update(people, entity_id, outs, declared(project_id, team(2)))

    assert stage.hq.asked == []
    assert after["members"].keys() == team(2).keys()


def test_who_is_declared_no_more_is_removed_where_that_is_declared(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """One request for each."""
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = made(stage, people, project_id, 3)

    update(people, entity_id, outs, declared(project_id, team(1), on_removal="remove"))

    assert stage.hq.asked == ["DELETE member", "DELETE member"]
    assert people.project_users.with_email(project_id, "m002@example.com") is None


def test_drift_of_single_members_shows_by_their_e_mail(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """One changed, one removed, one whom nobody declared."""
    entity_id, outs = made(stage, people, project_id, 3)
    ids = {email: each["user_id"] for email, each in outs["members"].items()}
    where = f"/projects/{project_id}/users"
    stage.hq.ask("PATCH", f"{where}/{ids['m000@example.com']}", {"industry_roles": ["Architect"]})
    stage.hq.ask("DELETE", f"{where}/{ids['m001@example.com']}")
    create(people, declared(project_id, {"zoe@example.com": ROW}), acting())

    live = read(people, entity_id, outs)

    assert live is not None
    assert live.inputs["members"] == {
        "m000@example.com": {**ROW, "industry_roles": ["Architect"]},
        "m002@example.com": {**ROW, "industry_roles": ["Engineer"]},
    }
    assert diff(live.outputs, declared(project_id, team(3))).changed == ("members",)


def test_a_look_up_by_id_finds_everybody(people: HqClient, project_id: str, stage: Stage) -> None:
    """As a start for a list of one's own."""
    entity_id, _ = made(stage, people, project_id, 2)

    live = read(people, entity_id, {})

    assert live is not None
    assert live.inputs["members"].keys() == team(2).keys()


def test_a_team_whose_project_is_gone_is_gone(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """But an account that is out of sight loses no state, and a look-up must find a project."""
    entity_id, outs = made(stage, people, project_id, 2)
    stage.hq.faults.append(Fault("GET members", NO_ACCOUNT, times=99))
    with pytest.raises(NotFoundError):
        read(people, entity_id, outs)
    stage.hq.faults.clear()
    stage.hq.ask("DELETE", f"/projects/{project_id}")

    assert read(people, entity_id, outs) is None
    with pytest.raises(NotFoundError):
        read(people, entity_id, {})


def test_destroying_leaves_everybody_and_says_so(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """In one line, whatever their number; a warning unless it was declared."""
    entity_id, outs = made(stage, people, project_id, 8)

    delete(people, entity_id, outs)
    delete(people, entity_id, {**outs, "on_removal": "retain"})

    assert stage.hq.asked == []
    assert "and 3 more stay in project" in stage.warnings()[-1]
    assert stage.told[-1][0].endswith("and 3 more (retain).")


def test_a_renamed_team_keeps_its_members(stage: Stage, people: HqClient, project_id: str) -> None:
    """The new resource takes them over before the old one is deleted."""
    stage.hq.ask("PATCH", "/options", {"remove_project_users": "allow"})
    entity_id, outs = made(stage, people, project_id, 2)
    owners = Owners()

    create(people, declared(project_id, team(1), on_removal="remove"), acting(), owners)
    delete(people, entity_id, {**outs, "on_removal": "remove"}, owners)

    assert people.project_users.with_email(project_id, "m000@example.com") is not None
    assert people.project_users.with_email(project_id, "m001@example.com") is None


def test_an_archived_project_is_no_reason_not_to_end(
    stage: Stage, people: HqClient, project_id: str
) -> None:
    """Pulumi may archive it first."""
    entity_id, outs = made(stage, people, project_id, 2)
    people.projects.update(project_id, {"status": "archived"})

    delete(people, entity_id, {**outs, "on_removal": "remove"})

    assert len([line for line in stage.warnings() if "could not remove" in line]) == 2
