"""A company of an account: check, diff, create, read, update and delete."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    create_once,
    is_recent_leftover,
    refuse_used_name,
    was_created_since,
)
from bim360_provider.core.entity import Diff, NameChange, ReadResult
from bim360_provider.core.field_spec import FieldSpec, is_same_text
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.core.names.waiting import (
    NameParkedError,
    create_or_adopt,
    patch_after_wait,
    patch_with_rename,
)
from bim360_provider.core.not_found import (
    add_refresh_hint,
    may_return_404,
    read_cached,
    read_or_none,
)
from bim360_provider.core.replacements import format_replacement_message
from bim360_provider.core.run import Run, claim_row, claim_row_or_none
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
    is_create,
)
from bim360_provider.core.validation import (
    Problem,
    is_unknown,
    validate_arguments,
    warn_about_response,
)
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
from bim360_provider.models import Company, CompanyArguments, display
from bim360_provider.models.company import CLEARABLE_FIELDS, PATCHABLE_FIELDS, PROVIDER_ONLY_FIELDS
from bim360_provider.models.enums import TRADES

__all__ = [
    "FIELD_SPEC",
    "AdoptionDecision",
    "build_create_body",
    "check",
    "create",
    "decide_adoption",
    "delete",
    "diff",
    "diff_fields",
    "read",
    "update",
    "warn_about_company",
]

Values = Mapping[str, Any]

FIELD_SPEC: Final = FieldSpec(PATCHABLE_FIELDS, CLEARABLE_FIELDS, PROVIDER_ONLY_FIELDS)


def diff_fields(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments whose value HQ does not have."""
    return tuple(
        k for k in PATCHABLE_FIELDS if k in inputs and not is_same_text(inputs[k], live.get(k))
    )


def warn_about_company(run: Run, sent: Values, company: Company) -> None:
    """Warn where HQ's response has other values than were sent."""
    called = f"company '{company.name}'"
    warn_about_response(run.warn, called, sent, company, lambda _name, *pair: is_same_text(*pair))


def build_create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without empty texts."""
    return {name: inputs[name] for name in PATCHABLE_FIELDS if inputs.get(name, "") != ""}


RENAME_ADVICE: Final = "declare another name"


@dataclass(frozen=True)
class AdoptionDecision:
    """Which company to adopt and why, or why none: a sentence in either case.

    Attributes:
        company: The one to adopt.
        words: Why, or why not.
        unasked: ``adopt="never"`` was declared, so people are warned of it.
    """

    company: Company | None
    reason: str
    is_implicit: bool = False


def decide_adoption(
    twins: list[Company], inputs: Values, settings: Settings, began: datetime
) -> AdoptionDecision:
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
        return AdoptionDecision(None, _explain_ambiguity(name, exact or twins))
    twin = exact[0]
    changed = diff_fields(twin.get_fields(), inputs)
    if inputs.get("adopt", "any") == "any":
        words = f"company '{name}' ({twin.id}) was there already and is taken over"
        return AdoptionDecision(twin, f"{words}; changed: {', '.join(changed) or 'nothing'}")
    if is_recent_leftover(twin.created_at, settings, began) and not changed:
        words = f"company '{name}' ({twin.id}) is what an interrupted run left behind"
        return AdoptionDecision(
            twin, f"{words}; it is adopted. {SHARED_OWNERSHIP_RISK}", is_implicit=True
        )
    words = f"company '{name}' exists already ({twin.id}), and adopt='never' leaves it alone"
    return AdoptionDecision(None, f"{words}; leave adopt out to take it over, or {RENAME_ADVICE}")


def _explain_ambiguity(name: str, twins: list[Company]) -> str:
    """Say why none of the companies is the one."""
    if not twins:
        return f"the name '{name}' is taken, yet no such company is to be seen; try again later"
    if len(twins) == 1 and twins[0].name != name:
        return (
            f"HQ takes it for the same name as that of company '{twins[0].name}' "
            f"({twins[0].id}); write the name as it is there, or {RENAME_ADVICE}"
        )
    ids = ", ".join(twin.id for twin in twins)
    return (
        f"several companies have that name ({ids}); rename all but one of them in Account Admin, "
        f"or {RENAME_ADVICE}"
    )


MIN_SIMILARITY: Final = 0.85
"""How alike a trade of HQ's list must be to be taken for what was meant: a slip of the finger."""


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    What HQ requires of a new company may be missing from one that exists.

    Args:
        old: The arguments of the last run; empty when the company is new.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = add_account_scope(new, settings)
    is_new = is_create(old, given)
    inputs, problems = validate_arguments(CompanyArguments, given, check_required=is_new)
    told = {problem.argument for problem in problems}
    if "trade" not in told and inputs.get("trade") != old.get("trade"):
        problems += _check_trade(inputs.get("trade"), settings)
    return inputs, problems + check_account_scope(given)


def _check_trade(trade: object, settings: Settings) -> list[Problem]:
    """Warn of a trade that is nearly one of HQ's (docs/reference/company.md)."""
    if (
        not isinstance(trade, str)
        or is_unknown(trade)
        or trade in TRADES
        or display.has_secret(trade)
    ):
        return []
    folded = {each.casefold(): each for each in TRADES}
    near = difflib.get_close_matches(trade.casefold(), folded, n=1, cutoff=MIN_SIMILARITY)
    if not near or settings.unknown_values:
        return []
    meant = folded[near[0]]
    words = f"'{trade}' is sent as it is, but HQ's own list has '{meant}'; is that what you mean?"
    return [Problem("trade", words, warning=True)]


def diff(state: Values, inputs: Values) -> Diff:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = find_scope_changes(state, inputs)
    changed = (*diff_fields(state, inputs), *replaces)
    names = NameChange.from_state("company", state, inputs, is_kept=not replaces)
    return Diff(changed, replaces, bool(state.get("unfinished")), name_change=names)


def read(run: Run, company_id: str, state: Values) -> ReadResult | None:
    """Return the company as HQ has it, or None if it is gone.

    Args:
        run: The account, and what this run knows.
        company_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    company = read_or_none(
        run,
        "company",
        state,
        lambda young: read_cached(run.hq.companies, company_id, state, new_resource=young),
    )
    if company is None:
        return None
    return FIELD_SPEC.build_read_result(
        company_id, company.get_fields(), {**run.account_scope, **state}, state
    )


def update(run: Run, company_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        NotFoundError: The company is gone; a refresh finds that out.
        HqError: HQ refused a value, such as the name of another company.
        UnansweredError: No answer came.
    """
    left = [name for name in state.get("unfinished") or () if name in inputs]
    body = {name: inputs[name] for name in inputs if name in {*diff_fields(state, inputs), *left}}
    waits: set[str] = set()
    try:
        company = _send_patch(run, company_id, state, body)
    except NotFoundError as error:
        raise add_refresh_hint(error) from None
    except NameParkedError:
        waits = {"name"}
        rest = {name: value for name, value in body.items() if name != "name"}
        company = _send_patch(run, company_id, state, rest)
    company = company or Company.model_validate({**state, "id": company_id})
    return FIELD_SPEC.build_outputs(company.get_fields(), state, inputs, waits)


def _send_patch(run: Run, company_id: str, state: Values, body: Values) -> Company | None:
    """Send a PATCH; a rename whose answer was lost meets its own name when it is sent again."""
    if not body:
        return None
    room, young = NameExchange(run, "company"), may_return_404(run, state)

    def send(changes: Values) -> Company:
        row = run.hq.companies.update(company_id, changes, new_resource=young)
        warn_about_company(run, changes, row)
        return row

    try:
        return patch_with_rename(room, company_id, body, send)
    except ConflictError as error:
        company = run.hq.companies.get(company_id)
        changes = {k: body[k] for k in diff_fields(company.get_fields(), body)}
        if "name" in changes:
            return patch_after_wait(room, company_id, changes, send, error)
        return send(changes) if changes else company


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Create a company, or adopt the one that has its name.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The company's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The name is taken, and none of that name may be adopted.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    run.server_now()  # fetches the token, and with it HQ's time, before anything is made
    left: set[str] = set()
    company, is_adopted = create_or_adopt(
        NameExchange(run, "company"),
        inputs["name"],
        lambda: _create_company(run, inputs),
        lambda error: _adopt_company(run, inputs, error),
    )
    if is_adopted:
        run.ownership.mark_adopted(company.id)
        company, left = _apply_inputs(run, company, inputs)
    else:
        warn_about_company(run, build_create_body(inputs), company)
    run.ownership.mark_owned(company.id)
    return company.id, FIELD_SPEC.build_outputs(company.get_fields(), inputs, inputs, left)


def _build_exact_search(run: Run) -> Callable[[str], list[Company]]:
    """Return what finds the companies of a name in the same case, as HQ's own 409 does."""
    return lambda name: [
        each for each in run.hq.companies.search_by_name(name) if each.name == name
    ]


def _create_company(run: Run, inputs: Values) -> Company:
    body, name = build_create_body(inputs), inputs["name"]
    refuse_used_name(name, "company", _build_exact_search(run))

    def ours(since: datetime) -> Company | None:
        found = [each for each in run.hq.companies.search_by_name(name) if each.name == name]
        made = [each for each in found if was_created_since(each.created_at, since)]
        return claim_row_or_none(
            run.ownership,
            next((each for each in made if not diff_fields(each.get_fields(), inputs)), None),
        )

    def post() -> Company:
        return claim_row(run.ownership, run.hq.companies.create(body))

    return create_once(run, name, "company", post, ours)


def _adopt_company(run: Run, inputs: Values, error: ConflictError) -> Company:
    verdict = _evaluate_candidates(run, inputs)
    if verdict.company is None:
        msg = f"BIM 360: could not create company '{inputs['name']}': {verdict.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    notify = run.warn if verdict.is_implicit else run.info
    notify(f"BIM 360: {verdict.reason}.")
    return verdict.company


def _evaluate_candidates(run: Run, inputs: Values) -> AdoptionDecision:
    twins = run.hq.companies.search_by_name(inputs["name"])
    for twin in twins:
        if run.ownership.is_owned(twin.id) or run.ownership.is_owned_elsewhere(twin.id):
            words = f"another resource of this stack has company '{twin.name}' ({twin.id})"
            return AdoptionDecision(None, words)
        if run.ownership.find_previous_state(twin.id) is not None:
            return AdoptionDecision(
                twin, format_replacement_message("company", twin.id, inputs), is_implicit=True
            )
    return decide_adoption(twins, inputs, run.settings, run.started_at)


def _apply_inputs(run: Run, company: Company, inputs: Values) -> tuple[Company, set[str]]:
    """Give an adopted company the declared values; return what HQ would not take now."""
    wanted = diff_fields(company.get_fields(), inputs)
    if not wanted:
        return company, set()
    try:
        body = {k: inputs[k] for k in wanted}
        changed = run.hq.companies.update(company.id, body)
    except Bim360Error as error:
        words = f"{error} The company is adopted; the next `pulumi up` tries again."
        run.warn(words)
        return company, set(wanted)
    warn_about_company(run, body, changed)
    return changed, set()


def delete(run: Run, company_id: str, state: Values) -> None:
    """Say that the company stays; nothing is sent.

    Args:
        run: The account, and what this run knows.
        company_id: Its id.
        state: The outputs of the last run.
    """
    if run.ownership.was_adopted(company_id):
        return
    words = f"company '{state.get('name')}' ({company_id}) stays in the account"
    run.warn(f"BIM 360: {words}: HQ's API cannot delete companies.")
