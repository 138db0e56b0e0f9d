"""The pages on companies and users quote the messages of the code."""

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
    """A client that sends nothing and records messages."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.transport = self

    def notify(self, line: str, *, warning: bool = False) -> None:
        """Record a message."""
        assert warning
        self.lines.append(line)


def build_candidate(name: str = "Volt", created_at: str | None = None, **changes: str) -> Company:
    """Return a company that has the name."""
    row = {**VOLT, "id": "959ea943-…", "name": name, "created_at": created_at, **changes}
    return Company.model_validate(row)


@pytest.mark.parametrize(
    ("candidates", "adopt"),
    [
        ([build_candidate(trade="Masonry", city="Bergen")], "any"),
        ([build_candidate(created_at=AN_HOUR_AGO)], "never"),
        ([build_candidate()], "never"),
        ([build_candidate("VOLT")], "any"),
        ([build_candidate(), build_candidate(id="5c1b…")], "any"),
        ([], "any"),
    ],
)
def test_the_page_quotes_every_message_about_a_name_in_use(
    candidates: list[Company], adopt: str
) -> None:
    """Users search for the message."""
    verdict = decide_adoption(candidates, {**VOLT, "adopt": adopt}, DEFAULTS, BEGAN)

    assert f"{verdict.reason}." in read_section(
        "docs/reference/company.md", "## A name that is in use"
    )


def test_the_page_quotes_the_warning_about_a_trade() -> None:
    """The preview shows it."""
    _, problems = company.check({}, {**VOLT, "trade": "Electrcal"}, DEFAULTS)

    assert f"BIM 360: {problems[0]}\n" in read_section("docs/reference/company.md", "## Trades")


def test_the_page_quotes_the_warnings_about_a_user() -> None:
    """They are about the profile and the status."""
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
def test_the_page_quotes_every_reason_to_keep_a_user(state: dict[str, Any]) -> None:
    """The destroy reports it."""
    client: Any = RecordingClient()

    delete(build_run(client), "c4cea842-…", {**ADA, **state})

    assert client.lines[0] in read_section("docs/reference/account_user.md", "## Destroy")


def test_the_page_quotes_the_message_about_a_renamed_resource() -> None:
    """The user stays as they are."""
    client: Any = RecordingClient()
    owners = Ownership()
    owners.mark_adopted("c4cea842-…")

    delete(build_run(client, ownership=owners), "c4cea842-…", ADA)

    assert client.lines[0] in read_section("docs/reference/account_user.md", "## Destroy")


def test_the_page_quotes_the_message_about_a_destroyed_company() -> None:
    """Nothing is sent; the message is the only effect."""
    client: Any = RecordingClient()

    company.delete(build_run(client), "959ea943-…", VOLT)

    assert client.lines[0] in read_section("docs/reference/company.md", "## Destroy")
