"""Find losses of an update or an adoption; hidden values count as lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models.enums import IMPLICIT_SERVICES
from bim360_provider.models.folder_permissions import is_lower_level
from bim360_provider.review import risks
from bim360_provider.review.labels import FIELD_LABELS, SERVICE_LABELS
from bim360_provider.review.model import Risk
from bim360_provider.review.plan import PlanState, has_hidden_value, is_unknown, may_equal
from bim360_provider.review.property_diff import (
    ABSENT,
    LEVEL_FIELDS,
    MASKED_ROW,
    ROW_EXISTENCE,
    FieldDifference,
    FieldValues,
    flatten_outputs,
)

__all__ = ["Update", "find_adoption_losses", "find_update_losses", "list_subjects"]

ACCESS_FIELDS: Final = frozenset({"document_management", "project_administration"})
"""The services that HQ's PATCH of a member accepts."""


@dataclass(frozen=True)
class Update:
    """An update of one resource.

    Attributes:
        entity: The kind of resource.
        subject: The label of the resource.
        field_differences: The differences between HQ and the program.
        old_state: The resource in the state.
        new_state: The resource in the program.
        names_by_id: The names in the plan.
    """

    entity: str
    subject: str
    field_differences: Sequence[FieldDifference]
    old_state: PlanState
    new_state: PlanState
    names_by_id: Mapping[str, str] = field(default_factory=dict)

    def find_difference(self, name: str) -> FieldDifference | None:
        """Return the difference of a field of the resource itself; None if there is none."""
        return next(
            (each for each in self.field_differences if not each.row and each.name == name), None
        )

    def get_old_value(self, each: FieldDifference) -> Any:
        """Return the old value: declared, or last known at HQ; ``ABSENT`` if unknown."""
        if each.old_value is not ABSENT:
            return each.old_value
        return self.last_known_fields.get((each.row, each.name), ABSENT)

    @property
    def last_known_fields(self) -> FieldValues:
        """The last known fields at HQ."""
        return flatten_outputs(self.old_state.outputs)


def find_update_losses(update: Update) -> Iterator[Risk]:
    """Yield the losses of a change in place."""
    yield from dict.fromkeys(_LOSS_FINDERS.get(update.entity, _find_default_losses)(update))


def find_adoption_losses(entity: str, subject: str, new: PlanState) -> Iterator[Risk]:
    """Yield the possible losses if a new resource adopts an unknown object."""
    status = new.inputs.get("status")
    if entity == "person" and may_equal(status, "inactive"):
        yield risks.USER_DEACTIVATION.build_possible_risk(subject)
    if entity == "business units" and _may_be_true(new.inputs.get("complete")):
        yield risks.UNIT_LOSS.build_possible_risk(f"units that {subject} does not declare")
    if entity == "project" and may_equal(new.inputs.get("adopt"), "any"):
        if may_equal(status, "archived"):
            yield risks.PROJECT_ARCHIVAL.build_possible_risk(subject)
        if may_equal(status, "inactive"):
            yield risks.PROJECT_SUSPENSION.build_possible_risk(subject)
        if new.inputs.get("service_types") is not None:
            yield risks.SERVICE_LOSS.build_possible_risk(subject)

    is_existing_folder = not is_unknown(new.inputs.get("folder"))
    if entity == "folder permissions" and is_existing_folder:
        yield from _find_losses_of_others(subject, new)


def list_subjects(folder: str, state: Mapping[str, Any]) -> list[str] | None:
    """Return the subjects with permissions of a folder; None if the plan hides them."""
    subjects = []
    for kind in sorted(LEVEL_FIELDS):
        levels = state.get(kind) or {}
        if not isinstance(levels, Mapping):
            return None
        subjects += [_format_subject(kind, name, folder) for name in sorted(levels)]
    return subjects


def _format_subject(kind: str, name: str, folder: str) -> str:
    return f"{FIELD_LABELS[kind]} {name} in {folder}"


def _find_default_losses(update: Update) -> Iterator[Risk]:
    del update
    yield from ()


def _find_project_losses(update: Update) -> Iterator[Risk]:
    status, services = update.find_difference("status"), update.find_difference("service_types")
    after = ABSENT if status is None else status.new_value
    if may_equal(after, "archived"):
        yield risks.PROJECT_ARCHIVAL.build_risk(update.subject, is_certain=after == "archived")
    if may_equal(after, "inactive"):
        yield risks.PROJECT_SUSPENSION.build_risk(update.subject, is_certain=after == "inactive")
    if services is not None:
        removed = _find_removed_elements(update.get_old_value(services), services.new_value)
        if removed is None:
            yield risks.SERVICE_LOSS.build_possible_risk(update.subject)
        for each in removed or ():
            if each not in IMPLICIT_SERVICES:
                label = SERVICE_LABELS.get(each, each)
                yield risks.SERVICE_LOSS.build_certain_risk(f"{label} of {update.subject}")


def _find_person_losses(update: Update) -> Iterator[Risk]:
    status = update.find_difference("status")
    if status is not None and may_equal(status.new_value, "inactive"):
        is_certain = status.new_value == "inactive"
        yield risks.USER_DEACTIVATION.build_risk(update.subject, is_certain=is_certain)


def _find_unit_losses(update: Update) -> Iterator[Risk]:
    for each in update.field_differences:
        if each.name == ROW_EXISTENCE and each.new_value is ABSENT:
            yield risks.UNIT_LOSS.build_certain_risk(update.names_by_id.get(each.row, each.row))
        if each.name == "units" and not each.row and _has_hidden_side(each):
            yield risks.UNIT_LOSS.build_possible_risk(update.subject)
    complete = update.new_state.inputs.get("complete")
    if _may_be_true(complete) and update.find_difference("complete") is not None:
        undeclared = update.old_state.outputs.get("undeclared")
        kept, ids = update.old_state.outputs.get("undropped"), update.new_state.inputs.get("ids")
        if not isinstance(undeclared, Mapping) or has_hidden_value(undeclared):
            yield risks.UNIT_LOSS.build_possible_risk(
                f"units that {update.subject} does not declare"
            )
            return
        kept_ids = {*map(str, kept if isinstance(kept, list) else ())}
        kept_ids |= {*map(str, ids.values())} if isinstance(ids, Mapping) else set()
        for id_, path in sorted(undeclared.items()):
            if id_ not in kept_ids:
                yield risks.UNIT_LOSS.build_risk(
                    str(path), is_certain=not has_hidden_value(complete)
                )


def _find_member_losses(update: Update) -> Iterator[Risk]:
    removal = update.new_state.get_value("on_removal")
    absent = {each.row for each in update.field_differences if each.name == ROW_EXISTENCE}
    for each in update.field_differences:
        subject = f"{each.row} in {update.subject}" if each.row else update.subject
        is_removed = each.name == ROW_EXISTENCE and each.new_value is ABSENT
        is_hidden = each.name in ("members", MASKED_ROW) and _has_hidden_side(each)
        if is_removed and may_equal(removal, "remove"):
            yield risks.MEMBER_REMOVAL.build_risk(subject, is_certain=removal == "remove")
        if is_hidden and each.name != MASKED_ROW and may_equal(removal, "remove"):
            yield risks.MEMBER_REMOVAL.build_possible_risk(subject)
        if is_hidden and (each.name != MASKED_ROW or each.row not in absent):
            yield risks.MODULE_LOSS.build_possible_risk(subject)
        if each.row not in absent and each.new_value is not ABSENT:
            yield from _find_access_losses(update, each, subject)


def _find_access_losses(update: Update, each: FieldDifference, subject: str) -> Iterator[Risk]:
    if each.name == "industry_roles":
        removed = _find_removed_elements(update.get_old_value(each), each.new_value)
        if removed is None:
            yield risks.ROLE_LOSS.build_possible_risk(subject)
        for role in removed or ():
            yield risks.ROLE_LOSS.build_certain_risk(f"{role} of {subject}")
    if each.name in ACCESS_FIELDS:
        yield risks.MODULE_LOSS.build_risk(subject, is_certain=not _has_hidden_side(each))


def _find_permission_losses(update: Update) -> Iterator[Risk]:
    platform = str(update.old_state.outputs.get("platform"))
    for each in update.field_differences:
        before, after = update.get_old_value(each), each.new_value
        if each.name not in LEVEL_FIELDS or before is ABSENT:
            continue
        name = update.names_by_id.get(each.row, each.row)
        subject = _format_subject(each.name, name, update.subject) if each.row else update.subject
        if has_hidden_value(before) or has_hidden_value(after):
            yield risks.PERMISSION_REMOVAL.build_possible_risk(subject)
        elif after is ABSENT:
            yield risks.PERMISSION_REMOVAL.build_certain_risk(subject)
        elif is_lower_level(after, before, platform):
            levels = f"{name} ({before} → {after})"
            subject = _format_subject(each.name, levels, update.subject)
            yield risks.LEVEL_REDUCTION.build_certain_risk(subject)
    if update.find_difference("others") is not None:
        yield from _find_losses_of_others(update.subject, update.new_state)


def _find_losses_of_others(folder: str, new: PlanState) -> Iterator[Risk]:
    if may_equal(new.inputs.get("others"), "remove"):
        subject = f"subjects that are not declared in {folder}"
        yield risks.PERMISSION_REMOVAL.build_possible_risk(subject)


_LOSS_FINDERS: Final[Mapping[str, Callable[[Update], Iterator[Risk]]]] = {
    "project": _find_project_losses,
    "person": _find_person_losses,
    "business units": _find_unit_losses,
    "member": _find_member_losses,
    "team": _find_member_losses,
    "folder permissions": _find_permission_losses,
}


def _find_removed_elements(before: Any, after: Any) -> list[str] | None:
    """Return the elements that a list loses; None if the plan hides them."""
    if after is ABSENT or before == []:
        return []
    are_lists = isinstance(before, list) and isinstance(after, list)
    if not are_lists or has_hidden_value(before) or has_hidden_value(after):
        return None
    return [str(each) for each in before if each not in after]


def _has_hidden_side(each: FieldDifference) -> bool:
    return has_hidden_value(each.old_value) or has_hidden_value(each.new_value)


def _may_be_true(value: Any) -> bool:
    return value is True or has_hidden_value(value)
