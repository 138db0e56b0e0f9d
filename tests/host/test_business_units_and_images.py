"""Business units and pictures in the real host, from check to delete."""

from hashlib import sha256
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.core.business_units.tree import unit_id
from bim360_provider.dynamic.providers import BusinessUnitsProvider, ProjectImageProvider
from bim360_provider.emulator import ACCOUNT_ID, BUSINESS_UNIT_ID
from tests.host.dynamic_host import UNKNOWN, Host, inputs, plain, refusal, struct
from tests.support.hq import BODY, Actor

DiffResponse = provider_pb2.DiffResponse

UNITS = {"North": {"description": "cold"}, "North/West": {}}
PNG = b"\x89PNG\r\n\x1a\n a tower"


def asked(hq: Actor) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in hq.asked if each != "token"]


def test_units_live_from_check_to_delete(host: Host, hq: Actor) -> None:
    """Nested arguments go through protobuf and back; each call asks as little as it can."""
    units = host.of(BusinessUnitsProvider())
    checked = units.check({"units": UNITS, "on_destroy": "remove"})
    made = units.create(checked.inputs)
    read = units.read(made.id, made.properties, checked.inputs)
    same = units.diff(made.id, read.properties, checked.inputs)
    old = plain(checked.inputs, units.provider)
    wanted = units.check({**old, "ids": None, "units": {**UNITS, "South": {}}}, old).inputs
    other = units.diff(made.id, read.properties, wanted)
    changed = units.update(made.id, read.properties, wanted)
    units.delete(made.id, changed.properties)

    assert (made.id, plain(read.inputs, units.provider)) == (ACCOUNT_ID, old)
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert plain(changed.properties, units.provider)["ids"]["South"] == unit_id(ACCOUNT_ID, "South")
    reads, writes = "GET business units", "PUT business units"
    assert asked(hq) == [reads, writes, reads, reads, writes, reads, writes, reads]


def test_unknown_values_deep_in_the_tree_survive(host: Host, hq: Actor) -> None:
    """As in a first preview, and the known ids are known all the same."""
    units = host.of(BusinessUnitsProvider())

    checked = units.check({"units": {"North": {"description": UNKNOWN}, "South": {"id": UNKNOWN}}})

    found = plain(checked.inputs, units.provider)
    assert list(checked.failures) == []
    assert found["units"] == {"North": {"description": UNKNOWN}, "South": {"id": UNKNOWN}}
    assert found["ids"] == {"North": unit_id(ACCOUNT_ID, "North"), "South": UNKNOWN}
    assert hq.asked == []


def test_all_mistakes_of_a_tree_come_at_once(host: Host, hq: Actor) -> None:
    """Each a sentence; nothing is sent."""
    units = host.of(BusinessUnitsProvider())

    checked = units.check({"units": {"a": {"parent": "b"}, "b": {"parent": "a"}}, "complete": "x"})

    assert [each.property for each in checked.failures] == ["", ""]
    assert [each.reason.split()[0] for each in checked.failures] == ["complete", "units"]
    assert hq.asked == []


def test_a_flaw_that_only_hq_shows_is_one_line(host: Host, hq: Actor) -> None:
    """No traceback."""
    units = host.of(BusinessUnitsProvider())

    with pytest.raises(grpc.RpcError) as caught:
        units.made({"units": {"North America": {}}})

    assert refusal(caught.value).strip() == (
        "BIM 360: could not define the business units: 'North America' exists already; to take it "
        f"over, declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert asked(hq) == ["GET business units"]


def test_a_look_up_and_an_import_need_no_state(host: Host, hq: Actor) -> None:
    """What ``.get()`` sends: the reference to the provider and nothing else."""
    units = host.of(BusinessUnitsProvider())

    read = units.read(ACCOUNT_ID, struct({}), inputs({}, units.provider))

    assert plain(read.inputs, units.provider)["ids"] == {"North America": BUSINESS_UNIT_ID}
    assert asked(hq) == ["GET business units"]


def test_a_picture_lives_from_check_to_delete(host: Host, hq: Actor, tmp_path: Path) -> None:
    """Sent once, looked for never, left where it is."""
    file = tmp_path / "tower.png"
    file.write_bytes(PNG)
    project = host.made(BODY).id
    hq.asked.clear()
    pictures = host.of(ProjectImageProvider())
    given = {"project_id": project, "path": str(file), "sha256": sha256(PNG).hexdigest()}

    made = pictures.made(given)
    read = pictures.read(made.id, made.properties, inputs(given, pictures.provider))
    same = pictures.diff(made.id, read.properties, pictures.check(given).inputs)
    pictures.delete(made.id, read.properties)

    assert made.id == f"{project}/image"
    assert same.changes == DiffResponse.DIFF_NONE
    assert asked(hq) == ["PATCH image", "GET project"]
