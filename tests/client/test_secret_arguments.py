"""Secret arguments: no message quotes one, for any argument and any failure."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zlib import crc32

import pytest
from pulumi.dynamic import CheckResult

from bim360_provider.dynamic.base import Bim360ProviderBase
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
from tests.support.hq import ROUTE_LABELS, Fault, HqFixture, build_reply

CANARY = "Hunter3-Canary"


def build_own_text(name: str) -> str:
    """Return a text that shares no part with another argument."""
    return f"k{crc32(name.encode()):08x}{len(name)}"


NUMBER = 98765432.5
UNIT = "a27e6837-96cd-4839-868e-051a2ad60001"
PROJECT = "e37e6838-96cd-4839-868e-051a2ad60002"
COMPANY = "f47e6839-96cd-4839-868e-051a2ad60003"

ENTITIES: Mapping[type[Bim360ProviderBase], tuple[Any, Mapping[str, Any]]] = {
    ProjectProvider: (
        ProjectArguments,
        {
            "name": build_own_text("1"),
            "start_date": "2031-04-17",
            "end_date": "2032-05-18",
            "project_type": build_own_text("2"),
            "value": 7654321.0,
            "currency": "XTS",
            "service_types": ["doc_manager", "gng"],
            "job_number": build_own_text("3"),
            **{
                name: build_own_text(name)
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
            name: build_own_text(name)
            for name in CompanyArguments.model_fields
            if name not in ("adopt", "account_id", "region")
        },
    ),
    AccountUserProvider: (
        AccountUserArguments,
        {
            "email": f"{build_own_text('mail')}@example.com",
            "company_id": COMPANY,
            **{
                name: build_own_text(name)
                for name in AccountUserArguments.model_fields
                if name
                not in ("email", "company_id", "status", "on_destroy", "account_id", "region")
            },
        },
    ),
    BusinessUnitsProvider: (
        BusinessUnitsArguments,
        {
            "units": {
                "north": {
                    "name": build_own_text("unit"),
                    "description": build_own_text("2"),
                    "parent": UNIT,
                }
            }
        },
    ),
    ProjectImageProvider: (
        ProjectImageArguments,
        {
            "project_id": PROJECT,
            "path": f"/nowhere/{build_own_text('file')}.png",
            "sha256": "ab" * 32,
        },
    ),
    ProjectAdminProvider: (
        ProjectAdminArguments,
        {
            "project_id": PROJECT,
            "email": f"{build_own_text('mail')}@example.com",
            "service_type": "doc_manager",
            "company_id": COMPANY,
        },
    ),
    ProjectMemberProvider: (
        ProjectMemberArguments,
        {
            "project_id": PROJECT,
            "email": f"{build_own_text('mail')}@example.com",
            "company_id": COMPANY,
            "industry_roles": [build_own_text("1"), build_own_text("2")],
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
                    "company_id": COMPANY,
                    "industry_roles": [build_own_text("roles")],
                    "document_management": "user",
                }
            ],
        },
    ),
}
"""Each entity with its model and arguments whose values occur nowhere else."""

ALL_ARGUMENTS = [
    (provider, name)
    for provider, (model, _) in ENTITIES.items()
    for name in model.model_fields
    if name not in ("account_id", "region")
]
DISTINCT_ARGUMENTS = [
    (provider, name)
    for provider, (_, given) in ENTITIES.items()
    for name in given
    if name != "members"  # a program that declares them secret is refused
]

INVALID_VALUES: tuple[Any, ...] = (
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
def _configure_providers(hq: HqFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect the providers to the emulated HQ."""
    monkeypatch.setenv("APS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("APS_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("BIM360_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("BIM360_BASE_URL", hq.url)
    monkeypatch.setenv("BIM360_ACTING_USER", ADMIN_EMAIL)
    monkeypatch.setenv("BIM360_REQUESTS_PER_MINUTE", "0")
    monkeypatch.setattr(SystemClock, "sleep", lambda _clock, _seconds: None)


def find_leaks(text: str, *values: Any) -> list[str]:
    """Return the values that a text quotes, in any case, complete or shortened."""
    folded = text.casefold()
    return [
        spelling for value in values for spelling in _iterate_spellings(value) if spelling in folded
    ]


def _iterate_spellings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _iterate_spellings(each)
    elif isinstance(value, float):
        yield from (f"{value:g}", f"{value:,}"[:-2], f"{value}".removesuffix(".0"))
    else:
        yield str(value).casefold()[:9]


def collect_output(call: Callable[[], Any], capfd: pytest.CaptureFixture[str]) -> str:
    """Return all output of a call: failures, errors with their causes, and warnings."""
    try:
        result = call()
        failures = result.failures if isinstance(result, CheckResult) else ()
        text = "\n".join(failure.reason for failure in failures)
    except Exception as error:  # noqa: BLE001 - any error is printed
        text = "".join(traceback.format_exception(error))
    printed = capfd.readouterr()
    return f"{text}\n{printed.out}\n{printed.err}"


@pytest.mark.parametrize(("provider", "name"), ALL_ARGUMENTS)
def test_no_check_failure_quotes_a_secret(
    provider: type[Bim360ProviderBase], name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """All arguments of all resources, with every kind of wrong value."""
    given = ENTITIES[provider][1]
    # Keys and e-mails of members name objects in the state: the program refuses them as secrets.
    wrong = [each for each in INVALID_VALUES if name != "units" or not isinstance(each, dict)]

    for value in wrong:
        news = {**given, name: value, "__secret": name}
        others = str({k: v for k, v in given.items() if k != name})
        text = collect_output(lambda news=news: provider().check({}, news), capfd)  # type: ignore[misc]  # bound now
        assert find_leaks(text.replace(others, ""), value) == [], text


@pytest.mark.parametrize("reply", [409, "odd"])
@pytest.mark.parametrize(("provider", "name"), DISTINCT_ARGUMENTS)
def test_no_error_quotes_a_secret(
    hq: HqFixture,
    provider: type[Bim360ProviderBase],
    name: str,
    reply: int | str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """HQ repeats the value in its response to a create, an update, a read and a delete."""
    instance, given = provider(), ENTITIES[provider][1]
    checked = instance.check({}, {**given, "__secret": name})
    assert [each.reason for each in checked.failures or ()] == []
    value = given[name]
    body: Any = {"code": "1001", "message": f"no: {value} is wrong", "name": f"{value}"}
    response = (
        build_reply(200, {**body, "id": {"is": value}})
        if reply == "odd"
        else build_reply(int(reply), body)
    )
    hq.emulator.faults.extend(Fault(route, response, times=99) for route in ALL_REQUESTS)
    state = {**checked.inputs, name: _build_old_value(checked.inputs[name]), "unfinished": []}

    for call in (
        lambda: instance.create(dict(checked.inputs)),
        lambda: instance.update(ID, dict(state), dict(checked.inputs)),
        lambda: instance.read(ID, dict(checked.inputs)),
        lambda: instance.delete(ID, {**checked.inputs, "on_destroy": "deactivate"}),
    ):
        text = collect_output(call, capfd)
        assert find_leaks(text, value) == [], text


ID = f"{PROJECT}:{UNIT}"
ALL_REQUESTS = tuple(
    label.format(method=method)
    for label in ROUTE_LABELS.values()
    for method in ("GET", "POST", "PATCH", "PUT")
    if label != "token"
)


def _build_old_value(value: Any) -> Any:
    """Return a different value of the same type."""
    return f"{value} old" if isinstance(value, str) else type(value)()
