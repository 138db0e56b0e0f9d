"""``python -m tests.fuzz``: generated arguments through the real host, then project lifecycles."""

import argparse
import sys
import time

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.entities import ENTITIES
from tests.fuzz.round_trip import start_runner
from tests.fuzz.state_machine import ProjectLifecycles

SETS = dict.fromkeys(ENTITIES, 800) | {"project": 6_000}
"""Sets of each entity; a project has the most arguments."""

LIFECYCLES = 100
STEPS_PER_LIFECYCLE = 40
"""Enough to create, lose, find, change by hand and archive a project."""


def main() -> None:
    """Run many sets and lifecycles and print the counts; a failure shows the smallest example."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices")
    parser.add_argument("--scale", type=float, default=1, help="how many times the usual number")
    parser.add_argument("--only", choices=[*ENTITIES, "lifecycles"], help="nothing else")
    arguments = parser.parse_args()
    kinds = [kind for kind in ENTITIES if arguments.only in (None, kind)]
    with start_runner() as runner:
        for kind in kinds:
            began = time.monotonic()
            counts = runner.run_sets(kind, round(SETS[kind] * arguments.scale), arguments.seed)
            shown = ", ".join(f"{count} {what}" for what, count in counts.most_common())
            _print_text(f"{kind}: {shown}; {time.monotonic() - began:.0f} s")
    if arguments.only in (None, "lifecycles"):
        many = settings(
            max_examples=round(LIFECYCLES * arguments.scale),
            stateful_step_count=STEPS_PER_LIFECYCLE,
            deadline=None,
            database=None,
        )
        run_state_machine_as_test(seed(arguments.seed)(ProjectLifecycles), settings=many)
        _print_text("lifecycles: no project was lost, duplicated or incomplete")


def _print_text(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
