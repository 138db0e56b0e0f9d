"""The two-legged OAuth v2 token: fetched once, renewed early, by one thread for all.

https://aps.autodesk.com/en/docs/oauth/v2/reference/http/gettoken-POST/
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, ValidationError

from bim360_provider.errors import Bim360Error
from bim360_provider.models.base import ResponseModel

__all__ = ["SCOPES", "TOKEN_PATH", "Token", "TokenResponse", "TokenSource", "extract_bearer"]

TOKEN_PATH: Final = "/authentication/v2/token"  # noqa: S105 - a path, not a secret
SCOPES: Final = "account:read account:write"

RENEWAL_MARGIN: Final = 300.0
"""Seconds before its end at which a token of an hour is renewed: longer than any one request."""

RENEWAL_SHARE: Final = 0.5
"""A token that lives shorter than ten minutes is renewed at half its life."""


class TokenResponse(ResponseModel):
    """What the token endpoint answers: a token that fits into a header, and its life in seconds."""

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", repr=False)]
    expires_in: Annotated[float, Field(gt=0, allow_inf_nan=False)]


def extract_bearer(body: object) -> str:
    """Return the token of a response body, or an empty text where no header could hold it."""
    try:
        return TokenResponse.model_validate(body).access_token
    except ValidationError:
        return ""


@dataclass(frozen=True)
class Token:
    """A bearer token and the monotonic second from which on it is to be renewed."""

    bearer: str
    renew_at: float

    def __repr__(self) -> str:
        """Return no part of the token."""
        return f"Token(renew_at={self.renew_at})"


class TokenSource:
    """Hands out one token to all threads, and one failure to all who waited for it."""

    def __init__(self, fetch: Callable[[], TokenResponse], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._failures = 0
        self._last_failure: Bim360Error | None = None

    def get(self) -> Token:
        """Return a token that is good for some minutes yet.

        Raises:
            Bim360Error: None could be had; the next call tries again.
        """
        failures = self._failures
        with self._lock:
            if self._token is None or self._monotonic() >= self._token.renew_at:
                self._token = self._fetch_new_token(failures)
            return self._token

    def renew(self, refused: Token) -> Token:
        """Return a token other than the refused one, fetched by the first thread that asks.

        Raises:
            Bim360Error: None could be had; the next call tries again.
        """
        failures = self._failures
        with self._lock:
            if self._token is None or self._token == refused:
                self._token = self._fetch_new_token(failures)
            return self._token

    def _fetch_new_token(self, failures: int) -> Token:
        """Fetch a token, unless somebody has failed to since we began to wait.

        Otherwise sixteen calls that wait for a dead HQ would each try for two minutes,
        one after the other.
        """
        if self._last_failure is not None and self._failures > failures:
            raise self._last_failure
        began = self._monotonic()
        try:
            grant = self._fetch()
        except Bim360Error as error:
            self._failures += 1
            self._last_failure = error
            raise
        return Token(
            bearer=grant.access_token,
            renew_at=began
            + max(grant.expires_in - RENEWAL_MARGIN, grant.expires_in * RENEWAL_SHARE),
        )
