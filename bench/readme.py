"""Write the result section of docs/explanation/performance.md from the kept report."""

from pathlib import Path
from typing import Final

from bench.engines import ROOT
from bench.grid import (
    BASELINE,
    CONTESTANT_NAMES,
    OPERATION_LABELS,
    SCRIPT,
    THIS_PROVIDER,
    TUTORIAL,
    Operation,
)
from bench.plots import find_largest_size, find_real_row, format_duration
from bench.report import DATA_FILE, format_table
from bench.rows import Results, load_results

PERFORMANCE_PAGE: Final = ROOT / "docs/explanation/performance.md"
REPORTS_FOLDER: Final = ROOT / "bench" / "report"
PREFERRED_REPORTS: Final = ("pulumi", "local")
"""The report of the real CLI goes first."""

BEGIN_MARK: Final = "<!-- made by make bench: do not edit -->"
END_MARK: Final = "<!-- end of what make bench made -->"

README_OPERATIONS: Final[tuple[Operation, ...]] = ("up", "again", "refresh")


def find_kept_report() -> Path | None:
    """Return the folder of the report that the page shows."""
    return next(
        (
            REPORTS_FOLDER / each
            for each in PREFERRED_REPORTS
            if (REPORTS_FOLDER / each / DATA_FILE).exists()
        ),
        None,
    )


def build_section() -> str:
    """Return the section's text, between its two marks."""
    folder = find_kept_report()
    if folder is None:
        return f"{BEGIN_MARK}\n{END_MARK}"
    results = load_results(folder / DATA_FILE)
    place = f"../../{folder.relative_to(ROOT).as_posix()}"
    size = find_largest_size(results)
    parts = [
        BEGIN_MARK,
        f"{size:,} projects, 150 ms away, 100 requests a minute; requests in brackets:\n",
        format_table(
            ("", *(CONTESTANT_NAMES[each] for each in README_CONTESTANTS)),
            [_build_row(results, size, op) for op in README_OPERATIONS],
        ),
        f"\n![{size:,} projects at HQ's limit]({place}/limit.svg)\n",
        f"Made by `{results.command}` on {results.engine} ({results.machine});",
        f"[the whole report]({place}/README.md) has the sizes, the memory and the plots.",
        END_MARK,
    ]
    return "\n".join(parts)


README_CONTESTANTS: Final = (THIS_PROVIDER, TUTORIAL, SCRIPT, BASELINE)


def _build_row(results: Results, size: int, op: Operation) -> tuple[str, ...]:
    rows = [find_real_row(results, each, size, op) for each in README_CONTESTANTS]
    cells = [
        "" if row is None else f"{format_duration(row.seconds)} ({row.request_count:,})"
        for row in rows
    ]
    return (OPERATION_LABELS[op], *cells)


def update_page() -> None:
    """Replace the section between the two marks of the page."""
    text = PERFORMANCE_PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    PERFORMANCE_PAGE.write_text(f"{before}{build_section()}{after}", "utf-8")
