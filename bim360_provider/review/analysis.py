"""Build a review from the steps of a plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.models.folder import is_folder_urn
from bim360_provider.review import impact
from bim360_provider.review.formatting import DifferenceFormatter
from bim360_provider.review.impact import assess_removal
from bim360_provider.review.labels import (
    ENTITY_LABELS,
    FOLDER_ARGUMENTS,
    NameIndex,
    get_entity,
)
from bim360_provider.review.model import ChangeLine, Drift, ResourceChange, Review, Verb
from bim360_provider.review.plan import (
    Plan,
    PlanError,
    PlanState,
    PlanStep,
    has_hidden_value,
)
from bim360_provider.review.property_diff import (
    LEVEL_FIELDS,
    EngineComparison,
    FieldKey,
    FieldValues,
    compare_fields,
    flatten_fields,
    flatten_outputs,
    flatten_sides,
    has_path_to_field,
)

__all__ = ["build_review", "build_step_comparison", "find_manual_changes", "find_refresh_drift"]

DELETION_DRIFT: Final = Drift("", "", "present", "missing", "")

RECREATION_DRIFT: Final = Drift("", "", "present", "missing", "created again")

PLANNED_OPERATIONS: Final = frozenset({"create", "update", "replace", "delete", "same", "import"})
"""Steps that are counted; the steps of a replacement count as one change."""

OMITTED_FOLDER: Final = "another folder"
"""A folder of which a plan has only the id, because it omits unchanged resources."""

STACK_TYPE: Final = "pulumi:pulumi:Stack"

PULUMI_TYPE_PREFIXES: Final = (STACK_TYPE, "pulumi:providers:")

PLAN_ONLY_OPERATIONS: Final = frozenset({"create", "replace", "import"})
"""Steps that a refresh never contains."""

ENTITY_RANKS: Final = {kind: number for number, kind in enumerate(ENTITY_LABELS.values())}

VERB_ORDER: Final = (
    Verb.ARCHIVE,
    Verb.REPLACE,
    Verb.DEACTIVATE,
    Verb.REMOVE,
    Verb.HIDE,
    Verb.RESTORE,
    Verb.CHANGE,
)
"""The verbs that come first among resources of a kind, in order."""


def find_refresh_drift(step: PlanStep, names: NameIndex) -> tuple[Drift, ...]:
    """Return the drift of a resource that only a refresh read, with nothing planned."""
    if step.old_state is None or step.old_state.is_external:
        return ()
    if step.new_state is None:
        return (DELETION_DRIFT,)
    old, new = flatten_sides(step.old_state.inputs, step.new_state.inputs)
    rows = compare_fields(old, new, build_step_comparison(step))
    formatter = DifferenceFormatter(get_entity(step), old, new, names.by_id)
    return formatter.format_drift(rows, None, refresh_only=True)


def find_manual_changes(
    step: PlanStep, refresh: PlanStep | None, names: NameIndex
) -> tuple[tuple[Drift, ...], set[FieldKey]]:
    """Return the drift before a planned step, and the fields that certainly drifted.

    Args:
        step: The planned step; its old state is what HQ has.
        refresh: The refresh step, whose old state is the last run; None without a refresh.
        names: The names in the plan.
    """
    before = refresh.old_state if refresh else None
    if refresh is None or before is None or before.is_external:
        return (), set()
    if step.old_state is None:
        return (RECREATION_DRIFT,), set()
    old, found = flatten_sides(before.inputs, step.old_state.inputs)
    rows = compare_fields(old, found, _build_refresh_comparison(refresh, step))
    formatter = DifferenceFormatter(get_entity(step), old, found, names.by_id)
    planned = None if step.new_state is None else flatten_fields(step.new_state.inputs)
    drift = formatter.format_drift(rows, planned, refresh_only=False)
    return drift, {(row.row, row.name) for row in rows if row.is_certain}


def build_step_comparison(step: PlanStep) -> EngineComparison:
    """Return the engine's comparison of the two states of a step."""
    paths = step.changed_paths
    return lambda key: None if paths is None else has_path_to_field(paths, key)


def _build_refresh_comparison(refresh: PlanStep, step: PlanStep) -> EngineComparison:
    """Return the engine's comparison of the last run with HQ.

    The Pulumi CLI does not print the differences that a refresh found, only those between HQ and
    the program. A field without such a difference did not drift; for any other field the plan does
    not show whether the program or a person changed it.
    """

    def compare(key: FieldKey) -> bool | None:
        if refresh.changed_paths is not None and has_path_to_field(refresh.changed_paths, key):
            return True
        return (
            None
            if step.changed_paths is None or has_path_to_field(step.changed_paths, key)
            else False
        )

    return compare


@dataclass(frozen=True)
class ResourcePlan:
    """The steps of one resource in a plan.

    Attributes:
        step: The planned step, or the result of a refresh.
        refresh: The refresh step before it; None without one.
        is_refresh_result: Whether the step is the result of a refresh, with nothing planned.
    """

    step: PlanStep
    refresh: PlanStep | None
    is_refresh_result: bool


def build_review(plan: Plan | None, refresh: Plan | None = None, title: str = "") -> Review:
    """Return the review of a plan, a refresh, or both.

    Args:
        plan: The plan; None to review only a refresh.
        refresh: The output of a separate ``refresh --preview-only``.
        title: The title; by default the project and the stack.
    """
    plans = [each for each in (plan, refresh) if each is not None]
    names = NameIndex(step for each in plans for step in each.steps)
    planned = [*_list_resource_plans(plan, refresh_only=False)] if plan else []
    changes = [(each.step.urn, _build_change(each, names)) for each in planned]
    if refresh:
        refreshed = {
            each.step.urn: _build_change(each, names) for each in _list_refreshed_resources(refresh)
        }
        changes = [(urn, _add_drift(each, refreshed.pop(urn, None))) for urn, each in changes]
        changes += refreshed.items()
    named = next((each for each in plans if each.stack), plans[0])
    return Review(
        title=title or (f"{named.project}/{named.stack}" if named.stack else ""),
        changes=tuple(
            sorted((each for _, each in changes if _is_relevant_change(each)), key=_get_sort_key)
        ),
        messages=tuple(
            dict.fromkeys(names.replace_ids(m) for each in plans for m in each.messages)
        ),
        failed=any(each.has_failed for each in plans),
        has_refresh=refresh is not None or (plan is not None and _has_refresh(plan)),
        has_plan=plan is not None
        and not (planned and all(each.is_refresh_result for each in planned)),
        has_resources=refresh is not None or (plan is not None and _has_resources(plan)),
    )


def _has_refresh(plan: Plan) -> bool:
    return plan.command == "refresh" or any(step.op == "refresh" for step in plan.steps)


def _has_resources(plan: Plan) -> bool:
    """Return whether the stack already has resources; a plan may omit unchanged ones."""
    is_shown = any(step.old_state is not None for step in _filter_resource_steps(plan.steps))
    return is_shown or plan.unchanged_count > 1  # the stack itself counts as one


def _list_refreshed_resources(refresh: Plan) -> Iterator[ResourcePlan]:
    planned = next((step.op for step in refresh.steps if step.op in PLAN_ONLY_OPERATIONS), "")
    if planned:
        msg = (
            f"The file for --drift has a step '{planned}', so it is a plan and not a refresh; use "
            "the output of `pulumi refresh --preview-only --json`."
        )
        raise PlanError(msg)
    yield from _list_resource_plans(refresh, refresh_only=True)


def _add_drift(change: ResourceChange, refreshed: ResourceChange | None) -> ResourceChange:
    return replace(change, drift=refreshed.drift) if refreshed else change


def _filter_resource_steps(steps: Sequence[PlanStep]) -> Iterator[PlanStep]:
    """Return the steps of resources, without components, providers and the stack itself."""
    return (
        each for each in steps if each.is_custom and not each.type.startswith(PULUMI_TYPE_PREFIXES)
    )


def _list_resource_plans(plan: Plan, *, refresh_only: bool) -> Iterator[ResourcePlan]:
    refreshes = {step.urn: step for step in plan.steps if step.op == "refresh"}
    steps = [step for step in plan.steps if step.op in PLANNED_OPERATIONS]
    has_program_run = any(step.op == "same" and step.type == STACK_TYPE for step in plan.steps)
    refresh_only |= plan.command == "refresh" or _is_refresh_only(
        steps, refreshes, has_program_run=has_program_run
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
    """Return whether a plan contains only the results of a refresh.

    Pulumi prints a refresh and a plan in the same format. A plan with a refresh has refresh steps,
    but if the program ran, not for resources that it removes: their delete steps equal those of
    resources that no longer exist. In doubt it is a plan, so that no planned change is hidden.
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
    """Return whether an update is the result of a refresh: only these have outputs already."""
    return step.op == "update" and "__declared" in (step.new_state or PlanState()).outputs


def _build_change(plan: ResourcePlan, names: NameIndex) -> ResourceChange:
    if plan.is_refresh_result:
        change = ResourceChange(
            get_entity(plan.step), names.get_label(plan.step), plan.step.name, Verb.NOTHING
        )
        return replace(change, drift=find_refresh_drift(plan.step, names))
    drift, drifted_fields = find_manual_changes(plan.step, plan.refresh, names)
    return replace(_build_planned_change(plan.step, names, drifted_fields), drift=drift)


def _build_planned_change(
    step: PlanStep, names: NameIndex, drifted_fields: set[FieldKey]
) -> ResourceChange:
    entity, label = get_entity(step), names.get_label(step)
    old, new = step.old_state or PlanState(), step.new_state or PlanState()
    change = ResourceChange(entity, label, step.name, Verb.NOTHING)
    if step.op == "same" or new.is_external:
        return change
    if step.op == "import":
        return replace(change, verb=Verb.ADOPT)
    if step.op == "delete":
        effect = assess_removal(entity, label, old)
        lines = _format_removed_levels(old, names) if effect.verb is Verb.REMOVE else ()
        return replace(change, verb=effect.verb, lines=lines, risks=effect.risks, note=effect.note)
    is_kept = impact.is_object_kept(entity, old, new)
    is_moved = step.op == "replace" and not is_kept
    before, after = flatten_sides(old.inputs, new.inputs, include_scope=is_moved)
    _resolve_folders(before, after, entity, new, names)
    known = None if is_moved else flatten_outputs(old.outputs)
    row_note = impact.describe_removed_row(entity, new)
    formatter = DifferenceFormatter(entity, before, after, names.by_id, row_note, known)
    rows = compare_fields(before, after, build_step_comparison(step))
    update = impact.Update(entity, label, rows, old, new, names.by_id)
    if step.op == "create":
        effect = impact.assess_creation(entity, label, new)
    elif step.op == "replace":
        effect = impact.assess_replacement(update, is_kept=is_kept)
    else:
        effect = impact.assess_update(update)
    return replace(
        change,
        verb=effect.verb,
        lines=formatter.format_lines(rows, drifted_fields),
        risks=effect.risks,
        note=effect.note or _format_unfinished_note(old, has_differences=bool(rows)),
        summary=formatter.format_summary() if step.op == "create" else "",
    )


def _format_removed_levels(old: PlanState, names: NameIndex) -> tuple[ChangeLine, ...]:
    """Return a line for each subject of a folder that loses its permissions."""
    known = flatten_outputs(old.outputs) if old.outputs else flatten_fields(old.inputs)
    levels = {key: level for key, level in known.items() if key[0] and key[1] in LEVEL_FIELDS}
    formatter = DifferenceFormatter("", levels, {}, names.by_id)
    return formatter.format_lines(compare_fields(levels, {}, lambda _key: None))


def _resolve_folders(
    before: FieldValues, after: FieldValues, entity: str, new: PlanState, names: NameIndex
) -> None:
    """Replace a reference to a folder that this plan creates, or omits, by readable text."""
    key = ("", FOLDER_ARGUMENTS.get(entity, ""))
    if has_hidden_value(after.get(key)):
        after[key] = names.find_folder(new, key[1]) or after[key]
    old = before.get(key)
    if old != after.get(key) and is_folder_urn(str(old)) and old not in names.by_id:
        before[key] = OMITTED_FOLDER


def _format_unfinished_note(old: PlanState, *, has_differences: bool) -> str:
    unfinished = old.outputs.get("unfinished")
    if isinstance(unfinished, list) and unfinished:
        return f"completes an earlier run: {', '.join(map(str, unfinished))}"
    return "" if has_differences or not old.id else "completes an earlier run"


def _is_relevant_change(change: ResourceChange) -> bool:
    return change.verb is not Verb.NOTHING or bool(change.drift)


def _get_sort_key(change: ResourceChange) -> tuple[int, int, str, str, str]:
    entity_rank = ENTITY_RANKS.get(change.entity, len(ENTITY_RANKS))
    verb_rank = VERB_ORDER.index(change.verb) if change.verb in VERB_ORDER else len(VERB_ORDER)
    return entity_rank, verb_rank, change.label, change.name, change.entity
