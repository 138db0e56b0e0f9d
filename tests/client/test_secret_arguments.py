"""Secret arguments: no message quotes one, whichever it is and whatever fails."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zlib import crc32

import pytest
from pulumi.dynamic import CheckResult

from bim360_provider.dynamic.base import Door
from bim360_provider.dynamic.providers import (
    AccountUserProvider,
    BusinessUnitsProvider,
    CompanyProvider,
    ProjectAdminProvider,
    ProjectImageProvider,
    ProjectMemberProvider,
    ProjectMembersProvider,
    ProjectProvider,
)
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.hq.transport.clock import SystemClock
from bim360_provider.models import AccountUserArguments, CompanyArguments, ProjectArguments
from bim360_provider.models.business_units import BusinessUnitsArguments
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_image import ProjectImageArguments
from bim360_provider.models.project_member import ProjectMemberArguments, ProjectMembersArguments
from tests.support.hq import ROUTES, Fault, Stage, says

CANARY = "Hunter3-Canary"


def own(name: str) -> str:
    """Return a text of which no other argument has any part."""
    return f"k{crc32(name.encode()):08x}{len(name)}"


NUMBER = 98765432.5
UNIT = "a27e6837-96cd-4839-868e-051a2ad60001"
PROJECT = "e37e6838-96cd-4839-868e-051a2ad60002"
FIRM = "f47e6839-96cd-4839-868e-051a2ad60003"

ENTITIES: Mapping[type[Door], tuple[Any, Mapping[str, Any]]] = {
    ProjectProvider: (
        ProjectArguments,
        {
            "name": own("1"),
            "start_date": "2031-04-17",
            "end_date": "2032-05-18",
            "project_type": own("2"),
            "value": 7654321.0,
            "currency": "XTS",
            "service_types": ["doc_manager", "gng"],
            "job_number": own("3"),
            **{
                name: own(name)
                for name in ProjectArguments.model_fields
                if name.startswith(("address", "city", "state_or", "postal", "country"))
            },
            "business_unit_id": UNIT,
            "timezone": "Asia/Vladivostok",
            "construction_type": "Renovation",
            "contract_type": "Design-Build-Operate",
            "template_project_id": PROJECT,
            "copy_timeout": 1234.0,
        },
    ),
    CompanyProvider: (
        CompanyArguments,
        {
            name: own(name)
            for name in CompanyArguments.model_fields
            if name not in ("adopt", "account_id", "region")
        },
    ),
    AccountUserProvider: (
        AccountUserArguments,
        {
            "email": f"{own('mail')}@example.com",
            "company_id": FIRM,
            **{
                name: own(name)
                for name in AccountUserArguments.model_fields
                if name
                not in ("email", "company_id", "status", "on_destroy", "account_id", "region")
            },
        },
    ),
    BusinessUnitsProvider: (
        BusinessUnitsArguments,
        {"units": {"north": {"name": own("unit"), "description": own("2"), "parent": UNIT}}},
    ),
    ProjectImageProvider: (
        ProjectImageArguments,
        {"project_id": PROJECT, "path": f"/nowhere/{own('file')}.png", "sha256": "ab" * 32},
    ),
    ProjectAdminProvider: (
        ProjectAdminArguments,
        {
            "project_id": PROJECT,
            "email": f"{own('mail')}@example.com",
            "service_type": "doc_manager",
            "company_id": FIRM,
        },
    ),
    ProjectMemberProvider: (
        ProjectMemberArguments,
        {
            "project_id": PROJECT,
            "email": f"{own('mail')}@example.com",
            "company_id": FIRM,
            "industry_roles": [own("1"), own("2")],
            "document_management": "admin",
        },
    ),
    ProjectMembersProvider: (
        ProjectMembersArguments,
        {
            "project_id": PROJECT,
            "members": [
                {
                    "email": "ada@example.com",
                    "company_id": FIRM,
                    "industry_roles": [own("roles")],
                    "document_management": "user",
                }
            ],
        },
    ),
}
"""Each entity with its model and arguments whose values occur nowhere else."""

EVERY = [
    (provider, name)
    for provider, (model, _) in ENTITIES.items()
    for name in model.model_fields
    if name not in ("account_id", "region")
]
DISTINCT = [
    (provider, name)
    for provider, (_, given) in ENTITIES.items()
    for name in given
    if name != "members"  # a program that declares them secret is refused as a whole
]

WRONG: tuple[Any, ...] = (
    CANARY,
    f"{CANARY}\x00",
    f"{CANARY} " * 40,
    f" {CANARY}:/ ",
    f"2027-{CANARY}",
    f"mailto:{CANARY}@example.com",
    NUMBER,
    [CANARY],
    [NUMBER],
    {"a": CANARY},
    {CANARY: {"name": CANARY, "parent": f"{CANARY} 2"}},
    [{"email": CANARY, "industry_roles": NUMBER}],
)


@pytest.fixture(autouse=True)
def _configured(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the providers ask the stage's HQ."""
    monkeypatch.setenv("APS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("APS_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("BIM360_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("BIM360_BASE_URL", stage.url)
    monkeypatch.setenv("BIM360_ACTING_USER", ADMIN_EMAIL)
    monkeypatch.setenv("BIM360_REQUESTS_PER_MINUTE", "0")
    monkeypatch.setattr(SystemClock, "sleep", lambda _clock, _seconds: None)


def leaks(text: str, *values: Any) -> list[str]:
    """Return what a text quotes of values, in any case, also of a shortened one."""
    folded = text.casefold()
    return [spelled for value in values for spelled in _spelled(value) if spelled in folded]


def _spelled(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _spelled(each)
    elif isinstance(value, float):
        yield from (f"{value:g}", f"{value:,}"[:-2], f"{value}".removesuffix(".0"))
    else:
        yield str(value).casefold()[:9]


def said(call: Callable[[], Any], capfd: pytest.CaptureFixture[str]) -> str:
    """Return everything that a call says: failures, errors with their causes, and warnings."""
    try:
        result = call()
        failures = result.failures if isinstance(result, CheckResult) else ()
        words = "\n".join(failure.reason for failure in failures)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is printed
        words = "".join(traceback.format_exception(error))
    printed = capfd.readouterr()
    return f"{words}\n{printed.out}\n{printed.err}"


@pytest.mark.parametrize(("provider", "name"), EVERY)
def test_no_check_failure_quotes_a_secret(
    provider: type[Door], name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every argument of every resource, with every kind of wrong value."""
    given = ENTITIES[provider][1]
    # Keys and e-mails of members name objects in the state: the program refuses them as secrets.
    wrong = [each for each in WRONG if name != "units" or not isinstance(each, dict)]

    for value in wrong:
        news = {**given, name: value, "__secret": name}
        others = str({k: v for k, v in given.items() if k != name})
        text = said(lambda news=news: provider().check({}, news), capfd)  # type: ignore[misc]  # bound now
        assert leaks(text.replace(others, ""), value) == [], text


@pytest.mark.parametrize("reply", [409, "odd"])
@pytest.mark.parametrize(("provider", "name"), DISTINCT)
def test_no_error_quotes_a_secret(
    stage: Stage,
    provider: type[Door],
    name: str,
    reply: int | str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """HQ repeats the value in what it answers to a create, an update, a read and a delete."""
    door, given = provider(), ENTITIES[provider][1]
    checked = door.check({}, {**given, "__secret": name})
    assert [each.reason for each in checked.failures or ()] == []
    value = given[name]
    body: Any = {"code": "1001", "message": f"no: {value} is wrong", "name": f"{value}"}
    answer = says(200, {**body, "id": {"is": value}}) if reply == "odd" else says(int(reply), body)
    stage.hq.faults.extend(Fault(what, answer, times=99) for what in ASKED)
    state = {**checked.inputs, name: _old(checked.inputs[name]), "unfinished": []}

    for call in (
        lambda: door.create(dict(checked.inputs)),
        lambda: door.update(ID, dict(state), dict(checked.inputs)),
        lambda: door.read(ID, dict(checked.inputs)),
        lambda: door.delete(ID, {**checked.inputs, "on_destroy": "deactivate"}),
    ):
        text = said(call, capfd)
        assert leaks(text, value) == [], text


ID = f"{PROJECT}:{UNIT}"
ASKED = tuple(
    words.format(method=method)
    for words in ROUTES.values()
    for method in ("GET", "POST", "PATCH", "PUT")
    if words != "token"
)


def _old(value: Any) -> Any:
    """Return another value of the same type."""
    return f"{value} old" if isinstance(value, str) else type(value)()
