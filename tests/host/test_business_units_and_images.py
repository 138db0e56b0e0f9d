"""Business units and images in the real host, from check to delete."""

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
)
from tests.support.hq import PROJECT_BODY, FaultyEmulator
from tests.support.seeding import list_requests

DiffResponse = provider_pb2.DiffResponse

UNITS = {"North": {"description": "cold"}, "North/West": {}}
PNG = b"\x89PNG\r\n\x1a\n a tower"


def test_units_live_from_check_to_delete(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """Nested arguments survive protobuf; each call sends as few requests as possible."""
    units = host.with_provider(BusinessUnitsProvider())
    checked = units.check({"units": UNITS, "on_destroy": "remove"})
    created = units.create(checked.inputs)
    read = units.read(created.id, created.properties, checked.inputs)
    same = units.diff(created.id, read.properties, checked.inputs)
    old = to_plain(checked.inputs, units.provider)
    wanted = units.check({**old, "ids": None, "units": {**UNITS, "South": {}}}, old).inputs
    other = units.diff(created.id, read.properties, wanted)
    changed = units.update(created.id, read.properties, wanted)
    units.delete(created.id, changed.properties)

    assert (created.id, to_plain(read.inputs, units.provider)) == (ACCOUNT_ID, old)
    assert (same.changes, other.changes) == (DiffResponse.DIFF_NONE, DiffResponse.DIFF_UNKNOWN)
    assert to_plain(changed.properties, units.provider)["ids"]["South"] == compute_unit_id(
        ACCOUNT_ID, "South"
    )
    reads, writes = "GET business units", "PUT business units"
    assert list_requests(emulator) == [reads, writes, reads, reads, writes, reads, writes, reads]


def test_unknown_values_deep_in_the_tree_survive(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """As in a first preview; ids that do not depend on them are known."""
    units = host.with_provider(BusinessUnitsProvider())

    checked = units.check(
        {"units": {"North": {"description": UNKNOWN_MARK}, "South": {"id": UNKNOWN_MARK}}}
    )

    found = to_plain(checked.inputs, units.provider)
    assert list(checked.failures) == []
    assert found["units"] == {"North": {"description": UNKNOWN_MARK}, "South": {"id": UNKNOWN_MARK}}
    assert found["ids"] == {"North": compute_unit_id(ACCOUNT_ID, "North"), "South": UNKNOWN_MARK}
    assert emulator.request_log == []


def test_all_mistakes_of_a_tree_are_reported_at_once(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """Each is a sentence; nothing is sent."""
    units = host.with_provider(BusinessUnitsProvider())

    checked = units.check({"units": {"a": {"parent": "b"}, "b": {"parent": "a"}}, "complete": "x"})

    assert [each.property for each in checked.failures] == ["", ""]
    assert [each.reason.split()[0] for each in checked.failures] == ["complete", "units"]
    assert emulator.request_log == []


def test_a_conflict_that_only_hq_can_detect_is_one_line(
    host: DynamicHost, emulator: FaultyEmulator
) -> None:
    """It has no traceback."""
    units = host.with_provider(BusinessUnitsProvider())

    with pytest.raises(grpc.RpcError) as caught:
        units.check_and_create({"units": {"North America": {}}})

    assert get_error_message(caught.value) == (
        "BIM 360: could not define the business units: 'North America' exists already; "
        f"to adopt it, declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert list_requests(emulator) == ["GET business units"]


def test_a_lookup_and_an_import_need_no_state(host: DynamicHost, emulator: FaultyEmulator) -> None:
    """``.get()`` sends only the reference to the provider."""
    units = host.with_provider(BusinessUnitsProvider())

    read = units.get(ACCOUNT_ID)

    assert to_plain(read.inputs, units.provider)["ids"] == {"North America": BUSINESS_UNIT_ID}
    assert list_requests(emulator) == ["GET business units"]


def test_an_image_lives_from_check_to_delete(
    host: DynamicHost, emulator: FaultyEmulator, tmp_path: Path
) -> None:
    """It is sent once, never read, and left at HQ."""
    file = tmp_path / "tower.png"
    file.write_bytes(PNG)
    project = host.check_and_create(PROJECT_BODY).id
    emulator.request_log.clear()
    images = host.with_provider(ProjectImageProvider())
    given = {"project_id": project, "path": str(file), "sha256": sha256(PNG).hexdigest()}

    created = images.check_and_create(given)
    read = images.read(created.id, created.properties, to_inputs(given, images.provider))
    same = images.diff(created.id, read.properties, images.check(given).inputs)
    images.delete(created.id, read.properties)

    assert created.id == f"{project}/image"
    assert same.changes == DiffResponse.DIFF_NONE
    assert list_requests(emulator) == ["PATCH image", "GET project"]
