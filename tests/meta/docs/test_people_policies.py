"""The pages on companies and people say what the code says, word by word."""

from datetime import datetime, timezone
from typing import Any

import pytest

from bim360_provider.core import account_user, company
from bim360_provider.core.account_user.lifecycle import delete
from bim360_provider.core.company import decide_adoption
from bim360_provider.core.run import Ownership
from bim360_provider.core.settings import Settings
from bim360_provider.models import Company
from tests.meta.docs.markdown_files import read_document, read_section
from tests.support.hq import build_run

BEGAN = datetime(2027, 1, 2, tzinfo=timezone.utc)
AN_HOUR_AGO = "2027-01-01T23:00:00.000Z"
DEFAULTS = Settings.resolve({}, {})
VOLT: dict[str, Any] = {"name": "Volt", "trade": "Electrical", "city": "Oslo"}
ADA: dict[str, Any] = {"email": "ada@example.com", "status": "pending"}


class RecordingClient:
    """Stands for the client of a delete that sends nothing, and notes what people are told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.transport = self

    def notify(self, line: str, *, warning: bool = False) -> None:
        """Note a line."""
        assert warning
        self.lines.append(line)


def build_candidate(name: str = "Volt", created_at: str | None = None, **changes: str) -> Company:
    """Return a company that has the name."""
    row = {**VOLT, "id": "959ea943-…", "name": name, "created_at": created_at, **changes}
    return Company.model_validate(row)


@pytest.mark.parametrize(
    ("twins", "adopt"),
    [
        ([build_candidate(trade="Masonry", city="Bergen")], "any"),
        ([build_candidate(created_at=AN_HOUR_AGO)], "never"),
        ([build_candidate()], "never"),
        ([build_candidate("VOLT")], "any"),
        ([build_candidate(), build_candidate(id="5c1b…")], "any"),
        ([], "any"),
    ],
)
def test_every_word_about_a_taken_name_is_in_the_page(twins: list[Company], adopt: str) -> None:
    """People search for the message that they got."""
    verdict = decide_adoption(twins, {**VOLT, "adopt": adopt}, DEFAULTS, BEGAN)

    assert f"{verdict.reason}." in read_section(
        "docs/reference/company.md", "## A name that is in use"
    )


def test_the_warning_about_a_trade_is_in_the_page() -> None:
    """As the preview shows it."""
    _, problems = company.check({}, {**VOLT, "trade": "Electrcal"}, DEFAULTS)

    assert f"BIM 360: {problems[0]}\n" in read_section("docs/reference/company.md", "## Trades")


def test_what_a_preview_says_of_a_person_is_in_the_page() -> None:
    """A profile that cannot be changed, and a status that must wait."""
    given = {**ADA, "status": "inactive", "first_name": "Ada", "phone": "1"}

    warnings = account_user.diff(ADA, given).warnings

    assert [
        each
        for each in warnings
        if f"\n{each}\n" not in read_document("docs/reference/account_user.md")
    ] == []


@pytest.mark.parametrize(
    "state", [{"adopted": True}, {"role": "account_admin"}, {"on_destroy": "retain"}]
)
def test_every_reason_to_spare_somebody_is_in_the_page(state: dict[str, Any]) -> None:
    """As the destroy tells it."""
    told: Any = RecordingClient()

    delete(build_run(told), "c4cea842-…", {**ADA, **state})

    assert told.lines[0] in read_section("docs/reference/account_user.md", "## Destroy")


def test_what_a_renamed_resource_says_is_in_the_page() -> None:
    """Both for the person and in the same words."""
    told: Any = RecordingClient()
    owners = Ownership()
    owners.mark_adopted("c4cea842-…")

    delete(build_run(told, ownership=owners), "c4cea842-…", ADA)

    assert told.lines[0] in read_section("docs/reference/account_user.md", "## Destroy")


def test_what_a_destroyed_company_says_is_in_the_page() -> None:
    """Nothing is sent, so this line is all there is."""
    told: Any = RecordingClient()

    company.delete(build_run(told), "959ea943-…", VOLT)

    assert told.lines[0] in read_section("docs/reference/company.md", "## Destroy")
