"""Normal forms: one for each value, and words that say what to write instead."""

import re
from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.validation import validate_arguments
from bim360_provider.models import (
    AccountUserArguments,
    CompanyArguments,
    ProjectArguments,
    enums,
    normalize,
)
from bim360_provider.models.base import InputModel
from bim360_provider.models.business_units import BusinessUnitArguments, BusinessUnitsArguments
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_image import ProjectImageArguments
from bim360_provider.models.project_member import (
    MemberFields,
    ProjectMemberArguments,
    ProjectMembersArguments,
)

ID = "c17e6837-96cd-4839-868e-051a2ad65d28"
RESERVED = '\\/?[]>*:<"|,'


@pytest.mark.parametrize(
    "day",
    [
        "2027-01-31",
        "2027-01-31T00:00:00.000Z",
        "2027-01-31 08:00:24.020422",
        date(2027, 1, 31),
        datetime(2027, 1, 31, 23, 59, tzinfo=timezone.utc),
    ],
)
def test_a_day_has_one_form(day: object) -> None:
    """HQ's older rows hold full timestamps."""
    assert normalize.parse_date(day) == "2027-01-31"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2027-02-30", "'2027-02-30' is not a day of the calendar"),
        ("2027-13-01", "'2027-13-01' is not a day of the calendar"),
        ("0000-01-01", "is not a day of the calendar"),
        ("31.01.2027", "must be a date such as '2027-01-31', not '31.01.2027'"),
        ("2027-1-31", "must be a date such as"),
        ("2027-01-31x", "must be a date such as"),
        ("", "must be a date such as '2027-01-31', not ''"),
        (20270131.0, "must be a date such as '2027-01-31', not 20270131.0"),
        (None, "must be a date such as"),
    ],
)
def test_what_is_no_day_is_refused(day: Any, words: str) -> None:
    """An impossible day, another country's form, and a number."""
    with pytest.raises(ValueError, match=re.escape(words)):
        normalize.parse_date(day)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(3000, 3000.0), (3000.5, 3000.5), ("3000.50", 3000.5), ("3000", 3000.0), (0, 0.0)],
)
def test_an_amount_becomes_a_float(amount: object, expected: float) -> None:
    """HQ's clients send text at times; it means the same."""
    assert normalize.parse_amount(amount) == expected


@pytest.mark.parametrize(
    "amount",
    [
        *(float("nan"), float("inf"), float("-inf"), "nan", "inf", "1e999", 10**400),
        *("1_000", "3,000", "", "€5", True, False, None, [1]),
    ],
)
def test_what_is_no_amount_is_refused(amount: object) -> None:
    """Not a number, not finite, or a boolean, which Python would count as one."""
    with pytest.raises(ValueError, match="must be a number such as 3000000, not "):
        normalize.parse_amount(amount)


@pytest.mark.parametrize("span", [-1, 3601, "3601"])
def test_a_wait_lies_between_nothing_and_an_hour(span: object) -> None:
    """Longer than an hour is a mistake in the unit."""
    with pytest.raises(ValueError, match="must be 0 to 3600 seconds"):
        normalize.parse_seconds(span)


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("true", True), ("False", False)])
def test_a_flag_may_be_written_as_text(value: object, expected: bool) -> None:
    """HQ's own example sends "true"."""
    assert normalize.parse_flag(value) is expected


@pytest.mark.parametrize("value", [1, 0, 1.0, "yes", "", None])
def test_what_is_no_flag_is_refused(value: object) -> None:
    """A number is not read as a boolean."""
    with pytest.raises(ValueError, match="must be True or False, not"):
        normalize.parse_flag(value)


@pytest.mark.parametrize("prefix", ["", "b.", "B.", " b."])
def test_an_id_loses_the_b_of_other_apis(prefix: str) -> None:
    """Copied from a hub's or a project's address it is taken as it is."""
    bare = "c17e6837-96cd-4839-868e-051a2ad65d28"

    assert normalize.parse_id(prefix + bare.upper()) == bare


@pytest.mark.parametrize("value", ["", "tower", "c17e683796cd4839868e051a2ad65d28", "b.b." + "x"])
def test_what_is_no_id_is_refused_with_a_place_to_find_it(value: str) -> None:
    """A person who mixes up name and id learns where the id is."""
    with pytest.raises(ValueError, match="HQ shows it in the page's address"):
        normalize.parse_id(value)


@pytest.mark.parametrize(
    ("choices", "word", "advice"),
    [
        (enums.CURRENCIES, "eur", "did you mean 'EUR'?"),
        (enums.CURRENCIES, "§§§", "HQ's list is in docs/reference/hq.md"),
        (enums.TIMEZONES, "Europe/Berln", "did you mean 'Europe/Berlin'?"),
        (enums.LANGUAGES, "fr", "write one of en, de"),
        (enums.CONSTRUCTION_TYPES, "renovation", "did you mean 'Renovation'?"),
        (enums.CONTRACT_TYPES, "Design Bid", "did you mean 'Design-Bid'?"),
        (enums.DECLARABLE_STATUSES, "archive", "did you mean 'archived'?"),
        (enums.DECLARABLE_STATUSES, "pending", "write one of active, inactive, archived"),
    ],
)
def test_an_unknown_choice_is_answered_with_the_nearest(
    choices: tuple[str, ...], word: str, advice: str
) -> None:
    """Or with all of them where they are few."""
    with pytest.raises(ValueError, match="is not a valid value") as caught:
        normalize.require_choice(choices)(word)

    assert str(caught.value).endswith(advice)


@pytest.mark.parametrize(
    "services",
    ["pm,doc_manager", " doc_manager , pm ,", ["pm", "doc_manager", "pm"], {"pm", "doc_manager"}],
)
def test_services_have_one_order_and_no_repeats(services: object) -> None:
    """HQ's comma text, a list and a set mean the same."""
    assert normalize.parse_services(services) == ["doc_manager", "pm"]


@pytest.mark.parametrize("services", [7, {"pm": True}, [7], None, True])
def test_what_are_no_services_is_refused(services: object) -> None:
    """A mapping or a number has no elements to ask for."""
    with pytest.raises(ValueError, match="must be "):
        normalize.parse_services(services)


def normal_form(form: Callable[[object], object], value: object) -> object:
    """Return the normal form of a value, None if it is refused; nothing else may be raised."""
    try:
        return form(value)
    except ValueError:
        return None


@given(st.text(max_size=300))
def test_a_name_is_let_through_unchanged_or_not_at_all(name: str) -> None:
    """Anything else would be an endless diff."""
    assert normal_form(normalize.parse_project_name, name) in (name, None)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_a_normal_form_is_its_own_normal_form(value: object) -> None:
    """And no input makes one fail in another way than by a refusal."""
    forms: list[Callable[[object], object]] = [
        normalize.parse_date,
        normalize.parse_amount,
        normalize.parse_flag,
    ]
    forms += [normalize.parse_id, normalize.parse_services, normalize.parse_seconds]
    for form in forms:
        once = normal_form(form, value)
        assert once is None or form(once) == once


@pytest.mark.parametrize(
    "day", ["2027-01-02 or later", "2027-01-02T", "2027-01-02x", "\u0662027-01-02"]
)
def test_what_follows_a_day_is_a_time_or_nothing(day: str) -> None:
    """To cut anything else off would hide what somebody meant to say."""
    with pytest.raises(ValueError, match="must be a date such as"):
        normalize.parse_date(day)


def test_a_text_of_blanks_alone_is_no_text() -> None:
    """HQ would keep nothing of it, and every preview would show a difference."""
    assert normalize.limit_text(255)("   ") == ""


def test_a_value_is_shown_without_what_steers_a_terminal() -> None:
    """Nor with what cannot be seen, which may be the very mistake."""
    assert normalize.quote_value("\x1b[31mUS\u200b") == r"'\x1b[31mUS\u200b'"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f" B.{ID.upper()} ", ID),
        (f"b.{ID}/image", f"{ID}/image"),
        (f" b.{ID} : {ID.upper()} :pm", f"{ID}:{ID}:pm"),
        (f"b.{ID}:members", f"{ID}:members"),
        (" an-id ", "an-id"),
    ],
)
def test_the_id_of_a_resource_is_normalized_part_by_part(written: str, kept: str) -> None:
    """Whether it is that of one object or joins several."""
    assert normalize.parse_entity_id(written) == kept


MODELS: tuple[type[InputModel], ...] = (
    AccountUserArguments,
    BusinessUnitArguments,
    BusinessUnitsArguments,
    CompanyArguments,
    ProjectAdminArguments,
    ProjectArguments,
    ProjectImageArguments,
    ProjectMemberArguments,
    ProjectMembersArguments,
)
NUMBERS = {"erp_id", "tax_id"}
IDS = [
    (model, name)
    for model in MODELS
    for name in model.model_fields
    if name.rpartition("_")[2] == "id" and name not in NUMBERS
]


def test_every_model_of_arguments_is_among_those_above() -> None:
    """A new one is tried too."""
    assert {*MODELS, MemberFields} == _descendants(InputModel)


def _descendants(model: type[InputModel]) -> set[type[InputModel]]:
    below = set(model.__subclasses__())
    return below.union(*(_descendants(each) for each in below))


@pytest.mark.parametrize(("model", "name"), IDS)
def test_every_argument_that_is_an_id_has_one_form(model: type[InputModel], name: str) -> None:
    """With blanks, with ``b.``, in capitals."""
    inputs, problems = validate_arguments(model, {name: f" B.{ID.upper()} "}, check_required=False)

    assert (inputs, problems) == ({name: ID}, [])


@pytest.mark.parametrize("model", MODELS)
def test_every_argument_that_is_text_has_one_unicode_form(model: type[InputModel]) -> None:
    """Whatever takes a letter with an accent keeps it in form C."""
    kept = {
        name: validate_arguments(model, {name: "Cafe\u0301"}, check_required=False)
        for name in model.model_fields
        if name != "path"  # a file's name is the file system's
    }

    texts = [each[n] for n, (each, problems) in kept.items() if not problems]
    assert all(each in ("Caf\u00e9", ["Caf\u00e9"]) for each in texts)
