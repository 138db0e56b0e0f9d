"""A project's arguments."""

from datetime import date
from random import Random

from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.emulator.hq import enums
from bim360_provider.models import ProjectArguments
from tests.fuzz import strategies
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import Expectation, draw_choice, draw_identifier, draw_text
from tests.support.hq import PROJECT_INPUTS

__all__ = ["ENTITY"]


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    line = draw_text(255)
    return {
        "name": strategies.NAME,
        "start_date": strategies.DAY,
        "end_date": strategies.DAY,
        "project_type": draw_text(255, empty=False),
        "value": strategies.MONEY,
        "currency": draw_choice(enums.CURRENCIES),
        "service_types": strategies.SERVICES,
        "job_number": draw_text(100),
        **dict.fromkeys(("address_line_1", "address_line_2", "city"), line),
        **dict.fromkeys(("state_or_province", "postal_code", "country"), line),
        "business_unit_id": draw_identifier(place.business_unit_id, empty=True),
        "timezone": draw_choice(enums.TIMEZONES, empty=True),
        "language": draw_choice(enums.LANGUAGES),
        "construction_type": draw_choice(enums.CONSTRUCTION_TYPES, empty=True),
        "contract_type": draw_choice(enums.CONTRACT_TYPES, empty=True),
        "template_project_id": draw_identifier(place.template_id),
        "include_locations": strategies.FLAG,
        "include_companies": strategies.FLAG,
        "status": draw_choice(("active", "inactive", "archived")),
        "adopt": draw_choice(("never", "archived", "any")),
        "on_destroy": draw_choice(("archive", "retain")),
        "copy_timeout": strategies.SECONDS,
        "region": draw_choice(("US",)),
    }


DATE_ARGUMENTS = ("start_date", "end_date")


def _find_reversed_dates(given: ArgumentSet, certainly: bool) -> set[str]:
    """Return the end date if it is not after the start date; both must be valid."""
    verdicts = [given.samples[name].expectation for name in DATE_ARGUMENTS if name in given.samples]
    if verdicts == [Expectation.ACCEPTED, Expectation.ACCEPTED]:
        start, end = (
            date.fromisoformat(str(given.get_plain_value(name))[:10]) for name in DATE_ARGUMENTS
        )
        return {"end_date"} if start >= end else set()
    return {"end_date"} if Expectation.EITHER in verdicts and not certainly else set()


def _sort_dates(found: ArgumentSet, random: Random, _place: SeededAccount) -> None:
    """Mostly swap dates in the wrong order: chance alone would refuse every other set."""
    days = [found.samples[name] for name in DATE_ARGUMENTS]
    if all(day.expectation is Expectation.ACCEPTED for day in days) and random.random() < 0.95:
        start, end = sorted(days, key=lambda day: str(day.value))
        found.samples.update(start_date=start, end_date=end)


def _list_pending(_state: FieldValues, declared: FieldValues) -> set[str]:
    """Return the status of a pending project, which waits for its first admin."""
    return {"status"} if declared.get("status") == "inactive" else set()


def _delete_entity(ground: FuzzAccount, id_: str, _state: FieldValues) -> None:
    ground.emulator.call_control_plane("DELETE", f"/projects/{id_}")


ENTITY = FuzzEntity(
    provider=ProjectProvider(),
    model=ProjectArguments,
    required=("name", "start_date", "end_date", "project_type", "value", "currency"),
    build_draws=_build_draws,
    example=PROJECT_INPUTS,
    delete_entity=_delete_entity,
    fixed_arguments=("template_project_id", "include_locations", "include_companies"),
    find_conflicts=_find_reversed_dates,
    adjust_set=_sort_dates,
    hq_refusals=(
        "the account has no business unit",
        "the account has no such project",
        "a project that is pending cannot become inactive",
    ),
    list_pending=_list_pending,
    is_final=lambda state: state.get("status") == "archived",
)
