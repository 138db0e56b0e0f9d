"""Checks of the network: host name, proxy, certificate, first token, clock and rate limit."""

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
from bim360_provider.hq.transport.rate_limit import SharedLimitError, create_limiter
from bim360_provider.hq.transport.response import Response
from bim360_provider.hq.transport.token import SCOPES

__all__ = ["check_base_url", "check_clock", "check_rate_limit", "check_scopes", "check_token"]

RESOLVE_TIMEOUT: Final = 5.0
"""Seconds for the name: a resolver that is down makes people wait for a minute."""

NOT_HQ_REMEDY: Final = "Check bim360:baseUrl, and the proxy if there is one."

APP_NOT_ALLOWED_CODE: Final = "AUTH-001"

BAD_REQUEST: Final = 400


def check_base_url(case: CheckContext) -> Finding:
    """Look for a way to HQ: the name, the proxy, the certificate."""
    scheme, host, port = split_base_url(case.required_probe.connection.base_url)
    proxy = _find_proxy(host, scheme)
    if not proxy and not _is_resolvable(host, port):
        return report_failure(
            f"the name {host} cannot be resolved",
            "Check the network, its DNS and bim360:baseUrl; behind a proxy set HTTPS_PROXY.",
        )
    try:
        case.first_response = case.required_probe.request_token(SCOPES)
    except ConfigError as error:
        seen, _, remedy = str(error).partition("; ")
        return report_failure(
            seen, f"{remedy[:1].upper()}{remedy[1:]}." if remedy else NOT_HQ_REMEDY
        )
    except Bim360Error as error:
        way = f"Check the proxy {proxy}" if proxy else "Check firewall and proxy (HTTPS_PROXY)"
        return report_failure(f"{host}: {error}", f"{way}, and bim360:baseUrl.")
    if case.first_response.is_success and not case.first_response.has_json:
        return report_failure(
            f"what answers on {host} is not HQ: {case.first_response.message}", NOT_HQ_REMEDY
        )
    return report_ok(f"{host} answers" + (f" through the proxy {proxy}" if proxy else ""))


def _find_proxy(host: str, scheme: str) -> str:
    """Return the URL of the proxy on the way, without the login."""
    address = "" if host in LOOPBACK_HOSTS or proxy_bypass(host) else getproxies().get(scheme, "")
    return strip_login(address)


def _is_resolvable(host: str, port: int) -> bool:
    found: list[object] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(host, port))
        except (OSError, UnicodeError):
            found.clear()

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(RESOLVE_TIMEOUT)
    return bool(found)


def check_token(case: CheckContext) -> Finding:
    """Look at what the token endpoint answered."""
    answer = case.required_first_response
    if answer.status == BAD_REQUEST:
        answer = _request_each_scope(case, answer)
    if case.required_probe.bearer:
        return report_ok("HQ knows the app and gave it a token")
    seen = describe_response(answer, case.mask_secrets)
    if answer.is_success:
        return report_failure("the answer holds no token", NOT_HQ_REMEDY)
    if answer.code == APP_NOT_ALLOWED_CODE:
        return report_failure(
            seen,
            "Check the client id; the app needs the BIM 360 API: https://aps.autodesk.com/myapps.",
        )
    return report_failure(seen, _choose_token_remedy(answer))


def _choose_token_remedy(answer: Response) -> str:
    if answer.status in (401, 403) and answer.is_api_error:
        return (
            "Client id and secret do not fit: copy both once more from the app's page on "
            "https://aps.autodesk.com/myapps; a secret that was made anew ends the old one."
        )
    return choose_advice(answer)


def _request_each_scope(case: CheckContext, answer: Response) -> Response:
    """Ask for each scope alone, and keep which are refused."""
    for scope in SCOPES.split():
        alone = _request_scope(case, scope)
        if alone is None or not alone.is_success:
            case.refused_scopes.add(scope)
            answer = alone or answer
    return answer


def _request_scope(case: CheckContext, scope: str) -> Response | None:
    try:
        return case.required_probe.request_token(scope)
    except Bim360Error:
        return None


def check_scopes(case: CheckContext) -> Finding:
    """Look whether the token may read and write."""
    said_so = case.required_probe.read_scopes()
    wanted = frozenset(SCOPES.split())
    lacking = sorted(case.refused_scopes or wanted - (wanted if said_so is None else said_so))
    if lacking:
        return report_failure(
            f"the token lacks {' and '.join(lacking)}",
            "The app needs account:read and account:write: look at its APIs and scopes on "
            "https://aps.autodesk.com/myapps.",
        )
    return report_ok(f"{' and '.join(sorted(wanted))}: granted")


MAX_CLOCK_SKEW: Final = 60.0
"""Seconds: the length of the window that machines share by their own clocks."""

BUSY_REMEDY: Final = (
    "Wait a minute, and look who else uses this client id: HQ allows it 100 a minute."
)


def check_clock(case: CheckContext) -> Finding:
    """Compare this machine's clock with HQ's."""
    skew = case.required_probe.clock_skew
    if skew is None:
        return report_warning(
            "HQ's answers carry no Date", "A proxy may take it out; nothing depends on it."
        )
    words = f"{format_duration(abs(skew))} {'ahead of' if skew > 0 else 'behind'} HQ's"
    if abs(skew) > MAX_CLOCK_SKEW:
        return report_warning(
            f"this machine's clock is {words}",
            "Set it (NTP): certificates and a shared rate limit go by it. Leftovers and new "
            "projects do not: they go by HQ's.",
        )
    return report_ok(f"{words}: near enough" if abs(skew) >= 1 else "the same as HQ's")


def check_rate_limit(case: CheckContext) -> Finding:
    """Look whether HQ asked to slow down, and whether a shared limit can be shared."""
    limit, store = (
        case.required_settings.requests_per_minute,
        case.required_settings.rate_limit_store,
    )
    if case.required_probe.is_rate_limited:
        return report_warning("HQ asked to slow down (429)", BUSY_REMEDY)
    pace = f"{limit} requests a minute" if limit else "no limit but HQ's"
    if not store:
        return report_ok(f"{pace}, for each process by itself")
    if not limit:
        return report_warning(
            "bim360:requestsPerMinute is 0, so bim360:rateLimitStore is not used",
            "Take one of the two out.",
        )
    return _check_shared_window(case, limit, store, pace)


def _check_shared_window(case: CheckContext, limit: int, store: str, pace: str) -> Finding:
    kind = "a server" if is_redis_url(store) else store
    try:
        wait = create_limiter(
            limit, store, case.required_probe.connection.client_id, time.monotonic
        ).try_acquire()
    except SharedLimitError as error:
        return report_warning(
            f"{error}: {kind}",
            "Check bim360:rateLimitStore: a file that may be written, or a redis:// URL that "
            "answers. Until then each process has a window of its own.",
        )
    if wait > 0:
        return report_warning(f"the shared window is full for {wait:.0f} s", BUSY_REMEDY)
    return report_ok(f"{pace}, shared through {kind}")
