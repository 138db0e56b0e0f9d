"""A project's arguments."""

from datetime import date
from random import Random

from bim360_provider.dynamic.providers import ProjectProvider
from bim360_provider.emulator.hq import enums
from bim360_provider.models import ProjectArguments
from tests.fuzz import strategies
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import Verdict, choice, identifier, text
from tests.support.hq import TOWER

__all__ = ["KIND"]


def _table(place: Place) -> Table:
    line = text(255)
    return {
        "name": strategies.NAME,
        "start_date": strategies.DAY,
        "end_date": strategies.DAY,
        "project_type": text(255, empty=False),
        "value": strategies.MONEY,
        "currency": choice(enums.CURRENCIES),
        "service_types": strategies.SERVICES,
        "job_number": text(100),
        **dict.fromkeys(("address_line_1", "address_line_2", "city"), line),
        **dict.fromkeys(("state_or_province", "postal_code", "country"), line),
        "business_unit_id": identifier(place.business_unit_id, empty=True),
        "timezone": choice(enums.TIMEZONES, empty=True),
        "language": choice(enums.LANGUAGES),
        "construction_type": choice(enums.CONSTRUCTION_TYPES, empty=True),
        "contract_type": choice(enums.CONTRACT_TYPES, empty=True),
        "template_project_id": identifier(place.template_id),
        "include_locations": strategies.FLAG,
        "include_companies": strategies.FLAG,
        "status": choice(("active", "inactive", "archived")),
        "adopt": choice(("never", "archived", "any")),
        "on_destroy": choice(("archive", "retain")),
        "copy_timeout": strategies.SECONDS,
        "region": choice(("US",)),
    }


DATES = ("start_date", "end_date")


def _late(given: ArgumentSet, certainly: bool) -> set[str]:
    """Return the end date if it is not after the start date; both must be understood."""
    verdicts = [given.samples[name].verdict for name in DATES if name in given.samples]
    if verdicts == [Verdict.GOOD, Verdict.GOOD]:
        start, end = (date.fromisoformat(str(given.plain(name))[:10]) for name in DATES)
        return {"end_date"} if start >= end else set()
    return {"end_date"} if Verdict.ODD in verdicts and not certainly else set()


def _in_order(found: ArgumentSet, random: Random, _place: Place) -> None:
    """Mostly turn dates around that run backwards: chance alone would refuse every other set."""
    days = [found.samples[name] for name in DATES]
    if all(day.verdict is Verdict.GOOD for day in days) and random.random() < 0.95:
        start, end = sorted(days, key=lambda day: str(day.value))
        found.samples.update(start_date=start, end_date=end)


def _undone(_state: Values, declared: Values) -> set[str]:
    """Let a pending project that is to be inactive wait for its first admin."""
    return {"status"} if declared.get("status") == "inactive" else set()


def _clear(ground: Ground, id_: str, _state: Values) -> None:
    ground.hq.ask("DELETE", f"/projects/{id_}")


KIND = Kind(
    provider=ProjectProvider(),
    model=ProjectArguments,
    required=("name", "start_date", "end_date", "project_type", "value", "currency"),
    table=_table,
    example=TOWER,
    clear=_clear,
    kept=("template_project_id", "include_locations", "include_companies"),
    together=_late,
    arrange=_in_order,
    only_hq_knows=(
        "the account has no business unit",
        "the account has no such project",
        "a project that is pending cannot become inactive",
    ),
    undone=_undone,
    is_final=lambda state: state.get("status") == "archived",
)
