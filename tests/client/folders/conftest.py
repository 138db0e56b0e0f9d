"""A project with folders, and the arguments of a folder in it."""

from dataclasses import dataclass
from typing import Any

import pytest

from bim360_provider.core import folder_permissions, project_folder
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.run import Run
from bim360_provider.hq import HqClient
from tests.support.hq import HqFixture, build_run, build_settings

IdAndState = tuple[str, State]


@dataclass
class ProjectFolders:
    """The folders of a project at the emulated HQ.

    Attributes:
        run: An engine run.
        project_id: The project's id.
    """

    hq: HqFixture
    run: Run
    project_id: str

    def check_folder(self, name: str = "01 WIP", **changes: Any) -> Inputs:
        """Return the normalized arguments of a folder."""
        given = {"project_id": self.project_id, "parent": "Project Files", "name": name, **changes}
        inputs, problems = project_folder.check({}, given, build_settings())
        assert problems == []
        return inputs

    def check_permissions(self, folder: str, **changes: Any) -> Inputs:
        """Return the normalized arguments of a folder's permissions."""
        given = {"project_id": self.project_id, "folder": folder, **changes}
        inputs, problems = folder_permissions.check({}, given, build_settings())
        assert problems == []
        return inputs

    def create_folder(self, name: str = "01 WIP", **changes: Any) -> IdAndState:
        """Create a folder; its requests are not recorded."""
        created = project_folder.create(self.run, self.check_folder(name, **changes))
        self.hq.emulator.request_log.clear()
        return created

    def start_run(self, **options: Any) -> Run:
        """Return a new engine run, whose token requests are not recorded."""
        client = self.hq.create_client()
        run = build_run(client, **options)
        run.hq.folders.list_top_folders(self.project_id)
        client.folders._top_folders.clear()  # noqa: SLF001 - the next run starts without a cache
        self.hq.emulator.request_log.clear()
        return run

    def change_in_browser(self, state: State, **changes: Any) -> None:
        """Rename, hide, restore or move a folder as a user of the web page does."""
        path = f"/folders/{state['folder_id']}"
        self.hq.emulator.call_control_plane("PATCH", path, changes)

    def set_project(self, **changes: Any) -> None:
        """Change the project at HQ, such as its members, without HQ's rules."""
        state: Any = self.hq.emulator.call_control_plane("GET", "/state")
        projects = (each for account in state["accounts"] for each in account["projects"])
        next(each for each in projects if each["id"] == self.project_id).update(changes)
        self.hq.emulator.call_control_plane("PUT", "/state", state)

    def set_options(self, **options: Any) -> None:
        """Change options of the emulator."""
        self.hq.emulator.call_control_plane("PATCH", "/options", options)

    def list_requests(self) -> list[str]:
        """Return the labels of the requests since the last call, without tokens."""
        log = self.hq.emulator.request_log
        found = [each for each in log if each != "token"]
        log.clear()
        return found


@pytest.fixture
def folders(hq: HqFixture, client: HqClient) -> ProjectFolders:
    """Return the folders of a new project."""
    project = hq.create_project()
    return ProjectFolders(hq, build_run(client), project["id"])
