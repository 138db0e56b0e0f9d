"""People of an account as declarations: who they work for, and no word of their profile."""

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
    place: Values,
    settings: Settings,
    companies: Mapping[str, Reference],
) -> Declaration | str:
    """Return the declaration that changes nothing about a person, or why there can be none.

    Args:
        live: The person.
        name: Pulumi's name for them.
        place: The account and the region.
        settings: Go into the check.
        companies: What to write for the companies that are declared too, by their ids.
    """
    fields = live.get_fields()
    usual = () if live.status == "inactive" else ("status",)
    wanted = [k for k in DECLARABLE_ARGUMENTS if k not in usual and fields.get(k, "") != ""]
    given = FIELD_SPEC.derive_inputs(fields, place, wanted)

    def build_state(inputs: Inputs) -> State:
        return State({**FIELD_SPEC.build_outputs(fields, place, inputs), "adopted": True})

    known = select_accepted_inputs(account_user, given, build_state, settings)
    if "email" not in known.inputs:
        return f"user {live.id} is left as it is: {_find_email_refusal(known.notes)}"
    arguments: dict[str, Any] = {
        k: known.inputs[k] for k in DECLARABLE_ARGUMENTS if k in known.inputs
    }
    if arguments.get("company_id") in companies:
        arguments["company_id"] = companies[arguments["company_id"]]
    return Declaration(
        resource=Bim360AccountUser,
        name=name,
        id=live.id,
        arguments=arguments,
        inputs=known.inputs,
        outputs=known.outputs,
        notes=known.notes,
    )


def _find_email_refusal(notes: Sequence[str]) -> str:
    """Return why there is no e-mail to declare."""
    left = "email is left as it is, "
    refusals = (each.replace(left, "email ", 1) for each in notes if each.startswith(left))
    return next(refusals, "it has no e-mail").removesuffix(".")
