"""Whether the declared units make a tree: what a check can tell without asking HQ."""

from collections.abc import Iterator, Mapping
from typing import Any

from bim360_provider.core.arguments import Problem, is_unknown
from bim360_provider.core.business_units.naming import ROOT, key_of, name_of, parent_id, parent_of
from bim360_provider.models import normal
from bim360_provider.models.suggestions import suggestion

__all__ = ["cycle", "problems_of", "wrong"]

Values = Mapping[str, Any]
Units = Mapping[str, Values]


def wrong(key: str, words: str) -> Problem:
    """Return what is wrong with one unit."""
    return Problem("units", f"{normal.shown(key)}: {words}")


def problems_of(units: Units, ids: Values) -> list[Problem]:
    """Return everything that is wrong between units; what is unknown is not judged.

    Args:
        units: The declared units by key, each in normal form.
        ids: Their ids by key.
    """
    found = [*_strangers(units), *_twins(ids), *_namesakes(units, ids)]
    parents = {ids[key]: parent_id(parent_of(key, unit), ids) for key, unit in units.items()}
    keys = {id_: key for key, id_ in ids.items() if not is_unknown(id_)}
    round_trip = cycle({k: v for k, v in parents.items() if not is_unknown((k, v))})
    if round_trip:
        names = " > ".join(f"'{keys[id_]}'" for id_ in (*round_trip, round_trip[0]))
        words = f"goes round in a circle: {names}; give one of them another parent"
        found.append(wrong(keys[round_trip[0]], f"parent {words}"))
    return found


def cycle(parents: Mapping[str, str]) -> list[str]:
    """Return the ids of units of which each is below the next, if there are such.

    Args:
        parents: Each unit's parent by its id.
    """
    done: set[str] = set()
    for start in parents:
        trail: list[str] = []
        here = start
        while here in parents and here not in done:
            if here in trail:
                return trail[trail.index(here) :]
            trail.append(here)
            here = parents[here]
        done.update(trail)
    return []


def _strangers(units: Units) -> Iterator[Problem]:
    for key, unit in units.items():
        parent = parent_of(key, unit)
        if is_unknown(parent) or parent == ROOT or key_of(parent, units) in units:
            continue
        if not normal.UUID.fullmatch(parent):
            yield wrong(key, "parent " + _no_parent(parent, units, given="parent" in unit))


def _no_parent(parent: str, units: Units, *, given: bool) -> str:
    near = suggestion(parent, units, aliases={})
    advice = f"did you mean '{near}'?" if near else "declare it, or write the id of a unit"
    slash = "" if given else "; if the slash is part of the name, give parent=''"
    return f"is '{parent}', and no unit has that key; {advice}{slash}"


def _twins(ids: Values) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, id_ in ids.items():
        if is_unknown(id_):
            continue
        if id_ in seen:
            yield wrong(key, f"id is the id of '{seen[id_]}' too; a unit has one key")
        seen[id_] = key


def _namesakes(units: Units, ids: Values) -> Iterator[Problem]:
    seen: dict[tuple[Any, Any], str] = {}
    for key, unit in units.items():
        place = (parent_id(parent_of(key, unit), ids), name_of(key, unit))
        if is_unknown(place):
            continue
        if place in seen:
            words = (
                f"is '{place[1]}', as '{seen[place]}' is beside it; nobody could tell them apart"
            )
            yield wrong(key, f"name {words}")
        seen[place] = key
