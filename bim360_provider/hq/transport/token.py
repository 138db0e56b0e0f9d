"""The two-legged OAuth v2 token: fetched once for all threads, and renewed early.

https://aps.autodesk.com/en/docs/oauth/v2/reference/http/gettoken-POST/
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, ValidationError

from bim360_provider.errors import Bim360Error
from bim360_provider.models.base import ResponseModel

__all__ = [
    "DATA_SCOPES",
    "SCOPES",
    "TOKEN_PATH",
    "Token",
    "TokenResponse",
    "TokenSource",
    "extract_bearer",
]

TOKEN_PATH: Final = "/authentication/v2/token"  # noqa: S105 - a path, not a secret
SCOPES: Final = "account:read account:write"
DATA_SCOPES: Final = "data:read data:create data:write"
"""The scopes of folders and their permissions; requested with the first such request."""

RENEWAL_MARGIN: Final = 300.0
"""Seconds before its expiry at which a token is renewed: longer than any request takes."""

RENEWAL_SHARE: Final = 0.5
"""A token with a lifetime below ten minutes is renewed after half of it."""


class TokenResponse(ResponseModel):
    """The response of the token endpoint: a valid header value, and its lifetime in seconds."""

    access_token: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", repr=False)]
    expires_in: Annotated[float, Field(gt=0, allow_inf_nan=False)]


def extract_bearer(body: object) -> str:
    """Return the token of a response body, or an empty text if it is not a valid header value."""
    try:
        return TokenResponse.model_validate(body).access_token
    except ValidationError:
        return ""


@dataclass(frozen=True)
class Token:
    """A bearer token, and the monotonic time of its renewal."""

    bearer: str
    renew_at: float

    def __repr__(self) -> str:
        """Return a text without the token."""
        return f"Token(renew_at={self.renew_at})"


class TokenSource:
    """Shares one token between all threads, and one failure between all that waited for it."""

    def __init__(self, fetch: Callable[[], TokenResponse], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._failures = 0
        self._last_failure: Bim360Error | None = None

    def get(self) -> Token:
        """Return a token that is valid for at least some minutes.

        Raises:
            Bim360Error: No token could be fetched; the next call tries again.
        """
        failures = self._failures
        with self._lock:
            if self._token is None or self._monotonic() >= self._token.renew_at:
                self._token = self._fetch_new_token(failures)
            return self._token

    def renew(self, refused: Token) -> Token:
        """Return a token other than the refused one, fetched by the first thread that calls this.

        Raises:
            Bim360Error: No token could be fetched; the next call tries again.
        """
        failures = self._failures
        with self._lock:
            if self._token is None or self._token == refused:
                self._token = self._fetch_new_token(failures)
            return self._token

    def _fetch_new_token(self, failures: int) -> Token:
        """Fetch a token, unless another thread has failed to while this one waited.

        Otherwise sixteen threads that wait for an unreachable HQ would each try for two
        minutes, one after the other.
        """
        if self._last_failure is not None and self._failures > failures:
            raise self._last_failure
        start = self._monotonic()
        try:
            response = self._fetch()
        except Bim360Error as error:
            self._failures += 1
            self._last_failure = error
            raise
        return Token(
            bearer=response.access_token,
            renew_at=start
            + max(response.expires_in - RENEWAL_MARGIN, response.expires_in * RENEWAL_SHARE),
        )
