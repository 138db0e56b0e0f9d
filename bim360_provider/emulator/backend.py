"""Everything the emulated API stands on: store, clock, ids, quota and options."""

from bim360_provider.emulator.clock import Clock
from bim360_provider.emulator.ids import Ids
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.rate import ADMIN_READS, ADMIN_WRITES, HQ, Quota
from bim360_provider.emulator.store import Store


class Backend:
    """The parts the entities share; one thread at a time uses them."""

    def __init__(self, store: Store, options: Options, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.quotas = {name: Quota(clock) for name in (HQ, ADMIN_READS, ADMIN_WRITES)}
        self.token_quota = Quota(clock)
        self.revoked_up_to = 0
        """Tokens with a serial number up to this one are refused."""

    @property
    def ids(self) -> Ids:
        """The maker of ids, on the seed the options name."""
        return Ids(self.store, self.options.ids_seed)

    def forget_requests(self) -> None:
        """Start every quota afresh."""
        for quota in self.quotas.values():
            quota.reset()
        self.token_quota.reset()

    def admit(self, caller: str, quota: str) -> None:
        """Let a request through its quota.

        Raises:
            GatewayError: 429 with ``Retry-After``.
        """
        reads = quota == ADMIN_READS
        options = self.options
        limit = options.admin_rate_limit_per_minute if reads else options.rate_limit_per_minute
        self.quotas[quota].admit(caller, limit)
