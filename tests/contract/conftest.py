"""An emulator for the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.contract.populated_emulator import PopulatedEmulator


@pytest.fixture(scope="module")
def populated_emulator() -> Iterator[PopulatedEmulator]:
    """Return an emulator that keeps the effects of earlier requests until it is populated again."""
    emulator = PopulatedEmulator()
    yield emulator
    emulator.close()
