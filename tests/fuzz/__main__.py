"""``python -m tests.fuzz``: generated arguments through the real host, and what became of them."""

import argparse
import sys

from tests.fuzz.run import fuzz

SETS = 20_000
SHOWN = 20
"""Disagreements told one by one; more have the same few causes."""


def main() -> int:
    """Try many sets, print the counts, and fail on any disagreement."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another one tries other sets")
    parser.add_argument("--sets", type=int, default=SETS, help="how many sets to try")
    asked = parser.parse_args()
    tally, seconds = fuzz(asked.sets, asked.seed)
    out = sys.stdout.write
    out(f"seed {asked.seed}, {seconds:.0f} s\n")
    out("".join(f"  {count:>7} {what}\n" for what, count in tally.counts.most_common()))
    out("refused by argument:\n")
    out("".join(f"  {count:>7} {name!a}\n" for name, count in tally.refused.most_common()))
    out(f"{len(tally.disagreements)} disagreements\n")
    out("".join(f"  {each!a}\n" for each in tally.disagreements[:SHOWN]))
    return 1 if tally.disagreements else 0


if __name__ == "__main__":
    raise SystemExit(main())
