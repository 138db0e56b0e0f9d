"""Rules that hold for projects, companies and account users alike."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bim360_provider.core.entity import Entity
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID, COMPANY_ID
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
from bim360_provider.hq import HqClient
from tests.support.entities import ENTITY_KINDS
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)
from tests.support.members import ACCOUNT_SCOPE

TEN_MINUTES = 600.0
"""Seconds after which a 404 counts at once."""


@dataclass(frozen=True)
class Case:
    """An entity, the arguments of one object, and its names in requests and messages."""

    entity: str
    noun: str
    plural: str
    inputs: dict[str, Any] = field(repr=False)
    key: str
    change: dict[str, Any] = field(repr=False)

    @property
    def core(self) -> Entity:
        """The module of the core."""
        return ENTITY_KINDS[self.entity].core

    def create(self, hq: HqFixture, client: HqClient) -> tuple[str, Any]:
        """Create the object; its requests are not recorded."""
        entity_id, state = self.core.create(build_run(client), self.inputs)
        hq.emulator.request_log.clear()
        return entity_id, state


PROJECT = Case(
    *("project", "project", "projects"),
    {**PROJECT_INPUTS, "city": "Oslo", "service_types": ["pm"], "on_destroy": "retain"},
    "name",
    {"city": "Rome"},
)
COMPANY = Case(
    *("company", "company", "companies"),
    {"name": "Acme", "trade": "Electrical", "city": "Oslo", **ACCOUNT_SCOPE},
    "name",
    {"city": "Rome"},
)
USER = Case(
    *("account_user", "user", "users"),
    {
        "email": "ada@example.com",
        "company_id": COMPANY_ID,
        "first_name": "Ada",
        "default_role": "Architect",
        "account_id": ACCOUNT_ID,
        "region": "US",
    },
    "email",
    {"default_role": "Engineer"},
)
every_case = pytest.mark.parametrize("case", [PROJECT, COMPANY, USER], ids=lambda case: case.noun)
adopted_case = pytest.mark.parametrize("case", [COMPANY, USER], ids=lambda case: case.noun)


@every_case
def test_n_creates_are_n_requests(hq: HqFixture, client: HqClient, case: Case) -> None:
    """Only the token comes on top: no search before and no read afterwards."""
    names = [f"p{number}@x.com" for number in range(10)]
    ids = {
        case.core.create(build_run(client), {**case.inputs, case.key: name})[0] for name in names
    }

    assert len(ids) == 10
    assert hq.emulator.request_log == ["token", *[f"POST {case.plural}"] * 10]


@every_case
def test_a_second_resource_cannot_own_the_same_object(client: HqClient, case: Case) -> None:
    """Otherwise two resources would undo each other's changes in each run."""
    owners = Ownership()
    first, _ = case.core.create(build_run(client, ownership=owners), case.inputs)

    with pytest.raises(ConflictError, match=f"another resource of this stack has .*{first}"):
        case.core.create(build_run(client, ownership=owners), case.inputs)


@pytest.mark.parametrize("reply", [build_reply(422), build_reply(503), DROPS_CONNECTION])
@adopted_case
def test_no_failure_after_the_adoption_loses_the_id(
    hq: HqFixture, client: HqClient, case: Case, reply: Any
) -> None:
    """The next up finishes what HQ refused."""
    created_id, _ = case.create(hq, client)
    hq.emulator.faults.append(Fault(f"PATCH {case.noun}", reply, times=99))
    inputs = {**case.inputs, **case.change}

    adopted_id, outs = case.core.create(build_run(client), inputs)

    assert (adopted_id, outs["unfinished"]) == (created_id, [*case.change])
    assert "the next `pulumi up` tries again" in hq.list_warnings()[-1]
    assert case.core.diff(outs, inputs).is_unfinished
    hq.emulator.faults.clear()
    later = case.core.update(build_run(client), adopted_id, outs, inputs)
    assert later.items() >= {**case.change, "unfinished": []}.items()


@every_case
def test_a_refresh_of_an_unchanged_object_changes_nothing(
    hq: HqFixture, client: HqClient, case: Case
) -> None:
    """One request; the arguments are as declared, and the outputs are those of the create."""
    created = case.create(hq, client)

    live = case.core.read(build_run(client), *created)

    assert live is not None
    assert (live.inputs, live.outputs) == (case.inputs, created[1])
    assert case.core.diff(live.outputs, case.inputs).changed_arguments == ()
    assert hq.emulator.request_log == [f"GET {case.noun}"]


@pytest.mark.parametrize(
    ("case", "changes", "drift"),
    [
        (PROJECT, {"name": "By hand"}, {"name": "By hand"}),
        (PROJECT, {"value": 1}, {"value": 1.0}),
        (PROJECT, {"city": None}, {"city": ""}),
        (PROJECT, {"service_types": "pm,cost"}, {"service_types": ["cost", "pm"]}),
        (PROJECT, {"start_date": "2027-01-03"}, {"start_date": "2027-01-03"}),
        (PROJECT, {"status": "archived"}, {"status": "archived"}),
        (PROJECT, {"job_number": "not declared"}, {}),
        (PROJECT, {"status": "active"}, {}),
        (PROJECT, {"status": "inactive"}, {}),
        (PROJECT, {"service_types": "admin,insight,pm"}, {}),
        (COMPANY, {"name": "By hand"}, {"name": "By hand"}),
        (COMPANY, {"city": None}, {"city": ""}),
        (COMPANY, {"trade": "Masonry"}, {"trade": "Masonry"}),
        (COMPANY, {"phone": "not declared"}, {}),
        (USER, {"company_id": None}, {"company_id": ""}),
        (USER, {"default_role": "Engineer"}, {"default_role": "Engineer"}),
        (USER, {"first_name": "Augusta", "phone": "1"}, {}),
        (USER, {"status": "active"}, {}),
        (USER, {"status": "inactive"}, {"status": "inactive"}),
        (USER, {"email": "ADA@example.com"}, {}),
    ],
)
def test_drift_shows_as_one_changed_argument(
    hq: HqFixture, client: HqClient, case: Case, changes: Any, drift: Any
) -> None:
    """Undeclared fields are not compared; the profile belongs to the user and never drifts."""
    created = case.create(hq, client)
    hq.emulator.call_control_plane("PATCH", f"/{case.plural}/{created[0]}", changes)

    live = case.core.read(build_run(client), *created)

    assert live is not None
    assert live.inputs == {**case.inputs, **drift}
    assert case.core.diff(live.outputs, case.inputs).changed_arguments == tuple(drift)


@adopted_case
def test_a_deleted_object_leaves_the_state(hq: HqFixture, client: HqClient, case: Case) -> None:
    """A change of it is an error with advice."""
    created = case.create(hq, client)
    hq.emulator.call_control_plane("DELETE", f"/{case.plural}/{created[0]}")
    hq.clock.sleep(TEN_MINUTES)

    assert case.core.read(build_run(client), *created) is None
    with pytest.raises(NotFoundError, match="If it was removed: run `pulumi refresh`"):
        case.core.update(build_run(client), *created, {**case.inputs, **case.change})


@pytest.mark.parametrize(
    "reply",
    [
        ACCOUNT_NOT_FOUND,
        build_reply(403),
        build_reply(404, b"<html>"),
        build_reply(503),
        DROPS_CONNECTION,
    ],
)
@adopted_case
def test_any_other_failure_is_an_error_and_drops_nothing(
    hq: HqFixture, client: HqClient, case: Case, reply: Any
) -> None:
    """Otherwise a withdrawn permission would empty the state."""
    created = case.create(hq, client)
    hq.emulator.faults.append(Fault(f"GET {case.noun}", reply, times=99))

    with pytest.raises(Bim360Error, match=f"could not read {case.noun}"):
        case.core.read(build_run(client), *created)
