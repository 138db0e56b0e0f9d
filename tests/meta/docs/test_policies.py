"""The pages on policies and settings match the numbers, lists and settings of the code."""

from datetime import timedelta

import pytest

from bim360_provider.core.create_once import LOOKUP_DELAYS, MAX_LEFTOVER_AGE, MAX_POSTS
from bim360_provider.core.not_found import CONSISTENCY_WINDOW
from bim360_provider.core.project.lifecycle import COPY_TIMEOUT
from bim360_provider.core.settings import CONFIG_KEYS, Settings
from bim360_provider.dynamic.base import DEBUG_VARIABLE
from bim360_provider.hq import connection
from bim360_provider.hq.api.project_user import MAX_IMPORT_ROWS, USERS_PAGE_SIZE
from bim360_provider.hq.transport import http, rate_limit, retry
from bim360_provider.models import enums
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section

DEFAULTS = Settings.resolve({}, {})


def test_the_pages_have_the_numbers_of_the_code() -> None:
    """An outdated number misleads."""
    project, hq = read_document("docs/reference/project.md"), read_document("docs/reference/hq.md")

    assert "after {:.0f}, {:.0f} and {:.0f} seconds".format(*LOOKUP_DELAYS) in project
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
    members = read_document("docs/reference/members.md")
    assert "after {:.0f}, {:.0f} and {:.0f} seconds".format(*LOOKUP_DELAYS) in members
    assert f"one import for each {MAX_IMPORT_ROWS} new ones" in members
    assert f"a team takes one GET for each {USERS_PAGE_SIZE} people" in members


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
