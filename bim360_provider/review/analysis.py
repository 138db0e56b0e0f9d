"""Analyse the engine's steps: what happens to the projects, companies and users at HQ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.review import impact
from bim360_provider.review.formatting import Wording
from bim360_provider.review.impact import going
from bim360_provider.review.labels import ENTITIES, Names, entity_of
from bim360_provider.review.model import Change, Drift, Review, Verb
from bim360_provider.review.plan import Plan, PlanError, State, Step
from bim360_provider.review.property_diff import (
    Cell,
    Judge,
    both,
    covers,
    differences,
    flat,
    known_fields,
)

__all__ = ["by_hand", "found_only", "review_of", "verdict_of"]

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


PLANNED: Final = frozenset({"create", "update", "replace", "delete", "same", "import"})
"""Steps that are counted; a replacement is one change, whatever steps it is made of."""

STACK: Final = "pulumi:pulumi:Stack"

PULUMIS_OWN: Final = (STACK, "pulumi:providers:")

PLANS_ONLY: Final = frozenset({"create", "replace", "import"})
"""Steps that no refresh has."""


@dataclass(frozen=True)
class Seen:
    """What a plan says of one resource.

    Attributes:
        step: What would be done, or what was found.
        refresh: The step that looked at HQ before; None without one.
        found: Whether the step is what a look found, and nothing that would be done.
    """

    step: Step
    refresh: Step | None
    found: bool


def review_of(plan: Plan | None, looked: Plan | None = None, title: str = "") -> Review:
    """Read plans as people do.

    Args:
        plan: What would be done; None where only a look is reviewed.
        looked: A look that was printed on its own: ``refresh --preview-only``.
        title: What it is called; else the project and the stack.
    """
    plans = [each for each in (plan, looked) if each is not None]
    names = Names(step for each in plans for step in each.steps)
    planned = [*_seen(plan, only_looked=False)] if plan else []
    changes = [(each.step.urn, _change(each, names)) for each in planned]
    if looked:
        found = {each.step.urn: _change(each, names) for each in _look(looked)}
        changes = [(urn, _with_drift(each, found.pop(urn, None))) for urn, each in changes]
        changes += found.items()
    titled = next((each for each in plans if each.stack), plans[0])
    return Review(
        title=title or (f"{titled.project}/{titled.stack}" if titled.stack else ""),
        changes=tuple(sorted((each for _, each in changes if _matters(each)), key=_order)),
        messages=tuple(dict.fromkeys(names.named(m) for each in plans for m in each.messages)),
        failed=any(each.failed for each in plans),
        looked=looked is not None or (plan is not None and _looks(plan)),
        planned=plan is not None and not (planned and all(each.found for each in planned)),
        existing=looked is not None or (plan is not None and _has_resources(plan)),
    )


def _looks(plan: Plan) -> bool:
    return plan.command == "refresh" or any(step.op == "refresh" for step in plan.steps)


def _has_resources(plan: Plan) -> bool:
    """Return whether the stack has resources already: a plan may leave out the unchanged ones."""
    shown = any(step.old is not None for step in _ours(plan.steps))
    return shown or plan.unchanged > 1  # the stack itself is one


def _look(looked: Plan) -> Iterator[Seen]:
    wrong = next((step.op for step in looked.steps if step.op in PLANS_ONLY), "")
    if wrong:
        msg = (
            f"The file for --drift has a step '{wrong}', so it is a plan and not a look; give it "
            "what `pulumi refresh --preview-only --json` prints."
        )
        raise PlanError(msg)
    yield from _seen(looked, only_looked=True)


def _with_drift(change: Change, found: Change | None) -> Change:
    return replace(change, drift=found.drift) if found else change


def _ours(steps: Sequence[Step]) -> Iterator[Step]:
    """Return the steps of resources, without components, providers and the stack itself."""
    return (each for each in steps if each.custom and not each.type.startswith(PULUMIS_OWN))


def _seen(plan: Plan, *, only_looked: bool) -> Iterator[Seen]:
    refreshes = {step.urn: step for step in plan.steps if step.op == "refresh"}
    steps = [step for step in plan.steps if step.op in PLANNED]
    ran = any(step.op == "same" and step.type == STACK for step in plan.steps)
    only_looked |= plan.command == "refresh" or _only_looked(steps, refreshes, ran=ran)
    for step in _ours(steps):
        yield Seen(step, refreshes.get(step.urn), only_looked or _is_found(step))
    planned = {step.urn for step in steps}
    for step in _ours([*refreshes.values()]):
        if step.new is None and step.urn not in planned:
            yield Seen(step, None, found=True)


def _only_looked(steps: Sequence[Step], before: Mapping[str, Step], *, ran: bool) -> bool:
    """Return whether a plan only tells what a refresh found: Pulumi names both kinds alike.

    A plan that begins with a look has steps for what was looked at, but where the program ran the
    look is not told of what goes: its delete looks as that of something that is gone. In doubt it
    is a plan: better warn of what does not happen than keep silent about what does.
    """
    planned = (
        step.urn in before
        or step.op not in ("update", "delete", "same")
        or (step.op == "delete" and ran)
        or (step.op == "update" and not _is_found(step))
        for step in steps
    )
    return bool(before) and not any(planned)


def _is_found(step: Step) -> bool:
    """Return whether an update is what a look found: nothing else has outputs of ours already."""
    return step.op == "update" and "__declared" in (step.new or State()).outputs


def _change(seen: Seen, names: Names) -> Change:
    if seen.found:
        change = Change(entity_of(seen.step), names.label(seen.step), seen.step.name, Verb.NOTHING)
        return replace(change, drift=found_only(seen.step, names))
    drift, cells = by_hand(seen.step, seen.refresh, names)
    return replace(_planned(seen.step, names, cells), drift=drift)


def _planned(step: Step, names: Names, told: set[Cell]) -> Change:
    entity, label = entity_of(step), names.label(step)
    old, new = step.old or State(), step.new or State()
    change = Change(entity, label, step.name, Verb.NOTHING)
    if step.op == "same" or new.external:
        return change
    if step.op == "import":
        return replace(change, verb=Verb.ADOPT)
    if step.op == "delete":
        verdict = going(entity, label, old)
        return replace(change, verb=verdict.verb, risks=verdict.risks, note=verdict.note)
    kept = impact.keeps(entity, old, new)
    moves = step.op == "replace" and not kept
    before, after = both(old.inputs, new.inputs, places=moves)
    known = None if moves else known_fields(old.outputs)
    stays = impact.row_stays(entity, new)
    wording = Wording(entity, before, after, names.by_id, stays, known)
    rows = differences(before, after, verdict_of(step))
    update = impact.Update(entity, label, rows, old, new, names.by_id)
    if step.op == "create":
        verdict = impact.making(entity, label, new)
    elif step.op == "replace":
        verdict = impact.replacing(update, kept=kept)
    else:
        verdict = impact.changing(update)
    return replace(
        change,
        verb=verdict.verb,
        lines=wording.lines(rows, told),
        risks=verdict.risks,
        note=verdict.note or _unfinished(old, rows=bool(rows)),
        summary=wording.summary() if step.op == "create" else "",
    )


def _unfinished(old: State, *, rows: bool) -> str:
    left = old.outputs.get("unfinished")
    if isinstance(left, list) and left:
        return f"goes on with what an earlier run left undone: {', '.join(map(str, left))}"
    return "" if rows or not old.id else "goes on with what an earlier run left undone"


def _matters(change: Change) -> bool:
    return change.verb is not Verb.NOTHING or bool(change.drift)


KINDS: Final = {kind: number for number, kind in enumerate(ENTITIES.values())}

FIRST: Final = (Verb.ARCHIVE, Verb.REPLACE, Verb.DEACTIVATE, Verb.REMOVE, Verb.RESTORE, Verb.CHANGE)
"""What is looked at first among things of a kind; everything else comes behind."""


def _order(change: Change) -> tuple[int, int, str, str, str]:
    kind = KINDS.get(change.entity, len(KINDS))
    rank = FIRST.index(change.verb) if change.verb in FIRST else len(FIRST)
    return kind, rank, change.label, change.name, change.entity
