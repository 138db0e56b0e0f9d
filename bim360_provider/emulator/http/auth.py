"""OAuth v2: two-legged access tokens."""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from bim360_provider.emulator.assumptions import BAD_CLIENT_CODE, UNSUPPORTED_GRANT_CODE
from bim360_provider.emulator.http.errors import GatewayError, format_suggestion
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.seed.database import hash_secret
from bim360_provider.emulator.state import HqState

SIGNING_KEY = b"bim360-emulator"

SCOPES = (
    "user:read user:write user-profile:read viewables:read data:read data:write data:create "
    "data:search bucket:create bucket:read bucket:update bucket:delete code:all account:read "
    "account:write openid"
).split()
"""Documented: authentication.yaml in https://github.com/autodesk-platform-services/aps-sdk-openapi"""

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"

BAD_TOKEN_CODE = "AUTH-006"  # noqa: S105 - the gateway's error code, not a secret


class InvalidTokenError(Exception):
    """The text is not a token of an emulator."""


class TokenClaims(BaseModel):
    """The claims of a token that the emulator reads."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    scope: frozenset[str]
    jti: int
    exp: float


def sign_claims(claims: dict[str, object]) -> str:
    """Return ``header.claims.signature``, each base64url without padding."""
    head = _encode_base64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "emulator"}).encode())
    text = f"{head}.{_encode_base64(json.dumps(claims).encode())}"
    return f"{text}.{_compute_signature(text)}"


def verify_token(token: str) -> TokenClaims:
    """Return the claims of a token.

    Raises:
        InvalidTokenError: The token was not issued by an emulator.
    """
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _compute_signature(text).encode()):
        raise InvalidTokenError
    payload = text.partition(".")[2]
    try:
        return TokenClaims.model_validate_json(_decode_base64(payload))
    except (ValidationError, ValueError):
        raise InvalidTokenError from None


def _compute_signature(text: str) -> str:
    return _encode_base64(hmac.digest(SIGNING_KEY, text.encode(), "sha256"))


def _encode_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True)
class Bearer:
    """The client id and the scopes of a token."""

    client_id: str
    scopes: frozenset[str]


def issue_token(request: IncomingRequest, client_id: str, hq: HqState) -> Reply:
    """Handle ``POST /authentication/v2/token`` for an authenticated client.

    Raises:
        GatewayError: 400 for a malformed form, 429 over the quota.
    """
    hq.token_quota.consume(client_id, hq.options.token_rate_limit_per_minute)
    claims = _build_claims(client_id, _parse_scopes(request.parse_form()), hq)
    return Reply.from_content(
        200,
        {
            "access_token": sign_claims(claims),
            "token_type": "Bearer",
            "expires_in": int(hq.options.token_lifetime),
        },
    )


def _build_claims(client_id: str, scopes: list[str], hq: HqState) -> dict[str, object]:
    return {
        "client_id": client_id,
        "scope": scopes,
        "iss": "https://developer.api.autodesk.com",
        "aud": "https://autodesk.com",
        "jti": hq.ids.increment_counter("token"),
        "exp": hq.clock.now() + hq.options.token_lifetime,
    }


def authenticate_client(request: IncomingRequest, hq: HqState) -> str:
    """Return the client id of a token request.

    Raises:
        GatewayError: 400 for a content type other than a form's, 401 for wrong credentials.
    """
    if request.get_header("content-type").partition(";")[0].strip().lower() != FORM_CONTENT_TYPE:
        # AUTH-007 is documented for v1; its use in v2 is an inference.
        raise GatewayError(
            400, "AUTH-007", f"The content type of this call must be {FORM_CONTENT_TYPE}."
        )
    client_id, secret = _parse_credentials(request, hq)
    known = hq.store.fetch_one("SELECT secret_digest FROM clients WHERE client_id = ?", [client_id])
    if known is None or not hmac.compare_digest(str(known["secret_digest"]), hash_secret(secret)):
        # Inference: the body of a refused v2 token request is not published.
        message = "The client_id (application key)/client_secret are not valid"
        raise GatewayError(401, BAD_CLIENT_CODE, message)
    return client_id


def _parse_credentials(request: IncomingRequest, hq: HqState) -> tuple[str, str]:
    form = request.parse_form()
    scheme, _, encoded = request.get_header("authorization").partition(" ")
    if scheme.lower() == "basic":
        return _parse_basic_credentials(encoded)
    if hq.options.credentials_in_body == "accept" and "client_secret" in form:
        return form.get("client_id", ""), form["client_secret"]
    message = "Send client id and secret as Authorization: Basic base64(client_id:client_secret)."
    raise GatewayError(401, BAD_CLIENT_CODE, message)


def _parse_basic_credentials(encoded: str) -> tuple[str, str]:
    try:
        client_id, _, secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        raise GatewayError(401, BAD_CLIENT_CODE, "The Basic credentials are not base64.") from None
    return client_id, secret


def _parse_scopes(form: dict[str, str]) -> list[str]:
    grant, scopes = form.get("grant_type", ""), form.get("scope", "").split()
    if not grant:
        raise GatewayError(400, "AUTH-008", "The required parameter grant_type is missing.")
    if grant != "client_credentials":
        message = f"The emulator has no grant_type {grant}; only client_credentials."
        raise GatewayError(400, UNSUPPORTED_GRANT_CODE, message)
    for scope in scopes:
        if scope not in SCOPES:
            message = f"Unknown scope {scope}{format_suggestion(scope, SCOPES)}."
            raise GatewayError(400, UNSUPPORTED_GRANT_CODE, message)
    return scopes


def authenticate_bearer(request: IncomingRequest, hq: HqState) -> Bearer:
    """Return the bearer of a request.

    Raises:
        GatewayError: 401 AUTH-006, the token is missing, invalid, expired or revoked.
    """
    scheme, _, token = request.get_header("authorization").partition(" ")
    if scheme.lower() != "bearer":
        raise GatewayError(401, BAD_TOKEN_CODE, "The request carries no access token.")
    try:
        claims = verify_token(token.strip())
    except InvalidTokenError:
        raise GatewayError(401, BAD_TOKEN_CODE, "The access token is not valid.") from None
    if claims.exp <= hq.clock.now() or claims.jti <= hq.last_revoked_serial:
        raise GatewayError(401, BAD_TOKEN_CODE, "The access token has expired or was revoked.")
    return Bearer(claims.client_id, claims.scope)


def require_scope(caller: Bearer, scope: str) -> None:
    """Refuse a caller without this scope.

    Raises:
        GatewayError: 403 AUTH-010, documented in the gateway's error guide.
    """
    if scope not in caller.scopes:
        message = f"Token does not have the privilege for this request: it needs {scope}."
        raise GatewayError(403, "AUTH-010", message)
