"""Map an error response to an exception with a one-line message."""

import re
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from bim360_provider.errors import (
    ConflictError,
    HqError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from bim360_provider.hq.transport.clock import UTC, format_duration, parse_http_date
from bim360_provider.hq.transport.message import Response
from bim360_provider.hq.transport.retry import MAX_RETRY_AFTER, is_temporary, parse_retry_after
from bim360_provider.hq.transport.token import DATA_SCOPES, SCOPES

__all__ = [
    "DATA_ADVICE",
    "PROVISIONING_ADVICE",
    "build_hq_error",
    "choose_advice",
    "describe_response",
    "is_about_account",
    "mask_secrets",
]

MIN_UNIQUE_SECRET_LENGTH: Final = 8
"""Characters from which on a secret is not part of a word by chance."""

TOKEN_PATTERN: Final = re.compile(
    r"eyJ[\w.-]{8,}|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=[Bb]asic )[\w+/=]{8,}"
)
"""The form of a token or an encoded secret, in case a response repeats it.

Each alternative ends with its only repetition, so that matching takes linear time.
"""

MAX_CODE_LENGTH: Final = 40
"""Characters of an error's code: HQ's has four, the gateway's eight."""

MAX_MESSAGE_LENGTH: Final = 300
"""Characters of HQ's message in an error: enough for a sentence, too few for a page of HTML."""

PROVISIONING_ADVICE: Final = (
    "an account admin must add the app's client id under Account Admin > Settings > "
    "Custom Integrations, with Account Administration ticked"
)

DATA_ADVICE: Final = (
    "Folders and permissions need the scopes data:read, data:create and data:write, and access to "
    "Document Management: an account admin must tick it for the app's client id under Account "
    "Admin > Settings > Custom Integrations; the project must be active as well."
)
"""The advice for a 403 of Data Management, and for a refused token with its scopes."""

ADVICE_BY_CODE: Final = {
    "AUTH-001": "Enable the BIM 360 API for the app on the developer portal.",
    "AUTH-003": "Check APS_CLIENT_ID and APS_CLIENT_SECRET.",
    "AUTH-006": "Check the machine's clock, then run it again.",
    "AUTH-010": "The app's token lacks a scope: it needs account:read and account:write.",
}

ADVICE_BY_STATUS: Final = {
    300: "Check the base URL; redirects are not followed, so that the token stays with HQ.",
    400: "Correct the value and run it again.",
    401: "Check APS_CLIENT_ID and APS_CLIENT_SECRET.",
    403: f"Most often the app has no access to the account: {PROVISIONING_ADVICE}.",
    404: "Check the id.",
    407: "The proxy requires a login: set HTTPS_PROXY to http://user:password@host:port.",
    408: "HQ or its gateway did not receive the request in time; check the network, run it again.",
    409: "The name is in use, or the resource is being changed; check Account Admin.",
    413: "The upload is too large; use a smaller file.",
    422: "Correct the value and run it again.",
    423: "Another operation uses the folder; run it again later.",
    429: "Run it again later, and check who else uses this client id.",
    500: "HQ failed on all attempts; run it again later.",
    501: "It was not retried; check the base URL, and the proxy if there is one.",
    511: "The network requires a login: open any page in a browser, or check the proxy.",
    520: "A gateway did not reach HQ on any attempt; run it again later.",
}

FIRST_GATEWAY_STATUS: Final = 520
"""Statuses from here on are those of gateways, such as Cloudflare's:
https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"""

PROXY_PAGE_STATUSES: Final = frozenset({400, 401, 403, 405, 409, 410, 422, 451})
"""Refusals that HQ sends as JSON; an HTML page with one of them comes from a proxy."""

ACCOUNT_NOT_FOUND_ADVICE: Final = (
    "Check the account id and its region (bim360:region); if both are right: "
    f"{PROVISIONING_ADVICE}."
)

ERROR_CLASSES: Final[dict[int, type[HqError]]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


def build_hq_error(
    description: str,
    request: str,
    response: Response,
    mask: Callable[[str], str],
    *,
    scopes: str = SCOPES,
) -> HqError:
    """Return the exception for an error response.

    Args:
        description: The purpose of the request: ``create project 'Tower A'``.
        request: The method and path.
        response: The error response.
        mask: Removes secrets from a text.
        scopes: The scopes of the request's token.
    """
    hq_message = _shorten_message(mask(response.message))
    kind = _select_error_class(response)
    advice = choose_advice(response)
    if scopes == DATA_SCOPES and _is_refusal_of_app(response):
        advice = DATA_ADVICE
    line = f"could not {description}: {describe_response(response, mask)}. {advice}"
    return kind(
        mask(f"BIM 360: {line}"), status=response.status, hq_message=hq_message, request=request
    )


def _is_refusal_of_app(response: Response) -> bool:
    """Return whether the app lacks a scope or the access to an API."""
    is_forbidden = response.status == HTTPStatus.FORBIDDEN or response.code == "AUTH-010"
    return is_forbidden and not _is_proxy_page(response)


def describe_response(response: Response, mask: Callable[[str], str]) -> str:
    """Describe a response: its status and HQ's message."""
    message = _shorten_message(mask(response.message))
    return f'HQ answered {_format_status(response, mask)}: "{message.removesuffix(".")}"'


def _shorten_message(message: str) -> str:
    """Truncate a masked message: a truncated secret could not be masked."""
    return (
        message if len(message) <= MAX_MESSAGE_LENGTH else f"{message[: MAX_MESSAGE_LENGTH - 1]}…"
    )


def _select_error_class(response: Response) -> type[HqError]:
    if _is_proxy_page(response):
        return RejectedError
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_temporary(response.status):
        return UnavailableError
    return ERROR_CLASSES.get(response.status, RejectedError)


def _is_proxy_page(response: Response) -> bool:
    """Return whether an error response is a proxy's page, which does not concern a project."""
    if response.is_api_error:
        return False
    is_page = "html" in response.headers.get("Content-Type", "").lower() and bool(response.body)
    return response.status == HTTPStatus.NOT_FOUND or (
        is_page and response.status in PROXY_PAGE_STATUSES
    )


def mask_secrets(text: str, secret: str) -> str:
    """Mask tokens and the secret in a text.

    A short secret is masked only where it stands alone.
    """
    text = TOKEN_PATTERN.sub("[secret]", text)
    pattern = (
        re.escape(secret)
        if len(secret) >= MIN_UNIQUE_SECRET_LENGTH
        else rf"\b{re.escape(secret)}\b"
    )
    return re.sub(pattern, "[secret]", text) if secret else text


def _format_status(response: Response, mask: Callable[[str], str]) -> str:
    """Format a status: ``404 Not Found (code 1004)``."""
    try:
        phrase = f"{response.status} {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = str(response.status)
    return f"{phrase} (code {mask(response.code)[:MAX_CODE_LENGTH]})" if response.code else phrase


def is_about_account(response: Response) -> bool:
    """Return whether a 404 is about the account: an app without access, or a wrong region.

    HQ sends "this account doesn't exist." and "this project doesn't exist." with the same
    code, 1004, so that only the message distinguishes them. See docs/reference/hq.md, "Not found".
    """
    return "account" in response.message.casefold()


def choose_advice(response: Response) -> str:
    """Return the advice for an error response."""
    if _is_proxy_page(response):
        return "The response is not from HQ: check the base URL, and the proxy if there is one."
    if response.code in ADVICE_BY_CODE:
        return ADVICE_BY_CODE[response.code]
    if response.status == HTTPStatus.NOT_FOUND and is_about_account(response):
        return ACCOUNT_NOT_FOUND_ADVICE
    if response.status == HTTPStatus.TOO_MANY_REQUESTS and (wait := _find_excessive_wait(response)):
        return (
            f"HQ requires a wait of {format_duration(wait)}, which is too long; run it again later."
        )
    return (
        ADVICE_BY_STATUS.get(response.status)
        or ADVICE_BY_STATUS[_map_to_advice_status(response.status)]
    )


def _map_to_advice_status(status: int) -> int:
    """Return the status whose advice applies to a status without its own."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_temporary(status):
        return 501
    if status >= FIRST_GATEWAY_STATUS:
        return FIRST_GATEWAY_STATUS
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and is_temporary(status):
        return 408
    return max(3, min(status // 100, 5)) * 100


def _find_excessive_wait(response: Response) -> float | None:
    """Return the seconds of ``Retry-After`` if they exceed the limit."""
    date = parse_http_date(response.headers.get("Date"))
    wait = parse_retry_after(response.headers.get("Retry-After"), date or datetime.now(UTC))
    return wait if wait is not None and wait > MAX_RETRY_AFTER else None
