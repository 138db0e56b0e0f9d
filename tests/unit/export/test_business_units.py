"""Business units with any name are declared or reported with a reason."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core import business_units
from bim360_provider.core.business_units.tree import build_units
from bim360_provider.export.business_units import build_unit_references, declare_units
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit
from tests.support.hq import build_settings
from tests.support.members import ACCOUNT_SCOPE
from tests.support.odd_values import ODD_NAMES, format_unit_id

NAMES = st.sampled_from(ODD_NAMES) | st.text(st.characters(), max_size=20) | st.none()

TREES = st.lists(
    st.tuples(NAMES, st.none() | st.integers(0, 5), st.text(max_size=5) | st.none()), max_size=12
)
"""Names, indexes of parents, and descriptions; a parent precedes its children."""


def build_tree(*rows: tuple[str | None, int | None, str | None]) -> list[BusinessUnit]:
    """Return units; the parent of a unit is an earlier unit or does not exist."""
    return [
        BusinessUnit(
            id=format_unit_id(index),
            name=name,
            parent_id=None if parent is None else format_unit_id(parent if parent < index else 99),
            description=description,
        )
        for index, (name, parent, description) in enumerate(rows)
    ]


def build_roots(*names: str | None) -> list[BusinessUnit]:
    """Return units without parents."""
    return build_tree(*((name, None, None) for name in names))


def declare(live: Sequence[BusinessUnit]) -> tuple[Declaration | None, list[str]]:
    """Return the declaration and the notes on undeclared units."""
    return declare_units(live, "units", ACCOUNT_SCOPE, build_settings())


@given(TREES)
def test_a_declaration_of_any_units_changes_nothing(
    rows: list[tuple[str | None, int | None, str | None]],
) -> None:
    """Each unit is declared unchanged or reported with a reason."""
    live = build_tree(*rows)
    found, notes = declare(live)

    assert len(notes) + (len(found.arguments["units"]) if found else 0) == len(live)
    assert all(each.isprintable() for each in notes)
    if found:
        inputs, problems = business_units.check({}, found.inputs, build_settings())
        assert problems == []
        assert not business_units.diff(found.outputs, inputs).changed_arguments
        by_id = {unit.id: unit for unit in live}
        for unit in build_units(inputs).values():
            assert unit["name"] == normalize.compose_text(by_id[unit["id"]].name or "")
            assert unit["parent_id"] == (by_id[unit["id"]].parent_id or "")


@pytest.mark.parametrize("name", ["R/D", "/", "//", "a/", "/a", "a/b/c", "..", "café", "x" * 255])
def test_a_unit_with_a_slash_in_its_name_is_declared(name: str) -> None:
    """As a root, a parent or a child."""
    live = build_tree((name, None, None), (name, 0, None), ("East", 1, None))

    found, notes = declare(live)

    assert notes == []
    assert found is not None
    assert sorted(each["id"] for each in found.arguments["units"].values()) == [
        format_unit_id(index) for index in range(3)
    ]


def test_units_with_equal_paths_have_their_ids_as_keys() -> None:
    """A slash in a name makes two paths look equal."""
    live = build_tree(("A", None, None), ("B/C", 0, None), ("A/B", None, None), ("C", 2, None))

    found, notes = declare(live)

    assert notes == []
    assert found is not None
    assert found.arguments["units"] == {
        "A": {"id": format_unit_id(0)},
        format_unit_id(1): {"id": format_unit_id(1), "name": "B/C", "parent": "A"},
        "A/B": {"id": format_unit_id(2), "name": "A/B", "parent": ""},
        format_unit_id(3): {"id": format_unit_id(3), "name": "C", "parent": "A/B"},
    }
    assert build_unit_references(found)[format_unit_id(3)] == Reference(
        "Bim360BusinessUnits", ACCOUNT_SCOPE["account_id"], "ids", format_unit_id(3)
    )


@pytest.mark.parametrize(
    ("live", "reason"),
    [
        (build_roots("North", "North"), "another unit with the same parent has the same name"),
        (
            build_roots("caf\u00e9", "cafe\u0301"),
            "another unit with the same parent has the same name",
        ),
        (build_roots(None), "it has no name"),
        (build_roots(""), "it has no name"),
        (build_roots(" North"), "without surrounding spaces"),
        (build_roots("a\nb"), r"U\+000A"),
        (build_roots("N" * 256), "has 256 characters"),
        (build_roots("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), "Pulumi uses this text"),
    ],
)
def test_an_undeclared_unit_has_the_right_reason(live: list[BusinessUnit], reason: str) -> None:
    """Other units are still declared."""
    below = BusinessUnit(id=format_unit_id(50), name="Below", parent_id=live[0].id)
    other = BusinessUnit(id=format_unit_id(51), name="Other")

    declaration, reasons = declare(live)
    found, notes = declare([*live, below, other])

    assert declaration is None
    assert len(reasons) == len(live)
    assert notes == reasons
    assert all(re.search(reason, each) for each in reasons)
    assert found is not None
    assert found.notes == tuple(f"{each}." for each in notes)
    assert {each["id"] for each in found.arguments["units"].values()} == {below.id, other.id}


def test_an_invalid_description_is_not_declared() -> None:
    """The unit is declared without it, and a comment contains the reason."""
    found, notes = declare(build_tree(("North", None, "a\nb"), ("South", None, "mild")))

    assert notes == []
    assert found is not None
    assert found.arguments["units"]["North"] == {"id": format_unit_id(0)}
    assert found.arguments["units"]["South"]["description"] == "mild"
    assert "description of 'North' is left as it is" in found.notes[0]
