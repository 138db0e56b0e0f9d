"""Settings: read the configuration of the environment and the stack into one typed object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr

from bim360_provider.core.run import DEFAULT_MAX_ARCHIVES
from bim360_provider.core.validation import Problem, is_unknown
from bim360_provider.errors import ConfigError
from bim360_provider.hq import APS_URL, Connection, HqClient
from bim360_provider.hq.connection import DEFAULT_LIMIT
from bim360_provider.hq.transport import address
from bim360_provider.models import enums, normalize, user_ref

__all__ = [
    "EXPLICIT",
    "HIDDEN",
    "KEYS",
    "Settings",
    "Told",
    "is_to_be_made",
    "moved",
    "place_of",
    "placed",
    "unplaced",
]

KEYS: Final = {
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

HIDDEN: Final = "bim360:hidden"
"""Names the keys of a ``Bim360Provider`` that are secrets: no message quotes their values."""

EXPLICIT: Final = "bim360:explicit"
"""Marks the configuration of a ``Bim360Provider``, which goes before the environment."""

ENVIRONMENT_FIRST: Final = frozenset({"bim360:maxArchives"})
"""What goes by the environment even for a ``Bim360Provider``: whoever stands before a destroy
must be able to say so, and the provider's own arguments are those of the last up.
"""

UNLIMITED: Final = "unlimited"
"""The word for no limit at all."""


class Told:
    """Reads one value after the other and collects what is wrong.

    Attributes:
        problems: What cannot be understood, a sentence each.
    """

    def __init__(self, config: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ
        self.problems: list[str] = []

    def words(self, key: str) -> str | None:
        """Return what was said under a key, or None."""
        return self._said(key)[0]

    def is_from_environment(self, key: str) -> bool:
        """Return whether the environment gave the value of a key."""
        return self._said(key)[1]

    def _said(self, key: str) -> tuple[str | None, bool]:
        configured = self._config.get(key)
        text = str(configured).strip() if configured is not None else ""
        from_environ = self._environ.get(KEYS[key], "").strip()
        explicit = self._config.get(EXPLICIT) is not None and key not in ENVIRONMENT_FIRST
        if from_environ and not (explicit and text):
            return from_environ, True
        return text or None, False

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of the choices."""
        try:
            return normalize.one_of(choices)(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a switch."""
        try:
            return normalize.flag(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def count(self, key: str, default: int, *, most: int) -> int:
        """Return a whole number from 0 on."""
        words = self.words(key) or str(default)
        number = _whole(words)
        if number is None or number > most:
            self.problems.append(f"{key} must be 0 to {most}, not {normalize.shown(words)}")
            return default
        return number

    def limit(self, key: str, default: int) -> int | None:
        """Return a whole number from 0 on, or None for no limit."""
        words = self.words(key) or str(default)
        if words.casefold() == UNLIMITED:
            return None
        number = _whole(words)
        if number is None:
            shown = normalize.shown(words)
            self.problems.append(f"{key} must be 0 or more, or {UNLIMITED}, not {shown}")
            return default
        return number

    def normal(self, key: str, form: Callable[[object], str]) -> str | None:
        """Return a value in its normal form."""
        words = self.words(key)
        try:
            return form(words) if words else None
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return None


def _whole(words: str) -> int | None:
    """Return a whole number from 0 on; a provider's own argument comes as ``20.0``."""
    try:
        number = float(words)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None


DEFAULT_REGION: Final = "US"

HQ_LIMIT: Final = 100
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
        told = Told(config, environ)
        secret = told.words("bim360:clientSecret")
        legacy = told.flag("bim360:legacyEuPath", default=False)
        settings = cls(
            client_id=told.words("bim360:clientId"),
            client_secret=SecretStr(secret) if secret else None,
            account_id=told.normal("bim360:accountId", normalize.account_id),
            region=told.choice("bim360:region", enums.REGIONS, "EMEA" if legacy else "US"),
            acting_user=told.normal("bim360:actingUser", user_ref.acting_user),
            base_url=told.normal("bim360:baseUrl", address.base_url) or APS_URL,
            legacy_eu_path=legacy,
            unknown_values=told.choice("bim360:unknownValues", ("refuse", "allow"), "refuse")
            == "allow",
            adopt_leftovers=told.flag("bim360:adoptLeftovers", default=True),
            adopt_simultaneous=told.flag("bim360:adoptSimultaneous", default=False),
            read_service_types=told.choice(
                "bim360:readServiceTypes", ("declared", "always", "never"), "declared"
            ),
            requests_per_minute=told.count(
                "bim360:requestsPerMinute", DEFAULT_LIMIT, most=HQ_LIMIT
            ),
            rate_limit_store=told.normal("bim360:rateLimitStore", address.rate_limit_store),
            max_archives=told.limit("bim360:maxArchives", DEFAULT_MAX_ARCHIVES),
        )
        if told.problems:
            msg = f"BIM 360: {'; '.join(told.problems)}."
            raise ConfigError(msg)
        return settings

    def missing_credentials(self) -> list[str]:
        """Return how to set each credential that is missing."""
        given = {"bim360:clientId": self.client_id, "bim360:clientSecret": self.client_secret}
        return [_how_to_set(key) for key, value in given.items() if not value]

    def connection(self, account_id: str | None, region: str | None) -> Connection:
        """Return the connection to an account, by default the configured one.

        Raises:
            ConfigError: Something is missing; the error says which command sets it.
        """
        account = account_id or self.account_id
        missing = self.missing_credentials()
        missing += [] if account else [_how_to_set("bim360:accountId")]
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


def _how_to_set(key: str) -> str:
    secret = " --secret" if key == "bim360:clientSecret" else ""
    return f"set {KEYS[key]}, or run `pulumi config set{secret} {key} …`"


Values = Mapping[str, Any]

PLACE: Final = ("account_id", "region")

NO_ACCOUNT: Final = (
    "is missing: set BIM360_ACCOUNT_ID, or run `pulumi config set bim360:accountId …` "
    "(the hub's id without its 'b.')"
)


def placed(new: Values, settings: Settings) -> dict[str, Any]:
    """Return the arguments that were given, with the account and the region that they are for."""
    given = {name: value for name, value in new.items() if value is not None}
    if settings.account_id:
        given.setdefault("account_id", settings.account_id)
    given.setdefault("region", settings.region)
    return given


def unplaced(given: Values) -> list[Problem]:
    """Return the problem of arguments without an account."""
    return [] if "account_id" in given else [Problem("account_id", NO_ACCOUNT)]


def is_to_be_made(old: Values, given: Values) -> bool:
    """Return whether it has to be made: there is none yet, or it is to be in another place.

    Args:
        old: The arguments of the last run; empty when it is new.
        given: The arguments as written, with account and region.
    """
    return not old or any(
        name in given and not is_unknown(given[name]) and given[name] != old.get(name)
        for name in PLACE
    )


def moved(state: Values, inputs: Values) -> tuple[str, ...]:
    """Return which of account and region are others now: another place is another thing."""
    return tuple(
        name for name in PLACE if name in state and name in inputs and inputs[name] != state[name]
    )


def place_of(client: HqClient) -> dict[str, Any]:
    """Return the account and the region that a client asks."""
    connection = client.connection
    return {"account_id": connection.account_id, "region": connection.region or "US"}
