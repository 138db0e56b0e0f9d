"""The quota: so many requests in any 60 seconds, for each client id.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/overview/rate-limits/account_admin-rate-limits/
"""

import math
from collections import defaultdict, deque

from bim360_provider.emulator.clock import Clock
from bim360_provider.emulator.errors import GatewayError

HQ, ADMIN_READS, ADMIN_WRITES = "hq", "admin_reads", "admin_writes"
"""Documented: HQ's endpoints share one quota; construction/admin has one for reads and one for
writes, see https://aps.autodesk.com/en/docs/acc/v1/overview/rate-limits/admin-rate-limits/"""

WINDOW = 60.0
"""Seconds; the documented quotas are per minute."""


class Quota:
    """A sliding window on the emulator's clock.

    Only requests that were let through count, so a client that waits as told gets in (inference).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._let_in: dict[str, deque[float]] = defaultdict(deque)

    def admit(self, caller: str, limit: int) -> None:
        """Let a request through, or refuse it with the whole seconds to wait.

        Raises:
            GatewayError: 429 with ``Retry-After``, when ``limit`` requests were let in.
        """
        if not limit:
            return
        recent, now = self._let_in[caller], self._clock.now()
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if len(recent) >= limit:
            raise over_quota(math.ceil(recent[0] + WINDOW - now))
        recent.append(now)

    def reset(self) -> None:
        """Forget every request."""
        self._let_in.clear()


def over_quota(wait: int) -> GatewayError:
    """Return the gateway's 429; ``Retry-After`` is in seconds, as the vendor's tools read it."""
    return GatewayError(429, "ERR-001", "Quota limit exceeded.", {"retry-after": str(max(wait, 1))})
