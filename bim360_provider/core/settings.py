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
"""Every configuration key and the environment variable that goes before it."""

HIDDEN_KEY: Final = "bim360:hidden"
"""Names the keys of a ``Bim360Provider`` that are secrets: no message quotes their values."""

EXPLICIT_KEY: Final = "bim360:explicit"
"""Marks the configuration of a ``Bim360Provider``, which goes before the environment."""

ENVIRONMENT_FIRST_KEYS: Final = frozenset({"bim360:maxArchives"})
"""What goes by the environment even for a ``Bim360Provider``: whoever stands before a destroy
must be able to say so, and the provider's own arguments are those of the last up.
"""

UNLIMITED: Final = "unlimited"
"""The word for no limit at all."""


class ConfigReader:
    """Reads one value after the other and collects what is wrong.

    Attributes:
        problems: What cannot be understood, a sentence each.
    """

    def __init__(self, config: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ
        self.problems: list[str] = []

    def read_text(self, key: str) -> str | None:
        """Return what was said under a key, or None."""
        return self._find_value(key)[0]

    def is_from_environment(self, key: str) -> bool:
        """Return whether the environment gave the value of a key."""
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
        """Return a switch."""
        try:
            return normalize.parse_flag(self.read_text(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def read_count(self, key: str, default: int, *, maximum: int) -> int:
        """Return a whole number from 0 on."""
        words = self.read_text(key) or str(default)
        number = _parse_integer(words)
        if number is None or number > maximum:
            self.problems.append(
                f"{key} must be 0 to {maximum}, not {normalize.quote_value(words)}"
            )
            return default
        return number

    def read_limit(self, key: str, default: int) -> int | None:
        """Return a whole number from 0 on, or None for no limit."""
        words = self.read_text(key) or str(default)
        if words.casefold() == UNLIMITED:
            return None
        number = _parse_integer(words)
        if number is None:
            shown = normalize.quote_value(words)
            self.problems.append(f"{key} must be 0 or more, or {UNLIMITED}, not {shown}")
            return default
        return number

    def read_normalized(self, key: str, form: Callable[[object], str]) -> str | None:
        """Return a value in its normal form."""
        words = self.read_text(key)
        try:
            return form(words) if words else None
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return None


def _parse_integer(words: str) -> int | None:
    """Return a whole number from 0 on; a provider's own argument comes as ``20.0``."""
    try:
        number = float(words)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None


DEFAULT_MAX_ARCHIVES: Final = 20
"""More than a pull request archives, as many as a person reads, and soon brought back."""

DEFAULT_REGION: Final = "US"

MAX_REQUESTS_PER_MINUTE: Final = 100
"""Requests a minute that HQ allows one client id."""


@dataclass(frozen=True)
class Settings:
    """What the provider was told, each value None where nobody said anything.

    Attributes:
        acting_user: On whose behalf members are added: an e-mail, an HQ id or a uid.
        unknown_values: Whether values outside the public lists are let through.
        adopt_leftovers: Whether a create may adopt what an interrupted run left behind.
        adopt_simultaneous: Whether it may adopt what appeared while it was running.
        read_service_types: Whose service types a refresh asks for: ``declared``, ``always`` or
            ``never``.
        requests_per_minute: At most this many requests of the client id in a minute; 0 is no limit.
        rate_limit_store: A file or a ``redis://`` URL that shares the limit with other runs.
        max_archives: At most this many projects are archived by one run; None is no limit.
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
        """Return the settings: environment first, then the stack's configuration.

        Raises:
            ConfigError: A value cannot be understood; every such value is named.
        """
        told = ConfigReader(config, environ)
        secret = told.read_text("bim360:clientSecret")
        legacy = told.read_flag("bim360:legacyEuPath", default=False)
        settings = cls(
            client_id=told.read_text("bim360:clientId"),
            client_secret=SecretStr(secret) if secret else None,
            account_id=told.read_normalized("bim360:accountId", normalize.parse_account_id),
            region=told.read_choice("bim360:region", enums.REGIONS, "EMEA" if legacy else "US"),
            acting_user=told.read_normalized("bim360:actingUser", user_ref.parse_acting_user),
            base_url=told.read_normalized("bim360:baseUrl", address.parse_base_url) or APS_URL,
            legacy_eu_path=legacy,
            unknown_values=told.read_choice("bim360:unknownValues", ("refuse", "allow"), "refuse")
            == "allow",
            adopt_leftovers=told.read_flag("bim360:adoptLeftovers", default=True),
            adopt_simultaneous=told.read_flag("bim360:adoptSimultaneous", default=False),
            read_service_types=told.read_choice(
                "bim360:readServiceTypes", ("declared", "always", "never"), "declared"
            ),
            requests_per_minute=told.read_count(
                "bim360:requestsPerMinute",
                DEFAULT_REQUESTS_PER_MINUTE,
                maximum=MAX_REQUESTS_PER_MINUTE,
            ),
            rate_limit_store=told.read_normalized(
                "bim360:rateLimitStore", address.parse_rate_limit_store
            ),
            max_archives=told.read_limit("bim360:maxArchives", DEFAULT_MAX_ARCHIVES),
        )
        if told.problems:
            msg = f"BIM 360: {'; '.join(told.problems)}."
            raise ConfigError(msg)
        return settings

    def list_missing_credentials(self) -> list[str]:
        """Return how to set each credential that is missing."""
        given = {"bim360:clientId": self.client_id, "bim360:clientSecret": self.client_secret}
        return [_format_set_advice(key) for key, value in given.items() if not value]

    def build_connection(self, account_id: str | None, region: str | None) -> Connection:
        """Return the connection to an account, by default the configured one.

        Raises:
            ConfigError: Something is missing; the error says which command sets it.
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
    """Return the arguments that were given, with the account and the region that they are for."""
    given = {name: value for name, value in new.items() if value is not None}
    if settings.account_id:
        given.setdefault("account_id", settings.account_id)
    given.setdefault("region", settings.region)
    return given


def check_account_scope(given: Values) -> list[Problem]:
    """Return the problem of arguments without an account."""
    return [] if "account_id" in given else [Problem("account_id", MISSING_ACCOUNT)]


def is_create(old: Values, given: Values) -> bool:
    """Return whether it has to be made: there is none yet, or it is to be in another place.

    Args:
        old: The arguments of the last run; empty when it is new.
        given: The arguments as written, with account and region.
    """
    return not old or any(
        name in given and not is_unknown(given[name]) and given[name] != old.get(name)
        for name in ACCOUNT_SCOPE
    )


def find_scope_changes(state: Values, inputs: Values) -> tuple[str, ...]:
    """Return which of account and region are others now: another place is another thing."""
    return tuple(
        name
        for name in ACCOUNT_SCOPE
        if name in state and name in inputs and inputs[name] != state[name]
    )


def get_account_scope(client: HqClient) -> dict[str, Any]:
    """Return the account and the region that a client asks."""
    connection = client.connection
    return {"account_id": connection.account_id, "region": connection.region or "US"}
