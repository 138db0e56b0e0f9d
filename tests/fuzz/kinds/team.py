"""The arguments of a team: a list of members, each with arguments of their own."""

from random import Random
from typing import Any

from bim360_provider.dynamic.providers import ProjectMembersProvider
from bim360_provider.models.project_member import ProjectMembersArguments
from tests.fuzz import strategies
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.kinds.project_member import SERVICES, build_member_draws
from tests.fuzz.strategies import (
    Expectation,
    Sample,
    SampleDraw,
    build_refused,
    draw_choice,
    draw_from_any,
    draw_identifier,
    draw_sample,
)
from tests.support.members import MEMBER_INPUTS

__all__ = ["ENTITY"]

DOUBTFUL_SHARE = 0.15
"""The share of doubtful values in a doubtful team."""


def _draw_rows(place: SeededAccount, doubtful: float) -> SampleDraw:
    table = build_member_draws(place)

    def draw(random: Random) -> Sample:
        rows = [_draw_row(random, table, doubtful) for _ in range(random.choice((0, 1, 2, 5)))]
        if random.random() < doubtful:
            rows.append(dict(random.choice(rows)) if rows else {})
        verdicts = _expect_members(rows)
        values = [{name: sample.value for name, sample in row.items()} for row in rows]
        return Sample(values, Expectation.ACCEPTED, tuple(verdicts.items()))

    return draw


def _draw_row(random: Random, table: ArgumentDraws, doubtful: float) -> dict[str, Sample]:
    given = ["email", "document_management", *(n for n in table if random.random() < 0.3)]
    row = {n: table[n][random.random() < doubtful](random) for n in dict.fromkeys(given)}
    level = row["document_management"]
    if (
        level.value == ""
        and level.expectation is Expectation.ACCEPTED
        and random.random() > doubtful
    ):
        row["document_management"] = strategies.build_accepted("user")
    if random.random() < doubtful / 3:
        row["name"] = build_refused("Ada")
    return row


def _expect_members(rows: list[dict[str, Sample]]) -> dict[str, Expectation]:
    """Return the expected result of each member, by the name in their refusal."""
    found: dict[str, Expectation] = {}
    for number, row in enumerate(rows, 1):
        email = row.get("email")
        verdicts = {sample.expectation for sample in row.values()}
        if not any(name in row and row[name].value for name in SERVICES):
            verdicts.add(Expectation.REFUSED)
        keys = _list_row_keys(number, email)
        if any(key in found for key in keys) or email is None:
            verdicts.add(Expectation.REFUSED)
        worst = Expectation.REFUSED if Expectation.REFUSED in verdicts else Expectation.ACCEPTED
        if worst is Expectation.ACCEPTED and Expectation.EITHER in verdicts:
            worst = Expectation.EITHER
        for key in keys:
            # Where the name is not known, neither has to be used.
            found[key] = (
                Expectation.EITHER if len(keys) > 1 and worst is Expectation.REFUSED else worst
            )
    return found


def _list_row_keys(number: int, email: Sample | None) -> tuple[str, ...]:
    if email is None or email.expectation in (Expectation.REFUSED, Expectation.UNKNOWN):
        return (f"member {number}",)
    key = str(email.value).strip().lower()
    return (key,) if email.expectation is Expectation.ACCEPTED else (key, f"member {number}")


INVALID_MEMBERS: tuple[Any, ...] = (
    *("", "ada@example.com", 5, True),
    [5],
    ["ada@example.com"],
    [["x"]],
)


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    return {
        "project_id": draw_identifier(place.project_id, stranger=False),
        "members": (
            _draw_rows(place, 0.0),
            draw_from_any(
                *(_draw_rows(place, DOUBTFUL_SHARE) for _ in range(4)),
                draw_sample(*map(build_refused, INVALID_MEMBERS)),
            ),
        ),
        "on_removal": draw_choice(("retain", "remove")),
        "region": draw_choice(("US",)),
    }


def _list_pending(state: FieldValues, declared: FieldValues) -> set[str]:
    """Return the rows that HQ refused, such as for a missing role or company."""
    return {*state["unfinished"]} & {*declared["members"]}


def _delete_entity(ground: FuzzAccount, id_: str, _state: FieldValues) -> None:
    for user in ground.client.project_users.walk(id_.partition(":")[0]):
        ground.emulator.call_control_plane("DELETE", f"/users/{user.id}")


ENTITY = FuzzEntity(
    provider=ProjectMembersProvider(),
    model=ProjectMembersArguments,
    required=("project_id", "members"),
    build_draws=_build_draws,
    example={k: MEMBER_INPUTS[k] for k in ("project_id", "account_id", "region")},
    delete_entity=_delete_entity,
    fixed_arguments=("project_id",),
    hq_refusals=("the account has no company", "industry_roles '"),
    list_pending=_list_pending,
)
