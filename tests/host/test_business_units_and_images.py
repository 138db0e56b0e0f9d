"""Business units and pictures in the real host, from check to delete."""

from hashlib import sha256
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from bim360_provider.core.business_units.tree import compute_unit_id
from bim360_provider.dynamic.providers import BusinessUnitsProvider, ProjectImageProvider
from bim360_provider.emulator import ACCOUNT_ID, BUSINESS_UNIT_ID
from tests.host.dynamic_host import (
    UNKNOWN_MARK,
    DynamicHost,
    get_error_message,
    to_inputs,
    to_plain,
    to_struct,
)
from tests.support.hq import PROJECT_BODY, FaultyEmulator

DiffResponse = provider_pb2.DiffResponse

UNITS = {"North": {"description": "cold"}, "North/West": {}}
PNG = b"\x89PNG\r\n\x1a\n a tower"


def asked(emulator: FaultyEmulator) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in emulator.requests_made if each != "token"]


def test_units_live_from_check_to_delete(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Nested arguments go through protobuf and back; each call asks as little as it can."""
    units = host.with_provider(BusinessUnitsProvider())
    checked = units.check({"units": UNITS, "on_destroy": "remove"})
    made = units.create(checked.inputs)
    read = units.read(made.id, made.properties, checked.inputs)
    same = units.diff(made.id, read.properties, checked.inputs)
    old = to_plain(checked.inputs, units.provider)
    wanted = units.check({**old, "ids": None, "units": {**UNITS, "South": {}}}, old).inputs
    other = units.diff(made.id, read.properties, wanted)
    changed = units.update(made.id, read.properties, wanted)
    units.delete(made.id, changed.properties)

    assert (made.id, to_plain(read.inputs, units.provider)) == (ACCOUNT_ID, old)
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert to_plain(changed.properties, units.provider)["ids"]["South"] == compute_unit_id(
        ACCOUNT_ID, "South"
    )
    reads, writes = "GET business units", "PUT business units"
    assert asked(emulator) == [reads, writes, reads, reads, writes, reads, writes, reads]


def test_unknown_values_deep_in_the_tree_survive(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """As in a first preview, and the known ids are known all the same."""
    units = host.with_provider(BusinessUnitsProvider())

    checked = units.check(
        {"units": {"North": {"description": UNKNOWN_MARK}, "South": {"id": UNKNOWN_MARK}}}
    )

    found = to_plain(checked.inputs, units.provider)
    assert list(checked.failures) == []
    assert found["units"] == {"North": {"description": UNKNOWN_MARK}, "South": {"id": UNKNOWN_MARK}}
    assert found["ids"] == {"North": compute_unit_id(ACCOUNT_ID, "North"), "South": UNKNOWN_MARK}
    assert emulator.requests_made == []


def test_all_mistakes_of_a_tree_come_at_once(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Each a sentence; nothing is sent."""
    units = host.with_provider(BusinessUnitsProvider())

    checked = units.check({"units": {"a": {"parent": "b"}, "b": {"parent": "a"}}, "complete": "x"})

    assert [each.property for each in checked.failures] == ["", ""]
    assert [each.reason.split()[0] for each in checked.failures] == ["complete", "units"]
    assert emulator.requests_made == []


def test_a_flaw_that_only_hq_shows_is_one_line(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """No traceback."""
    units = host.with_provider(BusinessUnitsProvider())

    with pytest.raises(grpc.RpcError) as caught:
        units.check_and_create({"units": {"North America": {}}})

    assert get_error_message(caught.value).strip() == (
        "BIM 360: could not define the business units: 'North America' exists already; to adopt it, "
        f"declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert asked(emulator) == ["GET business units"]


def test_a_look_up_and_an_import_need_no_state(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """What ``.get()`` sends: the reference to the provider and nothing else."""
    units = host.with_provider(BusinessUnitsProvider())

    read = units.read(ACCOUNT_ID, to_struct({}), to_inputs({}, units.provider))

    assert to_plain(read.inputs, units.provider)["ids"] == {"North America": BUSINESS_UNIT_ID}
    assert asked(emulator) == ["GET business units"]


def test_a_picture_lives_from_check_to_delete(
    host: DynamicHost, emulator: FaultyEmulator, tmp_path: Path
) -> None:
    """Sent once, looked for never, left where it is."""
    file = tmp_path / "tower.png"
    file.write_bytes(PNG)
    project = host.check_and_create(PROJECT_BODY).id
    emulator.requests_made.clear()
    pictures = host.with_provider(ProjectImageProvider())
    given = {"project_id": project, "path": str(file), "sha256": sha256(PNG).hexdigest()}

    made = pictures.check_and_create(given)
    read = pictures.read(made.id, made.properties, to_inputs(given, pictures.provider))
    same = pictures.diff(made.id, read.properties, pictures.check(given).inputs)
    pictures.delete(made.id, read.properties)

    assert made.id == f"{project}/image"
    assert same.changes == DiffResponse.DIFF_NONE
    assert asked(emulator) == ["PATCH image", "GET project"]
