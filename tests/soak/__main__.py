"""`make soak`: see docs/explanation/soak.md."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.soak.config import SoakConfig
from tests.soak.report import format_result, format_summary
from tests.soak.soak import run_soak


def main() -> int:
    """Run the soaks of the command line; return 0 if every invariant held in all of them."""
    arguments = _build_parser().parse_args()
    outcomes = []
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        plan = SoakConfig(
            seed,
            operations=arguments.operations,
            projects=arguments.projects,
            faults=arguments.faults,
            kills=arguments.kills,
            projects_only=arguments.projects_only,
        )
        folder = Path(tempfile.mkdtemp(prefix=f"soak-{seed}-", dir=arguments.folder))
        outcome = run_soak(plan, folder)
        _print_text("\n".join(format_result(outcome)))
        outcomes.append(outcome)
        if not outcome.violations:
            shutil.rmtree(folder)
    if len(outcomes) > 1:
        _print_text("\n".join(format_summary(outcomes)))
    return 1 if any(each.violations for each in outcomes) else 0


def _print_text(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument(
        "--operations", type=int, default=300, help="how many, at least, for each seed"
    )
    parser.add_argument(
        "--projects", type=int, default=100, help="how many projects, for each seed"
    )
    parser.add_argument("--faults", type=float, default=0.2, help="share of requests, 0 to 1")
    parser.add_argument("--kills", type=float, default=0.3, help="share of runs, 0 to 1")
    parser.add_argument("--projects-only", action="store_true", help="no companies, people, …")
    parser.add_argument("--folder", type=Path, default=None, help="where a broken soak is kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
