"""States of released versions: ``python -m tests.host.snapshots`` writes that of this version."""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from bim360_provider.emulator import BUSINESS_UNIT_ID, serve
from tests.host.conftest import build_config
from tests.host.dynamic_host import start_host
from tests.support.hq import PROJECT_BODY, FaultyEmulator

SNAPSHOT_FOLDER = Path(__file__).with_name("golden")

ALL_ARGUMENTS: dict[str, Any] = {
    **PROJECT_BODY,
    "service_types": ["pm", "doc_manager"],
    "job_number": "J-7",
    "address_line_1": "Kaigata 1",
    "address_line_2": "",
    "city": "Ålesund",
    "state_or_province": "Møre og Romsdal",
    "postal_code": "6002",
    "country": "Norway",
    "business_unit_id": BUSINESS_UNIT_ID,
    "timezone": "Europe/Stockholm",
    "language": "en",
    "construction_type": "Renovation",
    "contract_type": "Design-Bid",
    "include_locations": True,
    "adopt": "archived",
    "on_destroy": "archive",
    "copy_timeout": 30,
}
"""Every argument of a project except a template, which would have to exist."""

ARGUMENT_SETS = {"required": dict(PROJECT_BODY), "full": ALL_ARGUMENTS}


def list_projects(emulator: FaultyEmulator) -> list[dict[str, Any]]:
    """Return the projects in the account of the tests."""
    state: Any = emulator.call_control_plane("GET", "/state")
    return list(state["accounts"][0]["projects"])


def restore_project(emulator: FaultyEmulator, project: dict[str, Any]) -> None:
    """Store a project at HQ as it was then."""
    state: Any = emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["projects"] = [project]
    emulator.call_control_plane("PUT", "/state", state)


def build_snapshot() -> dict[str, Any]:
    """Return the state that this version writes, and the project that HQ then stores."""
    found = {}
    for name, bag in ARGUMENT_SETS.items():
        hq = FaultyEmulator()
        with (
            tempfile.TemporaryDirectory() as folder,
            serve(hq) as emulator,
            start_host(Path(folder), build_config(emulator.url)) as host,
        ):
            checked = host.check(bag).inputs
            created = host.create(checked)
            found[name] = {
                "id": created.id,
                "inputs": MessageToDict(checked),
                "outputs": MessageToDict(created.properties),
                "project": list_projects(hq)[0],
            }
    return found


def main() -> None:
    """Write the file of this version; an existing file stays as it was released."""
    path = SNAPSHOT_FOLDER / f"{version('bim360-provider')}.json"
    if path.exists():
        sys.exit(f"{path} exists: a state that was released is never written again")
    SNAPSHOT_FOLDER.mkdir(exist_ok=True)
    text = json.dumps(build_snapshot(), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
