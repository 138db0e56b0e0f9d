"""A user of an account: the arguments and HQ's response."""

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import normalize, user_ref
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    InputModel,
    RegionArgument,
    ResponseModel,
    ShortText,
)

__all__ = [
    "AccountUser",
    "AccountUserArguments",
]

Email: TypeAlias = Annotated[str, BeforeValidator(user_ref.parse_email)]
Status: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("active", "inactive")))
]
DestroyPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("deactivate", "retain")))
]


def _parse_clearable_id(value: object) -> str:
    return "" if value == "" else normalize.parse_id(value)


ClearableId: TypeAlias = Annotated[str, BeforeValidator(_parse_clearable_id)]


class AccountUserArguments(InputModel):
    """The arguments of a user, under HQ's field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/ ; changes:
    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/ .
    The fields of the profile apply once: later the user's Autodesk profile defines them.
    """

    email: Annotated[
        Email,
        FieldRole.IDENTITY,
        Field(
            description=(
                "The user's e-mail, at most 255 characters, in any case. Another e-mail replaces "
                "the resource."
            )
        ),
    ]
    company_id: Annotated[
        ClearableId | None,
        FieldRole.CLEARABLE,
        Field(description='Id of the user\'s company in the account; ``""`` clears it.'),
    ] = None
    default_role: Annotated[
        ShortText | None,
        FieldRole.CLEARABLE,
        Field(
            description=(
                'Name of the user\'s role in new projects, such as ``Architect``; ``""`` clears it.'
            )
        ),
    ] = None
    status: Annotated[
        Status | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "``active`` or ``inactive``; HQ changes it only after the user's first "
                "sign-in. Default: a deactivated user is reactivated."
            )
        ),
    ] = None
    nickname: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(
            description=(
                "Nickname, at most 255 characters, as all following texts. Applies only on "
                "create. The user changes it later."
            )
        ),
    ] = None
    first_name: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="First name. Applies only on create."),
    ] = None
    last_name: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Last name. Applies only on create."),
    ] = None
    image_url: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Address of a picture. Applies only on create."),
    ] = None
    address_line_1: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="First line of the address. Applies only on create."),
    ] = None
    address_line_2: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Second line of the address. Applies only on create."),
    ] = None
    city: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="City. Applies only on create."),
    ] = None
    state_or_province: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="State or province, such as ``New York``. Applies only on create."),
    ] = None
    postal_code: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Postal code as text. Applies only on create."),
    ] = None
    country: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(
            description=(
                "Full name of the country, such as ``United States``. Applies only on create."
            )
        ),
    ] = None
    phone: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Phone number. Applies only on create."),
    ] = None
    company: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="The company's name in the user's profile. Applies only on create."),
    ] = None
    job_title: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Job title. Applies only on create."),
    ] = None
    industry: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="Industry. Applies only on create."),
    ] = None
    about_me: Annotated[
        ShortText | None,
        FieldRole.CREATE_ONLY,
        Field(description="The user's description of themselves. Applies only on create."),
    ] = None
    on_destroy: Annotated[
        DestroyPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``deactivate`` or ``retain``. Default: users who were in the account before "
                "and account admins are retained, all others are deactivated."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


class AccountUser(ResponseModel):
    """A user in HQ's response; all fields except the id may be null."""

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
        """Return the fields that are not null."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
