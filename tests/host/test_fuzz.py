"""Generated arguments through the real host: refused by name, or taken by HQ as well."""

from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import ENTITIES
from tests.fuzz.run import FuzzRunner, start_runner

# One host and one HQ for all of them.
pytestmark = pytest.mark.xdist_group("fuzz")

SETS = dict.fromkeys(ENTITIES, 160) | {"project": 600}
"""A moment's worth; ``make fuzz`` tries 20,000 of a project and 1,200 of each other one."""


@pytest.fixture(scope="module")
def ground() -> Iterator[FuzzRunner]:
    """Return a host and the HQ that it asks."""
    with start_runner() as ground:
        yield ground


@pytest.mark.parametrize("kind", ENTITIES)
def test_what_the_provider_takes_hq_takes_and_the_rest_is_refused_by_name(
    ground: FuzzRunner, kind: str
) -> None:
    """No traceback, no difference after a read, and no refusal of what is right."""
    sets = SETS[kind]

    tally, _ = ground.run_sets(kind, sets, seed=1)

    assert tally.disagreements == []
    assert tally.counts["sets"] == sets
    assert tally.counts["created"] > sets / 4
    assert tally.counts["changed"] > sets / 200
    assert tally.counts["unknown"] > sets / 60
