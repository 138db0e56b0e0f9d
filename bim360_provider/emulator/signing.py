"""Tokens in the form of a JWT, so that what leaks in a log looks like the real thing.

The signature only keeps made-up tokens out; the key is no secret.
"""

import base64
import hmac
import json

from pydantic import BaseModel, ConfigDict, ValidationError

KEY = b"bim360-emulator"


class NotSignedError(Exception):
    """The text is no token of an emulator."""


class Claims(BaseModel):
    """What a token says, as far as the emulator reads it."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    scope: frozenset[str]
    jti: int
    exp: float


def sign(claims: dict[str, object]) -> str:
    """Return ``header.claims.signature``, each base64url without padding."""
    head = _encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "emulator"}).encode())
    text = f"{head}.{_encode(json.dumps(claims).encode())}"
    return f"{text}.{_signature(text)}"


def unsign(token: str) -> Claims:
    """Return the claims of a token.

    Raises:
        NotSignedError: The token was not made by an emulator.
    """
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(text).encode()):
        raise NotSignedError
    payload = text.partition(".")[2]
    try:
        return Claims.model_validate_json(_decode(payload))
    except (ValidationError, ValueError):
        raise NotSignedError from None


def _signature(text: str) -> str:
    return _encode(hmac.digest(KEY, text.encode(), "sha256"))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
