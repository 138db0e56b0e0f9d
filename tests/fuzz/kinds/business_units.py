"""The arguments of a tree of business units."""

from random import Random
from typing import Any

from bim360_provider.dynamic.providers import BusinessUnitsProvider
from bim360_provider.models.business_units import BusinessUnitsArguments
from tests.fuzz import strategies
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import (
    ODD_KEYS,
    TITLE,
    Expectation,
    Sample,
    SampleDraw,
    build_either,
    build_refused,
    draw_choice,
    draw_from_any,
    draw_sample,
)
from tests.host.dynamic_host import UNKNOWN_MARK
from tests.support.hq import PROJECT_INPUTS

__all__ = ["ENTITY"]

UNIT_KEYS = (
    "North",
    "South",
    "North/West",
    "North/West/Far",
    "South/東京",
    "Ost & Süd",
    "a.b",
    "x|y",
)
"""Keys of units; the parents of a drawn unit are drawn as well."""

UNIT_NAMES = ("Rail", "Straße 7", "A/B", "C\\D", "Ålesund", "🏗", "x" * 255)
"""Each is given to one unit at most, so that siblings differ."""

DESCRIPTION = strategies.draw_text(None)[0]


def _draw_tree(place: SeededAccount) -> SampleDraw:
    def draw(random: Random) -> Sample:
        chosen = random.sample(UNIT_KEYS, random.randint(0, 5))
        keys = {up for key in chosen for up in _list_key_path(key)}
        names = random.sample(UNIT_NAMES, len(UNIT_NAMES))
        units = {key: _draw_unit(random, key, names, place) for key in sorted(keys)}
        return strategies.build_accepted(units)

    return draw


def _list_key_path(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _draw_unit(random: Random, key: str, names: list[str], place: SeededAccount) -> dict[str, Any]:
    unit: dict[str, Any] = {}
    if random.random() < 0.4:
        unit["description"] = DESCRIPTION(random).value
    if random.random() < 0.3:
        unit["name"] = names.pop() if names else key
    if random.random() < 0.15:
        unit["parent"] = random.choice((place.business_unit_id, place.business_unit_id.upper()))
    elif "name" in unit and random.random() < 0.2:
        unit["parent"] = ""
    return unit


NAME, INVALID_NAME = TITLE


def _draw_refused_tree(random: Random) -> Sample:
    """Return units of which one is wrong."""
    name = INVALID_NAME(random)
    if name.expectation is Expectation.ACCEPTED:
        name = build_refused("")
    description = strategies.draw_text(None)[1](random)
    return random.choice(
        (
            Sample({"A": {"name": name.value}}, name.expectation),
            Sample({"A": {"description": description.value}}, description.expectation),
            build_refused({random.choice(strategies.INVISIBLE_CHARACTERS) + "x": {}}),
            build_refused({"A": {}, "B": {"id": random.choice(("", "5", "c17e6837", 5))}}),
            build_refused({"A": random.choice((5, "x", True, ["x"], 2.5))}),
            build_refused({"A": {random.choice(("nmae", "path", "Name", "", "__x")): "x"}}),
            build_refused({"A": {"parent": random.choice(("B", "a", 5, True, ["A"], "A "))}}),
            build_refused({"A": {"parent": "B"}, "B": {"parent": "A"}}),
            build_refused({"A": {"parent": "A"}}),
            build_refused({"A": {"name": "x"}, "x": {}}),
            build_refused({"A/B": {}}),
            build_refused({"x" * 256: {}}),
        )
    )


UNKNOWN_ID = "c17e6837-96cd-4839-868e-051a2ad65d28"


def _draw_unusual_tree(random: Random) -> Sample:
    key = random.choice(ODD_KEYS)
    return random.choice(
        (
            build_either({key: {}}),
            build_either({"A": {"id": UNKNOWN_ID}, "B": {"parent": UNKNOWN_ID}}),
            build_either({"A": {"id": f"b.{UNKNOWN_ID.upper()}", "name": "Ω"}}),
            build_either({"A": {"parent": UNKNOWN_ID}}),
            build_either({"A": {"id": None, "name": None, "parent": None, "description": None}}),
            build_either({"A": None}),
            strategies.build_unknown({"A": UNKNOWN_MARK}),
            strategies.build_unknown({"A": {"name": UNKNOWN_MARK}, "B": {"parent": UNKNOWN_MARK}}),
            strategies.build_unknown({"A": {"id": UNKNOWN_MARK}, "A/B": {}}),
        )
    )


INVALID_UNITS: tuple[Any, ...] = ("", "North", 5, True, [], ["North"], [{"name": "North"}])


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    return {
        "units": (
            _draw_tree(place),
            draw_from_any(
                _draw_refused_tree,
                _draw_refused_tree,
                _draw_unusual_tree,
                draw_sample(*map(build_refused, INVALID_UNITS)),
            ),
        ),
        "complete": strategies.FLAG,
        "on_destroy": draw_choice(("retain", "remove")),
        "region": draw_choice(("US",)),
    }


def _add_other_units(found: ArgumentSet, _random: Random, place: SeededAccount) -> None:
    """Make the tree incomplete if a unit is below one that it does not declare."""
    if place.business_unit_id in repr(found.samples.get("units")).lower():
        found.samples.pop("complete", None)


def _delete_entity(ground: FuzzAccount, _id: str, _state: FieldValues) -> None:
    """Restore the one initial unit of the account."""
    seeded = {"id": ground.account.business_unit_id, "name": "Seeded"}
    ground.client.business_units.update_structure([seeded])


ENTITY = FuzzEntity(
    provider=BusinessUnitsProvider(),
    model=BusinessUnitsArguments,
    required=("units",),
    build_draws=_build_draws,
    example={k: PROJECT_INPUTS[k] for k in ("account_id", "region")},
    delete_entity=_delete_entity,
    adjust_set=_add_other_units,
    hq_refusals=("and the account has no such unit", "which is no longer declared"),
)
