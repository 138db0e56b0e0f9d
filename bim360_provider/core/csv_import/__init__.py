"""Read many projects from one CSV file, without Pulumi. See docs/csv.md."""

from bim360_provider.core.csv_import.reader import Entry, Portfolio, read_portfolio
from bim360_provider.core.csv_import.text import Mistake, told

__all__ = ["Entry", "Mistake", "Portfolio", "read_portfolio", "told"]
