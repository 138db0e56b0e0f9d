"""``python -m tests.fuzz``: generated arguments through the real host, then lives of projects."""

import argparse
import sys

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.kinds import KINDS
from tests.fuzz.round_trip import Tally
from tests.fuzz.run import playground
from tests.fuzz.state_machine import Lives

SETS = 20_000
OTHER_SETS = 1_200
"""Of each entity beside the project, whose arguments are the most."""

LIVES = 100
STEPS = 40
"""Of each life: enough for a project to be made, lost, found, changed by hand and archived."""

SHOWN = 20
"""Disagreements told one by one; more have the same few causes."""


def main() -> int:
    """Try many sets, print the counts, and fail on any disagreement."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another one tries other sets")
    parser.add_argument("--sets", type=int, default=SETS, help="how many sets of a project")
    parser.add_argument("--others", type=int, default=OTHER_SETS, help="how many of each other one")
    parser.add_argument("--only", choices=KINDS, help="one entity alone, and no lives")
    parser.add_argument("--lives", type=int, default=LIVES, help="how many lives to play")
    asked = parser.parse_args()
    disagreements = 0
    with playground() as ground:
        for kind in [asked.only] if asked.only else KINDS:
            sets = asked.sets if kind == "project" else asked.others
            tally, seconds = ground.fuzz(kind, sets, asked.seed)
            _tell(f"{kind}, seed {asked.seed}, {seconds:.0f} s", tally)
            disagreements += len(tally.disagreements)
    _play(0 if asked.only else asked.lives, asked.seed)
    return 1 if disagreements else 0


def _tell(title: str, tally: Tally) -> None:
    out = sys.stdout.write
    out(f"{title}\n")
    out("".join(f"  {count:>7} {what}\n" for what, count in tally.counts.most_common()))
    blamed = ", ".join(f"{count} {name!a}" for name, count in tally.refused.most_common(SHOWN))
    out(f"  refused by argument: {blamed}\n")
    out(f"  {len(tally.disagreements)} disagreements\n")
    out("".join(f"    {each!a}\n" for each in tally.disagreements[:SHOWN]))
    sys.stdout.flush()


def _play(lives: int, number: int) -> None:
    """Play lives beside their model; what does not hold is raised, with the shortest way to it."""
    if lives:
        many = settings(max_examples=lives, stateful_step_count=STEPS, deadline=None, database=None)
        run_state_machine_as_test(seed(number)(Lives), settings=many)
    sys.stdout.write(f"{lives} lives without a project lost, doubled or half made\n")


if __name__ == "__main__":
    raise SystemExit(main())
