"""The arguments of a tree of business units."""

from random import Random
from typing import Any

from bim360_provider.dynamic.providers import BusinessUnitsProvider
from bim360_provider.models.business_units import BusinessUnitsArguments
from tests.fuzz import strategies
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import (
    ODD_KEYS,
    TITLE,
    Draw,
    Sample,
    Verdict,
    bad,
    choice,
    either,
    odd,
    one,
)
from tests.host.dynamic_host import UNKNOWN
from tests.support.hq import TOWER

__all__ = ["KIND"]

KEYS = ("North", "South", "North/West", "North/West/Far", "South/東京", "Ost & Süd", "a.b", "x|y")
"""Whatever is drawn of these, the parents of what is drawn are drawn as well."""

NAMES = ("Rail", "Straße 7", "A/B", "C\\D", "Ålesund", "🏗", "x" * 255)
"""Each is given to one unit at most, so that no two stand beside each other."""

DESCRIPTION = strategies.text(None)[0]


def _tree(place: Place) -> Draw:
    def draw(random: Random) -> Sample:
        chosen = random.sample(KEYS, random.randint(0, 5))
        keys = {up for key in chosen for up in _and_above(key)}
        names = random.sample(NAMES, len(NAMES))
        units = {key: _unit(random, key, names, place) for key in sorted(keys)}
        return strategies.good(units)

    return draw


def _and_above(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _unit(random: Random, key: str, names: list[str], place: Place) -> dict[str, Any]:
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


NAME, WRONG_NAME = TITLE


def _wrong(random: Random) -> Sample:
    """Return units of which one is wrong."""
    name = WRONG_NAME(random)
    if name.verdict is Verdict.GOOD:
        name = bad("")
    description = strategies.text(None)[1](random)
    return random.choice(
        (
            Sample({"A": {"name": name.value}}, name.verdict),
            Sample({"A": {"description": description.value}}, description.verdict),
            bad({random.choice(strategies.UNSEEN) + "x": {}}),
            bad({"A": {}, "B": {"id": random.choice(("", "5", "c17e6837", 5))}}),
            bad({"A": random.choice((5, "x", True, ["x"], 2.5))}),
            bad({"A": {random.choice(("nmae", "path", "Name", "", "__x")): "x"}}),
            bad({"A": {"parent": random.choice(("B", "a", 5, True, ["A"], "A "))}}),
            bad({"A": {"parent": "B"}, "B": {"parent": "A"}}),
            bad({"A": {"parent": "A"}}),
            bad({"A": {"name": "x"}, "x": {}}),
            bad({"A/B": {}}),
            bad({"x" * 256: {}}),
        )
    )


STRANGE = "c17e6837-96cd-4839-868e-051a2ad65d28"


def _odd(random: Random) -> Sample:
    key = random.choice(ODD_KEYS)
    return random.choice(
        (
            odd({key: {}}),
            odd({"A": {"id": STRANGE}, "B": {"parent": STRANGE}}),
            odd({"A": {"id": f"b.{STRANGE.upper()}", "name": "Ω"}}),
            odd({"A": {"parent": STRANGE}}),
            odd({"A": {"id": None, "name": None, "parent": None, "description": None}}),
            odd({"A": None}),
            strategies.unknown({"A": UNKNOWN}),
            strategies.unknown({"A": {"name": UNKNOWN}, "B": {"parent": UNKNOWN}}),
            strategies.unknown({"A": {"id": UNKNOWN}, "A/B": {}}),
        )
    )


WRONG_UNITS: tuple[Any, ...] = ("", "North", 5, True, [], ["North"], [{"name": "North"}])


def _table(place: Place) -> Table:
    return {
        "units": (_tree(place), either(_wrong, _wrong, _odd, one(*map(bad, WRONG_UNITS)))),
        "complete": strategies.FLAG,
        "on_destroy": choice(("retain", "remove")),
        "region": choice(("US",)),
    }


def _with_others(found: ArgumentSet, _random: Random, place: Place) -> None:
    """Leave out that the tree is complete where a unit is below one that it does not declare."""
    if place.business_unit_id in repr(found.samples.get("units")).lower():
        found.samples.pop("complete", None)


def _clear(ground: Ground, _id: str, _state: Values) -> None:
    """Let the account have the one unit again that it had before."""
    seeded = {"id": ground.place.business_unit_id, "name": "Seeded"}
    ground.client.business_units.define([seeded])


KIND = Kind(
    provider=BusinessUnitsProvider(),
    model=BusinessUnitsArguments,
    required=("units",),
    table=_table,
    example={k: TOWER[k] for k in ("account_id", "region")},
    clear=_clear,
    arrange=_with_others,
    only_hq_knows=("and the account has no such unit", "which is no longer declared"),
)
