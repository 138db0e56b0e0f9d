"""Analyse the engine's steps: what happens to the projects, companies and users at HQ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.review import impact
from bim360_provider.review.formatting import DifferenceFormatter
from bim360_provider.review.impact import assess_removal
from bim360_provider.review.labels import ENTITY_LABELS, NameIndex, get_entity
from bim360_provider.review.model import Drift, ResourceChange, Review, Verb
from bim360_provider.review.plan import Plan, PlanError, PlanState, PlanStep
from bim360_provider.review.property_diff import (
    EngineComparison,
    FieldKey,
    compare_fields,
    flatten_fields,
    flatten_outputs,
    flatten_sides,
    has_path_to_field,
)

__all__ = ["build_review", "build_step_comparison", "find_manual_changes", "find_refresh_drift"]

DELETION_DRIFT: Final = Drift("", "", "there", "gone", "")

RECREATION_DRIFT: Final = Drift("", "", "there", "gone", "created again")


def find_refresh_drift(step: PlanStep, names: NameIndex) -> tuple[Drift, ...]:
    """Return what a look found, where nothing else is planned."""
    if step.old_state is None or step.old_state.is_external:
        return ()
    if step.new_state is None:
        return (DELETION_DRIFT,)
    old, new = flatten_sides(step.old_state.inputs, step.new_state.inputs)
    rows = compare_fields(old, new, build_step_comparison(step))
    wording = DifferenceFormatter(get_entity(step), old, new, names.by_id)
    return wording.format_drift(rows, None, refresh_only=True)


def find_manual_changes(
    step: PlanStep, refresh: PlanStep | None, names: NameIndex
) -> tuple[tuple[Drift, ...], set[FieldKey]]:
    """Return what was changed by hand before a planned step, and the cells that certainly were.

    Args:
        step: What is planned; its old side is what HQ has.
        refresh: The look, whose old side is the last run; None without a look.
        names: What the plan knows of ids.
    """
    before = refresh.old_state if refresh else None
    if refresh is None or before is None or before.is_external:
        return (), set()
    if step.old_state is None:
        return (RECREATION_DRIFT,), set()
    old, now = flatten_sides(before.inputs, step.old_state.inputs)
    rows = compare_fields(old, now, _build_refresh_comparison(refresh, step))
    wording = DifferenceFormatter(get_entity(step), old, now, names.by_id)
    planned = None if step.new_state is None else flatten_fields(step.new_state.inputs)
    drift = wording.format_drift(rows, planned, refresh_only=False)
    return drift, {(row.row, row.name) for row in rows if row.is_certain}


def build_step_comparison(step: PlanStep) -> EngineComparison:
    """Return what the engine says of the difference between the two sides of a step."""
    paths = step.changed_paths
    return lambda cell: None if paths is None else has_path_to_field(paths, cell)


def _build_refresh_comparison(refresh: PlanStep, step: PlanStep) -> EngineComparison:
    """Return what the engine says of the difference between the last run and HQ.

    The Pulumi CLI does not print what a refresh found different, only what the program changes
    afterwards: a field that the program leaves alone is as HQ has it, and of any other it cannot
    be told whether it was the program or a person who changed it.
    """

    def judge(cell: FieldKey) -> bool | None:
        if refresh.changed_paths is not None and has_path_to_field(refresh.changed_paths, cell):
            return True
        return (
            None
            if step.changed_paths is None or has_path_to_field(step.changed_paths, cell)
            else False
        )

    return judge


PLANNED_OPERATIONS: Final = frozenset({"create", "update", "replace", "delete", "same", "import"})
"""Steps that are counted; a replacement is one change, whatever steps it is made of."""

STACK_TYPE: Final = "pulumi:pulumi:Stack"

PULUMI_TYPE_PREFIXES: Final = (STACK_TYPE, "pulumi:providers:")

PLAN_ONLY_OPERATIONS: Final = frozenset({"create", "replace", "import"})
"""Steps that no refresh has."""


@dataclass(frozen=True)
class ResourcePlan:
    """What a plan says of one resource.

    Attributes:
        step: What would be done, or what was found.
        refresh: The step that looked at HQ before; None without one.
        found: Whether the step is what a look found, and nothing that would be done.
    """

    step: PlanStep
    refresh: PlanStep | None
    is_refresh_result: bool


def build_review(plan: Plan | None, looked: Plan | None = None, title: str = "") -> Review:
    """Read plans as people do.

    Args:
        plan: What would be done; None where only a look is reviewed.
        looked: A look that was printed on its own: ``refresh --preview-only``.
        title: What it is called; else the project and the stack.
    """
    plans = [each for each in (plan, looked) if each is not None]
    names = NameIndex(step for each in plans for step in each.steps)
    planned = [*_list_resource_plans(plan, refresh_only=False)] if plan else []
    changes = [(each.step.urn, _build_change(each, names)) for each in planned]
    if looked:
        found = {
            each.step.urn: _build_change(each, names) for each in _list_refreshed_resources(looked)
        }
        changes = [(urn, _add_drift(each, found.pop(urn, None))) for urn, each in changes]
        changes += found.items()
    titled = next((each for each in plans if each.stack), plans[0])
    return Review(
        title=title or (f"{titled.project}/{titled.stack}" if titled.stack else ""),
        changes=tuple(
            sorted((each for _, each in changes if _is_relevant_change(each)), key=_get_sort_key)
        ),
        messages=tuple(
            dict.fromkeys(names.replace_ids(m) for each in plans for m in each.messages)
        ),
        failed=any(each.has_failed for each in plans),
        looked=looked is not None or (plan is not None and _has_refresh(plan)),
        has_plan=plan is not None
        and not (planned and all(each.is_refresh_result for each in planned)),
        has_resources=looked is not None or (plan is not None and _has_resources(plan)),
    )


def _has_refresh(plan: Plan) -> bool:
    return plan.command == "refresh" or any(step.op == "refresh" for step in plan.steps)


def _has_resources(plan: Plan) -> bool:
    """Return whether the stack has resources already: a plan may leave out the unchanged ones."""
    shown = any(step.old_state is not None for step in _filter_resource_steps(plan.steps))
    return shown or plan.unchanged_count > 1  # the stack itself is one


def _list_refreshed_resources(looked: Plan) -> Iterator[ResourcePlan]:
    wrong = next((step.op for step in looked.steps if step.op in PLAN_ONLY_OPERATIONS), "")
    if wrong:
        msg = (
            f"The file for --drift has a step '{wrong}', so it is a plan and not a look; give it "
            "what `pulumi refresh --preview-only --json` prints."
        )
        raise PlanError(msg)
    yield from _list_resource_plans(looked, refresh_only=True)


def _add_drift(change: ResourceChange, found: ResourceChange | None) -> ResourceChange:
    return replace(change, drift=found.drift) if found else change


def _filter_resource_steps(steps: Sequence[PlanStep]) -> Iterator[PlanStep]:
    """Return the steps of resources, without components, providers and the stack itself."""
    return (
        each for each in steps if each.is_custom and not each.type.startswith(PULUMI_TYPE_PREFIXES)
    )


def _list_resource_plans(plan: Plan, *, refresh_only: bool) -> Iterator[ResourcePlan]:
    refreshes = {step.urn: step for step in plan.steps if step.op == "refresh"}
    steps = [step for step in plan.steps if step.op in PLANNED_OPERATIONS]
    ran = any(step.op == "same" and step.type == STACK_TYPE for step in plan.steps)
    refresh_only |= plan.command == "refresh" or _is_refresh_only(
        steps, refreshes, has_program_run=ran
    )
    for step in _filter_resource_steps(steps):
        yield ResourcePlan(step, refreshes.get(step.urn), refresh_only or _is_refresh_result(step))
    planned = {step.urn for step in steps}
    for step in _filter_resource_steps([*refreshes.values()]):
        if step.new_state is None and step.urn not in planned:
            yield ResourcePlan(step, None, is_refresh_result=True)


def _is_refresh_only(
    steps: Sequence[PlanStep], before: Mapping[str, PlanStep], *, has_program_run: bool
) -> bool:
    """Return whether a plan only tells what a refresh found: Pulumi names both kinds alike.

    A plan that begins with a look has steps for what was looked at, but where the program ran the
    look is not told of what goes: its delete looks as that of something that is gone. In doubt it
    is a plan: better warn of what does not happen than keep silent about what does.
    """
    planned = (
        step.urn in before
        or step.op not in ("update", "delete", "same")
        or (step.op == "delete" and has_program_run)
        or (step.op == "update" and not _is_refresh_result(step))
        for step in steps
    )
    return bool(before) and not any(planned)


def _is_refresh_result(step: PlanStep) -> bool:
    """Return whether an update is what a look found: nothing else has outputs of ours already."""
    return step.op == "update" and "__declared" in (step.new_state or PlanState()).outputs


def _build_change(seen: ResourcePlan, names: NameIndex) -> ResourceChange:
    if seen.is_refresh_result:
        change = ResourceChange(
            get_entity(seen.step), names.get_label(seen.step), seen.step.name, Verb.NOTHING
        )
        return replace(change, drift=find_refresh_drift(seen.step, names))
    drift, cells = find_manual_changes(seen.step, seen.refresh, names)
    return replace(_build_planned_change(seen.step, names, cells), drift=drift)


def _build_planned_change(step: PlanStep, names: NameIndex, told: set[FieldKey]) -> ResourceChange:
    entity, label = get_entity(step), names.get_label(step)
    old, new = step.old_state or PlanState(), step.new_state or PlanState()
    change = ResourceChange(entity, label, step.name, Verb.NOTHING)
    if step.op == "same" or new.is_external:
        return change
    if step.op == "import":
        return replace(change, verb=Verb.ADOPT)
    if step.op == "delete":
        verdict = assess_removal(entity, label, old)
        return replace(change, verb=verdict.verb, risks=verdict.risks, note=verdict.note)
    kept = impact.is_object_kept(entity, old, new)
    moves = step.op == "replace" and not kept
    before, after = flatten_sides(old.inputs, new.inputs, include_scope=moves)
    known = None if moves else flatten_outputs(old.outputs)
    stays = impact.describe_removed_row(entity, new)
    wording = DifferenceFormatter(entity, before, after, names.by_id, stays, known)
    rows = compare_fields(before, after, build_step_comparison(step))
    update = impact.Update(entity, label, rows, old, new, names.by_id)
    if step.op == "create":
        verdict = impact.assess_creation(entity, label, new)
    elif step.op == "replace":
        verdict = impact.assess_replacement(update, is_kept=kept)
    else:
        verdict = impact.assess_update(update)
    return replace(
        change,
        verb=verdict.verb,
        lines=wording.format_lines(rows, told),
        risks=verdict.risks,
        note=verdict.note or _format_unfinished_note(old, has_differences=bool(rows)),
        summary=wording.format_summary() if step.op == "create" else "",
    )


def _format_unfinished_note(old: PlanState, *, has_differences: bool) -> str:
    left = old.outputs.get("unfinished")
    if isinstance(left, list) and left:
        return f"goes on with what an earlier run left undone: {', '.join(map(str, left))}"
    return "" if has_differences or not old.id else "goes on with what an earlier run left undone"


def _is_relevant_change(change: ResourceChange) -> bool:
    return change.verb is not Verb.NOTHING or bool(change.drift)


ENTITY_RANKS: Final = {kind: number for number, kind in enumerate(ENTITY_LABELS.values())}

VERB_ORDER: Final = (
    Verb.ARCHIVE,
    Verb.REPLACE,
    Verb.DEACTIVATE,
    Verb.REMOVE,
    Verb.RESTORE,
    Verb.CHANGE,
)
"""What is looked at first among things of a kind; everything else comes behind."""


def _get_sort_key(change: ResourceChange) -> tuple[int, int, str, str, str]:
    kind = ENTITY_RANKS.get(change.entity, len(ENTITY_RANKS))
    rank = VERB_ORDER.index(change.verb) if change.verb in VERB_ORDER else len(VERB_ORDER)
    return kind, rank, change.label, change.name, change.entity
