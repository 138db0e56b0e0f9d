"""The arguments of a team: a list of members, each with arguments of their own."""

from random import Random
from typing import Any

from bim360_provider.dynamic.providers import ProjectMembersProvider
from bim360_provider.models.project_member import ProjectMembersArguments
from tests.fuzz import strategies
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.kinds.project_member import SERVICES, member_table
from tests.fuzz.strategies import Draw, Sample, Verdict, bad, choice, either, identifier, one
from tests.support.members import ADA

__all__ = ["KIND"]

SHARE_OF_DOUBTFUL = 0.15
"""Of the values of a doubtful team."""


def _rows(place: Place, doubtful: float) -> Draw:
    table = member_table(place)

    def draw(random: Random) -> Sample:
        rows = [_row(random, table, doubtful) for _ in range(random.choice((0, 1, 2, 5)))]
        if random.random() < doubtful:
            rows.append(dict(random.choice(rows)) if rows else {})
        verdicts = _judged(rows)
        values = [{name: sample.value for name, sample in row.items()} for row in rows]
        return Sample(values, Verdict.GOOD, tuple(verdicts.items()))

    return draw


def _row(random: Random, table: Table, doubtful: float) -> dict[str, Sample]:
    given = ["email", "document_management", *(n for n in table if random.random() < 0.3)]
    row = {n: table[n][random.random() < doubtful](random) for n in dict.fromkeys(given)}
    level = row["document_management"]
    if level.value == "" and level.verdict is Verdict.GOOD and random.random() > doubtful:
        row["document_management"] = strategies.good("user")
    if random.random() < doubtful / 3:
        row["name"] = bad("Ada")
    return row


def _judged(rows: list[dict[str, Sample]]) -> dict[str, Verdict]:
    """Return for each member, by the name under which they are refused, what ought to become."""
    found: dict[str, Verdict] = {}
    for number, row in enumerate(rows, 1):
        email = row.get("email")
        verdicts = {sample.verdict for sample in row.values()}
        if not any(name in row and row[name].value for name in SERVICES):
            verdicts.add(Verdict.BAD)
        keys = _keys(number, email)
        if any(key in found for key in keys) or email is None:
            verdicts.add(Verdict.BAD)
        worst = Verdict.BAD if Verdict.BAD in verdicts else Verdict.GOOD
        if worst is Verdict.GOOD and Verdict.ODD in verdicts:
            worst = Verdict.ODD
        for key in keys:
            # Where it is not known which name is used, neither has to be.
            found[key] = Verdict.ODD if len(keys) > 1 and worst is Verdict.BAD else worst
    return found


def _keys(number: int, email: Sample | None) -> tuple[str, ...]:
    if email is None or email.verdict in (Verdict.BAD, Verdict.UNKNOWN):
        return (f"member {number}",)
    key = str(email.value).strip().lower()
    return (key,) if email.verdict is Verdict.GOOD else (key, f"member {number}")


WRONG: tuple[Any, ...] = (*("", "ada@example.com", 5, True), [5], ["ada@example.com"], [["x"]])


def _table(place: Place) -> Table:
    return {
        "project_id": identifier(place.project_id, stranger=False),
        "members": (
            _rows(place, 0.0),
            either(*(_rows(place, SHARE_OF_DOUBTFUL) for _ in range(4)), one(*map(bad, WRONG))),
        ),
        "on_removal": choice(("retain", "remove")),
        "region": choice(("US",)),
    }


def _undone(state: Values, declared: Values) -> set[str]:
    """Let rows wait that HQ refused: a role or a company that there is not."""
    return {*state["unfinished"]} & {*declared["members"]}


def _clear(ground: Ground, id_: str, _state: Values) -> None:
    for user in ground.client.project_users.walk(id_.partition(":")[0]):
        ground.hq.ask("DELETE", f"/users/{user.id}")


KIND = Kind(
    provider=ProjectMembersProvider(),
    model=ProjectMembersArguments,
    required=("project_id", "members"),
    table=_table,
    example={k: ADA[k] for k in ("project_id", "account_id", "region")},
    clear=_clear,
    kept=("project_id",),
    only_hq_knows=("the account has no company", "industry_roles does not know"),
    undone=_undone,
)
