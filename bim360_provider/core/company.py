"""A company of an account: check, diff, create, read, update and delete."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bim360_provider.core.create_once import (
    SHARED_RISK,
    is_recent,
    made_once,
    refuse_taken,
    was_made_since,
)
from bim360_provider.core.entity import Difference, Live, Names
from bim360_provider.core.field_spec import Shape, same_text
from bim360_provider.core.names.renames import NameRoom
from bim360_provider.core.names.waiting import NameParkedError, renamed, renamed_later, with_room
from bim360_provider.core.not_found import found, is_young, missing, seen
from bim360_provider.core.replacements import replacement_message
from bim360_provider.core.run import Owners, claimed, claimed_or_none
from bim360_provider.core.settings import Settings, is_to_be_made, moved, place_of, placed, unplaced
from bim360_provider.core.validation import Problem, is_unknown, validated, warn_of_stored
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import Company, CompanyArguments, display
from bim360_provider.models.company import CLEARABLE, PATCHABLE, PROVIDER_ONLY
from bim360_provider.models.enums import TRADES

__all__ = [
    "SHAPE",
    "Verdict",
    "check",
    "create",
    "create_body",
    "delete",
    "diff",
    "differing",
    "judge",
    "read",
    "update",
    "warn_of_company",
]

Values = Mapping[str, Any]

SHAPE: Final = Shape(PATCHABLE, CLEARABLE, PROVIDER_ONLY)


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have."""
    return tuple(k for k in PATCHABLE if k in inputs and not same_text(inputs[k], live.get(k)))


def warn_of_company(client: HqClient, sent: Values, company: Company) -> None:
    """Warn where HQ's response has other values than were sent."""
    called = f"company '{company.name}'"
    warn_of_stored(client, called, sent, company, lambda _name, *pair: same_text(*pair))


def create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without empty texts."""
    return {name: inputs[name] for name in PATCHABLE if inputs.get(name, "") != ""}


RENAME: Final = "declare another name"


@dataclass(frozen=True)
class Verdict:
    """Which company to adopt and why, or why none: a sentence in either case.

    Attributes:
        company: The one to adopt.
        words: Why, or why not.
        unasked: ``adopt="never"`` was declared, so people are warned of it.
    """

    company: Company | None
    words: str
    unasked: bool = False


def judge(twins: list[Company], inputs: Values, settings: Settings, began: datetime) -> Verdict:
    """Decide about the companies that have the declared name already.

    Args:
        twins: All of that name, whatever its case.
        inputs: The arguments in normal form.
        settings: Say which of the two rules about interrupted runs are in force.
        began: HQ's time at which this run began.
    """
    name = inputs["name"]
    exact = [twin for twin in twins if twin.name == name]
    if len(exact) != 1:
        return Verdict(None, _unclear(name, exact or twins))
    twin = exact[0]
    changed = differing(twin.fields(), inputs)
    if inputs.get("adopt", "any") == "any":
        words = f"company '{name}' ({twin.id}) was there already and is taken over"
        return Verdict(twin, f"{words}; changed: {', '.join(changed) or 'nothing'}")
    if is_recent(twin.created_at, settings, began) and not changed:
        words = f"company '{name}' ({twin.id}) is what an interrupted run left behind"
        return Verdict(twin, f"{words}; it is adopted. {SHARED_RISK}", unasked=True)
    words = f"company '{name}' exists already ({twin.id}), and adopt='never' leaves it alone"
    return Verdict(None, f"{words}; leave adopt out to take it over, or {RENAME}")


def _unclear(name: str, twins: list[Company]) -> str:
    """Say why none of the companies is the one."""
    if not twins:
        return f"the name '{name}' is taken, yet no such company is to be seen; try again later"
    if len(twins) == 1 and twins[0].name != name:
        return (
            f"HQ takes it for the same name as that of company '{twins[0].name}' "
            f"({twins[0].id}); write the name as it is there, or {RENAME}"
        )
    ids = ", ".join(twin.id for twin in twins)
    return (
        f"several companies have that name ({ids}); rename all but one of them in Account Admin, "
        f"or {RENAME}"
    )


ALIKE: Final = 0.85
"""How alike a trade of HQ's list must be to be taken for what was meant: a slip of the finger."""


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    What HQ requires of a new company may be missing from one that exists.

    Args:
        old: The arguments of the last run; empty when the company is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    is_new = is_to_be_made(old, given)
    inputs, problems = validated(CompanyArguments, given, complete=is_new)
    told = {problem.argument for problem in problems}
    if "trade" not in told and inputs.get("trade") != old.get("trade"):
        problems += _trade(inputs.get("trade"), settings)
    return inputs, problems + unplaced(given)


def _trade(trade: object, settings: Settings) -> list[Problem]:
    """Warn of a trade that is nearly one of HQ's: any text is let through, see docs/company.md."""
    if not isinstance(trade, str) or is_unknown(trade) or trade in TRADES or display.hides(trade):
        return []
    folded = {each.casefold(): each for each in TRADES}
    near = difflib.get_close_matches(trade.casefold(), folded, n=1, cutoff=ALIKE)
    if not near or settings.unknown_values:
        return []
    meant = folded[near[0]]
    words = f"'{trade}' is sent as it is, but HQ's own list has '{meant}'; is that what you mean?"
    return [Problem("trade", words, warning=True)]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = (*differing(state, inputs), *replaces)
    names = Names.of("company", state, inputs, stays=not replaces)
    return Difference(changed, replaces, bool(state.get("unfinished")), names=names)


def read(client: HqClient, company_id: str, state: Values) -> Live | None:
    """Return the company as HQ has it, or None if it is gone.

    Args:
        client: The account that the company is in.
        company_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    company = found(
        client,
        "company",
        state,
        lambda young: seen(client.companies, company_id, state, young=young),
    )
    if company is None:
        return None
    return SHAPE.live(company_id, company.fields(), {**place_of(client), **state}, state)


def update(client: HqClient, company_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        NotFoundError: The company is gone; a refresh finds that out.
        HqError: HQ refused a value, such as the name of another company.
        UnansweredError: No answer came.
    """
    left = [name for name in state.get("unfinished") or () if name in inputs]
    body = {name: inputs[name] for name in inputs if name in {*differing(state, inputs), *left}}
    waits: set[str] = set()
    try:
        company = _patched(client, company_id, state, body)
    except NotFoundError as error:
        raise missing(error) from None
    except NameParkedError:
        waits = {"name"}
        rest = {name: value for name, value in body.items() if name != "name"}
        company = _patched(client, company_id, state, rest)
    company = company or Company.model_validate({**state, "id": company_id})
    return SHAPE.outputs(company.fields(), state, inputs, waits)


def _patched(client: HqClient, company_id: str, state: Values, body: Values) -> Company | None:
    """Send a PATCH; a rename whose answer was lost meets its own name when it is sent again."""
    if not body:
        return None
    room, young = NameRoom(client, "company"), is_young(client, state)

    def send(changes: Values) -> Company:
        row = client.companies.update(company_id, changes, new_resource=young)
        warn_of_company(client, changes, row)
        return row

    try:
        return renamed(room, company_id, body, send)
    except ConflictError as error:
        company = client.companies.get(company_id)
        changes = {k: body[k] for k in differing(company.fields(), body)}
        if "name" in changes:
            return renamed_later(room, company_id, changes, send, error)
        return send(changes) if changes else company


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Create a company, or adopt the one that has its name.

    Args:
        client: The account that it is to be in.
        inputs: The arguments in normal form.
        settings: Say which leftovers may be adopted in spite of ``adopt="never"``.
        owners: Know which companies belong to other resources of this run.

    Returns:
        The company's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The name is taken, and none of that name may be adopted.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    owners = owners or Owners()
    client.transport.now()  # fetches the token, and with it HQ's time, before anything is made
    left: set[str] = set()
    company, is_adopted = with_room(
        NameRoom(client, "company"),
        inputs["name"],
        lambda: _made(client, inputs, owners),
        lambda error: _adopted(client, inputs, settings, owners, error),
    )
    if is_adopted:
        owners.takes(company.id)
        company, left = _adjusted(client, company, inputs)
    else:
        warn_of_company(client, create_body(inputs), company)
    owners.owns(company.id)
    return company.id, SHAPE.outputs(company.fields(), inputs, inputs, left)


def _exactly(client: HqClient) -> Callable[[str], list[Company]]:
    """Return what finds the companies of a name in the same case, as HQ's own 409 does."""
    return lambda name: [each for each in client.companies.named(name) if each.name == name]


def _made(client: HqClient, inputs: Values, owners: Owners) -> Company:
    body, name = create_body(inputs), inputs["name"]
    refuse_taken(name, "company", _exactly(client))

    def ours(since: datetime) -> Company | None:
        found = [each for each in client.companies.named(name) if each.name == name]
        made = [each for each in found if was_made_since(each.created_at, since)]
        return claimed_or_none(
            owners, next((each for each in made if not differing(each.fields(), inputs)), None)
        )

    def post() -> Company:
        return claimed(owners, client.companies.create(body))

    return made_once(client, name, "company", post, ours)


def _adopted(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners, error: ConflictError
) -> Company:
    verdict = _judged(client, inputs, settings, owners)
    if verdict.company is None:
        msg = f"BIM 360: could not create company '{inputs['name']}': {verdict.words}."
        raise ConflictError(msg, status=error.status, words=error.words, request=error.request)
    client.transport.tell(f"BIM 360: {verdict.words}.", warning=verdict.unasked)
    return verdict.company


def _judged(client: HqClient, inputs: Values, settings: Settings, owners: Owners) -> Verdict:
    twins = client.companies.named(inputs["name"])
    for twin in twins:
        if owners.is_owned(twin.id) or owners.held(twin.id):
            words = f"another resource of this stack has company '{twin.name}' ({twin.id})"
            return Verdict(None, words)
        if owners.had(twin.id) is not None:
            return Verdict(twin, replacement_message("company", twin.id, inputs), unasked=True)
    return judge(twins, inputs, settings, client.transport.server_clock.began)


def _adjusted(client: HqClient, company: Company, inputs: Values) -> tuple[Company, set[str]]:
    """Give an adopted company the declared values; return what HQ would not take now."""
    wanted = differing(company.fields(), inputs)
    if not wanted:
        return company, set()
    try:
        body = {k: inputs[k] for k in wanted}
        changed = client.companies.update(company.id, body)
    except Bim360Error as error:
        words = f"{error} The company is adopted; the next `pulumi up` tries again."
        client.transport.tell(words, warning=True)
        return company, set(wanted)
    warn_of_company(client, body, changed)
    return changed, set()


def delete(client: HqClient, company_id: str, state: Values, owners: Owners | None = None) -> None:
    """Say that the company stays; nothing is sent.

    Args:
        client: The account that the company is in.
        company_id: Its id.
        state: The outputs of the last run.
        owners: Know which companies another resource has taken over in this run.
    """
    if owners and owners.was_taken(company_id):
        return
    words = f"company '{state.get('name')}' ({company_id}) stays in the account"
    client.transport.tell(f"BIM 360: {words}: HQ's API cannot delete companies.", warning=True)
