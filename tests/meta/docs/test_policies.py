"""The pages on policies and settings match the messages and numbers of the code."""

import base64
import pickle
import re
from datetime import datetime, timedelta, timezone

import pytest

from bim360_provider.core.create_once import LOOKUP_DELAYS, MAX_LEFTOVER_AGE, MAX_POSTS
from bim360_provider.core.not_found import CONSISTENCY_WINDOW
from bim360_provider.core.project import check
from bim360_provider.core.project.adoption import decide_adoption
from bim360_provider.core.project.lifecycle import COPY_TIMEOUT
from bim360_provider.core.run import ArchiveLimit
from bim360_provider.core.settings import CONFIG_KEYS, DEFAULT_MAX_ARCHIVES, Settings
from bim360_provider.dynamic.base import DEBUG_VARIABLE
from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.errors import ArchiveLimitError, ConfigError
from bim360_provider.hq import connection
from bim360_provider.hq.transport import http, rate_limit, retry
from bim360_provider.models import Project, enums
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section

BEGAN = datetime(2027, 1, 2, tzinfo=timezone.utc)
DEFAULTS = Settings.resolve({}, {})
CREATED_LONG_AGO = "2020-01-01T00:00:00.000Z"
CREATED_AN_HOUR_AGO = "2027-01-01T23:00:00.000Z"
CREATED_MEANWHILE = "2027-01-02T00:00:01.000Z"

GIVEN = {
    "name": "Tower",
    "start_date": "2027-03-01",
    "end_date": "2029-09-30",
    "project_type": "Office",
    "value": 1.0,
    "currency": "USD",
}


def build_candidate(status: str, created_at: str) -> Project:
    """Return a project with the declared values and name."""
    return Project.model_validate(
        {**GIVEN, "id": "85d84020-…", "status": status, "created_at": created_at}
    )


@pytest.mark.parametrize(
    ("candidates", "adopt"),
    [
        ([build_candidate("active", CREATED_LONG_AGO)], "never"),
        ([build_candidate("archived", CREATED_LONG_AGO)], "never"),
        ([build_candidate("active", CREATED_MEANWHILE)], "never"),
        ([], "any"),
        ([build_candidate("active", CREATED_LONG_AGO)], "any"),
        ([build_candidate("archived", CREATED_LONG_AGO)], "archived"),
        ([build_candidate("pending", CREATED_AN_HOUR_AGO)], "never"),
    ],
)
def test_the_page_quotes_every_message_about_a_name_in_use(
    candidates: list[Project], adopt: str
) -> None:
    """Users search for the message."""
    verdict = decide_adoption(candidates, {**GIVEN, "adopt": adopt}, DEFAULTS, BEGAN)

    assert f"{verdict.reason}." in read_section("docs/reference/project.md", "## Create")


def test_the_page_quotes_the_mistakes_that_check_finds() -> None:
    """Each line of the page has one mistake of these arguments."""
    wrong = {
        "name": "Tower / A",
        "start_date": "31.12.2027",
        "project_type": "Office",
        "value": "3.000,00",
        "currency": "EURO",
        "postal_code": 98101.0,
        "timezone": "Europe/Berln",
    }
    late = {"start_date": "2027-03-01", "end_date": "2026-01-01", "service_types": ["insight"]}
    _, first = check({}, {**GIVEN, **wrong}, DEFAULTS)
    _, second = check({}, {**GIVEN, **late}, DEFAULTS)
    _, third = check(GIVEN, {**GIVEN, "include_companies": True}, DEFAULTS)
    found = [str(each) for each in (*first, *second, *third) if each.argument != "account_id"]

    shown = read_section("docs/reference/project.md", "## Check")

    assert [each for each in found if f"\n{each}\n" not in shown] == []


def test_the_page_quotes_the_error_of_the_archive_limit() -> None:
    """Users search for the message."""
    allowance = ArchiveLimit(DEFAULTS.max_archives)
    for _ in range(DEFAULT_MAX_ARCHIVES):
        allowance.counter.acquire(None)

    with pytest.raises(ArchiveLimitError) as caught, allowance.reserve("'Tower' (85d84020-…)"):
        pass

    assert f"\n{caught.value}\n" in read_section(
        "docs/reference/project.md", "### The limit on archives"
    )


def test_the_import_file_has_the_provider_reference_of_every_state() -> None:
    """Pulumi finds the code by this reference."""
    reference = base64.b64encode(pickle.dumps(ProjectProvider(), protocol=4)).decode()
    written = set(
        re.findall(r'"__provider": "([^"]*)"', read_document("docs/reference/project.md"))
    )

    assert written == {reference}


def test_the_pages_have_the_numbers_of_the_code() -> None:
    """An outdated number misleads."""
    project, hq = read_document("docs/reference/project.md"), read_document("docs/reference/hq.md")

    assert (
        f"after {LOOKUP_DELAYS[0]:.0f}, {LOOKUP_DELAYS[1]:.0f} and {LOOKUP_DELAYS[2]:.0f} seconds"
        in project
    )
    assert f"inconclusive {MAX_POSTS} times" in project
    assert timedelta(days=1) == MAX_LEFTOVER_AGE
    assert timedelta(minutes=5) == CONSISTENCY_WINDOW
    assert "less than five minutes ago" in hq
    assert f"`copy_timeout` seconds ({COPY_TIMEOUT:.0f};" in project
    assert f"{retry.MAX_ATTEMPTS} attempts and {retry.TIME_BUDGET:.0f} seconds" in hq
    assert f"{retry.FIRST_BACKOFF} s to {retry.MAX_BACKOFF:.0f} s" in hq
    assert f"up to {retry.MAX_RETRY_AFTER:.0f} seconds" in hq
    assert f"waits {retry.DEFAULT_RETRY_AFTER:.0f} seconds" in hq
    assert f"For {retry.NEW_RESOURCE_TIMEOUT:.0f} seconds after" in hq
    places = connection.DEFAULT_REQUESTS_PER_MINUTE
    assert f"a window of {rate_limit.WINDOW_SECONDS} seconds with {places} places" in hq
    assert f"waits {http.CONNECT_TIMEOUT:.0f} s for a connection" in hq
    assert f"{http.READ_TIMEOUT:.0f} s between two bytes" in hq
    assert f"{http.ATTEMPT_TIMEOUT:.0f} s for a whole response" in hq


@pytest.mark.parametrize(
    "choices",
    [enums.CONTRACT_TYPES, enums.CONSTRUCTION_TYPES, enums.LANGUAGES, enums.SERVICE_TYPES],
)
def test_the_page_lists_every_value_of_short_lists(choices: tuple[str, ...]) -> None:
    """For long lists it has the length."""
    listed = read_section("docs/reference/hq.md", "### Values")

    assert [choice for choice in choices if f"`{choice}`" not in listed] == []
    assert f"{len(enums.CURRENCIES)} codes" in listed
    assert f"{len(enums.TIMEZONES)} zones" in listed
    assert f"{len(enums.PROJECT_TYPES)} presets" in listed


def test_the_page_has_a_row_a_default_and_a_section_for_every_setting() -> None:
    """The table is for looking up, the sections are for details."""
    text = read_document("docs/reference/configuration.md")
    table = {
        parse_name(row[0]): (parse_name(row[1]), parse_name(row[2])) for row in parse_rows(text)
    }
    optional = {
        "bim360:region": DEFAULTS.region,
        "bim360:actingUser": DEFAULTS.acting_user or "none",
        "bim360:baseUrl": DEFAULTS.base_url,
        "bim360:legacyEuPath": str(DEFAULTS.legacy_eu_path).lower(),
        "bim360:unknownValues": "allow" if DEFAULTS.unknown_values else "refuse",
        "bim360:adoptLeftovers": str(DEFAULTS.adopt_leftovers).lower(),
        "bim360:adoptSimultaneous": str(DEFAULTS.adopt_simultaneous).lower(),
        "bim360:readServiceTypes": DEFAULTS.read_service_types,
        "bim360:requestsPerMinute": str(DEFAULTS.requests_per_minute),
        "bim360:rateLimitStore": DEFAULTS.rate_limit_store or "none",
        "bim360:maxArchives": str(DEFAULTS.max_archives),
    }

    assert table == {
        key: (variable, optional.get(key, "required")) for key, variable in CONFIG_KEYS.items()
    }
    assert [key for key in CONFIG_KEYS if f"\n### {key}\n" not in text] == []
    assert f"`{DEBUG_VARIABLE}`" in text


def test_the_page_quotes_the_messages_about_settings() -> None:
    """They are about invalid and missing values."""
    text = read_document("docs/reference/configuration.md")
    wrong = {"bim360:region": "Europa", "bim360:adoptLeftovers": "perhaps"}
    known = {"bim360:clientId": "id", "bim360:accountId": "a1d5e9b2-0000-4000-8000-000000000001"}

    with pytest.raises(ConfigError) as misunderstood:
        Settings.resolve(wrong, {})
    with pytest.raises(ConfigError) as missing:
        Settings.resolve(known, {}).build_connection(None, None)

    assert str(misunderstood.value) in text
    assert str(missing.value) in text
