"""What people do in the browser between two runs: they join and sign in, and some change things."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Final

from tests.soak.kill_points import SoakedHq
from tests.soak.kinds.account_user import AccountUsers
from tests.soak.kinds.company import Companies
from tests.soak.other_entities import AllHeld
from tests.soak.program import Program
from tests.soak.stack import Held

BY_HAND: Final = ({"city": "Elsewhere"}, {"status": "archived"}, {"job_number": "by hand"})


class People:
    """People who know nothing of the stack."""

    def __init__(self, dice: Random, hq: SoakedHq, program: Program, *, drifts: bool) -> None:
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

    def work(self, held: AllHeld, projects: Mapping[str, Held]) -> Counter[str]:
        """Let them work for a while; return what they did."""
        done = Counter(self._in_projects(projects))
        for user in self._some(held, AccountUsers.type):
            self._hq.ask("POST", f"/users/{user.id}/sign-in")
            done["by hand: sign in"] += 1
        for company in self._some(held, Companies.type) if self._drifts else ():
            self._hq.ask("PATCH", f"/companies/{company.id}", {"city": "Elsewhere"})
            done["by hand: drift"] += 1
        return done

    def _in_projects(self, projects: Mapping[str, Held]) -> list[str]:
        rows = {row["id"]: row for row in self._hq.projects()}
        done = []
        for name in self._dice.sample(sorted(projects), min(3, len(projects))):
            row = rows[projects[name].id]
            if row["status"] == "pending":
                joined = {"status": "active", "last_sign_in": row["created_at"]}
                self._hq.ask("PATCH", f"/projects/{row['id']}", joined)
                done.append("by hand: join")
            elif self._drifts and row["status"] == "active" and self._program.is_open(name):
                self._hq.ask("PATCH", f"/projects/{row['id']}", dict(self._dice.choice(BY_HAND)))
                self._program.edited_by_hand.add(name)
                done.append("by hand: drift")
        return done

    def _some(self, held: AllHeld, kind: str) -> list[Held]:
        """Return one of a kind, or none."""
        there = [*held.get(kind, {}).values()]
        return self._dice.sample(there, min(self._dice.randint(0, 1), len(there)))
