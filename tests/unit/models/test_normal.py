"""Normal forms: one for each value, and messages that say how to correct a value."""

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
from bim360_provider.models.folder import ProjectFolderArguments
from bim360_provider.models.folder_permissions import FolderPermissionsArguments
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
def test_a_day_has_one_normal_form(day: object) -> None:
    """HQ's older rows have full timestamps."""
    assert normalize.parse_date(day) == "2027-01-31"


@pytest.mark.parametrize(
    ("day", "message"),
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
def test_an_invalid_day_is_refused(day: Any, message: str) -> None:
    """Examples are an impossible day, another country's format, and a number."""
    with pytest.raises(ValueError, match=re.escape(message)):
        normalize.parse_date(day)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(3000, 3000.0), (3000.5, 3000.5), ("3000.50", 3000.5), ("3000", 3000.0), (0, 0.0)],
)
def test_an_amount_becomes_a_float(amount: object, expected: float) -> None:
    """HQ clients sometimes send a text."""
    assert normalize.parse_amount(amount) == expected


@pytest.mark.parametrize(
    "amount",
    [
        *(float("nan"), float("inf"), float("-inf"), "nan", "inf", "1e999", 10**400),
        *("1_000", "3,000", "", "€5", True, False, None, [1]),
    ],
)
def test_an_invalid_amount_is_refused(amount: object) -> None:
    """It is not a number, not finite, or a boolean, which is an integer in Python."""
    with pytest.raises(ValueError, match="must be a number such as 3000000, not "):
        normalize.parse_amount(amount)


@pytest.mark.parametrize("span", [-1, 3601, "3601"])
def test_a_waiting_time_is_0_to_3600_seconds(span: object) -> None:
    """A longer one has a wrong unit."""
    with pytest.raises(ValueError, match="must be 0 to 3600 seconds"):
        normalize.parse_seconds(span)


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("true", True), ("False", False)])
def test_a_boolean_may_be_a_text(value: object, expected: bool) -> None:
    """HQ's own example sends "true"."""
    assert normalize.parse_flag(value) is expected


@pytest.mark.parametrize("value", [1, 0, 1.0, "yes", "", None])
def test_an_invalid_boolean_is_refused(value: object) -> None:
    """A number is not a boolean."""
    with pytest.raises(ValueError, match="must be True or False, not"):
        normalize.parse_flag(value)


@pytest.mark.parametrize("prefix", ["", "b.", "B.", " b."])
def test_the_prefix_b_of_an_id_is_removed(prefix: str) -> None:
    """Users copy it from a hub's or project's address."""
    bare = "c17e6837-96cd-4839-868e-051a2ad65d28"

    assert normalize.parse_id(prefix + bare.upper()) == bare


@pytest.mark.parametrize("value", ["", "tower", "c17e683796cd4839868e051a2ad65d28", "b.b." + "x"])
def test_the_message_for_an_invalid_id_says_where_to_find_it(value: str) -> None:
    """A user may have confused name and id."""
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
def test_the_message_for_an_invalid_choice_suggests_the_most_similar(
    choices: tuple[str, ...], word: str, advice: str
) -> None:
    """A short list is shown completely."""
    with pytest.raises(ValueError, match="is not a valid value") as caught:
        normalize.require_choice(choices)(word)

    assert str(caught.value).endswith(advice)


@pytest.mark.parametrize(
    "services",
    ["pm,doc_manager", " doc_manager , pm ,", ["pm", "doc_manager", "pm"], {"pm", "doc_manager"}],
)
def test_services_are_sorted_and_unique(services: object) -> None:
    """HQ's comma-separated text, a list and a set are equivalent."""
    assert normalize.parse_services(services) == ["doc_manager", "pm"]


@pytest.mark.parametrize("services", [7, {"pm": True}, [7], None, True])
def test_invalid_services_are_refused(services: object) -> None:
    """Examples are a mapping and a number."""
    with pytest.raises(ValueError, match="must be "):
        normalize.parse_services(services)


def normalize_or_none(form: Callable[[object], object], value: object) -> object:
    """Return the normal form of a value, or None if it is refused; nothing else may be raised."""
    try:
        return form(value)
    except ValueError:
        return None


@given(st.text(max_size=300))
def test_a_name_is_accepted_unchanged_or_refused(name: str) -> None:
    """A changed name would be a permanent diff."""
    assert normalize_or_none(normalize.parse_project_name, name) in (name, None)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_a_normal_form_is_its_own_normal_form(value: object) -> None:
    """Each input is accepted or refused, and raises nothing else."""
    forms: list[Callable[[object], object]] = [
        normalize.parse_date,
        normalize.parse_amount,
        normalize.parse_flag,
    ]
    forms += [normalize.parse_id, normalize.parse_services, normalize.parse_seconds]
    for form in forms:
        once = normalize_or_none(form, value)
        assert once is None or form(once) == once


@pytest.mark.parametrize(
    "day", ["2027-01-02 or later", "2027-01-02T", "2027-01-02x", "\u0662027-01-02"]
)
def test_only_a_time_may_follow_a_day(day: str) -> None:
    """Removing other text would hide a mistake."""
    with pytest.raises(ValueError, match="must be a date such as"):
        normalize.parse_date(day)


def test_a_blank_text_becomes_empty() -> None:
    """HQ would store an empty text, and each preview would show a difference."""
    assert normalize.limit_text(255)("   ") == ""


def test_a_quoted_value_has_no_control_characters() -> None:
    """Invisible characters are escaped too, because they may be the mistake."""
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
def test_each_part_of_a_resource_id_is_normalized(written: str, kept: str) -> None:
    """An id may be of one object or join several."""
    assert normalize.parse_entity_id(written) == kept


MODELS: tuple[type[InputModel], ...] = (
    AccountUserArguments,
    BusinessUnitArguments,
    BusinessUnitsArguments,
    CompanyArguments,
    FolderPermissionsArguments,
    ProjectAdminArguments,
    FolderPermissionsArguments,
    ProjectArguments,
    ProjectFolderArguments,
    ProjectImageArguments,
    ProjectMemberArguments,
    ProjectMembersArguments,
)
OTHER_FORMS = {"erp_id", "tax_id", "folder_id"}
IDS = [
    (model, name)
    for model in MODELS
    for name in model.model_fields
    if name.rpartition("_")[2] == "id" and name not in OTHER_FORMS
]


def test_all_argument_models_are_tested() -> None:
    """A new model must be added above."""
    own = {each for each in _descendants(InputModel) if each.__module__.startswith("bim360_")}

    assert {*MODELS, MemberFields} == own


def _descendants(model: type[InputModel]) -> set[type[InputModel]]:
    below = set(model.__subclasses__())
    return below.union(*(_descendants(each) for each in below))


@pytest.mark.parametrize(("model", "name"), IDS)
def test_each_id_argument_has_one_normal_form(model: type[InputModel], name: str) -> None:
    """Blanks, ``b.`` and capitals are removed."""
    inputs, problems = validate_arguments(model, {name: f" B.{ID.upper()} "}, check_required=False)

    assert (inputs, problems) == ({name: ID}, [])


@pytest.mark.parametrize("model", MODELS)
def test_each_text_argument_has_one_unicode_form(model: type[InputModel]) -> None:
    """Letters with an accent are in form C."""
    kept = {
        name: validate_arguments(model, {name: "Cafe\u0301"}, check_required=False)
        for name in model.model_fields
        if name != "path"  # a file's name is the file system's
    }

    texts = [each[n] for n, (each, problems) in kept.items() if not problems]
    assert all(each in ("Caf\u00e9", ["Caf\u00e9"]) for each in texts)
