"""One emulator: its backend, faults and journal; reset, replace, dump and load it."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import Clock
from bim360_provider.emulator.faults import Faults, Rule
from bim360_provider.emulator.journal import Journal
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import plant_accounts, plant_clients
from bim360_provider.emulator.seed.models import Seed, SeedError, first_problem
from bim360_provider.emulator.storage.database import Store


class World:
    """A backend with its seed, its journal and its faults."""

    def __init__(
        self,
        seed: Seed,
        store: Store,
        overrides: Mapping[str, JsonValue],
        clock: Clock | None = None,
        faults: Iterable[Rule] = (),
    ) -> None:
        self._seed = seed
        self._overrides = overrides
        self.journal = Journal()
        self.faults = Faults(faults)
        self.backend = Backend(store, self._options(), clock or Clock())
        if store.is_new:
            self._plant()

    def reset(self) -> None:
        """Go back to the seed: state, ids, clock, options, quotas, faults and journal."""
        self.backend.clock.reset()
        self.backend.options = self._options()
        self.backend.forget_requests()
        self.journal.clear()
        self.faults.reset()
        with self.backend.store.transaction():
            self.backend.store.clear()
            self._plant_rows()

    def reseed(self, seed: Seed) -> None:
        """Take another seed, and go back to it.

        Raises:
            SeedError: One of its options has a mistake; nothing has changed then.
        """
        before, self._seed = self._seed, seed
        try:
            self._options()
        except SeedError:
            self._seed = before
            raise
        self.reset()

    def set_options(self, changes: dict[str, JsonValue]) -> Options:
        """Change options until the next reset.

        Raises:
            SeedError: One has a mistake.
        """
        self.backend.options = parse_options({**self.backend.options.model_dump(), **changes})
        return self.backend.options

    def _options(self) -> Options:
        return parse_options({**self._seed.options, **self._overrides})

    def _plant(self) -> None:
        with self.backend.store.transaction():
            self._plant_rows()

    def _plant_rows(self) -> None:
        plant_accounts(self.backend, self._seed.accounts)
        plant_clients(self.backend, self._seed.clients)
        self.backend.store.planted()


def parse_options(given: dict[str, JsonValue]) -> Options:
    """Return options from JSON.

    Raises:
        SeedError: One has a mistake.
    """
    try:
        return Options.model_validate(given)
    except ValidationError as error:
        msg = f"options.{first_problem(error, Options)}"
        raise SeedError(msg) from None
