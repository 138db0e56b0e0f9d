"""Look-ups by name: exact, read once for each run, and a one-line error for no match or several."""

from collections.abc import Iterator
from typing import Any

import pytest

from bim360_provider.core.lookups import Lookups
from bim360_provider.emulator import (
    ACCOUNT_ID,
    BUSINESS_UNIT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    EMEA_ACCOUNT_ID,
)
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, COMPANY_ID
from bim360_provider.errors import ConfigError, InputError, UnauthorizedError
from bim360_provider.hq import HqClient
from bim360_provider.resources.lookups import LookupResult, LookupSession
from tests.support.hq import Fault, HqFixture, build_reply
from tests.support.seeding import list_requests, seed_projects


@pytest.fixture
def lookups(client: HqClient) -> Lookups:
    """Return the look-ups of a run."""
    return Lookups(client)


def get_refusal(look_up: Any, *arguments: str) -> str:
    """Return the message of a failing look-up."""
    with pytest.raises(InputError) as caught:
        look_up(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_projects_are_looked_up_with_one_walk(hq: HqFixture, lookups: Lookups) -> None:
    """The number of names does not matter, as HQ cannot search projects."""
    tower, bridge = hq.create_project(name="Tower"), hq.create_project(name="Bridge")
    hq.emulator.request_log.clear()

    found = [lookups.find_project(name)["id"] for name in ("Tower", "Bridge", "Tower")]

    assert found == [tower["id"], bridge["id"], tower["id"]]
    assert list_requests(hq.emulator) == ["GET projects"]


def test_a_project_beyond_the_first_page_is_found(hq: HqFixture, lookups: Lookups) -> None:
    """A page has 100 rows."""
    last = seed_projects(hq, 101)[-1]

    assert lookups.find_project("P100")["id"] == last["id"]
    assert hq.emulator.request_log.count("GET projects") == 2


def test_a_name_is_exact_and_a_similar_one_is_suggested(hq: HqFixture, lookups: Lookups) -> None:
    """The comparison is case-sensitive."""
    hq.create_project(name="Tower A")

    assert get_refusal(lookups.find_project, "Tower") == (
        "BIM 360: could not find project 'Tower': there is none; did you mean 'Tower A'?"
    )
    assert get_refusal(lookups.find_project, "Quay") == (
        "BIM 360: could not find project 'Quay': there is none."
    )


def test_a_company_is_found_by_its_name(hq: HqFixture, lookups: Lookups) -> None:
    """The case is ignored if the name is unique; each name is searched once."""
    name = "Halvorsen Construction"

    found = [lookups.find_company(each)["id"] for each in (name, name, name.upper())]

    assert found == [COMPANY_ID] * 3
    assert len([each for each in hq.emulator.request_log if "compan" in each]) == 2
    assert get_refusal(lookups.find_company, "Halvorsen") == (
        "BIM 360: could not find company 'Halvorsen': there is none."
    )


def test_a_user_is_found_by_e_mail_in_any_case(hq: HqFixture, lookups: Lookups) -> None:
    """Both spellings share one request."""
    found = [lookups.find_account_user(each)["id"] for each in (ADMIN_EMAIL, ADMIN_EMAIL.upper())]

    assert found == [ADMIN_ID] * 2
    assert len([each for each in hq.emulator.request_log if "users" in each]) == 1
    assert get_refusal(lookups.find_account_user, "absent@example.com") == (
        "BIM 360: could not find user 'absent@example.com': there is none."
    )


def test_business_units_are_found_by_their_path(
    hq: HqFixture, client: HqClient, lookups: Lookups
) -> None:
    """All of them share one request."""
    west = {"name": "West", "parent_id": BUSINESS_UNIT_ID}
    client.business_units.update_structure(
        [
            {"id": BUSINESS_UNIT_ID, "name": "North America"},
            {**west, "id": "b0000000-0000-4000-8000-000000000011"},
            {"name": "North America/West", "id": "b0000000-0000-4000-8000-000000000012"},
        ]
    )
    hq.emulator.request_log.clear()

    found = lookups.find_business_unit("North America")

    assert found["id"] == BUSINESS_UNIT_ID
    assert get_refusal(lookups.find_business_unit, "West") == (
        "BIM 360: could not find business unit 'West': there is none."
    )
    assert get_refusal(lookups.find_business_unit, "North America/West") == (
        "BIM 360: could not find business unit 'North America/West': there are 2 of them: "
        "b0000000-0000-4000-8000-000000000011, b0000000-0000-4000-8000-000000000012; use an id "
        "instead of the name."
    )
    assert hq.emulator.request_log == ["GET business units"]


def test_a_role_is_found_in_its_project(hq: HqFixture, lookups: Lookups) -> None:
    """Each project needs one request."""
    tower, bridge = hq.create_project(name="Tower"), hq.create_project(name="Bridge")
    hq.emulator.request_log.clear()

    first = lookups.find_industry_role(tower["id"], "Architect")
    second = lookups.find_industry_role(bridge["id"], "Architect")
    lookups.find_industry_role(tower["id"], "Estimator")

    assert first["id"] != second["id"]
    assert (first["name"], first["project_id"]) == ("Architect", tower["id"])
    assert len([each for each in hq.emulator.request_log if "roles" in each]) == 2
    assert get_refusal(lookups.find_industry_role, tower["id"], "Architekt") == (
        "BIM 360: could not find industry role 'Architekt': there is none; did you mean "
        "'Architect'?"
    )


def test_an_error_of_hq_is_not_cached(hq: HqFixture, lookups: Lookups) -> None:
    """The next look-up sends the request again."""
    tower = hq.create_project(name="Tower")
    hq.emulator.faults.append(Fault("GET projects", build_reply(403, {"developerMessage": "no"})))

    with pytest.raises(UnauthorizedError):
        lookups.find_project("Tower")

    assert lookups.find_project("Tower")["id"] == tower["id"]


@pytest.fixture
def lookup_cache(hq: HqFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[LookupSession]:
    """Return a run whose environment points to the emulated HQ; close its connections."""
    environ = {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": hq.url,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    run = LookupSession()
    yield run
    run.close()


def test_the_configured_account_is_read(lookup_cache: LookupSession) -> None:
    """All look-ups of the account share one cache."""
    assert (
        lookup_cache.get_lookups(None, None).find_business_unit("North America")["id"]
        == BUSINESS_UNIT_ID
    )
    assert lookup_cache.get_lookups(None, None) is lookup_cache.get_lookups(f"b.{ACCOUNT_ID}", "US")


def test_an_explicit_account_overrides_the_environment(
    hq: HqFixture, lookup_cache: LookupSession
) -> None:
    """Its region is used too."""
    found = lookup_cache.get_lookups(EMEA_ACCOUNT_ID, "EMEA").find_business_unit("Nordics")

    assert found["name"] == "Nordics"
    assert hq.emulator.requests[-1].get_header("region") == "EMEA"


def test_an_invalid_account_id_is_reported_before_anything_is_sent(
    hq: HqFixture, lookup_cache: LookupSession
) -> None:
    """The message is the same as for the configuration."""
    with pytest.raises(ConfigError, match="bim360:region 'Europe' is not a valid value; did you"):
        lookup_cache.get_lookups(EMEA_ACCOUNT_ID, "Europe")

    assert hq.emulator.request_log == []


def test_a_field_is_available_as_attribute_and_key() -> None:
    """The error for an unknown field lists the known ones."""
    found = LookupResult(id="x", name="Tower")

    assert (found.id, found["name"]) == ("x", "Tower")
    with pytest.raises(AttributeError, match="no field 'nam'; its fields are id, name"):
        _ = found.nam
