"""Check reports all problems at once and sends nothing."""

from typing import Any

import pytest

from bim360_provider.core.project import check
from bim360_provider.core.validation import UNKNOWN, Problem, Unknown
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.models import ProjectArguments
from tests.support.hq import PROJECT_INPUTS, build_settings

OTHER_ACCOUNT = "a1d5e9b2-0000-4000-8000-000000000009"
TEMPLATE = "c17e6837-96cd-4839-868e-051a2ad65d28"


def problems(new: dict[str, Any], old: dict[str, Any] | None = None, **config: str) -> list[str]:
    """Return what is wrong with the tower, changed by ``new``; None takes an argument away."""
    return [str(each) for each in found(new, old, **config) if not each.warning]


def found(new: dict[str, Any], old: dict[str, Any] | None = None, **config: str) -> list[Problem]:
    """Return what is wrong with the tower, and what to warn of."""
    given = {k: v for k, v in {**PROJECT_INPUTS, **new}.items() if v is not None}
    return check(old or {}, given, build_settings(**config))[1]


def test_the_required_arguments_are_enough() -> None:
    """Account and region come from the settings."""
    written = {k: v for k, v in PROJECT_INPUTS.items() if k not in ("account_id", "region")}

    inputs, found = check({}, written, build_settings())

    assert found == []
    assert inputs == PROJECT_INPUTS


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"name": "Tower / A"}, "name must not contain / (HQ reserves"),
        ({"name": ""}, "name has 0 characters; HQ accepts 1 to 255"),
        ({"name": "x" * 256}, "name has 256 characters; HQ accepts 1 to 255"),
        ({"end_date": "2026-12-31"}, "end_date must be after start_date, but 2026-12-31 is not"),
        ({"end_date": "2027-01-02"}, "end_date must be after start_date, but 2027-01-02 is not"),
        ({"start_date": 20270102.0}, "start_date must be a date such as '2027-01-31', not 2027"),
        ({"end_date": "2028-02-30"}, "end_date '2028-02-30' is not a day of the calendar"),
        ({"currency": "EURO"}, "currency 'EURO' is not a valid value; did you mean 'EUR'?"),
        ({"value": float("nan")}, "value must be a number such as 3000000, not nan"),
        ({"value": float("inf")}, "value must be a number such as 3000000, not inf"),
        ({"value": True}, "value must be a number such as 3000000, not True"),
        ({"city": "x" * 256}, "city has 256 characters; HQ accepts 255 at most"),
        ({"job_number": "x" * 101}, "job_number has 101 characters; HQ accepts 100 at most"),
        ({"postal_code": 10115.0}, "postal_code must be text, not 10115.0; put it in quotes: '10"),
        ({"project_type": " "}, "project_type must not be empty; write a preset such as 'Office'"),
        ({"service_types": []}, "service_types is empty; leave it out to get all"),
        ({"service_types": ["pm", "insight"]}, "service_types must not name 'insight'"),
        ({"service_types": ["docs"]}, "service_types 'docs' is not a valid value; did you"),
        ({"service_types": ["x"]}, "service_types 'x' is not a valid value; write one"),
        ({"status": "pending"}, "status 'pending' is not a valid value; write one"),
        ({"adopt": "always"}, "adopt 'always' is not a valid value; write one of"),
        ({"on_destroy": "delete"}, "on_destroy 'delete' is not a valid value; write"),
        ({"copy_timeout": 3601}, "copy_timeout must be 0 to 3600 seconds, not 3601"),
        ({"include_locations": 1.0}, "include_locations must be True or False, not 1.0"),
        ({"business_unit_id": "north"}, "business_unit_id must be an id such as"),
        ({"template_project_id": "x"}, "template_project_id must be an id such as"),
        ({"language": "fr"}, "language 'fr' is not a valid value; write one of en, de"),
        ({"timezone": "CET"}, "timezone 'CET' is not a valid value"),
        ({"citty": "Oslo"}, "citty is not an argument; did you mean city?"),
        ({"zzzzz": "x"}, "zzzzz is not an argument"),
        ({"name": None}, "name is missing"),
        ({"value": None}, "value is missing"),
    ],
)
def test_a_problem_names_its_argument_and_the_fix(new: dict[str, Any], message: str) -> None:
    """One problem for one mistake, on one line."""
    found = problems(new)

    assert len(found) == 1
    assert found[0].startswith(message)
    assert "\n" not in found[0]


def test_three_problems_are_reported_at_once() -> None:
    """One preview shows all of them."""
    found = problems({"name": "a:b", "currency": "usd", "start_date": "someday"})

    assert [each.split()[0] for each in found] == ["name", "start_date", "currency"]


@pytest.mark.parametrize(
    "name", [k for k, field in ProjectArguments.model_fields.items() if field.is_required()]
)
def test_each_missing_required_argument_is_named(name: str) -> None:
    """HQ's list of what a create needs."""
    assert problems({name: None}) == [f"{name} is missing"]


@pytest.mark.parametrize("name", ProjectArguments.model_fields)
def test_an_unknown_value_passes_as_any_argument(name: str) -> None:
    """Outputs of other resources are not known in a preview."""
    inputs, found = check({}, {**PROJECT_INPUTS, name: UNKNOWN}, build_settings())

    assert found == []
    assert isinstance(inputs[name], Unknown)


def test_known_values_are_checked_next_to_unknown_ones() -> None:
    """An unknown date does not hide a bad one."""
    found = problems({"start_date": UNKNOWN, "end_date": "someday", "service_types": [UNKNOWN]})

    assert [each.split()[0] for each in found] == ["end_date"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("currency", "XYZ"),
        ("timezone", "Mars/Olympus"),
        ("language", "fr"),
        ("construction_type", "Digital"),
        ("contract_type", "Handshake"),
        ("service_types", ["a_service_of_tomorrow"]),
    ],
)
def test_a_value_outside_the_public_lists_can_be_let_through(name: str, value: Any) -> None:
    """Autodesk extends its lists without a new version of the API."""
    assert len(problems({name: value})) == 1
    assert problems({name: value}, unknownValues="allow") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("currency", 7.0), ("currency", ""), ("language", " "), ("status", "asleep"), ("name", "")],
)
def test_letting_unknown_values_through_keeps_every_other_rule(name: str, value: Any) -> None:
    """Only the lists that Autodesk extends are open, and only for text."""
    assert len(problems({name: value}, unknownValues="allow")) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("template_project_id", TEMPLATE), ("include_locations", True), ("include_companies", True)],
)
def test_create_only_arguments_are_refused_for_an_existing_project(name: str, value: Any) -> None:
    """Neither replace nor silence: HQ could not do it."""
    old = dict(PROJECT_INPUTS)
    moved = {**PROJECT_INPUTS, name: value, "account_id": OTHER_ACCOUNT}

    assert problems({name: value}, old)[0].startswith(
        f"{name} applies only when the project is created"
    )
    assert problems({name: value}, {**old, name: value}) == []
    assert problems({}, {**old, name: value}) == []
    assert problems(moved, old) == []


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (
            {"start_date": None, "end_date": "2027-01-02"},
            "end_date must be after start_date, which",
        ),
        ({"start_date": "2030-01-01", "end_date": None}, "start_date must be before end_date, whi"),
    ],
)
def test_a_date_that_is_declared_no_more_still_bounds_the_other(
    new: dict[str, Any], message: str
) -> None:
    """HQ keeps it, and would refuse the other one in the middle of the run."""
    (problem,) = problems(new, dict(PROJECT_INPUTS))

    assert problem.startswith(message)
    assert problem.endswith("at HQ; declare both")


def test_dates_that_fit_or_are_not_known_may_be_declared_alone() -> None:
    """Nothing is refused on a guess."""
    old = dict(PROJECT_INPUTS)
    without_start = {name: value for name, value in old.items() if name != "start_date"}

    assert problems({"start_date": None, "end_date": "2031-01-01"}, old) == []
    assert problems({"start_date": None, "end_date": UNKNOWN}, old) == []
    assert problems({"start_date": None, "end_date": "2020-01-01"}, without_start) == []
    assert problems({"start_date": None, "end_date": None}, old) == []


def test_dates_that_run_backwards_at_hq_may_stay_so() -> None:
    """Another user set them; unchanged values are not sent."""
    odd = {**PROJECT_INPUTS, "start_date": "2030-01-01", "end_date": "2029-01-01"}

    assert problems({"start_date": "2030-01-01", "end_date": None}, odd) == []
    assert problems({"start_date": None, "end_date": "2029-01-01"}, odd) == []
    assert len(problems({"start_date": None, "end_date": "2029-02-01"}, odd)) == 1


def test_a_missing_account_names_the_command_that_sets_it() -> None:
    """To be copied from the error."""
    given = {k: v for k, v in PROJECT_INPUTS.items() if k != "account_id"}

    _, found = check({}, given, build_settings(accountId=""))

    assert [str(each) for each in found] == [
        (
            "account_id is missing: set BIM360_ACCOUNT_ID, or run "
            "`pulumi config set bim360:accountId …` (the hub's id without its 'b.')"
        )
    ]


def test_null_means_not_given() -> None:
    """Pulumi drops such arguments on the way; so do we."""
    inputs, found = check({}, {**PROJECT_INPUTS, "city": None}, build_settings())

    assert found == []
    assert "city" not in inputs


@pytest.mark.parametrize(
    ("name", "written", "normal"),
    [
        ("service_types", ["pm", "cost", "pm"], ["cost", "pm"]),
        ("value", "3000", 3000.0),
        ("start_date", "2027-01-02T10:00:00Z", "2027-01-02"),
        ("account_id", f"b.{ACCOUNT_ID.upper()}", ACCOUNT_ID),
        ("include_locations", "true", True),
        ("copy_timeout", "60", 60.0),
        ("city", "", ""),
        ("business_unit_id", "", ""),
        ("timezone", "", ""),
    ],
)
def test_arguments_take_their_normal_form(name: str, written: Any, normal: Any) -> None:
    """Two forms of one value result in one state."""
    inputs, problems = check({}, {**PROJECT_INPUTS, name: written}, build_settings())

    assert [each for each in problems if not each.warning] == []
    assert inputs[name] == normal


@pytest.mark.parametrize("name", ["include_locations", "include_companies"])
def test_what_is_copied_from_a_template_without_one_is_a_warning(name: str) -> None:
    """HQ would silently ignore it; False requests nothing."""
    (warning,) = found({name: True})

    assert warning.warning
    assert str(warning) == (
        f"{name} has no effect without template_project_id: declare the template, or leave it out"
    )
    assert found({name: False}) == []
    assert found({name: True, "template_project_id": TEMPLATE}) == []
    assert found({name: True, "template_project_id": UNKNOWN}) == []


def test_every_wrong_service_is_reported() -> None:
    """Not the first one alone."""
    reasons = problems({"service_types": ["docs", "insight", "cots", "pm"]})

    assert [reason.split(";")[0] for reason in reasons] == [
        "service_types 'cots' is not a valid value",
        "service_types 'docs' is not a valid value",
        "service_types must not name 'insight': HQ adds it by itself",
    ]


def test_every_service_that_is_no_text_is_reported() -> None:
    """In one line."""
    (reason,) = problems({"service_types": [1, "pm", True]})

    assert "not 1" in reason
    assert "not True" in reason
