"""Checks of the network: host name, proxy, certificate, first token, clock and rate limit."""

import socket
import threading
import time
from typing import Final
from urllib.request import getproxies, proxy_bypass

from bim360_provider.doctor.context import Case, Finding, failed, fine, warned
from bim360_provider.errors import Bim360Error, ConfigError
from bim360_provider.hq.transport.address import LOOPBACK, is_server, split_base_url, without_login
from bim360_provider.hq.transport.clock import duration
from bim360_provider.hq.transport.errors import advice, said
from bim360_provider.hq.transport.rate_limit import PaceError, pace_for
from bim360_provider.hq.transport.response import Answer
from bim360_provider.hq.transport.token import SCOPES

__all__ = ["base_url", "clock", "granted_scopes", "rate_limit", "token"]

RESOLVE_TIMEOUT: Final = 5.0
"""Seconds for the name: a resolver that is down makes people wait for a minute."""

NOT_HQ: Final = "Check bim360:baseUrl, and the proxy if there is one."

NOT_ALLOWED: Final = "AUTH-001"

BAD_REQUEST: Final = 400


def base_url(case: Case) -> Finding:
    """Look for a way to HQ: the name, the proxy, the certificate."""
    scheme, host, port = split_base_url(case.hq.connection.base_url)
    proxy = _proxy(host, scheme)
    if not proxy and not _resolves(host, port):
        return failed(
            f"the name {host} cannot be resolved",
            "Check the network, its DNS and bim360:baseUrl; behind a proxy set HTTPS_PROXY.",
        )
    try:
        case.first = case.hq.token(SCOPES)
    except ConfigError as error:
        seen, _, remedy = str(error).partition("; ")
        return failed(seen, f"{remedy[:1].upper()}{remedy[1:]}." if remedy else NOT_HQ)
    except Bim360Error as error:
        way = f"Check the proxy {proxy}" if proxy else "Check firewall and proxy (HTTPS_PROXY)"
        return failed(f"{host}: {error}", f"{way}, and bim360:baseUrl.")
    if case.first.is_success and not case.first.has_json:
        return failed(f"what answers on {host} is not HQ: {case.first.words}", NOT_HQ)
    return fine(f"{host} answers" + (f" through the proxy {proxy}" if proxy else ""))


def _proxy(host: str, scheme: str) -> str:
    """Return the URL of the proxy on the way, without the login."""
    address = "" if host in LOOPBACK or proxy_bypass(host) else getproxies().get(scheme, "")
    return without_login(address)


def _resolves(host: str, port: int) -> bool:
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


def token(case: Case) -> Finding:
    """Look at what the token endpoint answered."""
    answer = case.answered
    if answer.status == BAD_REQUEST:
        answer = _one_by_one(case, answer)
    if case.hq.bearer:
        return fine("HQ knows the app and gave it a token")
    seen = said(answer, case.masked)
    if answer.is_success:
        return failed("the answer holds no token", NOT_HQ)
    if answer.code == NOT_ALLOWED:
        return failed(
            seen,
            "Check the client id; the app needs the BIM 360 API: https://aps.autodesk.com/myapps.",
        )
    return failed(seen, _about(answer))


def _about(answer: Answer) -> str:
    if answer.status in (401, 403) and answer.is_from_hq:
        return (
            "Client id and secret do not fit: copy both once more from the app's page on "
            "https://aps.autodesk.com/myapps; a secret that was made anew ends the old one."
        )
    return advice(answer)


def _one_by_one(case: Case, answer: Answer) -> Answer:
    """Ask for each scope alone, and keep which are refused."""
    for scope in SCOPES.split():
        alone = _alone(case, scope)
        if alone is None or not alone.is_success:
            case.refused.add(scope)
            answer = alone or answer
    return answer


def _alone(case: Case, scope: str) -> Answer | None:
    try:
        return case.hq.token(scope)
    except Bim360Error:
        return None


def granted_scopes(case: Case) -> Finding:
    """Look whether the token may read and write."""
    said_so = case.hq.scopes()
    wanted = frozenset(SCOPES.split())
    lacking = sorted(case.refused or wanted - (wanted if said_so is None else said_so))
    if lacking:
        return failed(
            f"the token lacks {' and '.join(lacking)}",
            "The app needs account:read and account:write: look at its APIs and scopes on "
            "https://aps.autodesk.com/myapps.",
        )
    return fine(f"{' and '.join(sorted(wanted))}: granted")


SKEW: Final = 60.0
"""Seconds: the length of the window that machines share by their own clocks."""

BUSY: Final = "Wait a minute, and look who else uses this client id: HQ allows it 100 a minute."


def clock(case: Case) -> Finding:
    """Compare this machine's clock with HQ's."""
    skew = case.hq.skew
    if skew is None:
        return warned(
            "HQ's answers carry no Date", "A proxy may take it out; nothing depends on it."
        )
    words = f"{duration(abs(skew))} {'ahead of' if skew > 0 else 'behind'} HQ's"
    if abs(skew) > SKEW:
        return warned(
            f"this machine's clock is {words}",
            "Set it (NTP): certificates and a shared rate limit go by it. Leftovers and new "
            "projects do not: they go by HQ's.",
        )
    return fine(f"{words}: near enough" if abs(skew) >= 1 else "the same as HQ's")


def rate_limit(case: Case) -> Finding:
    """Look whether HQ asked to slow down, and whether a shared limit can be shared."""
    limit, store = case.known.requests_per_minute, case.known.rate_limit_store
    if case.hq.slowed:
        return warned("HQ asked to slow down (429)", BUSY)
    pace = f"{limit} requests a minute" if limit else "no limit but HQ's"
    if not store:
        return fine(f"{pace}, for each process by itself")
    if not limit:
        return warned(
            "bim360:requestsPerMinute is 0, so bim360:rateLimitStore is not used",
            "Take one of the two out.",
        )
    return _shared(case, limit, store, pace)


def _shared(case: Case, limit: int, store: str, pace: str) -> Finding:
    kind = "a server" if is_server(store) else store
    try:
        wait = pace_for(limit, store, case.hq.connection.client_id, time.monotonic).take()
    except PaceError as error:
        return warned(
            f"{error}: {kind}",
            "Check bim360:rateLimitStore: a file that may be written, or a redis:// URL that "
            "answers. Until then each process has a window of its own.",
        )
    if wait > 0:
        return warned(f"the shared window is full for {wait:.0f} s", BUSY)
    return fine(f"{pace}, shared through {kind}")
