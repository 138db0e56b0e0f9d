"""Settings: from the environment and the stack's configuration to one typed object.

docs/configuration.md lists every key and variable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from bim360_provider.errors import ConfigError
from bim360_provider.hq import APS_URL, Connection
from bim360_provider.hq.pace import DEFAULT_LIMIT
from bim360_provider.models import enums, normal, person

__all__ = ["EXPLICIT", "KEYS", "Settings"]

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
    "bim360:requestsPerMinute": "BIM360_REQUESTS_PER_MINUTE",
    "bim360:rateLimitStore": "BIM360_RATE_LIMIT_STORE",
}
"""Every configuration key and the environment variable that goes before it."""

EXPLICIT: Final = "bim360:explicit"
"""Marks the configuration of a ``Bim360Provider``, which goes before the environment."""

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
        requests_per_minute: At most this many requests of the client id in a minute; 0 is no limit.
        rate_limit_store: A file or a ``redis://`` URL that shares the limit with other runs.
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
    requests_per_minute: int
    rate_limit_store: str | None

    @classmethod
    def resolve(cls, config: Mapping[str, object], environ: Mapping[str, str]) -> "Settings":
        """Return the settings: environment first, then the stack's configuration.

        Raises:
            ConfigError: A value cannot be understood; every such value is named.
        """
        told = _Told(config, environ)
        secret = told.words("bim360:clientSecret")
        legacy = told.flag("bim360:legacyEuPath", default=False)
        settings = cls(
            client_id=told.words("bim360:clientId"),
            client_secret=SecretStr(secret) if secret else None,
            account_id=told.normal("bim360:accountId", normal.account_id),
            region=told.choice("bim360:region", enums.REGIONS, "EMEA" if legacy else "US"),
            acting_user=told.normal("bim360:actingUser", person.acting_user),
            base_url=told.words("bim360:baseUrl") or APS_URL,
            legacy_eu_path=legacy,
            unknown_values=told.choice("bim360:unknownValues", ("refuse", "allow"), "refuse")
            == "allow",
            adopt_leftovers=told.flag("bim360:adoptLeftovers", default=True),
            adopt_simultaneous=told.flag("bim360:adoptSimultaneous", default=False),
            requests_per_minute=told.count("bim360:requestsPerMinute", DEFAULT_LIMIT),
            rate_limit_store=told.words("bim360:rateLimitStore"),
        )
        if told.problems:
            msg = f"BIM 360: {'; '.join(told.problems)}."
            raise ConfigError(msg)
        return settings

    def connection(self, account_id: str | None, region: str | None) -> Connection:
        """Return the connection to an account, by default the configured one.

        Raises:
            ConfigError: Something is missing; the error says which command sets it.
        """
        account = account_id or self.account_id
        missing = [
            _how_to_set(key)
            for key, value in (
                ("bim360:clientId", self.client_id),
                ("bim360:clientSecret", self.client_secret),
                ("bim360:accountId", account),
            )
            if not value
        ]
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
            requests_per_minute=self.requests_per_minute,
            rate_limit_store=self.rate_limit_store,
        )


def _how_to_set(key: str) -> str:
    secret = " --secret" if key == "bim360:clientSecret" else ""
    return f"set {KEYS[key]}, or run `pulumi config set{secret} {key} …`"


class _Told:
    """Reads one value after the other and collects what is wrong."""

    def __init__(self, config: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._config = config
        self._environ = environ
        self.problems: list[str] = []

    def words(self, key: str) -> str | None:
        configured = self._config.get(key)
        text = str(configured).strip() if configured is not None else ""
        from_environ = self._environ.get(KEYS[key], "").strip()
        explicit = self._config.get(EXPLICIT) is not None
        return (text or from_environ if explicit else from_environ or text) or None

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        try:
            return normal.one_of(choices)(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def flag(self, key: str, *, default: bool) -> bool:
        try:
            return normal.flag(self.words(key) or default)
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return default

    def count(self, key: str, default: int) -> int:
        words = self.words(key) or str(default)
        try:
            number = float(words)
        except ValueError:
            number = -1.0
        if not number.is_integer() or not 0 <= number <= HQ_LIMIT:
            self.problems.append(f"{key} must be 0 to {HQ_LIMIT}, not '{words}'")
            return default
        return int(number)

    def normal(self, key: str, form: Callable[[object], str]) -> str | None:
        words = self.words(key)
        try:
            return form(words) if words else None
        except ValueError as error:
            self.problems.append(f"{key} {error}")
            return None
