"""Check and diff of an account user; no network."""

from dataclasses import replace
from typing import Any, Final

from bim360_provider.core.entity import Diff, Fields, Inputs, State
from bim360_provider.core.field_spec import STATUS_RULE, FieldRule, FieldSpec, is_same_id
from bim360_provider.core.settings import Settings, add_account_scope, check_account_scope
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.models import AccountUser, AccountUserArguments
from bim360_provider.models.enums import UNCONFIRMED_STATUSES

__all__ = ["FIELD_SPEC", "build_fields", "check", "diff", "find_profile_changes"]

ID_RULE: Final = FieldRule(is_same_id, decode=str.lower)

FIELD_SPEC: Final = FieldSpec(
    AccountUserArguments,
    AccountUser,
    rules={"email": ID_RULE, "company_id": ID_RULE, "status": STATUS_RULE},
    removed_status="inactive",
)


def build_fields(user: AccountUser, known: Fields) -> dict[str, Any]:
    """Return the fields that HQ has filled, with the known role if a response leaves it out.

    Autodesk's pages have ``default_role`` in every response, its OpenAPI file in none.
    """
    role = known.get("default_role")
    is_missing = role and "default_role" not in user.model_fields_set
    return {**({"default_role": role} if is_missing else {}), **user.get_fields()}


def check(_old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        _old: The arguments of the last run; every rule holds for old and new users alike.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(AccountUserArguments, given)
    return Inputs(inputs), problems + check_account_scope(given)


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Another e-mail replaces the user. A changed profile field is an update that sends nothing
    and warns.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    found = FIELD_SPEC.diff(state, inputs)
    late = find_profile_changes(state, inputs)
    warnings = () if found.replaces else _build_warnings(state, inputs, late)
    return replace(found, changed_arguments=(*found.changed_arguments, *late), warnings=warnings)


def find_profile_changes(live: Fields, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the given profile fields that differ from HQ's values."""
    return tuple(
        name
        for name in FIELD_SPEC.create_only_fields
        if name in inputs and not FIELD_SPEC.is_same_value(name, inputs[name], live.get(name))
    )


def _build_warnings(state: State, inputs: Inputs, late: tuple[str, ...]) -> tuple[str, ...]:
    who = f"BIM 360: user '{state.get('email')}'"
    warnings = []
    names = ", ".join(name for name in late if not is_unknown(inputs[name]))
    if names:
        warnings.append(
            f"{who}: {names} cannot be changed: the profile is the person's own once they are "
            "in the account. Nothing of it is sent."
        )
    if inputs.get("status") == "inactive" and state.get("status") in UNCONFIRMED_STATUSES:
        warnings.append(
            f"{who} has never signed in ({state['status']}), so HQ cannot make them inactive; "
            "every `pulumi up` tries again."
        )
    return tuple(warnings)
