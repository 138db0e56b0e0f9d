"""Read files with generated values in their cells."""

from collections import Counter
from random import Random

from bim360_provider.models import ProjectArguments
from tests.fuzz.csv_round_trip import draw_and_read_set, list_problems
from tests.fuzz.run import build_accounts
from tests.fuzz.strategies import Expectation

FILES = 400


def test_the_reader_accepts_a_file_exactly_if_the_preview_does() -> None:
    """A file that the reader accepts never fails in the preview; valid values are never refused."""
    random, place = Random(7), build_accounts()[0]  # noqa: S311 - to be repeatable
    counts: Counter[str] = Counter()

    for _ in range(FILES):
        given, cells, portfolio = draw_and_read_set(random, place)
        messages = [str(mistake) for mistake in portfolio.mistakes]
        blamed = {mistake.column for mistake in portfolio.mistakes if mistake.column}
        counts["refused" if messages else "declared"] += 1

        assert all(line.isprintable() for line in messages), messages
        assert blamed <= {*cells, *ProjectArguments.model_fields}
        wrong = {*given.suspect_names, *given.list_names_with(Expectation.UNKNOWN)}
        wrong |= {name for name in given.samples if name not in cells}
        if "start_date" in wrong:
            # A cell may have date formats that an argument must not have.
            wrong.add("end_date")
        assert blamed <= wrong, (messages, cells)
        assert messages or list_problems(portfolio) == [], cells

    assert min(counts.values()) > FILES / 10, counts
