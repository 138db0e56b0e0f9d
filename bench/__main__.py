"""``make bench``: run all measurements and write the report."""

import argparse
import sys
from pathlib import Path

from bench.engines import ROOT, choose_engine, describe_missing_peer
from bench.performance_page import update_page
from bench.report import DATA_FILE, write_report
from bench.results import Results, load_results, save_results
from bench.run_matrix import describe_machine, run_matrix
from bench.thresholds import check_thresholds

REPORTS_FOLDER = ROOT / "bench" / "report"


def main(arguments: list[str]) -> int:
    """Run the bench, or render its reports again; return 1 if a threshold is missed."""
    options = _build_parser().parse_args(arguments)
    if options.render:
        for data in sorted(REPORTS_FOLDER.glob(f"*/{DATA_FILE}")):
            write_report(load_results(data), data.parent)
        update_page()
        return 0
    engine = choose_engine(options.engine)
    kind = "pulumi" if engine.pulumi else "local"
    folder = options.out or (ROOT / "build" / "bench" if options.quick else REPORTS_FOLDER / kind)
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(engine.description, describe_machine(), _format_command(arguments))
    run_matrix(engine, results, quick=options.quick, scale=options.scale)
    save_results(results, folder / DATA_FILE)
    write_report(results, folder)
    if not options.quick and options.out is None:
        update_page()
    print(describe_missing_peer())
    thresholds = check_thresholds(results)
    print("\n".join(("", *(each.report_line for each in thresholds), f"\n{folder / 'README.md'}")))
    return int(not all(each.is_met for each in thresholds))


def _format_command(arguments: list[str]) -> str:
    return f'make bench ARGS="{" ".join(arguments)}"' if arguments else "make bench"


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=...",
        description=(
            "Measure this provider and compare it with a no-op provider, a naive provider and a "
            "plain script."
        ),
    )
    parser.add_argument(
        "--quick", action="store_true", help="run 1 and 20 projects only, without time thresholds"
    )
    parser.add_argument(
        "--scale",
        action="store_true",
        help="run 5,000 projects and 300 teams of 50 as well; the Pulumi CLI imports them",
    )
    parser.add_argument(
        "--engine",
        choices=("auto", "pulumi", "local"),
        default="auto",
        help="engine to run on; auto uses the Pulumi CLI if it is on PATH (default: auto)",
    )
    parser.add_argument("--out", type=Path, help="folder for the report")
    parser.add_argument(
        "--render",
        action="store_true",
        help="render the committed reports and the performance page from their figures again",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
