"""Settings: read the configuration of the environment and the stack into one typed object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from bim360_provider.core.validation import Problem, is_unknown
from bim360_provider.errors import ConfigError
from bim360_provider.hq import APS_URL, Connection, HqClient
from bim360_provider.hq.connection import DEFAULT_REQUESTS_PER_MINUTE
from bim360_provider.hq.transport import address
from bim360_provider.models import enums, normalize, user_ref

__all__ = [
    "ACCOUNT_SCOPE",
    "CONFIG_KEYS",
    "DEFAULT_MAX_ARCHIVES",
    "EXPLICIT_KEY",
    "HIDDEN_KEY",
    "ConfigReader",
    "Settings",
    "add_account_scope",
    "check_account_scope",
    "find_scope_changes",
    "get_account_scope",
    "is_create",
]

CONFIG_KEYS: Final = {
    "bim360:clientId": "APS_CLIENT_ID",
    "bim360:clientSecret": "APS_CLIENT_SECRET",
    "bim360:accountId": "BIM360_ACCOUNT_ID",
    "bim360:region": "BIM360_REGION",
    "bim360:actingUser": "BIM360_ACTING_USER",
    "bim360:baseUrl": "BIM360_BASE_URL",
    "bim360:legacyEuPath": "BIM360_LEGACY_EU_PATH",
    "bim360:unknownValues": "BIM360_UNKNOWN_VALUES",
    "bim360:adoptLeftovers": "BIM360_ADOPT_LEFTOVERS",
    "bim360:adoptSimultaneous": "BIM360_ADOPT_SIMULTANEOUS",
    "bim360:readServiceTypes": "BIM360_READ_SERVICE_TYPES",
    "bim360:requestsPerMinute": "BIM360_REQUESTS_PER_MINUTE",
    "bim360:rateLimitStore": "BIM360_RATE_LIMIT_STORE",
    "bim360:maxArchives": "BIM360_MAX_ARCHIVES",
}
"""The configuration keys, each with the environment variable that takes precedence over it."""

HIDDEN_KEY: Final = "bim360:hidden"
"""Lists the secret keys of a ``Bim360Provider``; messages never quote their values."""

EXPLICIT_KEY: Final = "bim360:explicit"
"""Marks the configuration of a ``Bim360Provider``, which overrides the environment."""

ENVIRONMENT_FIRST_KEYS: Final = frozenset({"bim360:maxArchives"})
"""Keys whose environment variable overrides even a ``Bim360Provider``.

A destroy uses the provider's arguments of the last up; the environment is the only way to raise the
limit for it.
"""

UNLIMITED: Final = "unlimited"
"""The value that removes a limit."""


class ConfigReader:
    """Reads configuration values and collects the errors.

    Attributes:
        problems: A message for each invalid value.
    """

    def __init__(self, config: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ
        self.problems: list[str] = []

    def read_text(self, key: str) -> str | None:
        """Return the value of a key, or None if it is not set."""
        return self._find_value(key)[0]

    def is_from_environment(self, key: str) -> bool:
        """Return whether the value of a key is from the environment."""
        return self._find_value(key)[1]

    def _find_value(self, key: str) -> tuple[str | None, bool]:
        configured = self._config.get(key)
        text = str(configured).strip() if configured is not None else ""
        from_environ = self._environ.get(CONFIG_KEYS[key], "").strip()
        explicit = self._config.get(EXPLICIT_KEY) is not None and key not in ENVIRONMENT_FIRST_KEYS
        if from_environ and not (explicit and text):
            return from_environ, True
        return text or None, False

    def read_choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of the choices."""
        try:
            return normalize.require_choice(choices)(self.read_text(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def read_flag(self, key: str, *, default: bool) -> bool:
        """Return a boolean."""
        try:
            return normalize.parse_flag(self.read_text(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def read_count(self, key: str, default: int, *, maximum: int) -> int:
        """Return an integer from 0 to ``maximum``."""
        text = self.read_text(key) or str(default)
        number = _parse_integer(text)
        if number is None or number > maximum:
            self.problems.append(f"{key} must be 0 to {maximum}, not {normalize.quote_value(text)}")
            return default
        return number

    def read_limit(self, key: str, default: int) -> int | None:
        """Return an integer of at least 0, or None for no limit."""
        text = self.read_text(key) or str(default)
        if text.casefold() == UNLIMITED:
            return None
        number = _parse_integer(text)
        if number is None:
            quoted = normalize.quote_value(text)
            self.problems.append(f"{key} must be 0 or more, or {UNLIMITED}, not {quoted}")
            return default
        return number

    def read_normalized(self, key: str, parse: Callable[[object], str]) -> str | None:
        """Return a value in its normal form, or None if it is not set."""
        text = self.read_text(key)
        try:
            return parse(text) if text else None
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return None


def _parse_integer(text: str) -> int | None:
    """Return an integer of at least 0; Pulumi passes a provider's own argument as ``20.0``."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None


DEFAULT_MAX_ARCHIVES: Final = 20
"""More than a pull request archives, as many as a person reads, and soon brought back."""

DEFAULT_REGION: Final = "US"

MAX_REQUESTS_PER_MINUTE: Final = 100
"""HQ's limit of requests per minute for each client id."""


@dataclass(frozen=True)
class Settings:
    """The provider's configuration; an optional value is None if it is not set.

    Attributes:
        acting_user: The user on whose behalf members are added: an e-mail, an HQ id or a uid.
        unknown_values: Whether values outside HQ's public lists are accepted.
        adopt_leftovers: Whether a create may adopt an object that an interrupted run created.
        adopt_simultaneous: Whether a create may adopt an object that appeared while it ran.
        read_service_types: The projects whose service types a refresh reads: ``declared``,
            ``always`` or ``never``.
        requests_per_minute: The limit of requests per minute for the client id; 0 disables it.
        rate_limit_store: A file or a ``redis://`` URL that shares the limit with other runs.
        max_archives: The limit of projects that one run archives, or None.
    """

    client_id: str | None
    client_secret: SecretStr | None
    account_id: str | None
    region: str
    acting_user: str | None
    base_url: str
    legacy_eu_path: bool
    unknown_values: bool
    adopt_leftovers: bool
    adopt_simultaneous: bool
    read_service_types: str
    requests_per_minute: int
    rate_limit_store: str | None = field(repr=False)  # may hold a password
    max_archives: int | None

    @classmethod
    def resolve(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> "Settings":
        """Return the settings; the environment takes precedence over the stack's configuration.

        Raises:
            ConfigError: A value is invalid; the message names every invalid value.
        """
        reader = ConfigReader(config, environ)
        secret = reader.read_text("bim360:clientSecret")
        legacy = reader.read_flag("bim360:legacyEuPath", default=False)
        settings = cls(
            client_id=reader.read_text("bim360:clientId"),
            client_secret=SecretStr(secret) if secret else None,
            account_id=reader.read_normalized("bim360:accountId", normalize.parse_account_id),
            region=reader.read_choice("bim360:region", enums.REGIONS, "EMEA" if legacy else "US"),
            acting_user=reader.read_normalized("bim360:actingUser", user_ref.parse_acting_user),
            base_url=reader.read_normalized("bim360:baseUrl", address.parse_base_url) or APS_URL,
            legacy_eu_path=legacy,
            unknown_values=reader.read_choice("bim360:unknownValues", ("refuse", "allow"), "refuse")
            == "allow",
            adopt_leftovers=reader.read_flag("bim360:adoptLeftovers", default=True),
            adopt_simultaneous=reader.read_flag("bim360:adoptSimultaneous", default=False),
            read_service_types=reader.read_choice(
                "bim360:readServiceTypes", ("declared", "always", "never"), "declared"
            ),
            requests_per_minute=reader.read_count(
                "bim360:requestsPerMinute",
                DEFAULT_REQUESTS_PER_MINUTE,
                maximum=MAX_REQUESTS_PER_MINUTE,
            ),
            rate_limit_store=reader.read_normalized(
                "bim360:rateLimitStore", address.parse_rate_limit_store
            ),
            max_archives=reader.read_limit("bim360:maxArchives", DEFAULT_MAX_ARCHIVES),
        )
        if reader.problems:
            msg = f"BIM 360: {'; '.join(reader.problems)}."
            raise ConfigError(msg)
        return settings

    def list_missing_credentials(self) -> list[str]:
        """Return an advice for each missing credential."""
        given = {"bim360:clientId": self.client_id, "bim360:clientSecret": self.client_secret}
        return [_format_set_advice(key) for key, value in given.items() if not value]

    def build_connection(self, account_id: str | None, region: str | None) -> Connection:
        """Return the connection to an account, by default the configured one.

        Raises:
            ConfigError: A value is missing; the message names the command that sets it.
        """
        account = account_id or self.account_id
        missing = self.list_missing_credentials()
        missing += [] if account else [_format_set_advice("bim360:accountId")]
        if missing or not (self.client_id and self.client_secret and account):
            msg = f"BIM 360: not configured yet: {'; '.join(missing)}."
            raise ConfigError(msg)
        return Connection(
            client_id=self.client_id,
            client_secret=self.client_secret,
            account_id=account,
            base_url=self.base_url,
            region=None if (region or self.region) == DEFAULT_REGION else region or self.region,
            acting_user=self.acting_user,
            legacy_eu_path=self.legacy_eu_path,
            read_service_types=self.read_service_types,
            requests_per_minute=self.requests_per_minute,
            rate_limit_store=self.rate_limit_store,
        )


def _format_set_advice(key: str) -> str:
    secret = " --secret" if key == "bim360:clientSecret" else ""
    return f"set {CONFIG_KEYS[key]}, or run `pulumi config set{secret} {key} …`"


Values = Mapping[str, Any]

ACCOUNT_SCOPE: Final = ("account_id", "region")

MISSING_ACCOUNT: Final = (
    "is missing: set BIM360_ACCOUNT_ID, or run `pulumi config set bim360:accountId …` "
    "(the hub's id without its 'b.')"
)


def add_account_scope(new: Values, settings: Settings) -> dict[str, Any]:
    """Return the arguments that are not None, with their account and region."""
    given = {name: value for name, value in new.items() if value is not None}
    if settings.account_id:
        given.setdefault("account_id", settings.account_id)
    given.setdefault("region", settings.region)
    return given


def check_account_scope(given: Values) -> list[Problem]:
    """Return a problem if the arguments have no account."""
    return [] if "account_id" in given else [Problem("account_id", MISSING_ACCOUNT)]


def is_create(old: Values, given: Values) -> bool:
    """Return whether the resource must be created: it is new, or its account or region changed.

    Args:
        old: The arguments of the last run; empty for a new resource.
        given: The arguments of the program, with account and region.
    """
    return not old or any(
        name in given and not is_unknown(given[name]) and given[name] != old.get(name)
        for name in ACCOUNT_SCOPE
    )


def find_scope_changes(state: Values, inputs: Values) -> tuple[str, ...]:
    """Return which of account and region changed; either change replaces the resource."""
    return tuple(
        name
        for name in ACCOUNT_SCOPE
        if name in state and name in inputs and inputs[name] != state[name]
    )


def get_account_scope(client: HqClient) -> dict[str, Any]:
    """Return the account and the region of a client's connection."""
    connection = client.connection
    return {"account_id": connection.account_id, "region": connection.region or "US"}
