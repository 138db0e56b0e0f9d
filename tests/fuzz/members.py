"""Samples of members of a project: the arguments of one, and the rows of a team."""

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from bim360_provider.emulator import COMPANY_ID
from tests.fuzz.argument_sets import ArgumentSet
from tests.fuzz.strategies import (
    EMAIL,
    ROLES,
    ArgumentSamples,
    Expectation,
    Sample,
    build_choice,
    build_identifier,
    refused,
)

PROJECT_ID: Final = "d1000000-0000-4000-8000-000000000001"
PROJECT: ArgumentSamples = build_identifier(PROJECT_ID, stranger=False)
SERVICES = ("document_management", "project_administration")
MEMBER_ARGUMENTS: Mapping[str, ArgumentSamples] = {
    "email": EMAIL,
    "document_management": build_choice(("admin", "user"), empty=True),
    "project_administration": build_choice(("admin",), empty=True),
    "company_id": build_identifier(COMPANY_ID),
    "industry_roles": ROLES,
}
USER_ACCESS: Final = Sample("user", Expectation.ACCEPTED)


def find_missing_access(given: ArgumentSet, _certainly: bool) -> set[str]:
    """Return the first service if neither gives access."""
    has_access = any(given.get_plain_value(name) for name in SERVICES)
    return set() if has_access else {"document_management"}


def add_access(samples: Mapping[str, Sample]) -> dict[str, Sample]:
    """Return access to documents where no access is given."""
    return {} if _has_access(samples) else {"document_management": USER_ACCESS}


def _has_access(row: Mapping[str, Sample]) -> bool:
    return any(name in row and row[name].value for name in SERVICES)


@st.composite
def _rows(draw: st.DrawFn, *, doubtful: bool) -> Sample:
    rows = draw(st.lists(_row(doubtful=doubtful), max_size=5))
    if rows and doubtful and draw(st.booleans()):
        rows.append(draw(st.sampled_from([rows[0], {}])))
    values = [{name: sample.value for name, sample in row.items()} for row in rows]
    return Sample(values, Expectation.ACCEPTED, tuple(_expect_members(rows).items()))


@st.composite
def _row(draw: st.DrawFn, *, doubtful: bool) -> dict[str, Sample]:
    names = st.sampled_from([*MEMBER_ARGUMENTS])
    wrong = draw(st.lists(names, max_size=1)) if doubtful else []
    table = {name: both[name in wrong] for name, both in MEMBER_ARGUMENTS.items()}
    email = {"email": table.pop("email")}
    row: dict[str, Sample] = draw(st.fixed_dictionaries(email, optional=table))
    if "document_management" not in wrong:
        row |= add_access(row)
    if wrong == ["company_id"] and draw(st.booleans()):
        row["name"] = Sample("Ada", Expectation.REFUSED)
    return row


def _expect_members(rows: list[dict[str, Sample]]) -> dict[str, Expectation]:
    """Return the expected result of each member, by the name in their refusal."""
    found: dict[str, Expectation] = {}
    for number, row in enumerate(rows, 1):
        email = row.get("email")
        expected = {sample.expectation for sample in row.values()}
        keys = _list_row_keys(number, email)
        if email is None or not _has_access(row) or any(key in found for key in keys):
            expected.add(Expectation.REFUSED)
        order = (Expectation.REFUSED, Expectation.EITHER, Expectation.ACCEPTED)
        worst = next((each for each in order if each in expected), Expectation.ACCEPTED)
        if len(keys) > 1 and worst is Expectation.REFUSED:
            worst = Expectation.EITHER  # it is not known which of the names is used
        found |= dict.fromkeys(keys, worst)
    return found


def _list_row_keys(number: int, email: Sample | None) -> tuple[str, ...]:
    if email is None or email.expectation in (Expectation.REFUSED, Expectation.UNKNOWN):
        return (f"member {number}",)
    key = str(email.value).strip().lower()
    return (key,) if email.expectation is Expectation.ACCEPTED else (key, f"member {number}")


INVALID_ROWS: tuple[Any, ...] = ("", "ada@example.com", 5, True, [5], ["ada@example.com"], [["x"]])
ROWS: ArgumentSamples = (_rows(doubtful=False), _rows(doubtful=True) | refused(*INVALID_ROWS))
