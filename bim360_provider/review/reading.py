"""From the engine's steps to what happens to people's things."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.review import verdicts
from bim360_provider.review.fields import both, differences, flat
from bim360_provider.review.going import going
from bim360_provider.review.lines import Wording
from bim360_provider.review.model import Change, Drift, Review, Verb
from bim360_provider.review.names import ENTITIES, Names, entity_of
from bim360_provider.review.plan import Plan, State, Step

__all__ = ["review_of"]

PLANNED: Final = frozenset({"create", "update", "replace", "delete", "same", "import"})
"""Steps that are counted; a replacement is one change, whatever steps it is made of."""

STACK: Final = "pulumi:pulumi:Stack"
PULUMIS_OWN: Final = (STACK, "pulumi:providers:")

GONE: Final = Drift("", "", "there", "gone", "")


@dataclass(frozen=True)
class Seen:
    """What a plan says of one resource.

    Attributes:
        step: What would be done, or what was found.
        before: What was known before somebody looked; None where nobody looked.
        found: Whether the step is what a look found, and nothing that would be done.
    """

    step: Step
    before: State | None
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
    seen = [*_seen(plan, only_looked=False)] if plan else []
    seen += [*_seen(looked, only_looked=True)] if looked else []
    changes: dict[str, Change] = {}
    for each in seen:
        change, urn = _change(each, names), each.step.urn
        changes[urn] = replace(changes[urn], drift=change.drift) if urn in changes else change
    told = next((each for each in plans if each.stack), plans[0])
    return Review(
        title=title or (f"{told.project}/{told.stack}" if told.stack else ""),
        changes=tuple(sorted(filter(_matters, changes.values()), key=_order)),
        messages=tuple(dict.fromkeys(said for each in plans for said in each.messages)),
        failed=any(each.failed for each in plans),
        looked=any(step.op == "refresh" for each in plans for step in each.steps)
        or looked is not None,
        planned=plan is not None and not (seen and all(each.found for each in seen)),
    )


def _seen(plan: Plan, *, only_looked: bool) -> Iterator[Seen]:
    before = {step.urn: step.old for step in plan.steps if step.op == "refresh"}
    steps = [step for step in plan.steps if step.op in PLANNED]
    ran = any(step.op == "same" and step.type == STACK for step in plan.steps)
    only_looked |= plan.command == "refresh" or _only_looked(steps, before, ran=ran)
    for step in steps:
        if step.custom and not step.type.startswith(PULUMIS_OWN):
            yield Seen(step, before.get(step.urn), only_looked or _is_found(step))


def _only_looked(steps: Sequence[Step], before: Mapping[str, State | None], *, ran: bool) -> bool:
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
        return _found(seen.step, names)
    drift, told = _drifted(seen, names)
    return replace(_planned(seen.step, names, told), drift=drift)


def _found(step: Step, names: Names) -> Change:
    """Read what a look found, with nothing to follow."""
    change = Change(entity_of(step), names.label(step), step.name, Verb.NOTHING)
    if step.old is None or step.old.external:
        return change
    if step.new is None:
        return replace(change, drift=(GONE,))
    old, new = both(step.old.inputs, step.new.inputs)
    rows = differences(old, new, step.paths)
    wording = Wording(change.entity, old, new, names.by_id)
    return replace(change, drift=wording.drift(rows, None, looked_only=True))


def _drifted(seen: Seen, names: Names) -> tuple[tuple[Drift, ...], set[tuple[str, str]]]:
    """Return what somebody changed by hand, and which cells that are."""
    step = seen.step
    if seen.before is None or seen.before.external:
        return (), set()
    if step.old is None:
        return (replace(GONE, outcome="made anew"),), set()
    old, now = both(seen.before.inputs, step.old.inputs)
    rows = differences(old, now, frozenset())
    wording = Wording(entity_of(step), old, now, names.by_id)
    planned = None if step.new is None else flat(step.new.inputs)
    return wording.drift(rows, planned, looked_only=False), {(row.row, row.name) for row in rows}


def _planned(step: Step, names: Names, told: set[tuple[str, str]]) -> Change:
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
    stays = verdicts.row_stays(entity, new)
    moves = step.op == "replace"
    before, after = both(old.inputs, new.inputs, places=moves)
    known = {} if moves else {("", name): value for name, value in old.outputs.items()}
    wording = Wording(entity, before, after, names.by_id, stays, known)
    rows = differences(before, after, step.paths)
    if step.op == "create":
        verdict = verdicts.making(entity, new)
    elif step.op == "replace":
        verdict = verdicts.replacing(entity, label, old)
    else:
        verdict = verdicts.changing(entity, label, rows, new)
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
