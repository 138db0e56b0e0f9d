"""OAuth v2: two-legged access tokens."""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from secrets import token_urlsafe

from bim360_provider.emulator.assumptions import BAD_CLIENT_CODE, UNSUPPORTED_GRANT_CODE
from bim360_provider.emulator.http.errors import GatewayError, format_suggestion
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import hash_secret

SCOPES = (
    "user:read user:write user-profile:read viewables:read data:read data:write data:create "
    "data:search bucket:create bucket:read bucket:update bucket:delete code:all account:read "
    "account:write openid"
).split()
"""Documented: authentication.yaml in https://github.com/autodesk-platform-services/aps-sdk-openapi"""

FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"

BAD_TOKEN_CODE = "AUTH-006"  # noqa: S105 - the gateway's error code, not a secret


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
    scopes = _parse_scopes(request.parse_form())
    token, lifetime = _create_token(client_id, scopes), hq.options.token_lifetime
    hq.store.insert(
        "tokens",
        {
            "digest": hash_secret(token),
            "client_id": client_id,
            "scope": " ".join(scopes),
            "expires_at": hq.clock.now() + lifetime,
        },
    )
    return Reply.from_content(
        200, {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime)}
    )


def _create_token(client_id: str, scopes: list[str]) -> str:
    """Return a random token with the parts of a JWT, because clients read and mask JWTs."""
    head, claims = {"alg": "HS256", "typ": "JWT"}, {"client_id": client_id, "scope": scopes}
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (head, claims)]
    return ".".join([*(part.rstrip(b"=").decode() for part in parts), token_urlsafe()])


def revoke_tokens(hq: HqState) -> None:
    """Let every token expire that was issued so far."""
    hq.store.execute("UPDATE tokens SET expires_at = 0")


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
    row = hq.store.fetch_one("SELECT * FROM tokens WHERE digest = ?", [hash_secret(token.strip())])
    if row is None:
        raise GatewayError(401, BAD_TOKEN_CODE, "The access token is not valid.")
    if float(row["expires_at"] or 0) <= hq.clock.now():
        raise GatewayError(401, BAD_TOKEN_CODE, "The access token has expired or was revoked.")
    return Bearer(str(row["client_id"]), frozenset(str(row["scope"]).split()))


def require_scope(caller: Bearer, scope: str) -> None:
    """Refuse a caller without this scope.

    Raises:
        GatewayError: 403 AUTH-010, documented in the gateway's error guide.
    """
    if scope not in caller.scopes:
        message = f"Token does not have the privilege for this request: it needs {scope}."
        raise GatewayError(403, "AUTH-010", message)
