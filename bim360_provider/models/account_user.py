"""A user of an account: what a stack may say about a person, and what HQ says of them."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize, user_ref
from bim360_provider.models.base import Answered, Written

__all__ = [
    "CLEARABLE",
    "NEVER_SIGNED_IN",
    "PATCHABLE",
    "PROFILE",
    "PROVIDER_ONLY",
    "AccountUser",
    "AccountUserArguments",
]

NEVER_SIGNED_IN: Final = frozenset({"pending", "not_invited"})
"""HQ takes no change of such a person's status:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

Line: TypeAlias = Annotated[str, BeforeValidator(normalize.text(255))]
Status: TypeAlias = Annotated[str, BeforeValidator(normalize.one_of(("active", "inactive")))]
Destroy: TypeAlias = Annotated[str, BeforeValidator(normalize.one_of(("deactivate", "retain")))]


def _clearable_id(value: object) -> str:
    return "" if value == "" else normalize.identifier(value)


class AccountUserArguments(Written):
    """What a stack may say about a person, under HQ's own field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/ .
    """

    email: Annotated[str, BeforeValidator(user_ref.email)]
    company_id: Annotated[str, BeforeValidator(_clearable_id)] | None = None
    default_role: Line | None = None
    status: Status | None = None
    nickname: Line | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    image_url: Line | None = None
    address_line_1: Line | None = None
    address_line_2: Line | None = None
    city: Line | None = None
    state_or_province: Line | None = None
    postal_code: Line | None = None
    country: Line | None = None
    phone: Line | None = None
    company: Line | None = None
    job_title: Line | None = None
    industry: Line | None = None
    about_me: Line | None = None
    on_destroy: Destroy | None = None
    account_id: Annotated[str, BeforeValidator(normalize.identifier)] | None = None
    region: Annotated[str, BeforeValidator(normalize.one_of(enums.REGIONS))] | None = None


PATCHABLE: Final = ("company_id", "default_role", "status")
"""All that HQ's PATCH takes:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

CLEARABLE: Final = frozenset({"company_id", "default_role"})
"""Optional fields that ``""`` clears."""

PROVIDER_ONLY: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never part of a user's body."""

PROFILE: Final = tuple(
    field
    for field in AccountUserArguments.model_fields
    if field not in ("email", *PATCHABLE, *PROVIDER_ONLY)
)
"""Sent once, when a person is added; from then on the person's own Autodesk profile says it."""


class AccountUser(Answered):
    """A person as HQ answers them; all but the id may be null, unknown fields are ignored."""

    id: str
    account_id: str | None = None
    email: str | None = None
    name: str | None = None
    role: str | None = None
    status: str | None = None
    uid: str | None = None
    company_id: str | None = None
    company_name: str | None = None
    default_role: str | None = None
    default_role_id: str | None = None
    nickname: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    image_url: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    company: str | None = None
    job_title: str | None = None
    industry: str | None = None
    about_me: str | None = None
    last_sign_in: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def fields(self) -> dict[str, Any]:
        """Return the fields that HQ filled."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
