"""The reference quotes the messages of the core: users search for them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core import (
    account_user,
    business_units,
    company,
    project,
    project_admin,
    project_member,
    project_members,
)
from bim360_provider.core.business_units.tree import plan_structure
from bim360_provider.core.company import decide_adoption as decide_company_adoption
from bim360_provider.core.project.adoption import decide_adoption
from bim360_provider.core.project_image import compute_digest
from bim360_provider.core.run import ArchiveLimit, Ownership
from bim360_provider.core.settings import DEFAULT_MAX_ARCHIVES, Settings
from bim360_provider.errors import ArchiveLimitError, ConfigError, InputError
from bim360_provider.models import Company, Project
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.models.project_image import MAX_SIZE
from tests.meta.docs.markdown_files import read_document, read_section
from tests.support.hq import PROJECT_BODY, build_run, build_settings
from tests.support.members import ACCOUNT_SCOPE, COMPANY_ID, MEMBER_INPUTS, PROJECT_ID

BEGAN = datetime(2027, 1, 2, tzinfo=timezone.utc)
LONG_AGO = "2020-01-01T00:00:00.000Z"
AN_HOUR_AGO = "2027-01-01T23:00:00.000Z"
MEANWHILE = "2027-01-02T00:00:01.000Z"
DEFAULTS = Settings.resolve({}, {})
HERE = build_settings()

TOWER: dict[str, Any] = {
    **PROJECT_BODY,
    "name": "Tower",
    "start_date": "2027-03-01",
    "end_date": "2029-09-30",
    "value": 1.0,
}
VOLT: dict[str, Any] = {"name": "Volt", "trade": "Electrical", "city": "Oslo"}
ADA: dict[str, Any] = {"email": "ada@example.com", "status": "pending"}
UNIT_ID = "b0000000-0000-4000-8000-000000000001"

TOWER_CANDIDATES = (
    *(("active", LONG_AGO, "never"), ("archived", LONG_AGO, "never")),
    *(("active", MEANWHILE, "never"), (None, "", "any"), ("active", LONG_AGO, "any")),
    *(("archived", LONG_AGO, "archived"), ("pending", AN_HOUR_AGO, "never")),
)
"""Status and creation of the project that has the name, and the declared policy."""

VOLT_CANDIDATES: tuple[tuple[str, Any], ...] = (
    *(("any", [{"trade": "Masonry", "city": "Bergen"}]), ("never", [{"created_at": AN_HOUR_AGO}])),
    *(("never", [{}]), ("any", [{"name": "VOLT"}]), ("any", [{}, {"id": "5c1b…"}]), ("any", [])),
)
"""The declared policy, and what differs in the companies that have the name."""


class RecordingClient:
    """A client that sends nothing and records messages."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.transport = self

    def notify(self, line: str, *, warning: bool = False) -> None:
        """Record a message."""
        assert warning
        self.lines.append(line)


def _list_project_adoptions() -> Iterator[str]:
    for status, created_at, adopt in TOWER_CANDIDATES:
        row = {**TOWER, "id": "85d84020-…", "status": status, "created_at": created_at}
        found = [Project.model_validate(row)] if status else []
        yield f"{decide_adoption(found, {**TOWER, 'adopt': adopt}, DEFAULTS, BEGAN).reason}."


def _list_company_adoptions() -> Iterator[str]:
    for adopt, candidates in VOLT_CANDIDATES:
        found = [
            Company.model_validate({**VOLT, "id": "959ea943-…", **each}) for each in candidates
        ]
        given = {**VOLT, "adopt": adopt}
        yield f"{decide_company_adoption(found, given, DEFAULTS, BEGAN).reason}."


def _list_project_mistakes() -> Iterator[str]:
    wrong = {"name": "Tower / A", "start_date": "31.12.2027", "value": "3.000,00"}
    lists = {"currency": "EURO", "postal_code": 98101.0, "timezone": "Europe/Berln"}
    late = {"end_date": "2026-01-01", "service_types": ["insight"]}
    for old, new in (({}, {**wrong, **lists}), ({}, late), (TOWER, {"include_companies": True})):
        _, problems = project.check(old, {**TOWER, **new}, HERE)
        yield from map(str, problems)


def _list_archive_limit_errors() -> Iterator[str]:
    limit = ArchiveLimit(DEFAULTS.max_archives)
    for _ in range(DEFAULT_MAX_ARCHIVES):
        limit.counter.acquire(None)
    with pytest.raises(ArchiveLimitError) as caught, limit.reserve("'Tower' (85d84020-…)"):
        pass
    yield str(caught.value)


def _list_trade_warnings() -> Iterator[str]:
    _, problems = company.check({}, {**VOLT, "trade": "Electrcal"}, DEFAULTS)
    yield f"BIM 360: {problems[0]}"


def _list_user_warnings() -> Iterator[str]:
    given = {**ADA, "status": "inactive", "first_name": "Ada", "phone": "1"}
    yield from account_user.diff(ADA, given).warnings


def _list_user_deletions() -> Iterator[str]:
    renamed = Ownership()
    renamed.mark_adopted("c4cea842-…")
    kept: tuple[Any, ...] = (
        {"adopted": True},
        {"role": "account_admin"},
        {"on_destroy": "retain"},
        {},
    )
    for state in kept:
        client: Any = RecordingClient()
        run = build_run(client, ownership=Ownership() if state else renamed)
        account_user.delete(run, "c4cea842-…", {**ADA, **state})
        yield client.lines[0]


def _list_company_deletions() -> Iterator[str]:
    client: Any = RecordingClient()
    company.delete(build_run(client), "959ea943-…", VOLT)
    yield client.lines[0]


def _list_member_mistakes() -> Iterator[str]:
    wrong = {**MEMBER_INPUTS, "company_id": "", "document_management": ""}
    anna = {"email": "anna@example.com", "company_id": COMPANY_ID, "project_id": PROJECT_ID}
    new = {**anna, "service_type": "pm", **ACCOUNT_SCOPE}
    team = [
        {"email": "bob@example.com", "project_administration": "user"},
        {"email": "ada@example.com", "document_management": "user"},
        {"email": "Ada@Example.com", "document_management": "user"},
    ]
    members = {"project_id": PROJECT_ID, "members": team, **ACCOUNT_SCOPE}
    other = {**new, "service_type": "cost", "company_id": "85d84020-0000-4000-8000-000000000001"}
    for _, problems in (
        project_member.check({}, wrong, DEFAULTS),
        project_admin.check(other, new, DEFAULTS),
        project_members.check({}, members, DEFAULTS),
    ):
        yield from map(str, problems)


def _list_member_warnings() -> Iterator[str]:
    """They are about lost access and members who stay."""
    state = {**MEMBER_INPUTS, "user_id": "u1"}
    one = project_member.diff(state, {**MEMBER_INPUTS, "document_management": "admin"})
    there = {"project_id": PROJECT_ID, "members": {"cy@example.com": {}}, **ACCOUNT_SCOPE}
    team = project_members.diff(there, {**there, "members": {}})
    for line in (*one.warnings, *team.warnings):
        yield line.replace(PROJECT_ID, "7e7dacfa-…")


def _list_unit_mistakes() -> Iterator[str]:
    trees: tuple[Any, ...] = (
        {"North": {"descripton": "x"}},
        {"Nort/West": {}, "North": {}},
        {"West": {"parent": "Somewhere"}},
        {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}},
        {"a": {"id": UNIT_ID}, "b": {"id": UNIT_ID}},
        {"a": {"name": "North"}, "North": {}},
    )
    for units in trees:
        _, problems = business_units.check({}, {"units": units}, HERE)
        yield from map(str, problems)


def _list_unit_conflicts() -> Iterator[str]:
    live = [
        BusinessUnit(id="n", name="North"),
        BusinessUnit(id="w", name="West", parent_id="n"),
        BusinessUnit(id="s", name="South", parent_id="w"),
        BusinessUnit(id="b0000000-…", name="North America"),
    ]
    wanted_units: tuple[tuple[Any, tuple[str, ...]], ...] = (
        ({"North America": {"id": "x", "name": "North America", "parent_id": ""}}, ()),
        ({"East": {"id": "e", "name": "East", "parent_id": "b0000000-…-"}}, ()),
        ({}, ("w",)),
        ({"North": {"id": "n", "name": "North", "parent_id": "w"}}, ()),
    )
    for wanted, former in wanted_units:
        (flaw,) = plan_structure(live, wanted, former, complete=False).flaws
        yield f"{flaw}.".replace("…-,", "…,")


def _list_image_errors(folder: Path) -> Iterator[str]:
    for content in (None, b"", b"<svg/>", b"GIF89a".ljust(MAX_SIZE + 1)):
        file = folder / "tower.png"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(InputError) as caught:
            compute_digest(file)
        yield str(caught.value).removeprefix(f"BIM 360: could not send {file}: ")


def _list_setting_errors() -> Iterator[str]:
    wrong = {"bim360:region": "Europa", "bim360:adoptLeftovers": "perhaps"}
    known = {"bim360:clientId": "id", "bim360:accountId": ACCOUNT_SCOPE["account_id"]}
    with pytest.raises(ConfigError) as misunderstood:
        Settings.resolve(wrong, {})
    yield str(misunderstood.value)
    with pytest.raises(ConfigError) as missing:
        Settings.resolve(known, {}).build_connection(None, None)
    yield str(missing.value)


MESSAGES: Mapping[tuple[str, str], Callable[[], Iterator[str]]] = {
    ("project", "## Create"): _list_project_adoptions,
    ("project", "## Check"): _list_project_mistakes,
    ("project", "### The limit on archives"): _list_archive_limit_errors,
    ("company", "## A name that is in use"): _list_company_adoptions,
    ("company", "## Trades"): _list_trade_warnings,
    ("company", "## Destroy"): _list_company_deletions,
    ("account_user", ""): _list_user_warnings,
    ("account_user", "## Destroy"): _list_user_deletions,
    ("members", ""): lambda: iter([*_list_member_mistakes(), *_list_member_warnings()]),
    ("business_units", "## Check"): lambda: iter([*_list_unit_mistakes(), *_list_unit_conflicts()]),
    ("configuration", ""): _list_setting_errors,
}
"""The messages of each page and section; without a heading, of the whole page."""


def list_missing(page: str, heading: str, messages: list[str]) -> list[str]:
    """Return the messages that are not a line of the page, perhaps with the prefix."""
    document = f"docs/reference/{page}.md"
    text = read_section(document, heading) if heading else read_document(document)
    lines = text.splitlines()
    assert messages
    return [each for each in messages if each not in lines and f"BIM 360: {each}" not in lines]


@pytest.mark.parametrize(("page", "heading"), MESSAGES)
def test_the_page_quotes_every_message(page: str, heading: str) -> None:
    """Users who search for a message find the page."""
    assert list_missing(page, heading, [*MESSAGES[page, heading]()]) == []


def test_the_page_quotes_every_error_of_an_image_file(tmp_path: Path) -> None:
    """The page has the text after the file name."""
    messages = [*_list_image_errors(tmp_path)]

    assert list_missing("project_image", "## Check and preview", messages) == []
