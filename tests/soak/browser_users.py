"""Changes by people in the browser between two runs: they join, sign in, and edit."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Final

from tests.soak.account_entities import AccountUsers, Companies
from tests.soak.declarations import SoakDeclarations, StateByType, select_resources
from tests.soak.kill_points import KillingEmulator
from tests.soak.stack import ResourceState

BROWSER_CHANGES: Final = ({"city": "Elsewhere"}, {"status": "archived"}, {"job_number": "by hand"})


class BrowserUsers:
    """People who do not know the stack."""

    def __init__(self, dice: Random, hq: KillingEmulator, declared: SoakDeclarations) -> None:
        """Start without any changes.

        Args:
            dice: Source of every random choice.
            hq: The emulator that they use.
            declared: Its projects are notified of changes.
        """
        self._dice = dice
        self._hq = hq
        self._program = declared.projects
        self._drifts = declared.projects.drifts

    def change_entities(self, state: StateByType) -> Counter[str]:
        """Make a few changes; return a description of each."""
        changes = Counter(self._change_projects(select_resources(self._program, state)))
        for user in self._sample_entities(state, AccountUsers.type):
            self._hq.call_control_plane("POST", f"/users/{user.id}/sign-in")
            changes["by hand: sign in"] += 1
        for company in self._sample_entities(state, Companies.type) if self._drifts else ():
            self._hq.call_control_plane("PATCH", f"/companies/{company.id}", {"city": "Elsewhere"})
            changes["by hand: drift"] += 1
        return changes

    def _change_projects(self, projects: Mapping[str, ResourceState]) -> list[str]:
        rows = {row["id"]: row for row in self._hq.list_projects()}
        changes = []
        for name in self._dice.sample(sorted(projects), min(3, len(projects))):
            row = rows[projects[name].id]
            if row["status"] == "pending":
                joined = {"status": "active", "last_sign_in": row["created_at"]}
                self._hq.call_control_plane("PATCH", f"/projects/{row['id']}", joined)
                changes.append("by hand: join")
            elif self._drifts and row["status"] == "active" and self._program.is_open(name):
                self._hq.call_control_plane(
                    "PATCH", f"/projects/{row['id']}", dict(self._dice.choice(BROWSER_CHANGES))
                )
                self._program.edited_by_hand.add(name)
                changes.append("by hand: drift")
        return changes

    def _sample_entities(self, state: StateByType, kind: str) -> list[ResourceState]:
        """Return one resource of a kind, or none."""
        present = [*state.get(kind, {}).values()]
        return self._dice.sample(present, min(self._dice.randint(0, 1), len(present)))
