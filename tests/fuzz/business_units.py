"""Samples of a tree of business units."""

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from bim360_provider.emulator import BUSINESS_UNIT_ID
from tests.fuzz.strategies import (
    DOUBTFUL_TEXT,
    INVISIBLE_CHARACTERS,
    NOT_A_TITLE,
    ArgumentSamples,
    Sample,
    Samples,
    accepted,
    build_text,
    either,
    refused,
    unknown,
)
from tests.host.dynamic_host import UNKNOWN_MARK

UNIT_KEYS = (
    *("North", "South", "North/West", "North/West/Far", "South/東京", "Ost & Süd", "a.b", "x|y"),
)
"""Keys of units; the parents of a drawn unit are drawn as well."""

UNIT_NAMES = ("Rail", "Straße 7", "A/B", "C\\D", "Ålesund", "🏗", "x" * 255)
"""Each is given to one unit at most, so that siblings differ."""

UNKNOWN_ID: Final = "c17e6837-96cd-4839-868e-051a2ad65d28"
ODD_KEYS = (" ", "", "/", "a/", "/a", "//", " a", "a ", "a//b", "x" * 255, "y/" * 200)

DESCRIPTIONS = build_text(None)[0].map(lambda sample: sample.value)
PARENTS = st.sampled_from([BUSINESS_UNIT_ID, BUSINESS_UNIT_ID.upper()])


@st.composite
def _trees(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from(UNIT_KEYS), max_size=5, unique=True))
    names = draw(st.permutations(UNIT_NAMES))
    units: dict[str, dict[str, Any]] = {}
    for key in sorted({up for each in chosen for up in _list_key_path(each)}):
        optional: dict[str, Any] = {"description": DESCRIPTIONS, "parent": PARENTS}
        unit = draw(st.fixed_dictionaries({}, optional=optional))
        if names and draw(st.booleans()):
            unit = {"parent": "", **unit} if draw(st.booleans()) else unit
            unit["name"] = names.pop()
        units[key] = unit
    return units


def _list_key_path(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _wrap(samples: Samples, field: str) -> Samples:
    """Return units of which one has this field."""
    return samples.map(lambda each: Sample({"A": {field: each.value}}, each.expectation))


WRONG_TREES: tuple[Any, ...] = (
    *({"A": {}, "B": {"id": each}} for each in ("", "5", "c17e6837", 5)),
    *({"A": each} for each in (5, "x", True, ["x"], 2.5)),
    *({"A": {each: "x"}} for each in ("nmae", "path", "Name", "", "__x")),
    *({"A": {"parent": each}} for each in ("B", "A", "a", 5, True, ["A"], "A ")),
    *({"A": {"parent": "B"}, "B": {"parent": "A"}}, {"A": {"name": "x"}, "x": {}}),
    *({"A/B": {}}, {"x" * 256: {}}, *({f"{each}x": {}} for each in INVISIBLE_CHARACTERS)),
    *("", "North", 5, True, [], ["North"], [{"name": "North"}]),
)
UNUSUAL_TREES: tuple[Any, ...] = (
    *({key: {}} for key in (*ODD_KEYS, "c17e6837-96cd")),
    {"A": {"id": UNKNOWN_ID}, "B": {"parent": UNKNOWN_ID}},
    {"A": {"id": f"b.{UNKNOWN_ID.upper()}", "name": "Ω"}},
    {"A": {"parent": UNKNOWN_ID}},
    {"A": {"id": None, "name": None, "parent": None, "description": None}},
    {"A": None},
)
UNKNOWN_TREES: tuple[Any, ...] = (
    {"A": UNKNOWN_MARK},
    {"A": {"name": UNKNOWN_MARK}, "B": {"parent": UNKNOWN_MARK}},
    {"A": {"id": UNKNOWN_MARK}, "A/B": {}},
)
UNITS: ArgumentSamples = (
    accepted(_trees()),
    st.one_of(
        refused(*WRONG_TREES),
        either(*UNUSUAL_TREES),
        unknown(*UNKNOWN_TREES),
        _wrap(NOT_A_TITLE, "name"),
        _wrap(DOUBTFUL_TEXT, "description"),
    ),
)


def allow_other_units(samples: Mapping[str, Sample]) -> dict[str, None]:
    """Remove ``complete`` if a unit is below one that the tree does not declare."""
    is_below = BUSINESS_UNIT_ID in repr(samples["units"].value).lower()
    return {"complete": None} if is_below else {}
