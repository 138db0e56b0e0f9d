"""Check and diff of an account user; no network."""

from collections.abc import Collection
from typing import Any, Final

from bim360_provider.core.entity import Diff, Fields, Inputs, State
from bim360_provider.core.field_spec import FieldSpec, is_same_text
from bim360_provider.core.run import Run
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import (
    Problem,
    is_unknown,
    validate_arguments,
    warn_about_response,
)
from bim360_provider.models import AccountUser, AccountUserArguments
from bim360_provider.models.account_user import (
    CLEARABLE_FIELDS,
    PATCHABLE_FIELDS,
    PROFILE_FIELDS,
    PROVIDER_ONLY_FIELDS,
    UNCONFIRMED_STATUSES,
)

__all__ = [
    "FIELD_SPEC",
    "build_create_body",
    "build_fields",
    "build_patch_body",
    "check",
    "diff",
    "diff_fields",
    "is_same_value",
    "warn_about_user",
]


FIELD_SPEC: Final = FieldSpec(
    ("email", *PATCHABLE_FIELDS), CLEARABLE_FIELDS, PROVIDER_ONLY_FIELDS, PROFILE_FIELDS
)


def is_same_value(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "status" and live in UNCONFIRMED_STATUSES:
        # The first sign-in activates a user; until then nothing is left to do.
        return bool(declared == "active")
    if name in ("email", "company_id"):
        return bool((declared or "").casefold() == (live or "").casefold())
    return is_same_text(declared, live)


def diff_fields(live: Fields, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the given arguments that differ from HQ's values and can be patched.

    An inactive user differs even if no status is declared: a declared user should be active.
    """
    changed = [
        k for k in PATCHABLE_FIELDS if k in inputs and not is_same_value(k, inputs[k], live.get(k))
    ]
    if "status" not in inputs and live.get("status") == "inactive":
        changed.append("status")
    return tuple(changed)


def warn_about_user(run: Run, sent: Fields, user: AccountUser) -> None:
    """Warn if HQ's response has other values than the request."""
    warn_about_response(run.warn, f"user '{user.email}'", sent, user, is_same_value)


def build_create_body(inputs: Inputs) -> dict[str, Any]:
    """Return the body of a POST: the given arguments without status and empty texts."""
    names = ("email", "company_id", "default_role", *PROFILE_FIELDS)
    return {name: inputs[name] for name in names if inputs.get(name, "") != ""}


def build_patch_body(inputs: Inputs, wanted: Collection[str]) -> dict[str, Any]:
    """Return the body of a PATCH with the wanted fields; the status defaults to active."""
    return {name: inputs.get(name, "active") for name in PATCHABLE_FIELDS if name in wanted}


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
    replaces = find_scope_changes(state, inputs)
    if state.get("email") and not is_same_value("email", inputs.get("email"), state["email"]):
        replaces = ("email", *replaces)
    changed = diff_fields(state, inputs)
    late = _find_late_changes(state, inputs)
    if inputs.get("on_destroy") != state.get("on_destroy"):
        changed = (*changed, "on_destroy")
    warnings = () if replaces else _build_warnings(state, inputs, late)
    unfinished = bool(state.get("unfinished"))
    return Diff((*changed, *late, *replaces), replaces, unfinished, warnings)


def _find_late_changes(state: State, inputs: Inputs) -> tuple[str, ...]:
    return tuple(
        k for k in PROFILE_FIELDS if k in inputs and not is_same_text(inputs[k], state.get(k))
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
