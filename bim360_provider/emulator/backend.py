"""Everything the emulated API stands on: store, clock, ids, quota and options."""

from bim360_provider.emulator.clock import Clock
from bim360_provider.emulator.ids import Ids
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.rate import Quota
from bim360_provider.emulator.store import Store


class Backend:
    """The parts the entities share; one thread at a time uses them."""

    def __init__(self, store: Store, options: Options, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        self.hq_quota = Quota(clock)
        self.token_quota = Quota(clock)
        self.revoked_up_to = 0
        """Tokens with a serial number up to this one are refused."""

    @property
    def ids(self) -> Ids:
        """The maker of ids, on the seed the options name."""
        return Ids(self.store, self.options.ids_seed)

    def forget_requests(self) -> None:
        """Start both quotas afresh."""
        self.hq_quota.reset()
        self.token_quota.reset()
