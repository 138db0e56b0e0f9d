"""The state of one emulator: its backend, faults and journal."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import EmulatorClock
from bim360_provider.emulator.faults import FaultInjector, Rule
from bim360_provider.emulator.journal import Journal
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import load_accounts, load_clients
from bim360_provider.emulator.seed.models import Seed, SeedError, format_first_problem
from bim360_provider.emulator.storage.database import Store


class EmulatorInstance:
    """A backend with its seed, its journal and its faults."""

    def __init__(
        self,
        seed: Seed,
        store: Store,
        overrides: Mapping[str, JsonValue],
        clock: EmulatorClock | None = None,
        faults: Iterable[Rule] = (),
    ) -> None:
        self._seed = seed
        self._overrides = overrides
        self.journal = Journal()
        self.faults = FaultInjector(faults)
        self.backend = Backend(store, self._build_options(), clock or EmulatorClock())
        if store.is_new:
            self._load_seed()

    def reset(self) -> None:
        """Restore the seed: state, ids, clock, options, quotas, faults and journal."""
        self.backend.clock.reset()
        self.backend.options = self._build_options()
        self.backend.reset_quotas()
        self.journal.clear()
        self.faults.reset()
        with self.backend.store.begin_transaction():
            self.backend.store.clear()
            self._insert_seed_rows()

    def replace_seed(self, seed: Seed) -> None:
        """Replace the seed, and reset to it.

        Raises:
            SeedError: One of its options is invalid; then nothing changes.
        """
        before, self._seed = self._seed, seed
        try:
            self._build_options()
        except SeedError:
            self._seed = before
            raise
        self.reset()

    def set_options(self, changes: dict[str, JsonValue]) -> Options:
        """Change options until the next reset.

        Raises:
            SeedError: One is invalid.
        """
        self.backend.options = parse_options({**self.backend.options.model_dump(), **changes})
        return self.backend.options

    def _build_options(self) -> Options:
        return parse_options({**self._seed.options, **self._overrides})

    def _load_seed(self) -> None:
        with self.backend.store.begin_transaction():
            self._insert_seed_rows()

    def _insert_seed_rows(self) -> None:
        load_accounts(self.backend, self._seed.accounts)
        load_clients(self.backend, self._seed.clients)
        self.backend.store.mark_seeded()


def parse_options(given: dict[str, JsonValue]) -> Options:
    """Return options from JSON.

    Raises:
        SeedError: One is invalid.
    """
    try:
        return Options.model_validate(given)
    except ValidationError as error:
        msg = f"options.{format_first_problem(error, Options)}"
        raise SeedError(msg) from None
