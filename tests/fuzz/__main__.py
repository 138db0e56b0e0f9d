"""``python -m tests.fuzz``: generated arguments through the real host, then lives of projects."""

import argparse
import sys

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.life import Lives
from tests.fuzz.run import fuzz

SETS = 20_000
LIVES = 100
STEPS = 40
"""Of each life: enough for a project to be made, lost, found, changed by hand and archived."""

SHOWN = 20
"""Disagreements told one by one; more have the same few causes."""


def main() -> int:
    """Try many sets, print the counts, and fail on any disagreement."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another one tries other sets")
    parser.add_argument("--sets", type=int, default=SETS, help="how many sets to try")
    parser.add_argument("--lives", type=int, default=LIVES, help="how many lives to play")
    asked = parser.parse_args()
    tally, seconds = fuzz(asked.sets, asked.seed)
    out = sys.stdout.write
    out(f"seed {asked.seed}, {seconds:.0f} s\n")
    out("".join(f"  {count:>7} {what}\n" for what, count in tally.counts.most_common()))
    out("refused by argument:\n")
    out("".join(f"  {count:>7} {name!a}\n" for name, count in tally.refused.most_common()))
    out(f"{len(tally.disagreements)} disagreements\n")
    out("".join(f"  {each!a}\n" for each in tally.disagreements[:SHOWN]))
    _play(asked.lives, asked.seed)
    return 1 if tally.disagreements else 0


def _play(lives: int, number: int) -> None:
    """Play lives beside their model; what does not hold is raised, with the shortest way to it."""
    if lives:
        many = settings(max_examples=lives, stateful_step_count=STEPS, deadline=None, database=None)
        run_state_machine_as_test(seed(number)(Lives), settings=many)
    sys.stdout.write(f"{lives} lives without a project lost, doubled or half made\n")


if __name__ == "__main__":
    raise SystemExit(main())
