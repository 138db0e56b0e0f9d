"""How fast requests may go out: one window per client id, for threads, processes or machines.

HQ allows 100 requests a minute per client id over all its endpoints:
https://aps.autodesk.com/en/docs/bim360/v1/rate-limits/account_admin-rate-limits/
hq/window.py has the windows; this module chooses one.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from bim360_provider.hq.address import is_server, rate_limit_store
from bim360_provider.hq.window import PaceError, in_file, in_memory, in_redis, library

__all__ = ["DEFAULT_LIMIT", "WINDOW", "Pace", "PaceError", "pace_for"]

DEFAULT_LIMIT: Final = 96
"""Requests a minute: HQ's 100 less a few for whoever else looks at the account."""

WINDOW: Final = 60.5
"""Seconds: HQ's minute, and half a second by which requests may be late on their way."""


class Pace(Protocol):
    """A window that requests are counted in."""

    def take(self) -> float:
        """Take a place and return 0, or return the seconds after which to ask again."""


class Unlimited:
    """No window at all."""

    def take(self) -> float:
        """Let everything through."""
        return 0.0


def pace_for(
    limit: int,
    store: str | None,
    client_id: str,
    monotonic: Callable[[], float],
    window: float = WINDOW,
) -> Pace:
    """Return the window of a client id.

    Args:
        limit: Requests in a window; 0 is no limit.
        store: None keeps the window in this process; a path shares it with the processes of this
            machine, a ``redis://`` URL with other machines.
        client_id: Whose window it is; only a hash of it is stored.
        monotonic: The clock of a window of this process; shared windows go by the wall clock.
        window: Its length in seconds.

    Raises:
        PaceError: The store cannot be used; the message says why.
    """
    if not limit:
        return Unlimited()
    rates = [library().Rate(limit, int(window * 1000))]
    if not store:
        return in_memory(rates, monotonic)
    name = f"bim360_{hashlib.sha256(client_id.encode()).hexdigest()[:16]}"
    try:
        if is_server(rate_limit_store(store)):
            return in_redis(rates, store, name)
        return in_file(rates, Path(store).expanduser(), name)
    except ModuleNotFoundError as error:
        install = "pip install '../bim360_provider[redis]'"
        msg = f"the shared rate limit needs the package '{error.name}': {install}"
        raise PaceError(msg) from None
    except Exception as error:  # noqa: BLE001 - whatever a file or a server may raise
        msg = f"the shared rate limit cannot be used ({type(error).__name__})"
        raise PaceError(msg) from None
