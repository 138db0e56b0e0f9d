"""Generated values in the cells of a file, through the reader of portfolios."""

from collections import Counter
from random import Random

from bim360_provider.models import ProjectArguments
from tests.fuzz.csv_round_trip import draw_and_read_set, list_problems
from tests.fuzz.run import build_accounts
from tests.fuzz.strategies import Expectation

FILES = 400


def test_a_file_is_declared_as_a_preview_takes_it_or_refused_by_column() -> None:
    """Nothing that passes here fails in the preview; what is right is never refused."""
    random, place = Random(7), build_accounts()[0]  # noqa: S311 - to be repeatable
    counts: Counter[str] = Counter()

    for _ in range(FILES):
        given, cells, portfolio = draw_and_read_set(random, place)
        told = [str(mistake) for mistake in portfolio.mistakes]
        blamed = {mistake.column for mistake in portfolio.mistakes if mistake.column}
        counts["refused" if told else "declared"] += 1

        assert all(line.isprintable() for line in told), told
        assert blamed <= {*cells, *ProjectArguments.model_fields}
        wrong = {*given.suspect_names, *given.list_names_with(Expectation.UNKNOWN)}
        wrong |= {name for name in given.samples if name not in cells}
        if "start_date" in wrong:
            # What is no date as an argument may be one as a cell, and the end may lie before it.
            wrong.add("end_date")
        assert blamed <= wrong, (told, cells)
        assert told or list_problems(portfolio) == [], cells

    assert min(counts.values()) > FILES / 10, counts
