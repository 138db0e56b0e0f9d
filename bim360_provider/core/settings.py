"""Settings: from the environment and the stack's configuration to one typed object.

docs/configuration.md lists every key and variable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from bim360_provider.core.archives import DEFAULT_MAX_ARCHIVES
from bim360_provider.core.told import EXPLICIT, HIDDEN, KEYS, Told
from bim360_provider.errors import ConfigError
from bim360_provider.hq import APS_URL, Connection, address
from bim360_provider.hq.pace import DEFAULT_LIMIT
from bim360_provider.models import enums, normal, person

__all__ = ["EXPLICIT", "HIDDEN", "KEYS", "Settings"]

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
            account_id=told.normal("bim360:accountId", normal.account_id),
            region=told.choice("bim360:region", enums.REGIONS, "EMEA" if legacy else "US"),
            acting_user=told.normal("bim360:actingUser", person.acting_user),
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
