"""A company of an account: check, diff, create, read, update and delete."""

import difflib
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    AdoptionDecision,
    adopt_or_refuse,
    create_row,
    decide_by_ownership,
    is_recent_leftover,
    refuse_used_name,
    try_patch,
    was_created_since,
)
from bim360_provider.core.entity import Diff, Fields, Inputs, NameChange, ReadResult, State
from bim360_provider.core.field_spec import FieldSpec
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.core.names.waiting import (
    create_or_adopt,
    patch_after_wait,
    patch_unparked_fields,
    patch_with_rename,
)
from bim360_provider.core.not_found import may_return_404, read_row, suggest_refresh
from bim360_provider.core.run import Run
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    is_create,
)
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.errors import ConflictError
from bim360_provider.models import Company, CompanyArguments, display
from bim360_provider.models.enums import TRADES

__all__ = [
    "FIELD_SPEC",
    "check",
    "create",
    "decide_adoption",
    "delete",
    "diff",
    "read",
    "update",
]


FIELD_SPEC: Final = FieldSpec(CompanyArguments, Company)

RENAME_ADVICE: Final = "declare another name"


def decide_adoption(
    candidates: list[Company], inputs: Inputs, settings: Settings, run_start: datetime
) -> AdoptionDecision[Company]:
    """Decide which existing company with the declared name to adopt.

    Args:
        candidates: All companies with that name in any case.
        inputs: The normalized arguments.
        settings: Which leftovers of interrupted runs may be adopted.
        run_start: HQ's time at which this run began.
    """
    name = inputs["name"]
    exact = [candidate for candidate in candidates if candidate.name == name]
    if len(exact) != 1:
        return AdoptionDecision(None, _explain_ambiguity(name, exact or candidates))
    candidate = exact[0]
    changed = FIELD_SPEC.diff_fields(candidate.get_fields(), inputs)
    if inputs.get("adopt", "any") == "any":
        message = f"company '{name}' ({candidate.id}) existed and is adopted"
        return AdoptionDecision(candidate, f"{message}; changed: {', '.join(changed) or 'nothing'}")
    if is_recent_leftover(candidate.created_at, settings, run_start) and not changed:
        message = f"company '{name}' ({candidate.id}) is a leftover of an interrupted run"
        return AdoptionDecision(
            candidate, f"{message} and is adopted. {SHARED_OWNERSHIP_RISK}", is_implicit=True
        )
    message = f"company '{name}' exists already ({candidate.id}), and adopt='never' leaves it alone"
    return AdoptionDecision(None, f"{message}; leave adopt out to adopt it, or {RENAME_ADVICE}")


def _explain_ambiguity(name: str, candidates: list[Company]) -> str:
    """Return why none of the companies can be adopted."""
    if not candidates:
        return f"the name '{name}' is in use, but HQ lists no such company; try again later"
    if len(candidates) == 1 and candidates[0].name != name:
        return (
            f"HQ treats it as the name of company '{candidates[0].name}' "
            f"({candidates[0].id}); write the name as it is there, or {RENAME_ADVICE}"
        )
    ids = ", ".join(candidate.id for candidate in candidates)
    return (
        f"several companies have that name ({ids}); rename all but one of them in Account Admin, "
        f"or {RENAME_ADVICE}"
    )


MIN_SIMILARITY: Final = 0.85
"""The similarity from which a trade of HQ's list is suggested: a typing error."""


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Arguments that HQ requires for a new company are optional for an existing one.

    Args:
        old: The arguments of the last run; empty when the company is new.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    given = add_account_scope(new, settings)
    is_new = is_create(old, given)
    inputs, problems = validate_arguments(CompanyArguments, given, check_required=is_new)
    invalid = {problem.argument for problem in problems}
    if "trade" not in invalid and inputs.get("trade") != old.get("trade"):
        problems += _check_trade(inputs.get("trade"), settings)
    return Inputs(inputs), problems + check_account_scope(given)


def _check_trade(trade: object, settings: Settings) -> list[Problem]:
    """Warn about a trade that resembles one of HQ's; HQ accepts any text."""
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
    suggestion = folded[near[0]]
    message = (
        f"'{trade}' is sent as it is, but HQ's own list has '{suggestion}'; is that what you mean?"
    )
    return [Problem("trade", message, warning=True)]


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    found = FIELD_SPEC.diff(state, inputs)
    names = NameChange.from_state("company", state, inputs, is_kept=not found.replaces)
    return replace(found, name_change=names)


def read(run: Run, company_id: str, state: State) -> ReadResult | None:
    """Return the company as HQ has it, or None if it no longer exists.

    Args:
        run: The engine run.
        company_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    company = read_row(run, "company", run.hq.companies, company_id, state)
    if company is None:
        return None
    return FIELD_SPEC.build_read_result(
        company_id, company.get_fields(), {**run.account_scope, **state}, state
    )


def update(run: Run, company_id: str, state: State, inputs: Inputs) -> State:
    """Apply the arguments that differ and those that an earlier run left; return the outputs.

    Raises:
        NotFoundError: The company no longer exists; a refresh removes it from the state.
        HqError: HQ refused a value, such as the name of another company.
        UnansweredError: HQ sent no response.
    """
    body = FIELD_SPEC.build_patch_body(state, inputs, FIELD_SPEC.find_wanted_fields(state, inputs))
    with suggest_refresh():
        company, parked = patch_unparked_fields(
            body, lambda changes: _send_patch(run, company_id, state, changes)
        )
    company = company or Company.model_validate({**state, "id": company_id})
    return FIELD_SPEC.build_outputs(company.get_fields(), state, inputs, parked)


def _send_patch(run: Run, company_id: str, state: State, body: Fields) -> Company | None:
    """Send a PATCH; after a lost response, a repeated rename conflicts with its own name."""
    if not body:
        return None
    exchange, is_new = NameExchange(run, "company"), may_return_404(run, state)

    def send(changes: Fields) -> Company:
        row = run.hq.companies.update(company_id, changes, new_resource=is_new)
        return _check_response(run, changes, row)

    try:
        return patch_with_rename(exchange, company_id, body, send)
    except ConflictError as error:
        company = run.hq.companies.get(company_id)
        changed = FIELD_SPEC.diff_fields(company.get_fields(), Inputs(body))
        changes = {name: body[name] for name in changed}
        if "name" in changes:
            return patch_after_wait(exchange, company_id, changes, send, error)
        return send(changes) if changes else company


def _check_response(run: Run, sent: Fields, company: Company) -> Company:
    """Return HQ's response; warn if it has other values than the request."""
    FIELD_SPEC.warn_about_response(run.warn, f"company '{company.name}'", sent, company)
    return company


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Create a company, or adopt the existing one with its name.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The company's id and the outputs. Once the id is known, nothing is
        raised: the output ``unfinished`` lists what could not be applied.

    Raises:
        ConflictError: The name is in use by a company that may not be adopted.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    run.server_now()  # fetches a token and HQ's time before anything is created
    company, is_adopted = create_or_adopt(
        NameExchange(run, "company"),
        inputs["name"],
        lambda: _create_company(run, inputs),
        lambda error: _adopt_company(run, inputs, error),
    )
    pending: set[str] = set()
    if is_adopted:
        run.ownership.mark_adopted(company.id)
        company, pending = _apply_inputs(run, company, inputs)
    run.ownership.mark_owned(company.id)
    return company.id, FIELD_SPEC.build_outputs(company.get_fields(), inputs, inputs, pending)


def _create_company(run: Run, inputs: Inputs) -> Company:
    body, name = FIELD_SPEC.build_create_body(inputs), inputs["name"]

    def find_by_name(name: str) -> list[Company]:
        """Return the companies with exactly this name, as HQ's own 409 compares it."""
        return [each for each in run.hq.companies.search_by_name(name) if each.name == name]

    def find_created(since: datetime) -> Company | None:
        created = (each for each in find_by_name(name) if was_created_since(each.created_at, since))
        same = (each for each in created if not FIELD_SPEC.diff_fields(each.get_fields(), inputs))
        return next(same, None)

    refuse_used_name(name, "company", find_by_name)
    post = partial(run.hq.companies.create, body)
    return _check_response(run, body, create_row(run, name, "company", post, find_created))


def _adopt_company(run: Run, inputs: Inputs, error: ConflictError) -> Company:
    name = inputs["name"]
    candidates = run.hq.companies.search_by_name(name)
    decision = decide_by_ownership(run, "company", "company", candidates, inputs)
    if decision is None:
        decision = decide_adoption(candidates, inputs, run.settings, run.started_at)
    failure = f"BIM 360: could not create company '{name}':"
    return adopt_or_refuse(run, failure, decision, error)


def _apply_inputs(run: Run, company: Company, inputs: Inputs) -> tuple[Company, set[str]]:
    """Apply the declared values to an adopted company; return what could not be applied."""
    wanted = FIELD_SPEC.diff_fields(company.get_fields(), inputs)
    if not wanted:
        return company, set()
    body = FIELD_SPEC.build_patch_body({}, inputs, wanted)

    def send() -> Company:
        return _check_response(run, body, run.hq.companies.update(company.id, body))

    changed, pending = try_patch(run, wanted, "The company is adopted", send)
    return changed or company, pending


def delete(run: Run, company_id: str, state: State) -> None:
    """Warn that the company is kept; send nothing.

    Args:
        run: The engine run.
        company_id: Its id.
        state: The outputs of the last run.
    """
    if run.ownership.was_adopted(company_id):
        return
    message = f"company '{state.get('name')}' ({company_id}) stays in the account"
    run.warn(f"BIM 360: {message}: HQ's API cannot delete companies.")
