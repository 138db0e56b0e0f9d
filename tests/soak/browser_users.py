"""What people do in the browser between two runs: they join and sign in, and some change things."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Final

from tests.soak.kill_points import KillingEmulator
from tests.soak.kinds.account_user import AccountUsers
from tests.soak.kinds.company import Companies
from tests.soak.other_entities import StateByType
from tests.soak.program import RandomProgram
from tests.soak.stack import ResourceState

BROWSER_CHANGES: Final = ({"city": "Elsewhere"}, {"status": "archived"}, {"job_number": "by hand"})


class BrowserUsers:
    """People who know nothing of the stack."""

    def __init__(
        self, dice: Random, hq: KillingEmulator, program: RandomProgram, *, drifts: bool
    ) -> None:
        """Let them begin.

        Args:
            dice: Decide everything.
            hq: Where they work.
            program: Is told which projects they have changed.
            drifts: Whether they change and archive things, too.
        """
        self._dice = dice
        self._hq = hq
        self._program = program
        self._drifts = drifts

    def change_entities(
        self, held: StateByType, projects: Mapping[str, ResourceState]
    ) -> Counter[str]:
        """Let them work for a while; return what they did."""
        done = Counter(self._change_projects(projects))
        for user in self._sample_entities(held, AccountUsers.type):
            self._hq.call_control_plane("POST", f"/users/{user.id}/sign-in")
            done["by hand: sign in"] += 1
        for company in self._sample_entities(held, Companies.type) if self._drifts else ():
            self._hq.call_control_plane("PATCH", f"/companies/{company.id}", {"city": "Elsewhere"})
            done["by hand: drift"] += 1
        return done

    def _change_projects(self, projects: Mapping[str, ResourceState]) -> list[str]:
        rows = {row["id"]: row for row in self._hq.list_projects()}
        done = []
        for name in self._dice.sample(sorted(projects), min(3, len(projects))):
            row = rows[projects[name].id]
            if row["status"] == "pending":
                joined = {"status": "active", "last_sign_in": row["created_at"]}
                self._hq.call_control_plane("PATCH", f"/projects/{row['id']}", joined)
                done.append("by hand: join")
            elif self._drifts and row["status"] == "active" and self._program.is_open(name):
                self._hq.call_control_plane(
                    "PATCH", f"/projects/{row['id']}", dict(self._dice.choice(BROWSER_CHANGES))
                )
                self._program.edited_by_hand.add(name)
                done.append("by hand: drift")
        return done

    def _sample_entities(self, held: StateByType, kind: str) -> list[ResourceState]:
        """Return one of a kind, or none."""
        there = [*held.get(kind, {}).values()]
        return self._dice.sample(there, min(self._dice.randint(0, 1), len(there)))
