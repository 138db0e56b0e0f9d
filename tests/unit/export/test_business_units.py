"""Business units as one declaration: whatever their names are, or the right reason."""

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
"""Names, the places of their parents and descriptions; a parent stands before its units."""


def tree(*rows: tuple[str | None, int | None, str | None]) -> list[BusinessUnit]:
    """Return units; a parent that does not stand before its unit is none of the account's."""
    return [
        BusinessUnit(
            id=format_unit_id(place),
            name=name,
            parent_id=None if parent is None else format_unit_id(parent if parent < place else 99),
            description=description,
        )
        for place, (name, parent, description) in enumerate(rows)
    ]


def top(*names: str | None) -> list[BusinessUnit]:
    """Return units at the top."""
    return tree(*((name, None, None) for name in names))


def declared(live: Sequence[BusinessUnit]) -> tuple[Declaration | None, list[str]]:
    """Return the declaration and what is left as it is."""
    return declare_units(live, "units", ACCOUNT_SCOPE, build_settings())


@given(TREES)
def test_whatever_hq_has_the_declaration_changes_nothing(
    rows: list[tuple[str | None, int | None, str | None]],
) -> None:
    """Each unit is declared as it is, or reported with a reason."""
    live = tree(*rows)
    found, left = declared(live)

    assert len(left) + (len(found.arguments["units"]) if found else 0) == len(live)
    assert all(each.isprintable() for each in left)
    if found:
        inputs, problems = business_units.check({}, found.inputs, build_settings())
        assert problems == []
        assert not business_units.diff(found.outputs, inputs).changed_arguments
        by_id = {unit.id: unit for unit in live}
        for unit in build_units(inputs).values():
            assert unit["name"] == normalize.compose_text(by_id[unit["id"]].name or "")
            assert unit["parent_id"] == (by_id[unit["id"]].parent_id or "")


@pytest.mark.parametrize("name", ["R/D", "/", "//", "a/", "/a", "a/b/c", "..", "café", "x" * 255])
def test_a_name_with_a_slash_is_declared(name: str) -> None:
    """Alone, and above and below others."""
    live = tree((name, None, None), (name, 0, None), ("East", 1, None))

    found, left = declared(live)

    assert left == []
    assert found is not None
    assert sorted(each["id"] for each in found.arguments["units"].values()) == [
        format_unit_id(place) for place in range(3)
    ]


def test_units_whose_paths_are_the_same_text_have_their_ids_as_keys() -> None:
    """A slash in a name makes two places look like one."""
    live = tree(("A", None, None), ("B/C", 0, None), ("A/B", None, None), ("C", 2, None))

    found, left = declared(live)

    assert left == []
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
        (top("North", "North"), "another unit with the same parent has the same name"),
        (top("caf\u00e9", "cafe\u0301"), "another unit with the same parent has the same name"),
        (top(None), "it has no name"),
        (top(""), "it has no name"),
        (top(" North"), "without surrounding spaces"),
        (top("a\nb"), r"U\+000A"),
        (top("N" * 256), "has 256 characters"),
        (top("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), "Pulumi uses this text"),
    ],
)
def test_what_cannot_be_declared_has_the_right_reason(
    live: list[BusinessUnit], reason: str
) -> None:
    """And costs the others nothing."""
    below = BusinessUnit(id=format_unit_id(50), name="Below", parent_id=live[0].id)
    other = BusinessUnit(id=format_unit_id(51), name="Other")

    alone, reasons = declared(live)
    found, left = declared([*live, below, other])

    assert alone is None
    assert len(reasons) == len(live)
    assert left == reasons
    assert all(re.search(reason, each) for each in reasons)
    assert found is not None
    assert found.notes == tuple(f"{each}." for each in left)
    assert {each["id"] for each in found.arguments["units"].values()} == {below.id, other.id}


def test_a_description_that_cannot_be_declared_is_left_as_it_is() -> None:
    """Its unit is declared without it, and a comment has the reason."""
    found, left = declared(tree(("North", None, "a\nb"), ("South", None, "mild")))

    assert left == []
    assert found is not None
    assert found.arguments["units"]["North"] == {"id": format_unit_id(0)}
    assert found.arguments["units"]["South"]["description"] == "mild"
    assert "description of 'North' is left as it is" in found.notes[0]
