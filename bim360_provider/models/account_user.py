"""A user of an account: what a stack may say about a person, and what HQ says of them."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize, user_ref
from bim360_provider.models.base import InputModel, ResponseModel

__all__ = [
    "CLEARABLE_FIELDS",
    "PATCHABLE_FIELDS",
    "PROFILE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "UNCONFIRMED_STATUSES",
    "AccountUser",
    "AccountUserArguments",
]

UNCONFIRMED_STATUSES: Final = frozenset({"pending", "not_invited"})
"""HQ takes no change of such a person's status:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

ShortText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(255))]
Status: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("active", "inactive")))
]
DestroyPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("deactivate", "retain")))
]


def _parse_clearable_id(value: object) -> str:
    return "" if value == "" else normalize.parse_id(value)


class AccountUserArguments(InputModel):
    """What a stack may say about a person, under HQ's own field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/ .
    """

    email: Annotated[str, BeforeValidator(user_ref.parse_email)]
    company_id: Annotated[str, BeforeValidator(_parse_clearable_id)] | None = None
    default_role: ShortText | None = None
    status: Status | None = None
    nickname: ShortText | None = None
    first_name: ShortText | None = None
    last_name: ShortText | None = None
    image_url: ShortText | None = None
    address_line_1: ShortText | None = None
    address_line_2: ShortText | None = None
    city: ShortText | None = None
    state_or_province: ShortText | None = None
    postal_code: ShortText | None = None
    country: ShortText | None = None
    phone: ShortText | None = None
    company: ShortText | None = None
    job_title: ShortText | None = None
    industry: ShortText | None = None
    about_me: ShortText | None = None
    on_destroy: DestroyPolicy | None = None
    account_id: Annotated[str, BeforeValidator(normalize.parse_id)] | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None


PATCHABLE_FIELDS: Final = ("company_id", "default_role", "status")
"""All that HQ's PATCH takes:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

CLEARABLE_FIELDS: Final = frozenset({"company_id", "default_role"})
"""Optional fields that ``""`` clears."""

PROVIDER_ONLY_FIELDS: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never part of a user's body."""

PROFILE_FIELDS: Final = tuple(
    field
    for field in AccountUserArguments.model_fields
    if field not in ("email", *PATCHABLE_FIELDS, *PROVIDER_ONLY_FIELDS)
)
"""Sent once, when a person is added; from then on the person's own Autodesk profile says it."""


class AccountUser(ResponseModel):
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

    def get_fields(self) -> dict[str, Any]:
        """Return the fields that HQ filled."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
