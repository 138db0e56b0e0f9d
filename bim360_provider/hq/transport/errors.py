"""Map an error response to the one line that a user reads."""

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
from bim360_provider.hq.transport.response import Response
from bim360_provider.hq.transport.retry import MAX_RETRY_AFTER, is_temporary, parse_retry_after

__all__ = [
    "PROVISIONING_ADVICE",
    "build_hq_error",
    "choose_advice",
    "describe_response",
    "is_about_account",
    "mask_secrets",
]

MIN_UNIQUE_SECRET_LENGTH: Final = 8
"""Characters from which on a secret cannot be part of a word by chance."""

TOKEN_PATTERN: Final = re.compile(
    r"eyJ[\w.-]{8,}|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=[Bb]asic )[\w+/=]{8,}"
)
"""What a token or an encoded secret looks like, should an answer repeat what was sent.

Each alternative ends with its one repetition, so that the time grows no faster than the text.
"""

MAX_CODE_LENGTH: Final = 40
"""Characters of an error's code: HQ's has four, the gateway's eight."""

MAX_MESSAGE_LENGTH: Final = 300
"""Characters of HQ's own words in an error: enough for a sentence, too few for a page of HTML."""

PROVISIONING_ADVICE: Final = (
    "an account admin must add the app's client id under Account Admin > Settings > "
    "Custom Integrations, with Account Administration ticked"
)

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
    407: "The proxy wants a login: set HTTPS_PROXY to http://user:password@host:port.",
    408: "HQ or a gateway before it got no whole request in time; check the network, run it again.",
    409: "Something of that name exists already, or it is being changed: look in Account Admin.",
    413: "What was sent is too large; send a smaller file.",
    422: "Correct the value and run it again.",
    429: "Run it again later, or ask who else uses this client id.",
    500: "HQ failed and still did after several tries; run it again later.",
    501: "It was not tried again; check the base URL, and the proxy if there is one.",
    511: "The network wants a login first: open any page in a browser, or check the proxy.",
    520: "A gateway did not reach HQ, and still did not after several tries; run it again later.",
}

FIRST_GATEWAY_STATUS: Final = 520
"""From here on the numbers are those of gateways, such as Cloudflare's:
https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"""

PROXY_PAGE_STATUSES: Final = frozenset({400, 401, 403, 405, 409, 410, 422, 451})
"""Refusals that HQ sends as JSON; a page of HTML with one of them is a proxy's."""

ACCOUNT_NOT_FOUND_ADVICE: Final = f"Check the account id and its region (bim360:region); if both are right: {PROVISIONING_ADVICE}."

ERROR_CLASSES: Final[dict[int, type[HqError]]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


def build_hq_error(
    asked: str, request: str, answer: Response, mask: Callable[[str], str]
) -> HqError:
    """Return the error for an answer that says no.

    Args:
        asked: What was asked, in people's words: ``create project 'Tower A'``.
        request: The method and path.
        answer: What came back.
        mask: Takes secrets out of a text.
    """
    words = _shorten_message(mask(answer.message))
    kind = _select_error_class(answer)
    line = f"could not {asked}: {describe_response(answer, mask)}. {choose_advice(answer)}"
    return kind(mask(f"BIM 360: {line}"), status=answer.status, hq_message=words, request=request)


def describe_response(answer: Response, mask: Callable[[str], str]) -> str:
    """Return what HQ answered, with its own words."""
    words = _shorten_message(mask(answer.message))
    return f'HQ answered {_format_status(answer, mask)}: "{words.removesuffix(".")}"'


def _shorten_message(words: str) -> str:
    """Cut what is already masked: half a secret would no longer be recognised."""
    return words if len(words) <= MAX_MESSAGE_LENGTH else f"{words[: MAX_MESSAGE_LENGTH - 1]}…"


def _select_error_class(answer: Response) -> type[HqError]:
    if _is_proxy_page(answer):
        return RejectedError
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_temporary(answer.status):
        return UnavailableError
    return ERROR_CLASSES.get(answer.status, RejectedError)


def _is_proxy_page(answer: Response) -> bool:
    """Return whether a refusal is a proxy's page, which says nothing about a project."""
    if answer.is_api_error:
        return False
    is_page = "html" in answer.headers.get("Content-Type", "").lower() and bool(answer.body)
    return answer.status == HTTPStatus.NOT_FOUND or (
        is_page and answer.status in PROXY_PAGE_STATUSES
    )


def mask_secrets(words: str, secret: str) -> str:
    """Return the words without tokens and without the secret.

    A short secret is masked only where it stands alone.
    """
    words = TOKEN_PATTERN.sub("[secret]", words)
    pattern = (
        re.escape(secret)
        if len(secret) >= MIN_UNIQUE_SECRET_LENGTH
        else rf"\b{re.escape(secret)}\b"
    )
    return re.sub(pattern, "[secret]", words) if secret else words


def _format_status(answer: Response, mask: Callable[[str], str]) -> str:
    """Return the status as people read it: ``404 Not Found (code 1004)``."""
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    return f"{phrase} (code {mask(answer.code)[:MAX_CODE_LENGTH]})" if answer.code else phrase


def is_about_account(answer: Response) -> bool:
    """Return whether a 404 means the account: an app that is not provisioned, or a wrong region.

    HQ answers "this account doesn't exist." and "this project doesn't exist." under one
    code, 1004, so that only the words tell them apart. See docs/reference/hq.md, "Not found".
    """
    return "account" in answer.message.casefold()


def choose_advice(answer: Response) -> str:
    """Return what to do about an answer that says no."""
    if _is_proxy_page(answer):
        return "That is not HQ's own answer: check the base URL, and the proxy if there is one."
    if answer.code in ADVICE_BY_CODE:
        return ADVICE_BY_CODE[answer.code]
    if answer.status == HTTPStatus.NOT_FOUND and is_about_account(answer):
        return ACCOUNT_NOT_FOUND_ADVICE
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and (wait := _find_excessive_wait(answer)):
        return f"HQ asks to wait {format_duration(wait)}, longer than we do."
    return (
        ADVICE_BY_STATUS.get(answer.status)
        or ADVICE_BY_STATUS[_map_to_advice_status(answer.status)]
    )


def _map_to_advice_status(status: int) -> int:
    """Return the status that stands for one without an advice of its own."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_temporary(status):
        return 501
    if status >= FIRST_GATEWAY_STATUS:
        return FIRST_GATEWAY_STATUS
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and is_temporary(status):
        return 408
    return max(3, min(status // 100, 5)) * 100


def _find_excessive_wait(answer: Response) -> float | None:
    """Return the seconds that HQ asks to wait, if they are more than we do."""
    told = parse_http_date(answer.headers.get("Date"))
    wait = parse_retry_after(answer.headers.get("Retry-After"), told or datetime.now(UTC))
    return wait if wait is not None and wait > MAX_RETRY_AFTER else None
