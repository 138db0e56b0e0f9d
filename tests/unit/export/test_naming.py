"""Resource names are unique and do not depend on order or filters."""

import keyword
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.export.names import (
    NamedObject,
    allocate_names,
    allocate_variable,
    build_identifier,
)

OBJECTS = st.lists(
    st.builds(
        NamedObject,
        kind=st.just("project"),
        id=st.uuids().map(str),
        display_name=st.sampled_from(("Tower A", "tower a", "Tower  A", "東京", "class", ""))
        | st.text(),
        created_at=st.sampled_from(("", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")),
    ),
    unique_by=lambda each: each.id,
    max_size=20,
)


@given(OBJECTS, st.randoms())
def test_the_order_of_objects_changes_no_name(
    objects: list[NamedObject], random_: random.Random
) -> None:
    """HQ may return objects in any order."""
    shuffled = [*objects]
    random_.shuffle(shuffled)

    assert allocate_names(shuffled, {}) == allocate_names(objects, {})


@given(OBJECTS)
def test_each_object_has_a_unique_name(objects: list[NamedObject]) -> None:
    """Pulumi rejects two resources with the same name."""
    names = allocate_names(objects, {})

    assert names.keys() == {each.id for each in objects}
    assert len(set(names.values())) == len(names)


@given(OBJECTS, OBJECTS)
def test_new_objects_keep_the_names_of_others(
    objects: list[NamedObject], later: list[NamedObject]
) -> None:
    """Names of an earlier export stay."""
    kept = allocate_names(objects, {})
    added = [each for each in later if each.id not in kept]

    names = allocate_names([*added, *objects], kept)

    assert kept.items() <= names.items()
    assert len(set(names.values())) == len(names)


def test_the_oldest_object_with_a_name_has_no_suffix() -> None:
    """An older archived project keeps its name, exported or not."""
    old = NamedObject(
        "project", "c17e6837-0000-4000-8000-000000000001", "Tower", "2020-01-01T00:00:00Z"
    )
    new = NamedObject(
        "project", "a2000000-0000-4000-8000-000000000002", "Tower", "2024-01-01T00:00:00Z"
    )

    assert allocate_names([new, old], {}) == {old.id: "tower", new.id: "tower-a2000000"}


def test_a_renamed_project_keeps_its_resource_name() -> None:
    """Pulumi would treat another name as another resource and archive the project."""
    assert allocate_names([NamedObject("project", "1", "New name")], {"1": "old-name"}) == {
        "1": "old-name"
    }


@given(st.text())
def test_any_name_becomes_an_identifier(name: str) -> None:
    """Keywords, digits and punctuation are not identifiers."""
    found = build_identifier(name)

    assert found.isidentifier()
    assert not keyword.iskeyword(found)


def test_each_variable_is_unique() -> None:
    """The kind distinguishes variables, and then a number."""
    used = {"Bim360Project"}

    variables = [
        allocate_variable("tower", kind, used) for kind in ("Bim360Project", *["Bim360Company"] * 3)
    ]

    assert variables == ["tower", "tower_company", "tower_company_2", "tower_company_3"]


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("Øresund Cycle Bridge", "oresund-cycle-bridge"),
        ("Straße der Ærø-Werft", "strasse-der-aero-werft"),
        ("ŁÓDŹ Þingvellir", "lodz-thingvellir"),
        ("Ğİ \N{LATIN SMALL LETTER DOTLESS I} ﬁ Ⅳ", "gi-i-fi-iv"),
        ("東京 Tower", "tower"),
    ],
)
def test_a_name_keeps_all_latin_letters(display_name: str, name: str) -> None:
    """Including letters without a Unicode decomposition; other scripts are dropped."""
    named = NamedObject("project", "c17e6837-0000-4000-8000-000000000001", display_name)

    assert allocate_names([named], {}) == {named.id: name}
