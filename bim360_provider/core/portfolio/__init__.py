"""Many projects in one CSV file: read, judged and named without Pulumi. See docs/csv.md."""

from bim360_provider.core.portfolio.mistakes import Mistake, told
from bim360_provider.core.portfolio.reading import Entry, Portfolio, read_portfolio

__all__ = ["Entry", "Mistake", "Portfolio", "read_portfolio", "told"]
