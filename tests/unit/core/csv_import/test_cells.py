"""Read files with generated values in their cells."""

from collections import Counter

from hypothesis import HealthCheck, given, settings

from bim360_provider.models import ProjectArguments
from tests.fuzz.argument_sets import ArgumentSet, argument_sets
from tests.fuzz.csv_round_trip import format_cells, list_problems, read_cells
from tests.fuzz.entities import ENTITIES
from tests.fuzz.strategies import Expectation

FILES = 400
GENERATED_SETS = argument_sets(ENTITIES["project"], omit=("region",))


def test_the_reader_accepts_a_file_exactly_if_the_preview_does() -> None:
    """A file that the reader accepts never fails in the preview; valid values are never refused."""
    counts: Counter[str] = Counter()

    @settings(max_examples=FILES, derandomize=True, suppress_health_check=[*HealthCheck])
    @given(GENERATED_SETS)
    def read_file(given_set: ArgumentSet) -> None:
        cells = format_cells(given_set)
        portfolio = read_cells(cells)
        messages = [str(mistake) for mistake in portfolio.mistakes]
        blamed = {mistake.column for mistake in portfolio.mistakes if mistake.column}
        counts["refused" if messages else "declared"] += 1

        assert all(line.isprintable() for line in messages), messages
        assert blamed <= {*cells, *ProjectArguments.model_fields}
        wrong = {*given_set.suspect_names, *given_set.list_names_with(Expectation.UNKNOWN)}
        wrong |= {name for name in given_set.samples if name not in cells}
        if "start_date" in wrong:
            # A cell may have date formats that an argument must not have.
            wrong.add("end_date")
        assert blamed <= wrong, (messages, cells)
        assert messages or list_problems(portfolio) == [], cells

    read_file()
    assert min(counts.values()) > FILES / 10, counts
