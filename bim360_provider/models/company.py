"""A company of an account: what a stack may say about it, and what HQ says of it."""

import sys
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import Answered, Written

__all__ = ["CLEARABLE", "PATCHABLE", "PROVIDER_ONLY", "Company", "CompanyArguments"]

NO_LIMIT: Final = sys.maxsize
"""Characters of a field for which HQ's page states no limit."""


def _filled(value: object) -> str:
    words = normalize.text(255)(value)
    if not words.strip():
        msg = "must not be empty"
        raise ValueError(msg)
    if words != words.strip():
        msg = f"must not start or end with a space: {normalize.shown(words)}"
        raise ValueError(msg)
    return words


Filled: TypeAlias = Annotated[str, BeforeValidator(_filled)]
Line: TypeAlias = Annotated[str, BeforeValidator(normalize.text(255))]
Number: TypeAlias = Annotated[str, BeforeValidator(normalize.text(NO_LIMIT))]


class CompanyArguments(Written):
    """What a stack may say about a company, under HQ's own field names.

    Limits: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/ .
    """

    name: Filled
    trade: Filled
    address_line_1: Line | None = None
    address_line_2: Line | None = None
    city: Line | None = None
    state_or_province: Line | None = None
    postal_code: Line | None = None
    country: Line | None = None
    phone: Line | None = None
    website_url: Line | None = None
    description: Line | None = None
    erp_id: Number | None = None
    tax_id: Number | None = None
    adopt: Annotated[str, BeforeValidator(normalize.one_of(("never", "any")))] | None = None
    account_id: Annotated[str, BeforeValidator(normalize.identifier)] | None = None
    region: Annotated[str, BeforeValidator(normalize.one_of(enums.REGIONS))] | None = None


PROVIDER_ONLY: Final = ("adopt", "account_id", "region")
"""Tell this provider what to do; never part of a company's body."""

PATCHABLE: Final = tuple(
    field for field in CompanyArguments.model_fields if field not in PROVIDER_ONLY
)
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-:company_id-PATCH/"""

CLEARABLE: Final = frozenset(PATCHABLE) - {"name", "trade"}
"""Optional texts that ``""`` clears."""


class Company(Answered):
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

    def fields(self) -> dict[str, Any]:
        """Return the fields that HQ filled."""
        return {key: value for key, value in self.model_dump().items() if value is not None}
