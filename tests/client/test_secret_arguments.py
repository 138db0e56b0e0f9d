"""Secret arguments: no message quotes one, for any argument and any failure."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zlib import crc32

import pytest
from pulumi.dynamic import CheckResult

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.hq.transport.clock import SystemClock
from tests.support.entities import ENTITY_KINDS
from tests.support.hq import ROUTE_LABELS, Fault, HqFixture, build_reply

CANARY = "Hunter3-Canary"


def build_own_text(name: str) -> str:
    """Return a text that shares no part with another argument."""
    return f"k{crc32(name.encode()):08x}{len(name)}"


NUMBER = 98765432.5
UNIT = "a27e6837-96cd-4839-868e-051a2ad60001"
PROJECT = "e37e6838-96cd-4839-868e-051a2ad60002"
COMPANY = "f47e6839-96cd-4839-868e-051a2ad60003"


def build_own_texts(entity: str, *omitted: str) -> dict[str, str]:
    """Return a text of its own for each argument of an entity except account and region."""
    fields = ENTITY_KINDS[entity].model.model_fields
    names = fields.keys() - {*omitted, "account_id", "region"}
    return {name: build_own_text(name) for name in fields if name in names}


NOT_TEXTS = ("value", "service_types", "language", "include_locations", "include_companies")
ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "project": {
        **build_own_texts("project", *NOT_TEXTS, "status", "adopt", "on_destroy"),
        "start_date": "2031-04-17",
        "end_date": "2032-05-18",
        "value": 7654321.0,
        "currency": "XTS",
        "service_types": ["doc_manager", "gng"],
        "business_unit_id": UNIT,
        "timezone": "Asia/Vladivostok",
        "construction_type": "Renovation",
        "contract_type": "Design-Build-Operate",
        "template_project_id": PROJECT,
        "copy_timeout": 1234.0,
    },
    "company": build_own_texts("company", "adopt"),
    "account_user": {
        **build_own_texts("account_user", "status", "on_destroy"),
        "email": f"{build_own_text('mail')}@example.com",
        "company_id": COMPANY,
    },
    "business_units": {
        "units": {
            "north": {
                "name": build_own_text("unit"),
                "description": build_own_text("2"),
                "parent": UNIT,
            }
        }
    },
    "project_image": {
        "project_id": PROJECT,
        "path": f"/nowhere/{build_own_text('file')}.png",
        "sha256": "ab" * 32,
    },
    "project_admin": {
        "project_id": PROJECT,
        "email": f"{build_own_text('mail')}@example.com",
        "service_type": "doc_manager",
        "company_id": COMPANY,
    },
    "project_member": {
        "project_id": PROJECT,
        "email": f"{build_own_text('mail')}@example.com",
        "company_id": COMPANY,
        "industry_roles": [build_own_text("1"), build_own_text("2")],
        "document_management": "admin",
    },
    "project_members": {
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
    "project_folder": {
        "project_id": PROJECT,
        "parent": build_own_text("parent"),
        "name": build_own_text("name"),
    },
    "folder_permissions": {
        "project_id": PROJECT,
        "folder": build_own_text("folder"),
        "roles": {build_own_text("role"): "view_download_upload"},
        "companies": {build_own_text("company"): "view_download_upload"},
        "users": {f"{build_own_text('mail')}@example.com": "view_download_upload"},
    },
}
"""The arguments of each entity, with values that occur nowhere else."""

ALL_ARGUMENTS = [
    (entity, name)
    for entity, kind in ENTITY_KINDS.items()
    for name in kind.model.model_fields
    if name not in ("account_id", "region")
]
DISTINCT_ARGUMENTS = [
    (entity, name)
    for entity, given in ARGUMENTS.items()
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


@pytest.mark.parametrize(("entity", "name"), ALL_ARGUMENTS)
def test_no_check_failure_quotes_a_secret(
    entity: str, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """All arguments of all resources, with every kind of wrong value."""
    provider, given = ENTITY_KINDS[entity].provider, ARGUMENTS[entity]
    # Keys and e-mails of members name objects in the state: the program refuses them as secrets.
    wrong = [each for each in INVALID_VALUES if name != "units" or not isinstance(each, dict)]

    for value in wrong:
        news = {**given, name: value, "__secret": name}
        others = str({k: v for k, v in given.items() if k != name})
        text = collect_output(lambda news=news: provider().check({}, news), capfd)  # type: ignore[misc]  # bound now
        assert find_leaks(text.replace(others, ""), value) == [], text


@pytest.mark.parametrize("reply", [409, "odd"])
@pytest.mark.parametrize(("entity", "name"), DISTINCT_ARGUMENTS)
def test_no_error_quotes_a_secret(
    hq: HqFixture,
    entity: str,
    name: str,
    reply: int | str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """HQ repeats the value in its response to a create, an update, a read and a delete."""
    instance, given = ENTITY_KINDS[entity].provider(), ARGUMENTS[entity]
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
