"""Names: whatever the order, whatever the filter, and each only once."""

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

THINGS = st.lists(
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


@given(THINGS, st.randoms())
def test_the_order_of_a_list_changes_no_name(
    things: list[NamedObject], chance: random.Random
) -> None:
    """HQ may answer in any order."""
    shuffled = [*things]
    chance.shuffle(shuffled)

    assert allocate_names(shuffled, {}) == allocate_names(things, {})


@given(THINGS)
def test_every_thing_has_a_name_of_its_own(things: list[NamedObject]) -> None:
    """Two resources of one name are an error in Pulumi."""
    names = allocate_names(things, {})

    assert names.keys() == {each.id for each in things}
    assert len(set(names.values())) == len(names)


@given(THINGS, THINGS)
def test_what_comes_later_takes_nobodys_name(
    things: list[NamedObject], later: list[NamedObject]
) -> None:
    """Names that an earlier export gave stay, whoever is new."""
    kept = allocate_names(things, {})
    fresh = [each for each in later if each.id not in kept]

    names = allocate_names([*fresh, *things], kept)

    assert kept.items() <= names.items()
    assert len(set(names.values())) == len(names)


def test_of_namesakes_the_oldest_has_the_plain_name() -> None:
    """An archived twin that was there first keeps it, exported or not."""
    old = NamedObject(
        "project", "c17e6837-0000-4000-8000-000000000001", "Tower", "2020-01-01T00:00:00Z"
    )
    new = NamedObject(
        "project", "a2000000-0000-4000-8000-000000000002", "Tower", "2024-01-01T00:00:00Z"
    )

    assert allocate_names([new, old], {}) == {old.id: "tower", new.id: "tower-a2000000"}


def test_a_renamed_project_keeps_its_name() -> None:
    """Another one would be another resource to Pulumi, and the old one would be archived."""
    assert allocate_names([NamedObject("project", "1", "New words")], {"1": "old-words"}) == {
        "1": "old-words"
    }


@given(st.text())
def test_an_identifier_is_one(name: str) -> None:
    """Keywords, digits and signs are no names in Python."""
    found = build_identifier(name)

    assert found.isidentifier()
    assert not keyword.iskeyword(found)


def test_a_variable_is_taken_once() -> None:
    """The kind tells them apart, and then a number."""
    taken = {"Bim360Project"}

    found = [
        allocate_variable("tower", kind, taken)
        for kind in ("Bim360Project", *["Bim360Company"] * 3)
    ]

    assert found == ["tower", "tower_company", "tower_company_2", "tower_company_3"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Øresund Cycle Bridge", "oresund-cycle-bridge"),
        ("Straße der Ærø-Werft", "strasse-der-aero-werft"),
        ("ŁÓDŹ Þingvellir", "lodz-thingvellir"),
        ("Ğİ \N{LATIN SMALL LETTER DOTLESS I} ﬁ Ⅳ", "gi-i-fi-iv"),
        ("東京 Tower", "tower"),
    ],
)
def test_no_latin_letter_is_lost(words: str, name: str) -> None:
    """Also those that Unicode does not take apart; other scripts have no Latin letters."""
    thing = NamedObject("project", "c17e6837-0000-4000-8000-000000000001", words)

    assert allocate_names([thing], {}) == {thing.id: name}
