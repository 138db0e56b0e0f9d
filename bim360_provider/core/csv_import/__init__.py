"""Read projects from a CSV file, without Pulumi. See docs/how-to/csv.md."""

from bim360_provider.core.csv_import.reader import CsvProject, CsvProjects, read_csv_projects
from bim360_provider.core.csv_import.text import Mistake, format_mistakes

__all__ = ["CsvProject", "CsvProjects", "Mistake", "format_mistakes", "read_csv_projects"]
