"""A company of an account: its arguments and HQ's response."""

import sys
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import normalize
from bim360_provider.models.base import (
    AccountIdArgument,
    AddressLine1Argument,
    AddressLine2Argument,
    CityArgument,
    CountryArgument,
    FieldRole,
    InputModel,
    PostalCodeArgument,
    RegionArgument,
    ResponseModel,
    ShortText,
    StateOrProvinceArgument,
)

__all__ = [
    "Company",
    "CompanyArguments",
]

MAX_TEXT_LENGTH: Final = sys.maxsize
"""The limit of a field for which HQ documents none."""


def _require_text(value: object) -> str:
    text = normalize.limit_text(255)(value)
    if not text.strip():
        msg = "must not be empty"
        raise ValueError(msg)
    if text != text.strip():
        msg = f"must not start or end with a space: {normalize.quote_value(text)}"
        raise ValueError(msg)
    return text


RequiredText: TypeAlias = Annotated[str, BeforeValidator(_require_text)]
UnlimitedText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(MAX_TEXT_LENGTH))]
AdoptPolicy: TypeAlias = Annotated[str, BeforeValidator(normalize.require_choice(("never", "any")))]


class CompanyArguments(InputModel):
    """The arguments of a company, under HQ's field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/ ; changes:
    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-:company_id-PATCH/ .
    """

    name: Annotated[
        RequiredText,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "The company's name, 1 to 255 characters, unique in the account. "
                "Required to create."
            )
        ),
    ]
    trade: Annotated[
        RequiredText,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Trade from HQ's list, such as ``Electrical``, or your own text of 1 to 255 "
                "characters. Required to create."
            )
        ),
    ]
    address_line_1: AddressLine1Argument = None
    address_line_2: AddressLine2Argument = None
    city: CityArgument = None
    state_or_province: StateOrProvinceArgument = None
    postal_code: PostalCodeArgument = None
    country: CountryArgument = None
    phone: Annotated[
        ShortText | None,
        FieldRole.CLEARABLE,
        Field(description='Phone number, at most 255 characters; ``""`` clears it.'),
    ] = None
    website_url: Annotated[
        ShortText | None,
        FieldRole.CLEARABLE,
        Field(description='Address of the website, at most 255 characters; ``""`` clears it.'),
    ] = None
    description: Annotated[
        ShortText | None,
        FieldRole.CLEARABLE,
        Field(description='Description, at most 255 characters; ``""`` clears it.'),
    ] = None
    erp_id: Annotated[
        UnlimitedText | None,
        FieldRole.CLEARABLE,
        Field(description='Company\'s number in your own systems; ``""`` clears it.'),
    ] = None
    tax_id: Annotated[
        UnlimitedText | None,
        FieldRole.CLEARABLE,
        Field(description='Company\'s tax number; ``""`` clears it.'),
    ] = None
    adopt: Annotated[
        AdoptPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "What to do if the name is in use: ``any`` adopts the existing company (the "
                "default), ``never`` fails."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


class Company(ResponseModel):
    """A company in HQ's response; all fields except the id may be null."""

    id: str
    account_id: str | None = None
    name: str | None = None
    trade: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    website_url: str | None = None
    description: str | None = None
    erp_id: str | None = None
    tax_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def get_fields(self) -> dict[str, Any]:
        """Return the fields that are not null."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
