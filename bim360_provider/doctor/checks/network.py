"""Checks of the connection: host name, proxy, certificate, token, clock and rate limit."""

import socket
import threading
import time
from typing import Final
from urllib.request import getproxies, proxy_bypass

from bim360_provider.doctor.context import (
    CheckContext,
    Finding,
    report_failure,
    report_ok,
    report_warning,
)
from bim360_provider.errors import Bim360Error, ConfigError
from bim360_provider.hq.transport.address import (
    LOOPBACK_HOSTS,
    is_redis_url,
    split_base_url,
    strip_login,
)
from bim360_provider.hq.transport.clock import format_duration
from bim360_provider.hq.transport.errors import choose_advice, describe_response
from bim360_provider.hq.transport.message import Response
from bim360_provider.hq.transport.rate_limit import SharedLimitError, create_limiter
from bim360_provider.hq.transport.token import SCOPES

__all__ = ["check_base_url", "check_clock", "check_rate_limit", "check_scopes", "check_token"]

RESOLVE_TIMEOUT: Final = 5.0
"""Seconds to resolve a host name; without a limit it may take a minute."""

NOT_HQ_REMEDY: Final = "Check bim360:baseUrl and the proxy, if any."
APP_NOT_ALLOWED_CODE: Final = "AUTH-001"
BAD_REQUEST: Final = 400

MAX_CLOCK_SKEW: Final = 60.0
"""Seconds: the length of the shared rate-limit window, which uses the machines' clocks."""

BUSY_REMEDY: Final = (
    "Wait a minute, and check what else uses this client id: HQ allows 100 requests a minute."
)


def check_base_url(context: CheckContext) -> Finding:
    """Check that HQ is reachable: host name, proxy and certificate."""
    scheme, host, port = split_base_url(context.required_probe.connection.base_url)
    proxy = _find_proxy(host, scheme)
    if not proxy and not _is_resolvable(host, port):
        return report_failure(
            f"the host name {host} cannot be resolved",
            "Check the network, DNS and bim360:baseUrl; behind a proxy set HTTPS_PROXY.",
        )
    try:
        context.first_response = context.required_probe.request_token(SCOPES)
    except ConfigError as error:
        message, _, remedy = str(error).partition("; ")
        return report_failure(
            message, f"{remedy[:1].upper()}{remedy[1:]}." if remedy else NOT_HQ_REMEDY
        )
    except Bim360Error as error:
        advice = f"Check the proxy {proxy}" if proxy else "Check firewall and proxy (HTTPS_PROXY)"
        return report_failure(f"{host}: {error}", f"{advice}, and bim360:baseUrl.")
    if context.first_response.is_success and not context.first_response.has_json:
        return report_failure(
            f"the server at {host} is not HQ: {context.first_response.message}", NOT_HQ_REMEDY
        )
    return report_ok(f"{host} is reachable" + (f" through the proxy {proxy}" if proxy else ""))


def check_token(context: CheckContext) -> Finding:
    """Check the response of the token endpoint."""
    response = context.required_first_response
    if response.status == BAD_REQUEST:
        response = _request_each_scope(context, response)
    if context.required_probe.bearer:
        return report_ok("HQ issued a token for the app")
    message = describe_response(response, context.mask_secrets)
    if response.is_success:
        return report_failure("the response contains no token", NOT_HQ_REMEDY)
    if response.code == APP_NOT_ALLOWED_CODE:
        return report_failure(
            message,
            "Check the client id; the app needs the BIM 360 API: https://aps.autodesk.com/myapps.",
        )
    return report_failure(message, _choose_token_remedy(response))


def check_scopes(context: CheckContext) -> Finding:
    """Check that the token has both scopes."""
    granted = context.required_probe.read_scopes()
    required = frozenset(SCOPES.split())
    missing = sorted(
        context.refused_scopes or required - (required if granted is None else granted)
    )
    if missing:
        return report_failure(
            f"the token lacks {' and '.join(missing)}",
            "The app needs account:read and account:write: check its APIs and scopes on "
            "https://aps.autodesk.com/myapps.",
        )
    return report_ok(f"{' and '.join(sorted(required))}: granted")


def check_clock(context: CheckContext) -> Finding:
    """Compare the clock of this machine with HQ's."""
    skew = context.required_probe.clock_skew
    if skew is None:
        return report_warning(
            "HQ's responses have no Date header", "Check the proxy, which may remove it."
        )
    difference = f"{format_duration(abs(skew))} {'ahead of' if skew > 0 else 'behind'} HQ's"
    if abs(skew) > MAX_CLOCK_SKEW:
        return report_warning(
            f"the clock of this machine is {difference}",
            "Correct it (NTP): certificates and a shared rate limit depend on it.",
        )
    return report_ok(f"{difference}: close enough" if abs(skew) >= 1 else "the same as HQ's")


def check_rate_limit(context: CheckContext) -> Finding:
    """Check that HQ does not limit requests now, and that a shared limit works."""
    limit, store = (
        context.required_settings.requests_per_minute,
        context.required_settings.rate_limit_store,
    )
    if context.required_probe.is_rate_limited:
        return report_warning("HQ limits the requests (429)", BUSY_REMEDY)
    rate = f"{limit} requests a minute" if limit else "no limit except HQ's"
    if not store:
        return report_ok(f"{rate}, for each process separately")
    if not limit:
        return report_warning(
            "bim360:requestsPerMinute is 0, so bim360:rateLimitStore is not used",
            "Remove one of the two.",
        )
    return _check_shared_window(context, limit, store, rate)


def _find_proxy(host: str, scheme: str) -> str:
    """Return the URL of the proxy for a host, without the login; empty if there is none."""
    address = "" if host in LOOPBACK_HOSTS or proxy_bypass(host) else getproxies().get(scheme, "")
    return strip_login(address)


def _is_resolvable(host: str, port: int) -> bool:
    addresses: list[object] = []

    def resolve() -> None:
        try:
            addresses.append(socket.getaddrinfo(host, port))
        except (OSError, UnicodeError):
            addresses.clear()

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(RESOLVE_TIMEOUT)
    return bool(addresses)


def _choose_token_remedy(response: Response) -> str:
    if response.status in (401, 403) and response.is_api_error:
        return (
            "Client id and secret do not match: copy both again from the page of the app on "
            "https://aps.autodesk.com/myapps; a regenerated secret replaces the old one."
        )
    return choose_advice(response)


def _request_each_scope(context: CheckContext, response: Response) -> Response:
    """Request a token for each scope and record the refused scopes."""
    for scope in SCOPES.split():
        single = _request_scope(context, scope)
        if single is None or not single.is_success:
            context.refused_scopes.add(scope)
            response = single or response
    return response


def _request_scope(context: CheckContext, scope: str) -> Response | None:
    try:
        return context.required_probe.request_token(scope)
    except Bim360Error:
        return None


def _check_shared_window(context: CheckContext, limit: int, store: str, rate: str) -> Finding:
    kind = "a server" if is_redis_url(store) else store
    try:
        wait = create_limiter(
            limit, store, context.required_probe.connection.client_id, time.monotonic
        ).try_acquire()
    except SharedLimitError as error:
        return report_warning(
            f"{error}: {kind}",
            "Check bim360:rateLimitStore: it must be a writable file or a reachable redis:// URL. "
            "Until then each process has its own limit.",
        )
    if wait > 0:
        return report_warning(f"the shared limit is used up for {wait:.0f} s", BUSY_REMEDY)
    return report_ok(f"{rate}, shared through {kind}")
