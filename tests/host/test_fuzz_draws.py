"""A seed draws the same arguments in each process, so that a failure can be reproduced."""

import os
import subprocess
import sys
from random import Random

from tests.fuzz.entity import SeededAccount
from tests.fuzz.kinds import ENTITIES
from tests.fuzz.sets import draw_set
from tests.meta.source_files import ROOT

SETS_PER_ENTITY = 20

# A project image is left out: its sets contain paths of temporary files.
DRAWN_ENTITIES = [entity for name, entity in ENTITIES.items() if name != "project_image"]

PROGRAM = "from tests.host.test_fuzz_draws import draw_sets; print(draw_sets())"


def draw_sets() -> str:
    """Return argument sets of each entity, one per line."""
    account = SeededAccount(*"abcde")
    return "\n".join(
        ascii(draw_set(Random(f"1/{number}"), account, entity).values)  # noqa: S311 - not secret
        for entity in DRAWN_ENTITIES
        for number in range(SETS_PER_ENTITY)
    )


def test_a_seed_draws_the_same_in_each_process() -> None:
    """Python orders a set of texts differently in each process, unless PYTHONHASHSEED is set."""
    other_process = subprocess.run(  # noqa: S603 - this Python, and the program above
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert other_process == f"{draw_sets()}\n"
    assert other_process.count("\n") == len(DRAWN_ENTITIES) * SETS_PER_ENTITY
