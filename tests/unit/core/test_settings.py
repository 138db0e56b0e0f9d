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


def test_the_environment_overrides_the_configuration() -> None:
    """Refresh and destroy use the configuration of the last up; the environment is current."""
    settings = resolve(WHO, APS_CLIENT_ID="other", APS_CLIENT_SECRET="newer")

    assert settings.client_id == "other"
    assert settings.client_secret == SecretStr("newer")


def test_an_empty_marker_is_not_an_explicit_provider() -> None:
    """Pulumi's host requests every key, so the marker is present without a value."""
    assert resolve({**WHO, EXPLICIT_KEY: None}, APS_CLIENT_ID="other").client_id == "other"


def test_an_explicit_provider_overrides_the_environment() -> None:
    """It is for another account; the environment supplies its missing values."""
    config = {**WHO, EXPLICIT_KEY: "true", "bim360:region": None}

    settings = resolve(config, APS_CLIENT_ID="other", BIM360_REGION="EMEA")

    assert settings.client_id == "app"
    assert settings.region == "EMEA"


@pytest.mark.parametrize("text", ["true", "True", True])
def test_a_boolean_setting_may_be_a_text(text: object) -> None:
    """A stack's configuration has texts, an explicit provider has booleans."""
    assert resolve({"bim360:adoptSimultaneous": text}).adopt_simultaneous


def test_the_legacy_path_implies_europe() -> None:
    """No other region had its own path."""
    assert resolve({"bim360:legacyEuPath": "true"}).region == "EMEA"


@pytest.mark.parametrize(
    ("key", "value", "message"),
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
def test_the_message_for_an_invalid_value_names_its_key(key: str, value: str, message: str) -> None:
    """The key is the same for a value of the environment."""
    for config, environ in (({key: value}, {}), ({}, {CONFIG_KEYS[key]: value})):
        with pytest.raises(ConfigError, match=f"^BIM 360: {message}") as caught:
            resolve(config, **environ)

        assert "\n" not in str(caught.value)


def test_one_message_names_all_invalid_values() -> None:
    """It is one line."""
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
def test_the_message_for_a_missing_value_has_the_command_that_sets_it(
    absent: str, command: str
) -> None:
    """A blank value is missing too."""
    settings = resolve({**WHO, f"bim360:{absent}": "  "})

    with pytest.raises(ConfigError) as caught:
        settings.build_connection(None, None)

    assert str(caught.value) == f"BIM 360: not configured yet: {command}."


@pytest.mark.parametrize(
    ("configured", "state_region", "header"),
    [("US", None, None), ("US", "EMEA", "EMEA"), ("EMEA", "US", None), ("AUS", None, "AUS")],
)
def test_the_region_of_the_state_overrides_the_configured_region(
    configured: str, state_region: str | None, header: str | None
) -> None:
    """No header means the US."""
    settings = resolve({**WHO, "bim360:region": configured})

    assert settings.build_connection(ACCOUNT_ID, state_region).region == header


@pytest.mark.parametrize("url", ["http://hq.example.com", "ftp://127.0.0.1", "hq.example.com", ""])
def test_a_secret_is_never_sent_without_encryption(url: str) -> None:
    """HTTP is only for an emulator on this machine."""
    connection = resolve(WHO).build_connection(None, None)

    with pytest.raises(ConfigError, match="is not https"):
        replace(connection, base_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"])
def test_an_emulator_on_this_machine_may_use_http(url: str) -> None:
    """These are the three names of this machine."""
    assert resolve({**WHO, "bim360:baseUrl": url}).build_connection(None, None).base_url == url


@pytest.mark.parametrize("secret", ["two words", "line\nbreak", "ключ"])
def test_the_message_for_a_malformed_secret_does_not_show_it(secret: str) -> None:
    """Such a header cannot be sent."""
    settings = replace(resolve(WHO), client_secret=SecretStr(secret))

    with pytest.raises(ConfigError, match="the client secret contains") as caught:
        settings.build_connection(None, None)

    assert secret not in str(caught.value)


def test_no_representation_shows_the_secret() -> None:
    """Settings and connections are often logged."""
    settings = resolve(WHO)
    shown = f"{settings!r} {settings} {settings.build_connection(None, None)!r}"

    assert SECRET not in shown


@pytest.mark.parametrize("text", ["101", "-1", "many", "1.5", "nan"])
def test_a_rate_limit_above_hqs_is_refused(text: str) -> None:
    """HQ allows 100 requests a minute; 0 disables our own limit."""
    with pytest.raises(ConfigError, match="requestsPerMinute must be 0 to 100"):
        resolve(WHO, BIM360_REQUESTS_PER_MINUTE=text)


def test_the_connection_has_the_rate_limit() -> None:
    """A number is a text in the configuration, and a float in a Bim360Provider."""
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
    """Only a uid is case-sensitive."""
    settings = resolve(WHO, BIM360_ACTING_USER=written)

    assert settings.acting_user == kept
    assert settings.build_connection(None, None).acting_user == kept


def test_an_invalid_acting_user_is_refused() -> None:
    """No token is fetched before."""
    with pytest.raises(ConfigError, match=r"bim360:actingUser must be an e-mail address, an id or"):
        resolve({**WHO, "bim360:actingUser": "Ada Lovelace"})


@pytest.mark.parametrize(
    ("text", "limit"),
    [("0", 0), ("7", 7), (20.0, 20), ("2000", 2000), ("unlimited", None), ("Unlimited", None)],
)
def test_the_archive_limit_is_a_number_or_unlimited(text: object, limit: int | None) -> None:
    """An explicit provider passes 20.0."""
    assert resolve({"bim360:maxArchives": text}).max_archives == limit


def test_the_environment_overrides_the_archive_limit_of_an_explicit_provider() -> None:
    """The provider's arguments are those of the last up; a destroy needs a current value."""
    config = {**WHO, EXPLICIT_KEY: "true", "bim360:maxArchives": 5}

    assert resolve(config, BIM360_MAX_ARCHIVES="50").max_archives == 50
    assert resolve(config).max_archives == 5


@pytest.mark.parametrize("source", ["configuration", "environment"])
@pytest.mark.parametrize("key", sorted(CONFIG_KEYS))
@pytest.mark.parametrize("value", ["a\nb\r\x1b[31m\u2028c", "x" * 100_000, "\ud800", "9" * 5000])
def test_the_message_for_any_value_is_one_short_line(key: str, value: str, source: str) -> None:
    """It has neither a traceback nor control characters."""
    message = ""
    try:
        if source == "configuration":
            resolve({**WHO, key: value}).build_connection(None, None)
        else:
            resolve(WHO, **{CONFIG_KEYS[key]: value}).build_connection(None, None)
    except ConfigError as error:
        message = str(error)

    assert message.isprintable()
    assert len(message) < 700
