"""Look-ups of a run: the account that they use, and their result."""

from collections.abc import Iterator

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    BUSINESS_UNIT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    EMEA_ACCOUNT_ID,
)
from bim360_provider.errors import ConfigError
from bim360_provider.resources.lookups import LookupResult, LookupSession
from tests.support.hq import HqFixture


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
