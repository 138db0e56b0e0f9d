"""A seed draws the same arguments in each process, so that a failure can be reproduced."""

import os
import subprocess
import sys

from tests.fuzz.kinds import ENTITIES
from tests.meta.source_files import ROOT

DRAW = """
from random import Random
from tests.fuzz.entity import SeededAccount
from tests.fuzz.kinds import ENTITIES
from tests.fuzz.sets import draw_set
ENTITIES.pop("project_image")  # reads the pictures that it draws
for kind in ENTITIES.values():
    for number in range(20):
        print(ascii(draw_set(Random(f"1/{number}"), SeededAccount(*"abcde"), kind).values))
"""


def test_a_seed_draws_the_same_in_each_process() -> None:
    """Python orders a set of texts differently in each process, unless PYTHONHASHSEED is set."""
    drawn = {_drawn(hash_seed) for hash_seed in ("1", "2")}

    assert len(drawn) == 1
    assert drawn.pop().count("\n") == (len(ENTITIES) - 1) * 20


def _drawn(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", DRAW]
    return subprocess.run(  # noqa: S603 - this Python, and the lines above
        command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
