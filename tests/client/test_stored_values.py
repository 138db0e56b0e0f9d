"""HQ stored another value than was sent: one warning, on every create and update."""

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
def test_a_create_warns_once_of_what_hq_stored_otherwise(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """With the argument, what was sent and what is stored."""
    entity, inputs, name, what = ENTITY_CASES[kind]
    reply = build_reply(201, {**inputs, "id": ID, name: "OSLO"})
    # HQ takes a person's role once more with a PATCH, and keeps to its own.
    hq.emulator.faults.extend((Fault(what, reply), Fault("PATCH user", reply)))

    _, outs = entity.create(build_run(client), inputs)

    (warning,) = hq.list_warnings()
    assert f"{name} 'Oslo', stored as 'OSLO'" in warning
    assert f"of {kind} '" in warning
    assert outs[name] == "OSLO"


@pytest.mark.parametrize("kind", ENTITY_CASES)
def test_an_update_warns_once_of_what_hq_stored_otherwise(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """Also where HQ dropped the value."""
    entity, inputs, name, _ = ENTITY_CASES[kind]
    id_, outs = entity.create(build_run(client), inputs)
    hq.notifications.clear()
    reply = build_reply(200, {**inputs, "id": id_, name: None})
    hq.emulator.faults.append(Fault(f"PATCH {kind}", reply))

    entity.update(build_run(client), id_, outs, {**inputs, name: "Bergen"})

    (warning,) = hq.list_warnings()
    assert f"{name} 'Bergen', stored as None" in warning


def test_units_that_hq_stored_otherwise_are_a_warning(hq: HqFixture, client: HqClient) -> None:
    """All of them in one line."""
    inputs, _ = business_units.check({}, {"units": {"a": {}, "b": {}}}, build_settings())
    rows = [{"id": id_, "name": key.upper()} for key, id_ in inputs["ids"].items()]
    hq.emulator.faults.append(
        Fault("PUT business units", build_reply(200, {"business_units": rows}))
    )

    business_units.create(build_run(client), inputs)

    (warning,) = hq.list_warnings()
    assert "a.name 'a', stored as 'A'; b.name 'b', stored as 'B'" in warning


@pytest.mark.parametrize("kind", ENTITY_CASES)
def test_nothing_is_said_where_hq_stored_what_was_sent(
    hq: HqFixture, client: HqClient, kind: str
) -> None:
    """Nor where it left a field out of its response, or wrote the same otherwise."""
    entity, inputs, name, what = ENTITY_CASES[kind]
    hq.emulator.faults.append(Fault(what, build_reply(201, {"id": ID, name: inputs[name]})))
    entity.create(build_run(client), inputs)
    hq.emulator.faults.append(Fault(what, build_reply(201, {**inputs, "id": ID})))
    entity.create(build_run(hq.create_client()), inputs)

    assert hq.list_warnings() == []


def test_neither_value_of_a_secret_is_shown(hq: HqFixture, client: HqClient) -> None:
    """What HQ made of a secret may be most of it."""
    entity, inputs, name, what = ENTITY_CASES["project"]
    hq.emulator.faults.append(Fault(what, build_reply(201, {**inputs, "id": ID, name: "Osl"})))

    with keep_secret("Oslo"):
        entity.create(build_run(client), inputs)

    assert f"{name} [secret], stored as [secret]" in hq.list_warnings()[0]
