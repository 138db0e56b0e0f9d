"""Settings: environment first, and every mistake with the command that mends it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bim360_provider.core.settings import CONFIG_KEYS, EXPLICIT_KEY, Settings
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import ConfigError
from bim360_provider.hq import APS_URL

SECRET = "s3cret-of-the-app"
WHO = {"bim360:clientId": "app", "bim360:clientSecret": SECRET, "bim360:accountId": ACCOUNT_ID}


def resolve(config: Mapping[str, object], **environ: str) -> Settings:
    """Return the settings of a configuration and an environment."""
    return Settings.resolve(config, environ)


def test_nothing_said_means_the_us_and_strict_lists() -> None:
    """The defaults, all of them."""
    assert resolve({}) == Settings(
        client_id=None,
        client_secret=None,
        account_id=None,
        region="US",
        acting_user=None,
        base_url=APS_URL,
        legacy_eu_path=False,
        unknown_values=False,
        adopt_leftovers=True,
        adopt_simultaneous=False,
        read_service_types="declared",
        requests_per_minute=96,
        rate_limit_store=None,
        max_archives=20,
    )


def test_the_environment_goes_before_the_configuration() -> None:
    """Refresh and destroy see the configuration of the last up; the environment is current."""
    settings = resolve(WHO, APS_CLIENT_ID="other", APS_CLIENT_SECRET="newer")

    assert settings.client_id == "other"
    assert settings.client_secret == SecretStr("newer")


def test_a_configuration_that_names_no_explicit_provider_is_none() -> None:
    """Pulumi's door asks for every key, so that the mark is there with nothing behind it."""
    assert resolve({**WHO, EXPLICIT_KEY: None}, APS_CLIENT_ID="other").client_id == "other"


def test_an_explicit_provider_goes_before_the_environment() -> None:
    """It is there to speak for another account; what it leaves out the environment gives."""
    told = {**WHO, EXPLICIT_KEY: "true", "bim360:region": None}

    settings = resolve(told, APS_CLIENT_ID="other", BIM360_REGION="EMEA")

    assert settings.client_id == "app"
    assert settings.region == "EMEA"


@pytest.mark.parametrize("words", ["true", "True", True])
def test_a_switch_may_be_text_or_a_boolean(words: object) -> None:
    """A stack's configuration holds text, an explicit provider a boolean."""
    assert resolve({"bim360:adoptSimultaneous": words}).adopt_simultaneous


def test_the_legacy_path_implies_europe() -> None:
    """The only region that ever had a path of its own."""
    assert resolve({"bim360:legacyEuPath": "true"}).region == "EMEA"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("bim360:region", "EU", "bim360:region 'EU' is not a valid value"),
        ("bim360:accountId", "acme", "bim360:accountId must be an id such as"),
        ("bim360:legacyEuPath", "ja", "bim360:legacyEuPath must be True or False, not 'ja'"),
        ("bim360:unknownValues", "yes", "bim360:unknownValues 'yes' is not a valid value"),
        ("bim360:adoptLeftovers", "1", "bim360:adoptLeftovers must be True or False, not '1'"),
        ("bim360:adoptSimultaneous", "on", "bim360:adoptSimultaneous must be True or False"),
        ("bim360:maxArchives", "all", "bim360:maxArchives must be 0 or more, or unlimited"),
        ("bim360:maxArchives", "-1", "bim360:maxArchives must be 0 or more"),
        ("bim360:maxArchives", "1.5", "bim360:maxArchives must be 0 or more"),
    ],
)
def test_a_value_that_cannot_be_understood_is_named(key: str, value: str, words: str) -> None:
    """By the key to correct, whichever way it came."""
    for config, environ in (({key: value}, {}), ({}, {CONFIG_KEYS[key]: value})):
        with pytest.raises(ConfigError, match=f"^BIM 360: {words}") as caught:
            resolve(config, **environ)

        assert "\n" not in str(caught.value)


def test_all_bad_values_are_named_at_once() -> None:
    """One line for all of them."""
    with pytest.raises(ConfigError, match=r"accountId .*; bim360:region "):
        resolve({"bim360:region": "EU", "bim360:accountId": "acme"})


@pytest.mark.parametrize(
    ("absent", "command"),
    [
        ("clientId", "set APS_CLIENT_ID, or run `pulumi config set bim360:clientId …`"),
        (
            "clientSecret",
            "set APS_CLIENT_SECRET, or run `pulumi config set --secret bim360:clientSecret …`",
        ),
        ("accountId", "set BIM360_ACCOUNT_ID, or run `pulumi config set bim360:accountId …`"),
    ],
)
def test_what_is_missing_comes_with_the_command_that_sets_it(absent: str, command: str) -> None:
    """Ready to be copied; spaces alone are missing too."""
    settings = resolve({**WHO, f"bim360:{absent}": "  "})

    with pytest.raises(ConfigError) as caught:
        settings.build_connection(None, None)

    assert str(caught.value) == f"BIM 360: not configured yet: {command}."


@pytest.mark.parametrize(
    ("configured", "asked", "sent"),
    [("US", None, None), ("US", "EMEA", "EMEA"), ("EMEA", "US", None), ("AUS", None, "AUS")],
)
def test_the_region_of_the_state_goes_before_the_configured(
    configured: str, asked: str | None, sent: str | None
) -> None:
    """HQ takes no header as the US."""
    settings = resolve({**WHO, "bim360:region": configured})

    assert settings.build_connection(ACCOUNT_ID, asked).region == sent


@pytest.mark.parametrize("url", ["http://hq.example.com", "ftp://127.0.0.1", "hq.example.com", ""])
def test_a_secret_does_not_travel_in_the_clear(url: str) -> None:
    """Http is for an emulator on this machine."""
    connection = resolve(WHO).build_connection(None, None)

    with pytest.raises(ConfigError, match="is not https"):
        replace(connection, base_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"])
def test_an_emulator_on_this_machine_is_asked_over_http(url: str) -> None:
    """The three names of this machine."""
    assert resolve({**WHO, "bim360:baseUrl": url}).build_connection(None, None).base_url == url


@pytest.mark.parametrize("secret", ["two words", "line\nbreak", "ключ"])
def test_a_secret_that_was_copied_badly_is_told_without_showing_it(secret: str) -> None:
    """Such a header could not be sent."""
    settings = replace(resolve(WHO), client_secret=SecretStr(secret))

    with pytest.raises(ConfigError, match="the client secret holds") as caught:
        settings.build_connection(None, None)

    assert secret not in str(caught.value)


def test_no_representation_shows_the_secret() -> None:
    """Neither of the settings nor of a connection, and both are often logged."""
    settings = resolve(WHO)
    shown = f"{settings!r} {settings} {settings.build_connection(None, None)!r}"

    assert SECRET not in shown


@pytest.mark.parametrize("words", ["101", "-1", "many", "1.5", "nan"])
def test_a_pace_that_hq_would_not_allow_is_refused(words: str) -> None:
    """HQ allows 100 requests a minute; 0 switches our own limit off."""
    with pytest.raises(ConfigError, match="requestsPerMinute must be 0 to 100"):
        resolve(WHO, BIM360_REQUESTS_PER_MINUTE=words)


def test_the_pace_reaches_the_connection() -> None:
    """Config numbers arrive as text, and from a Bim360Provider as floats."""
    settings = resolve({**WHO, "bim360:requestsPerMinute": 50.0, "bim360:rateLimitStore": "/x"})

    connection = settings.build_connection(None, None)

    assert (connection.requests_per_minute, connection.rate_limit_store) == (50, "/x")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ada@Example.com", "ada@example.com"),
        ("C17E6837-96CD-4839-868E-051A2AD65D28", "c17e6837-96cd-4839-868e-051a2ad65d28"),
        ("L9EBJKCGCXBB", "L9EBJKCGCXBB"),
    ],
)
def test_the_acting_user_is_an_e_mail_an_id_or_a_uid(written: str, kept: str) -> None:
    """Only the uid has letters whose case counts."""
    settings = resolve(WHO, BIM360_ACTING_USER=written)

    assert settings.acting_user == kept
    assert settings.build_connection(None, None).acting_user == kept


def test_an_acting_user_that_names_nobody_is_told() -> None:
    """Before a token is fetched."""
    with pytest.raises(ConfigError, match=r"bim360:actingUser must be an e-mail address, an id or"):
        resolve({**WHO, "bim360:actingUser": "Ada Lovelace"})


@pytest.mark.parametrize(
    ("words", "most"),
    [("0", 0), ("7", 7), (20.0, 20), ("2000", 2000), ("unlimited", None), ("Unlimited", None)],
)
def test_how_many_a_run_may_archive_is_a_number_or_a_word(words: object, most: int | None) -> None:
    """A number of a provider's own comes as 20.0."""
    assert resolve({"bim360:maxArchives": words}).max_archives == most


def test_the_environment_says_how_many_even_for_an_explicit_provider() -> None:
    """Its arguments are those of the last up; whoever stands before a destroy is here now."""
    told = {**WHO, EXPLICIT_KEY: "true", "bim360:maxArchives": 5}

    assert resolve(told, BIM360_MAX_ARCHIVES="50").max_archives == 50
    assert resolve(told).max_archives == 5


@pytest.mark.parametrize("source", ["configuration", "environment"])
@pytest.mark.parametrize("key", sorted(CONFIG_KEYS))
@pytest.mark.parametrize("value", ["a\nb\r\x1b[31m\u2028c", "x" * 100_000, "\ud800", "9" * 5000])
def test_whatever_a_setting_holds_its_error_is_one_short_line(
    key: str, value: str, source: str
) -> None:
    """No traceback, and nothing that a terminal would obey."""
    told = ""
    try:
        if source == "configuration":
            resolve({**WHO, key: value}).build_connection(None, None)
        else:
            resolve(WHO, **{CONFIG_KEYS[key]: value}).build_connection(None, None)
    except ConfigError as error:
        told = str(error)

    assert told.isprintable()
    assert len(told) < 700
