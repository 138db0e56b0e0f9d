"""A company of an account: what a stack may say about it, and what HQ says of it."""

import sys
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import InputModel, ResponseModel

__all__ = [
    "CLEARABLE_FIELDS",
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "Company",
    "CompanyArguments",
]

MAX_TEXT_LENGTH: Final = sys.maxsize
"""Characters of a field for which HQ's page states no limit."""


def _require_text(value: object) -> str:
    words = normalize.limit_text(255)(value)
    if not words.strip():
        msg = "must not be empty"
        raise ValueError(msg)
    if words != words.strip():
        msg = f"must not start or end with a space: {normalize.quote_value(words)}"
        raise ValueError(msg)
    return words


RequiredText: TypeAlias = Annotated[str, BeforeValidator(_require_text)]
ShortText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(255))]
UnlimitedText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(MAX_TEXT_LENGTH))]


class CompanyArguments(InputModel):
    """What a stack may say about a company, under HQ's own field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/ .
    """

    name: RequiredText
    trade: RequiredText
    address_line_1: ShortText | None = None
    address_line_2: ShortText | None = None
    city: ShortText | None = None
    state_or_province: ShortText | None = None
    postal_code: ShortText | None = None
    country: ShortText | None = None
    phone: ShortText | None = None
    website_url: ShortText | None = None
    description: ShortText | None = None
    erp_id: UnlimitedText | None = None
    tax_id: UnlimitedText | None = None
    adopt: Annotated[str, BeforeValidator(normalize.require_choice(("never", "any")))] | None = None
    account_id: Annotated[str, BeforeValidator(normalize.parse_id)] | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None


PROVIDER_ONLY_FIELDS: Final = ("adopt", "account_id", "region")
"""Tell this provider what to do; never part of a company's body."""

PATCHABLE_FIELDS: Final = tuple(
    field for field in CompanyArguments.model_fields if field not in PROVIDER_ONLY_FIELDS
)
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-:company_id-PATCH/"""

CLEARABLE_FIELDS: Final = frozenset(PATCHABLE_FIELDS) - {"name", "trade"}
"""Optional texts that ``""`` clears."""


class Company(ResponseModel):
    """A company as HQ answers it; everything but the id may be null, unknown fields are ignored."""

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
        """Return the fields that HQ filled."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
