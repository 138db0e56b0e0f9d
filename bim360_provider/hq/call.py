"""One request as it goes over the wire, and who it is from."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Auth", "BasicAuth", "BearerAuth", "Call"]


class Auth:
    """Puts who asks on one request, so that no ``.netrc`` replaces it."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __call__(self, request: Any) -> Any:
        """Add the header, as ``requests`` asks for it."""
        request.headers["Authorization"] = self._words
        return request


class BasicAuth(Auth):
    """The app's id and secret, for a token."""

    def __init__(self, client_id: str, secret: str) -> None:
        super().__init__(f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}")


class BearerAuth(Auth):
    """A token, for everything else."""

    def __init__(self, bearer: str) -> None:
        super().__init__(f"Bearer {bearer}")


@dataclass(frozen=True)
class Call:
    """One request as it goes over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    auth: Auth
    json: Any = None
    form: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
