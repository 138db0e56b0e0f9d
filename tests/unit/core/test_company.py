"""A company's pure part: what is wrong, what differs, and which one may be taken over."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bim360_provider.core.company import FIELD_SPEC, check, decide_adoption, diff
from bim360_provider.core.create_once import SHARED_OWNERSHIP_RISK
from bim360_provider.core.entity import Diff
from bim360_provider.core.validation import UNKNOWN, Unknown
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.models import Company, CompanyArguments
from bim360_provider.models.base import FieldRole, list_fields
from bim360_provider.models.enums import TRADES
from tests.support.hq import build_settings

PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
ACME: dict[str, Any] = {"name": "Acme", "trade": "Electrical", **PLACE}
BEGAN = datetime(2027, 1, 2, 12, 0, 0, tzinfo=timezone.utc)


def at(moment: datetime) -> str:
    """Return a moment as HQ writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def list_messages(
    new: dict[str, Any], old: dict[str, Any] | None = None, **config: str
) -> list[str]:
    """Return what check says of Acme, changed by ``new``; None takes an argument away."""
    return [str(each) for each in check(old or {}, {**ACME, **new}, build_settings(**config))[1]]


def test_name_and_trade_are_enough() -> None:
    """Account and region come from the settings."""
    assert check({}, {"name": "Acme", "trade": "Electrical"}, build_settings()) == (ACME, [])


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"name": None}, "name is missing"),
        ({"trade": None}, "trade is missing"),
        ({"name": ""}, "name must not be empty"),
        ({"name": " Acme"}, "name must not start or end with a space: ' Acme'"),
        ({"trade": "  "}, "trade must not be empty"),
        ({"name": "x" * 256}, "name has 256 characters; HQ accepts 255 at most"),
        ({"trade": "x" * 256}, "trade has 256 characters; HQ accepts 255 at most"),
        ({"description": "x" * 256}, "description has 256 characters; HQ accepts 255 at most"),
        ({"postal_code": 98101.0}, "postal_code must be text, not 98101.0; put it in quotes"),
        ({"website": "acme.com"}, "website is not an argument; did you mean website_url?"),
        ({"adopt": "archived"}, "adopt 'archived' is not a valid value; write one of never, any"),
    ],
)
def test_a_problem_names_its_argument(new: dict[str, Any], message: str) -> None:
    """One problem for one mistake, on one line."""
    found = list_messages(new)

    assert len(found) == 1
    assert found[0].startswith(message)
    assert "\n" not in found[0]


@pytest.mark.parametrize("name", CompanyArguments.model_fields)
def test_an_unknown_value_passes_as_any_argument(name: str) -> None:
    """Outputs of other resources are not known in a preview."""
    inputs, found = check({}, {**ACME, name: UNKNOWN}, build_settings())

    assert found == []
    assert isinstance(inputs[name], Unknown)


def test_numbers_of_other_systems_may_be_of_any_length() -> None:
    """HQ's page states no limit for them."""
    assert list_messages({"erp_id": "x" * 5000, "tax_id": "y" * 5000}) == []


@pytest.mark.parametrize("trade", [*TRADES, "Scaffolding", "mh-trade", "Züge"])
def test_listed_and_custom_trades_give_no_warning(trade: str) -> None:
    """The vendor's own example has a trade that is not on its list."""
    assert list_messages({"trade": trade}) == []


@pytest.mark.parametrize(
    ("trade", "suggestion"), [("Electrcal", "Electrical"), ("electrical", "Electrical")]
)
def test_a_trade_similar_to_a_listed_one_gives_a_warning(trade: str, suggestion: str) -> None:
    """Only when it changes, not in every run; the value is sent unchanged."""
    inputs, found = check({}, {**ACME, "trade": trade}, build_settings())

    assert inputs["trade"] == trade
    assert [each.warning for each in found] == [True]
    assert str(found[0]) == (
        f"trade '{trade}' is sent as it is, but HQ's own list has '{suggestion}'; is that what "
        "you mean?"
    )
    assert list_messages({"trade": trade}, {**ACME, "trade": trade}) == []
    assert list_messages({"trade": trade}, unknownValues="allow") == []


def test_an_unchanged_company_has_no_difference() -> None:
    """Other fields of HQ are ignored."""
    assert diff({**ACME, "city": "Oslo", "updated_at": "x"}, ACME) == Diff()


@pytest.mark.parametrize("name", FIELD_SPEC.patch_fields)
def test_another_value_of_any_field_is_a_change_in_place(name: str) -> None:
    """That field alone; a name too."""
    assert diff(ACME, {**ACME, name: "Other"}) == Diff(changed_arguments=(name,))


@pytest.mark.parametrize("name", ["account_id", "region"])
def test_another_place_is_another_company(name: str) -> None:
    """Nothing else is a replacement."""
    assert diff(ACME, {**ACME, name: "Other"}) == Diff((name,), (name,))


@pytest.mark.parametrize("name", list_fields(CompanyArguments, FieldRole.CLEARABLE))
def test_an_empty_text_clears_what_is_there_and_nothing_else(name: str) -> None:
    """Null and empty are the same."""
    assert diff({**ACME, name: "x"}, {**ACME, name: ""}).changed_arguments == (name,)
    assert diff({**ACME, name: None}, {**ACME, name: ""}).changed_arguments == ()


def test_another_policy_is_no_change() -> None:
    """It applies only when a company is created."""
    assert diff(ACME, {**ACME, "adopt": "never"}) == Diff()


def test_what_an_earlier_run_left_is_still_to_be_done() -> None:
    """No argument shows it."""
    assert diff({**ACME, "unfinished": ["city"]}, ACME).is_unfinished


def build_candidate(**changes: Any) -> Company:
    """Return a company of that name, an hour old."""
    created = {"id": "c1", "created_at": at(BEGAN - timedelta(hours=1))}
    return Company.model_validate({**ACME, **created, **changes})


def decide(*candidates: Company, **inputs: Any) -> tuple[str | None, str, bool]:
    """Return the id that is adopted, the reason, and whether it is a warning."""
    decision = decide_adoption(list(candidates), {**ACME, **inputs}, build_settings(), BEGAN)
    return decision.row.id if decision.row else None, decision.reason, decision.is_implicit


def test_a_company_of_that_name_is_taken_over() -> None:
    """It belongs to the account; what changes on it is said."""
    assert decide(build_candidate(trade="Masonry"), city="Oslo") == (
        "c1",
        "company 'Acme' (c1) existed and is adopted; changed: trade, city",
        False,
    )
    assert decide(build_candidate())[1].endswith("; changed: nothing")


def test_never_leaves_it_alone() -> None:
    """With what to do instead."""
    assert decide(build_candidate(trade="Masonry"), adopt="never") == (
        None,
        (
            "company 'Acme' exists already (c1), and adopt='never' leaves it alone; "
            "leave adopt out to adopt it, or declare another name"
        ),
        False,
    )


def test_adopt_never_still_adopts_a_leftover_of_an_interrupted_run() -> None:
    """Created within a day with exactly the declared values."""
    adopted, message, is_implicit = decide(build_candidate(), adopt="never")

    assert adopted == "c1"
    done = "company 'Acme' (c1) is a leftover of an interrupted run and is adopted"
    assert message == f"{done}. {SHARED_OWNERSHIP_RISK}"
    assert is_implicit
    old = at(BEGAN - timedelta(days=2))
    assert decide(build_candidate(created_at=old), adopt="never")[0] is None
    assert decide(build_candidate(created_at=None), adopt="never")[0] is None


def test_several_companies_with_one_name_are_listed() -> None:
    """The right one cannot be determined."""
    adopted, message, _ = decide(build_candidate(), build_candidate(id="c2"))

    assert adopted is None
    assert message == (
        "several companies have that name (c1, c2); rename all but one of them in Account Admin, "
        "or declare another name"
    )


def test_the_exact_name_goes_before_one_in_another_case() -> None:
    """In any case of letters."""
    assert decide(build_candidate(id="c2", name="ACME"), build_candidate())[0] == "c1"


def test_a_name_in_another_case_is_pointed_out() -> None:
    """A company is not renamed only to change its case."""
    assert decide(build_candidate(name="ACME"))[:2] == (
        None,
        (
            "HQ treats it as the name of company 'ACME' (c1); "
            "write the name as it is there, or declare another name"
        ),
    )


def test_a_name_in_use_without_a_company_is_reported() -> None:
    """HQ says it is taken, and shows nothing."""
    assert decide()[:2] == (
        None,
        "the name 'Acme' is in use, but HQ lists no such company; try again later",
    )
