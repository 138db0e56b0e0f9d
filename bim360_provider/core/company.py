"""A company of an account: check, diff, create, read, update and delete."""

import difflib
from collections.abc import Callable
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
from bim360_provider.core.entity import Diff, Fields, Inputs, NameChange, ReadResult, State
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


FIELD_SPEC: Final = FieldSpec(PATCHABLE_FIELDS, CLEARABLE_FIELDS, PROVIDER_ONLY_FIELDS)


def diff_fields(live: Fields, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the given arguments that differ from HQ's values."""
    return tuple(
        k for k in PATCHABLE_FIELDS if k in inputs and not is_same_text(inputs[k], live.get(k))
    )


def warn_about_company(run: Run, sent: Fields, company: Company) -> None:
    """Warn if HQ's response has other values than the request."""
    label = f"company '{company.name}'"
    warn_about_response(run.warn, label, sent, company, lambda _name, *pair: is_same_text(*pair))


def build_create_body(inputs: Inputs) -> dict[str, Any]:
    """Return the body of a POST: the given arguments without empty texts."""
    return {name: inputs[name] for name in PATCHABLE_FIELDS if inputs.get(name, "") != ""}


RENAME_ADVICE: Final = "declare another name"


@dataclass(frozen=True)
class AdoptionDecision:
    """The company to adopt, or None, with the reason.

    Attributes:
        company: The company to adopt.
        reason: One sentence: why this company, or why none.
        is_implicit: ``adopt="never"`` is declared, so the adoption is a warning.
    """

    company: Company | None
    reason: str
    is_implicit: bool = False


def decide_adoption(
    candidates: list[Company], inputs: Inputs, settings: Settings, run_start: datetime
) -> AdoptionDecision:
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
    changed = diff_fields(candidate.get_fields(), inputs)
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
    """Warn about a trade that resembles one of HQ's; any is valid (docs/reference/company.md)."""
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
    replaces = find_scope_changes(state, inputs)
    changed = (*diff_fields(state, inputs), *replaces)
    names = NameChange.from_state("company", state, inputs, is_kept=not replaces)
    return Diff(changed, replaces, bool(state.get("unfinished")), name_change=names)


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
    company = read_or_none(
        run,
        "company",
        state,
        lambda is_new: read_cached(run.hq.companies, company_id, state, new_resource=is_new),
    )
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
    pending = [name for name in state.get("unfinished") or () if name in inputs]
    body = {
        name: inputs[name] for name in inputs if name in {*diff_fields(state, inputs), *pending}
    }
    parked: set[str] = set()
    try:
        company = _send_patch(run, company_id, state, body)
    except NotFoundError as error:
        raise add_refresh_hint(error) from None
    except NameParkedError:
        parked = {"name"}
        rest = {name: value for name, value in body.items() if name != "name"}
        company = _send_patch(run, company_id, state, rest)
    company = company or Company.model_validate({**state, "id": company_id})
    return FIELD_SPEC.build_outputs(company.get_fields(), state, inputs, parked)


def _send_patch(run: Run, company_id: str, state: State, body: Fields) -> Company | None:
    """Send a PATCH; after a lost response, a repeated rename conflicts with its own name."""
    if not body:
        return None
    exchange, is_new = NameExchange(run, "company"), may_return_404(run, state)

    def send(changes: Fields) -> Company:
        row = run.hq.companies.update(company_id, changes, new_resource=is_new)
        warn_about_company(run, changes, row)
        return row

    try:
        return patch_with_rename(exchange, company_id, body, send)
    except ConflictError as error:
        company = run.hq.companies.get(company_id)
        changes = {k: body[k] for k in diff_fields(company.get_fields(), Inputs(body))}
        if "name" in changes:
            return patch_after_wait(exchange, company_id, changes, send, error)
        return send(changes) if changes else company


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
    pending: set[str] = set()
    company, is_adopted = create_or_adopt(
        NameExchange(run, "company"),
        inputs["name"],
        lambda: _create_company(run, inputs),
        lambda error: _adopt_company(run, inputs, error),
    )
    if is_adopted:
        run.ownership.mark_adopted(company.id)
        company, pending = _apply_inputs(run, company, inputs)
    else:
        warn_about_company(run, build_create_body(inputs), company)
    run.ownership.mark_owned(company.id)
    return company.id, FIELD_SPEC.build_outputs(company.get_fields(), inputs, inputs, pending)


def _build_exact_search(run: Run) -> Callable[[str], list[Company]]:
    """Return a search for companies with exactly this name, as HQ's own 409 compares it."""
    return lambda name: [
        each for each in run.hq.companies.search_by_name(name) if each.name == name
    ]


def _create_company(run: Run, inputs: Inputs) -> Company:
    body, name = build_create_body(inputs), inputs["name"]
    refuse_used_name(name, "company", _build_exact_search(run))

    def find_created(since: datetime) -> Company | None:
        found = [each for each in run.hq.companies.search_by_name(name) if each.name == name]
        created = [each for each in found if was_created_since(each.created_at, since)]
        return claim_row_or_none(
            run.ownership,
            next((each for each in created if not diff_fields(each.get_fields(), inputs)), None),
        )

    def post() -> Company:
        return claim_row(run.ownership, run.hq.companies.create(body))

    return create_once(run, name, "company", post, find_created)


def _adopt_company(run: Run, inputs: Inputs, error: ConflictError) -> Company:
    decision = _evaluate_candidates(run, inputs)
    if decision.company is None:
        msg = f"BIM 360: could not create company '{inputs['name']}': {decision.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    notify = run.warn if decision.is_implicit else run.info
    notify(f"BIM 360: {decision.reason}.")
    return decision.company


def _evaluate_candidates(run: Run, inputs: Inputs) -> AdoptionDecision:
    candidates = run.hq.companies.search_by_name(inputs["name"])
    for candidate in candidates:
        if run.ownership.is_owned(candidate.id) or run.ownership.is_owned_elsewhere(candidate.id):
            message = (
                f"another resource of this stack has company '{candidate.name}' ({candidate.id})"
            )
            return AdoptionDecision(None, message)
        if run.ownership.find_previous_state(candidate.id) is not None:
            return AdoptionDecision(
                candidate,
                format_replacement_message("company", candidate.id, inputs),
                is_implicit=True,
            )
    return decide_adoption(candidates, inputs, run.settings, run.started_at)


def _apply_inputs(run: Run, company: Company, inputs: Inputs) -> tuple[Company, set[str]]:
    """Apply the declared values to an adopted company; return what could not be applied."""
    wanted = diff_fields(company.get_fields(), inputs)
    if not wanted:
        return company, set()
    try:
        body = {k: inputs[k] for k in wanted}
        changed = run.hq.companies.update(company.id, body)
    except Bim360Error as error:
        message = f"{error} The company is adopted; the next `pulumi up` tries again."
        run.warn(message)
        return company, set(wanted)
    warn_about_company(run, body, changed)
    return changed, set()


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
