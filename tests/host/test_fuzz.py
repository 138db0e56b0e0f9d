"""Generated arguments in the real host: either refused by name, or accepted by HQ as well."""

from collections.abc import Iterator

import pytest

from tests.fuzz.entities import ENTITIES
from tests.fuzz.round_trip import FuzzRunner, start_runner
from tests.support.sdk import needs_sdk

# All tests of this module share one host and one HQ.
pytestmark = pytest.mark.xdist_group("fuzz")

SETS = dict.fromkeys(ENTITIES, 120) | {"project": 200}
"""Argument sets of each entity; ``make fuzz`` tries 6,000 and 800."""


@pytest.fixture(scope="module")
def runner() -> Iterator[FuzzRunner]:
    """Return a host and its HQ."""
    with start_runner() as runner:
        yield runner


@pytest.mark.parametrize(
    "kind",
    [
        # Older hosts drop names of units that begin with "__", so the provider cannot refuse them.
        pytest.param(each, marks=needs_sdk(235, "hidden names") if each == "business_units" else ())
        for each in ENTITIES
    ],
)
def test_hq_accepts_all_arguments_that_the_provider_accepts(runner: FuzzRunner, kind: str) -> None:
    """It names the ones it refuses; a read after the create finds no difference."""
    sets = SETS[kind]

    counts = runner.run_sets(kind, sets)

    assert counts["sets"] >= sets
    assert counts["created"] > sets / 5
    assert counts["changed"] or counts["created next to another"]
    assert counts["unknown"]
