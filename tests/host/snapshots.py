"""States of released versions: ``python -m tests.host.snapshots`` writes that of this version."""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from bim360_provider.emulator import BUSINESS_UNIT_ID, serve
from tests.host.conftest import configuration
from tests.host.dynamic_host import running
from tests.support.hq import BODY, Actor

FOLDER = Path(__file__).with_name("golden")

FULL: dict[str, Any] = {
    **BODY,
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
"""Every argument that a stack may give, but for a template, which must exist."""

SETS = {"required": dict(BODY), "full": FULL}


def projects(hq: Actor) -> list[dict[str, Any]]:
    """Return the projects that HQ holds in the account of the tests."""
    state: Any = hq.ask("GET", "/state")
    return list(state["accounts"][0]["projects"])


def hold(hq: Actor, project: dict[str, Any]) -> None:
    """Let HQ hold a project as it was then."""
    state: Any = hq.ask("GET", "/state")
    state["accounts"][0]["projects"] = [project]
    hq.ask("PUT", "/state", state)


def written_today() -> dict[str, Any]:
    """Return what today's version writes into a state, and what HQ then holds."""
    found = {}
    for name, bag in SETS.items():
        hq = Actor()
        with (
            tempfile.TemporaryDirectory() as folder,
            serve(hq) as emulator,
            running(Path(folder), configuration(emulator.url)) as host,
        ):
            checked = host.check(bag).inputs
            made = host.create(checked)
            found[name] = {
                "id": made.id,
                "inputs": MessageToDict(checked),
                "outputs": MessageToDict(made.properties),
                "project": projects(hq)[0],
            }
    return found


def main() -> None:
    """Write the file of today's version; one that is there stays as it was released."""
    path = FOLDER / f"{version('bim360-provider')}.json"
    if path.exists():
        sys.exit(f"{path} exists: a state that was released is never written again")
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(written_today(), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
