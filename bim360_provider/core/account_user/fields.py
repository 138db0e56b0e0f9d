"""A user's fields between stack and HQ: when two values are the same, and what is sent."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from bim360_provider.core.arguments import is_unknown
from bim360_provider.core.shape import Shape, same_text
from bim360_provider.core.stored import warn_of_stored
from bim360_provider.hq import HqClient
from bim360_provider.models import AccountUser
from bim360_provider.models.account_user import (
    CLEARABLE,
    NEVER_SIGNED_IN,
    PATCHABLE,
    PROFILE,
    PROVIDER_ONLY,
)

__all__ = ["SHAPE", "create_body", "differing", "fields_of", "patch_body", "same", "warn_of_user"]

Values = Mapping[str, Any]

SHAPE: Final = Shape(("email", *PATCHABLE), CLEARABLE, PROVIDER_ONLY, PROFILE)


def same(name: str, declared: Any, live: Any) -> bool:
    """Return whether a declared value and HQ's mean the same."""
    if is_unknown(declared):
        return False
    if name == "status" and live in NEVER_SIGNED_IN:
        # The first sign-in makes a person active; until then nothing is left to do.
        return bool(declared == "active")
    if name in ("email", "company_id"):
        return bool((declared or "").casefold() == (live or "").casefold())
    return same_text(declared, live)


def differing(live: Values, inputs: Values) -> tuple[str, ...]:
    """Return the given arguments that HQ's PATCH takes and whose value HQ does not have.

    A person whom somebody deactivated counts as differing even where no status is
    declared: whom a stack declares is meant to be there.
    """
    changed = [k for k in PATCHABLE if k in inputs and not same(k, inputs[k], live.get(k))]
    if "status" not in inputs and live.get("status") == "inactive":
        changed.append("status")
    return tuple(changed)


def warn_of_user(client: HqClient, sent: Values, user: AccountUser) -> None:
    """Warn where HQ's response has other values than were sent."""
    warn_of_stored(client, f"user '{user.email}'", sent, user, same)


def create_body(inputs: Values) -> dict[str, Any]:
    """Return the body of a POST: what was given, without status and without empty texts."""
    names = ("email", "company_id", "default_role", *PROFILE)
    return {name: inputs[name] for name in names if inputs.get(name, "") != ""}


def patch_body(inputs: Values, wanted: Collection[str]) -> dict[str, Any]:
    """Return the body of a PATCH: the wanted fields; who is not declared inactive is active."""
    return {name: inputs.get(name, "active") for name in PATCHABLE if name in wanted}


def fields_of(user: AccountUser, known: Values) -> dict[str, Any]:
    """Return the fields that HQ filled, with what is known where an answer leaves the role out.

    Autodesk's pages have ``default_role`` in every answer, its OpenAPI file in none.
    """
    told = "default_role" in user.model_fields_set
    stand_in = (
        {} if told or not known.get("default_role") else {"default_role": known["default_role"]}
    )
    return {**stand_in, **user.fields()}
