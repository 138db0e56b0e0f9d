"""Checks of time and pace: this machine's clock, and the limit of requests."""

import time
from typing import Final

from bim360_provider.doctor.case import Case
from bim360_provider.doctor.finding import Finding, fine, warned
from bim360_provider.hq.address import is_server
from bim360_provider.hq.clock import duration
from bim360_provider.hq.pace import PaceError, pace_for

__all__ = ["clock", "rate_limit"]

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
