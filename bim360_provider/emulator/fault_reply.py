"""What a fault makes of an answer."""

from dataclasses import replace
from http import HTTPStatus

from pydantic import JsonValue

from bim360_provider.emulator.errors import GatewayError, HqError, RefusedError
from bim360_provider.emulator.fault_rules import Then
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Delivery, Reply

REDIRECT = 307
"""Keeps method and body, so it is the redirect that can do most harm."""

GATEWAY_CODES = {401: "AUTH-006", 403: "AUTH-010", 429: "ERR-001"}
"""Documented: https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/"""

SERVER_ERROR = "ERR-003"
"""Documented for 500 on the same page; for 502, 503 and 504 it is an inference."""

FIRST_SERVER_ERROR = 500
FIRST_ERROR = 400
FILLER = "HQ is not well today. "


ROWS = ("results", "success_items", "business_units")
"""Where the answers that wrap a list have it."""


def spoil(then: Then, true: Reply | None) -> Reply:
    """Return the answer to send.

    Args:
        then: The fault.
        true: What HQ answered when it acted, None when it did not.
    """
    reply = _with_room(_content(then, _base(then, true)))
    headers = {**reply.headers, **{name.lower(): each for name, each in then.headers.items()}}
    if then.retry_after is not None:
        headers["retry-after"] = str(then.retry_after)
    if then.redirect is not None:
        headers["location"] = then.redirect
    return replace(reply, headers=headers, delivery=_delivery(then))


def _with_room(reply: Reply) -> Reply:
    """Make a 204 that a fault gave a body a 200: HTTP has no room for one."""
    empty = reply.status != HTTPStatus.NO_CONTENT or not reply.body
    return reply if empty else replace(reply, status=HTTPStatus.OK)


def _delivery(then: Then) -> Delivery:
    return Delivery(
        delay=then.delay, drop=then.drop is not None, cut_after=then.truncate, drip=then.drip
    )


def _base(then: Then, true: Reply | None) -> Reply:
    if then.redirect is not None:
        return Reply(then.status or REDIRECT, {}, b"")
    if then.status is None:
        return true or Reply(HTTPStatus.OK, {}, b"")
    if then.status == HTTPStatus.NO_CONTENT:
        return Reply(then.status, {}, b"")
    if then.status < FIRST_ERROR:
        return replace(true or Reply.json(then.status, {}), status=then.status)
    return usual(then.status).reply()


def usual(status: int) -> RefusedError:
    """Return the error the API usually answers with a status."""
    reason = next((each.phrase for each in HTTPStatus if each == status), "Error")
    if status in GATEWAY_CODES:
        return GatewayError(status, GATEWAY_CODES[status], reason)
    if status >= FIRST_SERVER_ERROR:
        return GatewayError(status, SERVER_ERROR, reason)
    return HqError(status, Code.REFUSED, reason)


def _content(then: Then, reply: Reply) -> Reply:
    """Put another body into an answer, where the fault has one."""
    if "body" in then.model_fields_set:
        return Reply.json(reply.status, then.body, {**reply.headers})
    if then.html:
        return _typed(reply, "text/html", _page(reply.status))
    if then.size is not None:
        filler = FILLER * (then.size // len(FILLER) + 1)
        return _typed(reply, "text/plain", filler[: then.size])
    if then.text is not None:
        return _typed(reply, "text/plain", then.text)
    if then.change:
        return Reply.json(reply.status, _changed(reply.content(), then.change), {**reply.headers})
    return reply


def _typed(reply: Reply, kind: str, text: str) -> Reply:
    headers = {**reply.headers, "content-type": f"{kind}; charset=utf-8"}
    return replace(reply, headers=headers, body=text.encode())


def _page(status: int) -> str:
    return f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"


def _changed(content: JsonValue, change: dict[str, JsonValue]) -> JsonValue:
    if isinstance(content, list):
        return [_changed(row, change) for row in content]
    if not isinstance(content, dict):
        return content
    rows = next((name for name in ROWS if isinstance(content.get(name), list)), None)
    if rows is None or change.keys() & content.keys():
        return {**content, **change}
    return {**content, rows: _changed(content[rows], change)}
