"""Where HQ is and who asks: everything a client needs to know before its first request."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from bim360_provider.errors import ConfigError
from bim360_provider.hq.transport import address

__all__ = ["APS_URL", "DEFAULT_REQUESTS_PER_MINUTE", "Connection"]

DEFAULT_REQUESTS_PER_MINUTE: Final = 96
"""Requests a minute: HQ's 100 less a few for whoever else looks at the account."""

APS_URL: Final = "https://developer.api.autodesk.com"
PRINTABLE_ASCII: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Connection:
    """One account, seen through one app.

    Attributes:
        client_id: The app's client id.
        client_secret: The app's client secret; its repr is masked.
        account_id: The account's id, without ``b.``.
        base_url: ``https`` always; ``http`` is taken for this machine only.
        region: The ``Region`` header; None sends none, which HQ takes as ``US``.
        acting_user: On whose behalf project members are added: an e-mail, an HQ id or a uid.
        legacy_eu_path: Ask ``/regions/eu/`` paths in place of the header.
        requests_per_minute: At most this many requests of this client id in a minute; 0 sends as
            fast as HQ lets us.
        rate_limit_store: Shares that limit: a file with the other processes of this machine, a
            ``redis://`` URL with other machines.
        read_service_types: Whose service types a refresh asks for, at a request for each project:
            ``declared``, ``always`` or ``never``.
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
        """Refuse what would send a secret in the clear or break a header."""
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
                msg = f"BIM 360: the {what} holds a space or a line break; copy it once more."
                raise ConfigError(msg)

    def build_path(self, tail: str, version: str = "v1") -> str:
        """Return the path of something in the account, such as ``projects``."""
        region = "regions/eu/" if self.legacy_eu_path else ""
        return f"/hq/{version}/{region}accounts/{self.account_id}/{tail}"

    def needs_service_types(self, *, declared: bool) -> bool:
        """Return whether a refresh asks for the service types of a project, which no list tells."""
        return {"always": True, "never": False}.get(self.read_service_types, declared)

    def build_headers(self) -> dict[str, str]:
        """Return the headers that choose the account's region."""
        return {"Region": self.region} if self.region and not self.legacy_eu_path else {}


def _validate_url(what: str, form: Callable[[object], str], value: str) -> None:
    try:
        form(value)
    except ValueError as error:
        msg = f"BIM 360: the {what} {error}."
        raise ConfigError(msg) from None
