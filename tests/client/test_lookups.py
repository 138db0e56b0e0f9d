"""Look-ups by name: exact, each asked once, and one line where there is none or more than one."""

from typing import Any

import pytest

from bim360_provider.core.lookups import LookUps
from bim360_provider.emulator import BUSINESS_UNIT_ID
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, COMPANY_ID
from bim360_provider.errors import InputError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.support.hq import Fault, Stage, says


@pytest.fixture
def look_ups(client: HqClient) -> LookUps:
    """Return the look-ups of a run."""
    return LookUps(client)


def refused(ask: Any, *question: str) -> str:
    """Return the line of a look-up that fails."""
    with pytest.raises(InputError) as caught:
        ask(*question)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_projects_are_looked_up_with_one_walk(stage: Stage, look_ups: LookUps) -> None:
    """However many names are asked for: HQ has no search for projects."""
    tower, bridge = stage.project(name="Tower"), stage.project(name="Bridge")
    stage.hq.asked.clear()

    found = [look_ups.project(name)["id"] for name in ("Tower", "Bridge", "Tower")]

    assert found == [tower["id"], bridge["id"], tower["id"]]
    assert [each for each in stage.hq.asked if each != "token"] == ["GET projects"]


def test_a_project_beyond_the_first_page_is_found(stage: Stage, look_ups: LookUps) -> None:
    """100 rows are a page."""
    for number in range(101):
        last = stage.project(name=f"Tower {number}")
    stage.hq.asked.clear()

    assert look_ups.project("Tower 100")["id"] == last["id"]
    assert stage.hq.asked.count("GET projects") == 2


def test_a_name_is_exact_and_a_near_one_is_named(stage: Stage, look_ups: LookUps) -> None:
    """Case and all."""
    stage.project(name="Tower A")

    assert refused(look_ups.project, "Tower") == (
        "BIM 360: could not find project 'Tower': there is none; did you mean 'Tower A'?"
    )
    assert refused(look_ups.project, "Quay") == (
        "BIM 360: could not find project 'Quay': there is none."
    )


def test_a_company_is_found_by_its_name(stage: Stage, look_ups: LookUps) -> None:
    """In any case where only one has the name; once for each name."""
    name = "Halvorsen Construction"

    found = [look_ups.company(each)["id"] for each in (name, name, name.upper())]

    assert found == [COMPANY_ID] * 3
    assert len([each for each in stage.hq.asked if "compan" in each]) == 2
    assert refused(look_ups.company, "Halvorsen") == (
        "BIM 360: could not find company 'Halvorsen': there is none."
    )


def test_a_person_is_found_by_e_mail_in_any_case(stage: Stage, look_ups: LookUps) -> None:
    """One request, for both spellings."""
    found = [look_ups.account_user(each)["id"] for each in (ADMIN_EMAIL, ADMIN_EMAIL.upper())]

    assert found == [ADMIN_ID] * 2
    assert len([each for each in stage.hq.asked if "users" in each]) == 1
    assert refused(look_ups.account_user, "nobody@example.com") == (
        "BIM 360: could not find user 'nobody@example.com': there is none."
    )


def test_business_units_are_found_by_their_path(
    stage: Stage, client: HqClient, look_ups: LookUps
) -> None:
    """One request for all of them."""
    west = {"name": "West", "parent_id": BUSINESS_UNIT_ID}
    client.business_units.define(
        [
            {"id": BUSINESS_UNIT_ID, "name": "North America"},
            {**west, "id": "b0000000-0000-4000-8000-000000000011"},
            {"name": "North America/West", "id": "b0000000-0000-4000-8000-000000000012"},
        ]
    )
    stage.hq.asked.clear()

    found = look_ups.business_unit("North America")

    assert found["id"] == BUSINESS_UNIT_ID
    assert refused(look_ups.business_unit, "West") == (
        "BIM 360: could not find business unit 'West': there is none."
    )
    assert refused(look_ups.business_unit, "North America/West") == (
        "BIM 360: could not find business unit 'North America/West': there are 2 of them: "
        "b0000000-0000-4000-8000-000000000011, b0000000-0000-4000-8000-000000000012; use the id "
        "of the one that is meant."
    )
    assert stage.hq.asked == ["GET business units"]


def test_a_role_is_found_in_its_project(stage: Stage, look_ups: LookUps) -> None:
    """One request for each project."""
    tower, bridge = stage.project(name="Tower"), stage.project(name="Bridge")
    stage.hq.asked.clear()

    first = look_ups.industry_role(tower["id"], "Architect")
    second = look_ups.industry_role(bridge["id"], "Architect")
    look_ups.industry_role(tower["id"], "Estimator")

    assert first["id"] != second["id"]
    assert (first["name"], first["project_id"]) == ("Architect", tower["id"])
    assert len([each for each in stage.hq.asked if "roles" in each]) == 2
    assert refused(look_ups.industry_role, tower["id"], "Architekt") == (
        "BIM 360: could not find industry role 'Architekt': there is none; did you mean "
        "'Architect'?"
    )


def test_an_error_of_hq_is_not_remembered(stage: Stage, look_ups: LookUps) -> None:
    """The next question asks again."""
    tower = stage.project(name="Tower")
    stage.hq.faults.append(Fault("GET projects", says(403, {"developerMessage": "no"})))

    with pytest.raises(UnauthorizedError):
        look_ups.project("Tower")

    assert look_ups.project("Tower")["id"] == tower["id"]
