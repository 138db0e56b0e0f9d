"""The connection to HQ: URL, credentials, account and limits."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from bim360_provider.errors import ConfigError
from bim360_provider.hq.transport import address

__all__ = ["APS_URL", "DEFAULT_REQUESTS_PER_MINUTE", "Connection"]

DEFAULT_REQUESTS_PER_MINUTE: Final = 96
"""Requests a minute: HQ's 100, less a few for other users of the same app."""

APS_URL: Final = "https://developer.api.autodesk.com"
PRINTABLE_ASCII: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Connection:
    """The settings of one account and one app.

    Attributes:
        client_id: The app's client id.
        client_secret: The app's client secret; its repr is masked.
        account_id: The account's id, without ``b.``.
        base_url: An ``https`` URL; ``http`` is accepted for this machine only.
        region: The ``Region`` header; None omits it, which HQ reads as ``US``.
        acting_user: The user on whose behalf members are added: an e-mail, an HQ id or a uid.
        legacy_eu_path: Use ``/regions/eu/`` paths instead of the header.
        requests_per_minute: The most requests that this client id sends in a minute; 0 is no
            limit.
        rate_limit_store: Shares that limit: a file with the other processes of this machine, a
            ``redis://`` URL with other machines.
        read_service_types: The projects whose service types a refresh reads, with one request for
            each: ``declared``, ``always`` or ``never``.
    """

    client_id: str
    client_secret: SecretStr = field(repr=False)
    account_id: str
    base_url: str = APS_URL
    region: str | None = None
    acting_user: str | None = None
    legacy_eu_path: bool = False
    requests_per_minute: int = DEFAULT_REQUESTS_PER_MINUTE
    rate_limit_store: str | None = field(default=None, repr=False)  # may hold a password
    read_service_types: str = "declared"

    def __post_init__(self) -> None:
        """Refuse values that would send a secret unencrypted or break a header."""
        _validate_url("base URL", address.parse_base_url, self.base_url)
        if self.rate_limit_store:
            _validate_url(
                "store of the rate limit", address.parse_rate_limit_store, self.rate_limit_store
            )
        for what, value in (
            ("client id", self.client_id),
            ("client secret", self.client_secret.get_secret_value()),
        ):
            if not PRINTABLE_ASCII.fullmatch(value):
                msg = f"BIM 360: the {what} contains a space or a line break; copy it again."
                raise ConfigError(msg)

    def build_path(self, tail: str, version: str = "v1") -> str:
        """Return the path of a resource in the account, such as ``projects``."""
        region = "regions/eu/" if self.legacy_eu_path else ""
        return f"/hq/{version}/{region}accounts/{self.account_id}/{tail}"

    def needs_service_types(self, *, declared: bool) -> bool:
        """Return whether a refresh reads the service types of a project, which lists omit."""
        return {"always": True, "never": False}.get(self.read_service_types, declared)

    def build_headers(self) -> dict[str, str]:
        """Return the headers that select the account's region."""
        return {"Region": self.region} if self.region and not self.legacy_eu_path else {}


def _validate_url(what: str, parse: Callable[[object], str], value: str) -> None:
    try:
        parse(value)
    except ValueError as error:
        msg = f"BIM 360: the {what} {error}."
        raise ConfigError(msg) from None
