"""Declare account users with their company and role, but without their profile."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bim360_provider.core import account_user
from bim360_provider.core.account_user.rules import FIELD_SPEC
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, select_accepted_inputs
from bim360_provider.models import AccountUser
from bim360_provider.resources import Bim360AccountUser

__all__ = ["declare_user"]

Values = Mapping[str, Any]

DECLARABLE_ARGUMENTS: Final = ("email", "company_id", "default_role", "status")


def declare_user(
    live: AccountUser,
    name: str,
    account_scope: Values,
    settings: Settings,
    companies: Mapping[str, Reference],
) -> Declaration | str:
    """Return a declaration that does not change a user, or the reason why there is none.

    Args:
        live: The user at HQ.
        name: The Pulumi resource name.
        account_scope: The account and the region.
        settings: The settings for the check.
        companies: References to declared companies, by id.
    """
    fields = live.get_fields()
    default_fields = () if live.status == "inactive" else ("status",)
    names = [
        key
        for key in DECLARABLE_ARGUMENTS
        if key not in default_fields and fields.get(key, "") != ""
    ]
    candidate = FIELD_SPEC.derive_inputs(fields, account_scope, names)

    def build_state(inputs: Inputs) -> State:
        return State({**FIELD_SPEC.build_outputs(fields, account_scope, inputs), "adopted": True})

    accepted = select_accepted_inputs(account_user, candidate, build_state, settings)
    if "email" not in accepted.inputs:
        return f"user {live.id} is left as it is: {_find_email_refusal(accepted.notes)}"
    arguments: dict[str, Any] = {
        key: accepted.inputs[key] for key in DECLARABLE_ARGUMENTS if key in accepted.inputs
    }
    if arguments.get("company_id") in companies:
        arguments["company_id"] = companies[arguments["company_id"]]
    return Declaration(
        resource=Bim360AccountUser,
        name=name,
        id=live.id,
        arguments=arguments,
        inputs=accepted.inputs,
        outputs=accepted.outputs,
        notes=accepted.notes,
    )


def _find_email_refusal(notes: Sequence[str]) -> str:
    """Return why the e-mail cannot be declared."""
    prefix = "email is left as it is, "
    refusals = (each.replace(prefix, "email ", 1) for each in notes if each.startswith(prefix))
    return next(refusals, "it has no e-mail").removesuffix(".")
