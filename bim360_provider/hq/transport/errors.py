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
from bim360_provider.hq.transport.clock import UTC, duration, parse_http_date
from bim360_provider.hq.transport.response import Answer
from bim360_provider.hq.transport.retry import RETRY_AFTER_LIMIT, is_temporary, parse_retry_after

__all__ = ["PROVISION", "advice", "failure", "is_about_account", "masked", "said"]

LONG_SECRET: Final = 8
"""Characters from which on a secret cannot be part of a word by chance."""

TOKENS: Final = re.compile(r"eyJ[\w.-]{8,}|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=[Bb]asic )[\w+/=]{8,}")
"""What a token or an encoded secret looks like, should an answer repeat what was sent.

Each alternative ends with its one repetition, so that the time grows no faster than the text.
"""

CODE_SHOWN: Final = 40
"""Characters of an error's code: HQ's has four, the gateway's eight."""

WORDS_SHOWN: Final = 300
"""Characters of HQ's own words in an error: enough for a sentence, too few for a page of HTML."""

PROVISION: Final = (
    "an account admin must add the app's client id under Account Admin > Settings > "
    "Custom Integrations, with Account Administration ticked"
)

ADVICE_BY_CODE: Final = {
    "AUTH-001": "Enable the BIM 360 API for the app on the developer portal.",
    "AUTH-003": "Check APS_CLIENT_ID and APS_CLIENT_SECRET.",
    "AUTH-006": "Check the machine's clock, then run it again.",
    "AUTH-010": "The app's token lacks a scope: it needs account:read and account:write.",
}

ADVICE: Final = {
    300: "Check the base URL; redirects are not followed, so that the token stays with HQ.",
    400: "Correct the value and run it again.",
    401: "Check APS_CLIENT_ID and APS_CLIENT_SECRET.",
    403: f"Most often the app has no access to the account: {PROVISION}.",
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

GATEWAY_ERRORS: Final = 520
"""From here on the numbers are those of gateways, such as Cloudflare's:
https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"""

PAGES: Final = frozenset({400, 401, 403, 405, 409, 410, 422, 451})
"""Refusals that HQ sends as JSON; a page of HTML with one of them is a proxy's."""

ACCOUNT_UNKNOWN: Final = (
    f"Check the account id and its region (bim360:region); if both are right: {PROVISION}."
)

KINDS: Final[dict[int, type[HqError]]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


def failure(asked: str, request: str, answer: Answer, mask: Callable[[str], str]) -> HqError:
    """Return the error for an answer that says no.

    Args:
        asked: What was asked, in people's words: ``create project 'Tower A'``.
        request: The method and path.
        answer: What came back.
        mask: Takes secrets out of a text.
    """
    words = _short(mask(answer.words))
    kind = _kind(answer)
    line = f"could not {asked}: {said(answer, mask)}. {advice(answer)}"
    return kind(mask(f"BIM 360: {line}"), status=answer.status, words=words, request=request)


def said(answer: Answer, mask: Callable[[str], str]) -> str:
    """Return what HQ answered, with its own words."""
    words = _short(mask(answer.words))
    return f'HQ answered {_status_words(answer, mask)}: "{words.removesuffix(".")}"'


def _short(words: str) -> str:
    """Cut what is already masked: half a secret would no longer be recognised."""
    return words if len(words) <= WORDS_SHOWN else f"{words[: WORDS_SHOWN - 1]}…"


def _kind(answer: Answer) -> type[HqError]:
    if _is_foreign(answer):
        return RejectedError
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_temporary(answer.status):
        return UnavailableError
    return KINDS.get(answer.status, RejectedError)


def _is_foreign(answer: Answer) -> bool:
    """Return whether a refusal is a proxy's page, which says nothing about a project."""
    if answer.is_from_hq:
        return False
    is_page = "html" in answer.headers.get("Content-Type", "").lower() and bool(answer.body)
    return answer.status == HTTPStatus.NOT_FOUND or (is_page and answer.status in PAGES)


def masked(words: str, secret: str) -> str:
    """Return the words without tokens and without the secret.

    A short secret is masked only where it stands alone.
    """
    words = TOKENS.sub("[secret]", words)
    pattern = re.escape(secret) if len(secret) >= LONG_SECRET else rf"\b{re.escape(secret)}\b"
    return re.sub(pattern, "[secret]", words) if secret else words


def _status_words(answer: Answer, mask: Callable[[str], str]) -> str:
    """Return the status as people read it: ``404 Not Found (code 1004)``."""
    try:
        phrase = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = str(answer.status)
    return f"{phrase} (code {mask(answer.code)[:CODE_SHOWN]})" if answer.code else phrase


def is_about_account(answer: Answer) -> bool:
    """Return whether a 404 means the account: an app that is not provisioned, or a wrong region.

    HQ answers "this account doesn't exist." and "this project doesn't exist." under one
    code, 1004, so that only the words tell them apart. See docs/hq.md, "Not found".
    """
    return "account" in answer.words.casefold()


def advice(answer: Answer) -> str:
    """Return what to do about an answer that says no."""
    if _is_foreign(answer):
        return "That is not HQ's own answer: check the base URL, and the proxy if there is one."
    if answer.code in ADVICE_BY_CODE:
        return ADVICE_BY_CODE[answer.code]
    if answer.status == HTTPStatus.NOT_FOUND and is_about_account(answer):
        return ACCOUNT_UNKNOWN
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and (wait := _too_long_a_wait(answer)):
        return f"HQ asks to wait {duration(wait)}, longer than we do."
    return ADVICE.get(answer.status) or ADVICE[_group(answer.status)]


def _group(status: int) -> int:
    """Return the status that stands for one without an advice of its own."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_temporary(status):
        return 501
    if status >= GATEWAY_ERRORS:
        return GATEWAY_ERRORS
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and is_temporary(status):
        return 408
    return max(3, min(status // 100, 5)) * 100


def _too_long_a_wait(answer: Answer) -> float | None:
    """Return the seconds that HQ asks to wait, if they are more than we do."""
    told = parse_http_date(answer.headers.get("Date"))
    wait = parse_retry_after(answer.headers.get("Retry-After"), told or datetime.now(UTC))
    return wait if wait is not None and wait > RETRY_AFTER_LIMIT else None
