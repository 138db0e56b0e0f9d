"""Diff: what would change, decided without asking HQ."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.account_user.fields import differing, same
from bim360_provider.core.arguments import is_unknown
from bim360_provider.core.entity import Difference
from bim360_provider.core.place import moved
from bim360_provider.core.shape import same_text
from bim360_provider.models.account_user import NEVER_SIGNED_IN, PROFILE

__all__ = ["diff"]

Values = Mapping[str, Any]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Another e-mail is another person. A profile field that was sent once and reads
    otherwise now is an update that sends nothing, and says so.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    if state.get("email") and not same("email", inputs.get("email"), state["email"]):
        replaces = ("email", *replaces)
    changed = differing(state, inputs)
    late = _late(state, inputs)
    if inputs.get("on_destroy") != state.get("on_destroy"):
        changed = (*changed, "on_destroy")
    warnings = () if replaces else _warnings(state, inputs, late)
    unfinished = bool(state.get("unfinished"))
    return Difference((*changed, *late, *replaces), replaces, unfinished, warnings)


def _late(state: Values, inputs: Values) -> tuple[str, ...]:
    return tuple(k for k in PROFILE if k in inputs and not same_text(inputs[k], state.get(k)))


def _warnings(state: Values, inputs: Values, late: tuple[str, ...]) -> tuple[str, ...]:
    who = f"BIM 360: user '{state.get('email')}'"
    told = []
    names = ", ".join(name for name in late if not is_unknown(inputs[name]))
    if names:
        told.append(
            f"{who}: {names} cannot be changed: the profile is the person's own once they are "
            "in the account. Nothing of it is sent."
        )
    if inputs.get("status") == "inactive" and state.get("status") in NEVER_SIGNED_IN:
        told.append(
            f"{who} has never signed in ({state['status']}), so HQ cannot make them inactive; "
            "every `pulumi up` tries again."
        )
    return tuple(told)
