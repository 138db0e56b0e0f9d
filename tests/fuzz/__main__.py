"""``python -m tests.fuzz``: random arguments through the real host, then project lifecycles."""

import argparse
import sys

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.kinds import ENTITIES
from tests.fuzz.round_trip import Tally
from tests.fuzz.run import start_runner
from tests.fuzz.state_machine import ProjectLifecycles

PROJECT_SETS = 20_000
SETS_PER_ENTITY = 1_200
"""For each entity except the project, which has the most arguments."""

LIFECYCLES = 100
STEPS_PER_LIFECYCLE = 40
"""For each lifecycle: enough to create, lose, find, change by hand and archive a project."""

MAX_DISAGREEMENTS_SHOWN = 20
"""Disagreements printed one by one; more have the same few causes."""


def main() -> int:
    """Run many sets, print the counts, and fail on any disagreement."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices")
    parser.add_argument("--sets", type=int, default=PROJECT_SETS, help="how many sets of a project")
    parser.add_argument(
        "--others", type=int, default=SETS_PER_ENTITY, help="how many sets of each other entity"
    )
    parser.add_argument("--only", choices=ENTITIES, help="only this entity, and no lifecycles")
    parser.add_argument("--lives", type=int, default=LIFECYCLES, help="how many lifecycles")
    arguments = parser.parse_args()
    disagreements = 0
    with start_runner() as runner:
        for kind in [arguments.only] if arguments.only else ENTITIES:
            sets = arguments.sets if kind == "project" else arguments.others
            tally, seconds = runner.run_sets(kind, sets, arguments.seed)
            _print_tally(f"{kind}, seed {arguments.seed}, {seconds:.0f} s", tally)
            disagreements += len(tally.disagreements)
    _run_lifecycles(0 if arguments.only else arguments.lives, arguments.seed)
    return 1 if disagreements else 0


def _print_tally(title: str, tally: Tally) -> None:
    out = sys.stdout.write
    out(f"{title}\n")
    out("".join(f"  {count:>7} {what}\n" for what, count in tally.counts.most_common()))
    blamed = ", ".join(
        f"{count} {name!a}" for name, count in tally.refusals.most_common(MAX_DISAGREEMENTS_SHOWN)
    )
    out(f"  refused by argument: {blamed}\n")
    out(f"  {len(tally.disagreements)} disagreements\n")
    out("".join(f"    {each!a}\n" for each in tally.disagreements[:MAX_DISAGREEMENTS_SHOWN]))
    sys.stdout.flush()


def _run_lifecycles(lives: int, number: int) -> None:
    """Run lifecycles and compare each with its model; a failure shows the shortest way to it."""
    if lives:
        many = settings(
            max_examples=lives,
            stateful_step_count=STEPS_PER_LIFECYCLE,
            deadline=None,
            database=None,
        )
        run_state_machine_as_test(seed(number)(ProjectLifecycles), settings=many)
    sys.stdout.write(f"{lives} lifecycles without a lost, duplicate or incomplete project\n")


if __name__ == "__main__":
    raise SystemExit(main())
