"""Generated arguments in the real host: either refused by name, or accepted by HQ as well."""

from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import ENTITIES
from tests.fuzz.run import FuzzRunner, start_runner

# All tests of this module share one host and one HQ.
pytestmark = pytest.mark.xdist_group("fuzz")

SETS = dict.fromkeys(ENTITIES, 160) | {"project": 600}
"""A few seconds' worth; ``make fuzz`` tries 20,000 of a project and 1,200 of each other resource."""


@pytest.fixture(scope="module")
def ground() -> Iterator[FuzzRunner]:
    """Return a host and its HQ."""
    with start_runner() as ground:
        yield ground


@pytest.mark.parametrize("kind", ENTITIES)
def test_hq_accepts_all_arguments_that_the_provider_accepts(ground: FuzzRunner, kind: str) -> None:
    """Refused ones are named; there is no traceback, no difference after a read, no wrong refusal."""
    sets = SETS[kind]

    tally, _ = ground.run_sets(kind, sets, seed=1)

    assert tally.disagreements == []
    assert tally.counts["sets"] == sets
    assert tally.counts["made"] > sets / 4
    assert tally.counts["changed"] > sets / 200
    assert tally.counts["unknown"] > sets / 60
