"""What HQ's endpoints share: database, clock, ids, quotas and options."""

import math
from collections import defaultdict, deque
from typing import NamedTuple

from bim360_provider.emulator.clock import EmulatorClock
from bim360_provider.emulator.http.errors import GatewayError
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.storage.database import IdGenerator, Store


class QuotaKey(NamedTuple):
    """The quota of some endpoints, and the option with its limit."""

    name: str
    option: str


HQ_QUOTA = QuotaKey("hq", "rate_limit_per_minute")
ADMIN_READ_QUOTA = QuotaKey("admin_reads", "admin_rate_limit_per_minute")
ADMIN_WRITE_QUOTA = QuotaKey("admin_writes", "rate_limit_per_minute")
"""Documented: HQ's endpoints share one quota; construction/admin has one for reads and one for
writes, see https://aps.autodesk.com/en/docs/acc/v1/overview/rate-limits/admin-rate-limits/"""

QUOTA_WINDOW = 60.0
"""Seconds; the documented quotas are per minute."""


class Quota:
    """A sliding window on the emulator's clock.

    Only accepted requests count, so waiting for ``Retry-After`` is sufficient (inference).
    """

    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock
        self._request_times: dict[str, deque[float]] = defaultdict(deque)

    def consume(self, caller: str, limit: int) -> None:
        """Accept a request, or refuse it with the seconds to wait.

        Raises:
            GatewayError: 429 with ``Retry-After``, after ``limit`` requests.
        """
        if not limit:
            return
        recent, now = self._request_times[caller], self._clock.now()
        while recent and recent[0] <= now - QUOTA_WINDOW:
            recent.popleft()
        if len(recent) >= limit:
            raise build_quota_error(math.ceil(recent[0] + QUOTA_WINDOW - now))
        recent.append(now)

    def reset(self) -> None:
        """Forget every request."""
        self._request_times.clear()


def build_quota_error(wait: int) -> GatewayError:
    """Return the gateway's 429; ``Retry-After`` is in seconds, as the vendor's tools read it."""
    return GatewayError(429, "ERR-001", "Quota limit exceeded.", {"retry-after": str(max(wait, 1))})


class HqState:
    """Everything that HQ's endpoints read and write; only one thread at a time uses it."""

    def __init__(self, store: Store, options: Options, clock: EmulatorClock) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.quotas: dict[str, Quota] = defaultdict(lambda: Quota(clock))
        self.token_quota = Quota(clock)

    @property
    def ids(self) -> IdGenerator:
        """The generator of ids, with the seed of the options."""
        return IdGenerator(self.store, self.options.ids_seed)

    def reset_quotas(self) -> None:
        """Reset every quota."""
        for quota in self.quotas.values():
            quota.reset()
        self.token_quota.reset()

    def consume_quota(self, caller: str, quota: QuotaKey) -> None:
        """Count a request against its quota.

        Raises:
            GatewayError: 429 with ``Retry-After``.
        """
        limit: int = getattr(self.options, quota.option)
        self.quotas[quota.name].consume(caller, limit)
