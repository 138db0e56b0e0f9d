"""Business units: what a stack may say about the tree of them, and what HQ says of each."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, model_validator

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import InputModel, ResponseModel

__all__ = [
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "PUT_FIELDS",
    "BusinessUnit",
    "BusinessUnitArguments",
    "BusinessUnitsArguments",
]

PUT_FIELDS: Final = ("id", "parent_id", "name", "description")
"""The fields of a unit that a PUT may hold."""

PATCHABLE_FIELDS: Final = ("units", "complete")
"""Change the structure, in place."""

PROVIDER_ONLY_FIELDS: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never sent."""

Flag: TypeAlias = Annotated[bool, BeforeValidator(normalize.parse_flag)]
Id: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_id)]

ResponseId: TypeAlias = Annotated[str, AfterValidator(str.lower)]


def _parse_name(value: object) -> str:
    name = normalize.limit_text(normalize.MAX_NAME_LENGTH)(value)
    if not name or name != name.strip():
        msg = f"must be a name without spaces around it, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    return name


def _parse_parent(value: object) -> str:
    words = normalize.limit_text(sys.maxsize)(value)
    return normalize.parse_id_or_none(words) or words


def _require_units(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        example = "{'North': {}, 'North/West': {}}"
        msg = f"must be a mapping such as {example}, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    return value


class BusinessUnitArguments(InputModel):
    """What a stack may say about one unit.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/ names
    no limits; 255 characters of a name are what HQ's other names take.
    """

    id: Id | None = None
    name: Annotated[str, BeforeValidator(_parse_name)] | None = None
    parent: Annotated[str, BeforeValidator(_parse_parent)] | None = None
    description: Annotated[str, BeforeValidator(normalize.limit_text(sys.maxsize))] | None = None


class BusinessUnitsArguments(InputModel):
    """What a stack may say about the whole tree."""

    units: Annotated[dict[str, Any], BeforeValidator(_require_units)]
    complete: Flag | None = None
    on_destroy: (
        Annotated[str, BeforeValidator(normalize.require_choice(("retain", "remove")))] | None
    ) = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None


class BusinessUnit(ResponseModel):
    """A unit as HQ answers it; unknown fields are ignored.

    Its texts stay in HQ's Unicode form: a PUT repeats the units of other users as they are.
    """

    id: ResponseId
    parent_id: ResponseId | None = None
    name: str | None = None
    description: str | None = None
    path: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _compose_texts(cls, fields: Any) -> Any:
        return fields

    def build_body(self) -> dict[str, Any]:
        """Return the unit as a PUT holds it: a field that it leaves out would be lost."""
        return {name: value for name in PUT_FIELDS if (value := getattr(self, name)) is not None}
