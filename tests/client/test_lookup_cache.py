"""The look-ups of a run: where they ask, and what comes back."""

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
from bim360_provider.resources.lookups import LookedUp, Run
from tests.support.hq import Stage


@pytest.fixture
def run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a run whose environment leads to the stage's HQ; its connections are closed."""
    environ = {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": stage.url,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    run = Run()
    yield run
    run.close()


def test_the_configured_account_is_asked(run: Run) -> None:
    """One set of answers for it, however often it is asked for."""
    assert run.of(None, None).business_unit("North America")["id"] == BUSINESS_UNIT_ID
    assert run.of(None, None) is run.of(f"b.{ACCOUNT_ID}", "US")


def test_a_named_account_goes_before_the_environment(stage: Stage, run: Run) -> None:
    """With its region."""
    found = run.of(EMEA_ACCOUNT_ID, "EMEA").business_unit("Nordics")

    assert found["name"] == "Nordics"
    assert stage.hq.requests[-1].header("region") == "EMEA"


def test_a_name_of_no_account_is_told_before_anything_is_sent(stage: Stage, run: Run) -> None:
    """In the words of the configuration."""
    with pytest.raises(ConfigError, match="bim360:region does not know 'Europe'; did you mean"):
        run.of(EMEA_ACCOUNT_ID, "Europe")

    assert stage.hq.asked == []


def test_a_field_is_an_attribute_and_a_key() -> None:
    """One that is not there is named, beside those that are."""
    found = LookedUp(id="x", name="Tower")

    assert (found.id, found["name"]) == ("x", "Tower")
    with pytest.raises(AttributeError, match="HQ has no field 'nam' here; there are id, name"):
        _ = found.nam
