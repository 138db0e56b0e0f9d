"""Autodesk's Node SDK against the emulator, with another base URL and otherwise unchanged.

https://github.com/autodesk-platform-services/aps-sdk-node (Apache-2.0); its versions are pinned in
``node_sdk/package-lock.json``. Skipped without Node, npm or a registry to install it from.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    COMPANY_ID,
    Emulator,
    RunningEmulator,
    serve,
)

HERE: Final = Path(__file__).parent / "node_sdk"
PACKAGES: Final = ("package.json", "package-lock.json")
MINUTES: Final = 180
"""The timeout of an install in seconds: a registry may be slow."""

OUT_OF_REACH: Final = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|E40\d|E50\d"
)
"""The messages of npm without a registry, or with one that lacks the packages."""

CALLS: Final = (
    "getTwoLeggedToken",
    *("createCompany", "importCompanies", "getCompanies", "getCompany", "searchCompanies"),
    *("patchCompanyDetails", "patchCompanyImage", "getProjectCompanies"),
    *("createUser", "importUsers", "getUsers", "getUser", "searchUsers", "patchUserDetails"),
    *("getBusinessUnits", "createBusinessUnits"),
    *("createProjectImage", "getProject", "getProjects", "getProjectUsers", "getProjectUser"),
    "getUserProjects",
    *("getHubProject", "getProjectTopFolders", "createFolder", "createSubfolder"),
    *("renameFolder", "moveFolder", "hideFolder", "restoreFolder"),
    *("getFolder", "getFolderParent", "getFolderContents"),
)
"""All calls of the SDK except its writes to ACC projects, which the emulator does not support, and
Data Management's calls about files."""


def installed() -> Path:
    """Return a folder with the SDK: in the user's cache, under the hash of the lock."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    lock = sha256(b"".join((HERE / name).read_bytes() for name in PACKAGES)).hexdigest()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "bim360-provider" / f"node-sdk-{lock[:16]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        fresh = Path(name) / "sdk"
        fresh.mkdir()
        for each in PACKAGES:
            shutil.copy(HERE / each, fresh)
        retries = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *retries]
        done = subprocess.run(  # noqa: S603 - npm, as found on PATH
            command, cwd=fresh, capture_output=True, text=True, timeout=MINUTES, check=False
        )
        if done.returncode and OUT_OF_REACH.search(done.stderr):
            pytest.skip(f"npm cannot install the SDK: {done.stderr.strip().splitlines()[0]}")
        assert done.returncode == 0, done.stderr
        try:
            fresh.rename(folder)
        except OSError:  # another checkout was faster
            if not folder.exists():
                raise


@pytest.fixture(scope="module")
def hq() -> Iterator[RunningEmulator]:
    """Return an emulator with a project, whose first admin is the account's."""
    with serve(Emulator()) as running:
        services = {"document_management": "admin", "project_administration": "admin"}
        admin = {"user_id": ADMIN_ID, "company_id": COMPANY_ID, "services": services}
        state = running.emulator.call_control_plane("GET", "/state")
        project = {"name": "Tower A", "project_type": "Office", "users": [admin]}
        state["accounts"][0]["projects"] = [{**project, "companies": [COMPANY_ID]}]
        running.emulator.call_control_plane("PUT", "/state", state)
        yield running


@pytest.fixture(scope="module")
def results(hq: RunningEmulator) -> dict[str, Any]:
    """Return the result of each call."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    (project,) = hq.emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"]
    given = {
        "url": hq.url,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "account": f"b.{ACCOUNT_ID}",
        "project": project["id"],
        "company": COMPANY_ID,
        "admin": ADMIN_ID,
    }
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(HERE / "calls.cjs"), str(installed())],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=MINUTES,
        check=False,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def test_every_call_of_the_sdk_succeeds(results: dict[str, Any]) -> None:
    """Reads and writes, with two slashes before each path and a hub's id as account id."""
    errors = {name: each["error"] for name, each in results.items() if "error" in each}

    assert errors == {}
    assert [*results] == [*CALLS]


def test_the_writes_of_the_sdk_are_in_the_state(
    results: dict[str, Any], hq: RunningEmulator
) -> None:
    """A company and a user with their changes, a unit below another, two images."""
    account = hq.emulator.call_control_plane("GET", "/state")["accounts"][0]

    companies = {row["name"]: row for row in account["companies"]}
    users = {row["email"]: row for row in account["users"]}
    assert companies["SDK Steel"]["city"] == "Houston"
    assert companies["SDK Steel"]["image"]["content_type"] == "image/png"
    assert {"SDK Glass", "SDK Air"} <= companies.keys()
    assert users["sdk@example.com"]["company_id"] == COMPANY_ID
    assert "kit@example.com" in users
    assert account["business_units"][-1]["name"] == "SDK"
    assert account["projects"][0]["image"]["filename"] == "logo.png"
    assert results["importCompanies"]["content"]["success"] == 2


def test_repeated_parameters_of_the_sdk_are_lists(results: dict[str, Any]) -> None:
    """Filters, fields and sort orders with several values, and filters combined with OR."""
    project = results["getProject"]["content"]
    (project_row,) = results["getProjects"]["content"]["results"]
    (member,) = results["getProjectUsers"]["content"]["results"]
    (of_user,) = results["getUserProjects"]["content"]["results"]

    assert project == {"id": project_row["id"], "name": "Tower A", "status": "active"}
    assert project_row.keys() == {"id", "name", "status", "products"}
    assert member.keys() == {"id", "email", "products", "accessLevels"}
    assert of_user["id"] == project["id"]
    assert of_user["accessLevels"] == {"projectAdmin": True, "projectMember": True}


def test_the_sdk_reads_and_writes_a_tree_of_folders(
    results: dict[str, Any], hq: RunningEmulator
) -> None:
    """A folder in a folder, which was renamed, moved, hidden and restored."""
    extension = results["getHubProject"]["content"]["data"]["attributes"]["extension"]
    (listed,) = results["getFolderContents"]["content"]["data"]
    folder = results["getFolder"]["content"]["data"]
    project = hq.emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]
    files = next(each for each in project["folders"] if each["name"] == "Project Files")

    assert extension["data"] == {"projectType": "BIM360"}
    assert listed["id"] == folder["id"]
    assert results["hideFolder"]["content"]["data"]["attributes"]["hidden"] is True
    assert results["getFolderParent"]["content"]["data"]["id"] == files["folders"][0]["id"]
    assert [each["name"] for each in files["folders"]] == ["01 WIP"]
    assert [each["name"] for each in files["folders"][0]["folders"]] == ["Models"]


def test_each_call_of_the_sdk_is_one_request(results: dict[str, Any], hq: RunningEmulator) -> None:
    """No request was repeated or sent elsewhere."""
    assert len(results) == len(CALLS)
    assert sum(hq.emulator.journal.count_requests().values()) == len(CALLS)
    assert {entry.status for entry in hq.emulator.journal.find_entries()} <= {200, 201}
