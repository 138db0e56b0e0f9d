"""Generated arguments through the real host: refused by name, or taken by HQ as well."""

from tests.fuzz.run import fuzz

SETS = 600
"""A moment's worth; ``make fuzz`` tries 20,000."""


def test_what_the_provider_takes_hq_takes_and_the_rest_is_refused_by_name() -> None:
    """No traceback, no difference after a read, and no refusal of what is right."""
    tally, _ = fuzz(SETS, seed=1)

    assert tally.disagreements == []
    assert tally.counts["sets"] == SETS
    assert tally.counts["made"] > SETS / 4
    assert tally.counts["changed"] > SETS / 40
    assert tally.counts["unknown"] > SETS / 60
