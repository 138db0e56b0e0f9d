"""README's section on performance, made from the kept report."""

from pathlib import Path
from typing import Final

from bench.engines import ROOT
from bench.grid import FLOOR, NAMES, OURS, SCRIPT, TUTORIAL, WORDS, Op
from bench.plots import clock, in_the_real_world, largest
from bench.report import DATA, table
from bench.rows import Results, load

README: Final = ROOT / "README.md"
REPORTS: Final = ROOT / "bench" / "report"
PREFERRED: Final = ("pulumi", "local")
"""The report of the real CLI goes first."""

BEGIN: Final = "<!-- made by make bench: do not edit -->"
END: Final = "<!-- end of what make bench made -->"

OPS: Final[tuple[Op, ...]] = ("up", "again", "refresh")


def kept() -> Path | None:
    """Return the folder of the report that the README shows."""
    return next((REPORTS / each for each in PREFERRED if (REPORTS / each / DATA).exists()), None)


def block() -> str:
    """Return the section's text, between its two marks."""
    folder = kept()
    if folder is None:
        return f"{BEGIN}\n{END}"
    results = load(folder / DATA)
    place = folder.relative_to(ROOT).as_posix()
    size = largest(results)
    parts = [
        BEGIN,
        f"{size:,} projects, 150 ms away, 100 requests a minute; requests in brackets:\n",
        table(("", *(NAMES[each] for each in SHOWN)), [_row(results, size, op) for op in OPS]),
        f"\n![{size:,} projects at HQ's limit]({place}/limit.svg)\n",
        f"Made by `{results.command}` on {results.engine} ({results.machine});",
        f"[the whole report]({place}/README.md) has the sizes, the memory and the plots.",
        END,
    ]
    return "\n".join(parts)


SHOWN: Final = (OURS, TUTORIAL, SCRIPT, FLOOR)


def _row(results: Results, size: int, op: Op) -> tuple[str, ...]:
    rows = [in_the_real_world(results, each, size, op) for each in SHOWN]
    cells = ["" if row is None else f"{clock(row.seconds)} ({row.sent:,})" for row in rows]
    return (WORDS[op], *cells)


def renew_readme() -> None:
    """Put the section's text in the place of what stands between the marks."""
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{block()}{after}", "utf-8")
