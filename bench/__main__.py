"""``make bench``: runs everything and writes the report."""

import argparse
import sys
from pathlib import Path

from bench.bars import check_thresholds
from bench.engines import ROOT, choose_engine
from bench.play import describe_machine, run_matrix
from bench.readme import update_page
from bench.report import DATA_FILE, write_report
from bench.rows import Results, load_results, save_results

REPORTS_FOLDER = ROOT / "bench" / "report"


def main(words: list[str]) -> int:
    """Run the bench, or render its report again; return 1 if a bar is missed."""
    given = _build_parser().parse_args(words)
    if given.render:
        for data in sorted(REPORTS_FOLDER.glob(f"*/{DATA_FILE}")):
            write_report(load_results(data), data.parent)
        update_page()
        return 0
    engine = choose_engine(given.engine)
    kind = "pulumi" if engine.pulumi else "local"
    folder = given.out or (ROOT / "build" / "bench" if given.quick else REPORTS_FOLDER / kind)
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(engine.description, describe_machine(), _format_command(words))
    run_matrix(engine, results, quick=given.quick, scale=given.scale)
    save_results(results, folder / DATA_FILE)
    write_report(results, folder)
    if not given.quick and given.out is None:
        update_page()
    met = check_thresholds(results)
    print("\n".join(("", *(each.report_line for each in met), f"\n{folder / 'README.md'}")))
    return int(not all(each.is_met for each in met))


def _format_command(words: list[str]) -> str:
    return f'make bench ARGS="{" ".join(words)}"' if words else "make bench"


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=...",
        description="Measure this provider beside a no-op provider, a tutorial's, and a script.",
    )
    parser.add_argument("--quick", action="store_true", help="only 1 and 20 projects, no bar")
    parser.add_argument("--scale", action="store_true", help="5,000 projects as well")
    parser.add_argument("--engine", choices=("auto", "pulumi", "local"), default="auto")
    parser.add_argument("--out", type=Path, help="the folder of the report")
    parser.add_argument(
        "--render", action="store_true", help="render the kept reports and the performance page again"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
