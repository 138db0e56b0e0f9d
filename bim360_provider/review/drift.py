"""What was changed by hand: the arguments of the last run against what a look at HQ found."""

from typing import Final

from bim360_provider.review.fields import Cell, Judge, both, covers, differences, flat
from bim360_provider.review.lines import Wording
from bim360_provider.review.model import Drift
from bim360_provider.review.names import Names, entity_of
from bim360_provider.review.plan import Step

__all__ = ["by_hand", "found_only", "verdict_of"]

GONE: Final = Drift("", "", "there", "gone", "")
RECREATED: Final = Drift("", "", "there", "gone", "created again")


def found_only(step: Step, names: Names) -> tuple[Drift, ...]:
    """Return what a look found, where nothing else is planned."""
    if step.old is None or step.old.external:
        return ()
    if step.new is None:
        return (GONE,)
    old, new = both(step.old.inputs, step.new.inputs)
    rows = differences(old, new, verdict_of(step))
    wording = Wording(entity_of(step), old, new, names.by_id)
    return wording.drift(rows, None, looked_only=True)


def by_hand(step: Step, refresh: Step | None, names: Names) -> tuple[tuple[Drift, ...], set[Cell]]:
    """Return what was changed by hand before a planned step, and the cells that certainly were.

    Args:
        step: What is planned; its old side is what HQ has.
        refresh: The look, whose old side is the last run; None without a look.
        names: What the plan knows of ids.
    """
    before = refresh.old if refresh else None
    if refresh is None or before is None or before.external:
        return (), set()
    if step.old is None:
        return (RECREATED,), set()
    old, now = both(before.inputs, step.old.inputs)
    rows = differences(old, now, _looked(refresh, step))
    wording = Wording(entity_of(step), old, now, names.by_id)
    planned = None if step.new is None else flat(step.new.inputs)
    drift = wording.drift(rows, planned, looked_only=False)
    return drift, {(row.row, row.name) for row in rows if row.certain}


def verdict_of(step: Step) -> Judge:
    """Return what the engine says of the difference between the two sides of a step."""
    paths = step.paths
    return lambda cell: None if paths is None else covers(paths, cell)


def _looked(refresh: Step, step: Step) -> Judge:
    """Return what the engine says of the difference between the last run and HQ.

    The Pulumi CLI does not print what a refresh found different, only what the program changes
    afterwards: a field that the program leaves alone is as HQ has it, and of any other it cannot
    be told whether it was the program or a person who changed it.
    """

    def judge(cell: Cell) -> bool | None:
        if refresh.paths is not None and covers(refresh.paths, cell):
            return True
        return None if step.paths is None or covers(step.paths, cell) else False

    return judge
