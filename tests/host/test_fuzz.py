"""Generated arguments in the real host: either refused by name, or accepted by HQ as well."""

from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import ENTITIES
from tests.fuzz.run import FuzzRunner, start_runner
from tests.support.sdk import needs_sdk

# All tests of this module share one host and one HQ.
pytestmark = pytest.mark.xdist_group("fuzz")

SETS = dict.fromkeys(ENTITIES, 160) | {"project": 300}
"""Argument sets of each resource; ``make fuzz`` tries 20,000 and 1,200."""


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

    tally, _ = runner.run_sets(kind, sets, seed=1)

    assert tally.disagreements == []
    assert tally.counts["sets"] == sets
    assert tally.counts["created"] > sets / 4
    assert tally.counts["changed"] > sets / 200
    assert tally.counts["unknown"] > sets / 60
