"""Stored values: if HQ stores another value than was sent, each create and update warns once."""

from typing import Any

import pytest

from bim360_provider.core import account_user, business_units, company, project
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.hq import HqClient
from bim360_provider.models.display import keep_secret
from tests.support.hq import (
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

PLACE = {"account_id": ACCOUNT_ID, "region": "US"}
ID = "c17e6837-96cd-4839-868e-051a2ad65d28"

ENTITY_CASES: dict[str, tuple[Any, dict[str, Any], str, str]] = {
    "project": (project, {**PROJECT_INPUTS, "city": "Oslo"}, "city", "POST projects"),
    "company": (
        company,
        {"name": "Acme", "trade": "Concrete", "city": "Oslo", **PLACE},
        "city",
        "POST companies",
    ),
    "user": (
        account_user,
        {"email": "ada@example.com", "default_role": "Oslo", **PLACE},
        "default_role",
        "POST users",
    ),
}


@pytest.mark.parametrize("kind", ENTITY_CASES)
def test_a_create_warns_once_of_a_value_stored_differently(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """The warning names the argument, the value sent and the value stored."""
    entity, inputs, name, route = ENTITY_CASES[kind]
    reply = build_reply(201, {**inputs, "id": ID, name: "OSLO"})
    # A PATCH sends a user's role once more, and HQ keeps its own value.
    hq.emulator.faults.extend((Fault(route, reply), Fault("PATCH user", reply)))

    _, outs = entity.create(build_run(client), inputs)

    (warning,) = hq.list_warnings()
    assert f"{name} 'Oslo', stored as 'OSLO'" in warning
    assert f"of {kind} '" in warning
    assert outs[name] == "OSLO"


@pytest.mark.parametrize("kind", ENTITY_CASES)
def test_an_update_warns_once_of_a_value_stored_differently(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """This includes values that HQ dropped."""
    entity, inputs, name, _ = ENTITY_CASES[kind]
    id_, outs = entity.create(build_run(client), inputs)
    hq.notifications.clear()
    reply = build_reply(200, {**inputs, "id": id_, name: None})
    hq.emulator.faults.append(Fault(f"PATCH {kind}", reply))

    entity.update(build_run(client), id_, outs, {**inputs, name: "Bergen"})

    (warning,) = hq.list_warnings()
    assert f"{name} 'Bergen', stored as None" in warning


def test_units_stored_differently_are_one_warning(hq: HqFixture, client: HqClient) -> None:
    """It lists all of them in one line."""
    inputs, _ = business_units.check({}, {"units": {"a": {}, "b": {}}}, build_settings())
    rows = [{"id": id_, "name": key.upper()} for key, id_ in inputs["ids"].items()]
    hq.emulator.faults.append(
        Fault("PUT business units", build_reply(200, {"business_units": rows}))
    )

    business_units.create(build_run(client), inputs)

    (warning,) = hq.list_warnings()
    assert "a.name 'a', stored as 'A'; b.name 'b', stored as 'B'" in warning


@pytest.mark.parametrize("kind", ENTITY_CASES)
def test_no_warning_is_sent_if_hq_stored_the_value(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """The same holds if the response omits a field or formats it differently."""
    entity, inputs, name, route = ENTITY_CASES[kind]
    hq.emulator.faults.append(Fault(route, build_reply(201, {"id": ID, name: inputs[name]})))
    entity.create(build_run(client), inputs)
    hq.emulator.faults.append(Fault(route, build_reply(201, {**inputs, "id": ID})))
    entity.create(build_run(hq.create_client()), inputs)

    assert hq.list_warnings() == []


def test_neither_value_of_a_secret_is_shown(hq: HqFixture, client: HqClient) -> None:
    """The stored value may contain most of the secret."""
    entity, inputs, name, route = ENTITY_CASES["project"]
    hq.emulator.faults.append(Fault(route, build_reply(201, {**inputs, "id": ID, name: "Osl"})))

    with keep_secret("Oslo"):
        entity.create(build_run(client), inputs)

    assert f"{name} [secret], stored as [secret]" in hq.list_warnings()[0]
