"""Business units: the arguments of their tree, and HQ's response."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bim360_provider.models import normalize
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    Id,
    InputModel,
    RegionArgument,
    ResponseModel,
    list_fields,
)

__all__ = [
    "PROVIDER_ONLY_FIELDS",
    "PUT_FIELDS",
    "BusinessUnit",
    "BusinessUnitArguments",
    "BusinessUnitsArguments",
]

PUT_FIELDS: Final = ("id", "parent_id", "name", "description")
"""The fields of a unit in a PUT."""

Flag: TypeAlias = Annotated[bool, BeforeValidator(normalize.parse_flag)]

ResponseId: TypeAlias = Annotated[str, AfterValidator(str.lower)]


def _parse_name(value: object) -> str:
    name = normalize.limit_text(normalize.MAX_NAME_LENGTH)(value)
    if not name or name != name.strip():
        msg = f"must be a name without surrounding spaces, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    return name


def _parse_parent(value: object) -> str:
    text = normalize.limit_text(sys.maxsize)(value)
    return normalize.parse_id_or_none(text) or text


def _require_units(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        example = "{'North': {}, 'North/West': {}}"
        msg = f"must be a mapping such as {example}, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    return value


Name: TypeAlias = Annotated[str, BeforeValidator(_parse_name)]

Parent: TypeAlias = Annotated[str, BeforeValidator(_parse_parent)]

UnlimitedText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(sys.maxsize))]

Units: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_require_units)]

DestroyPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("retain", "remove")))
]


class BusinessUnitArguments(InputModel):
    """The arguments of one unit.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/ has
    no limits; 255 characters is the limit of other names.
    """

    id: Annotated[
        Id | None,
        Field(description="Id of an existing unit to adopt, with or without ``b.``."),
    ] = None
    name: Annotated[
        Name | None,
        Field(
            description=(
                "Name of the unit, at most 255 characters. Default: the part of the key after its "
                "last slash."
            )
        ),
    ] = None
    parent: Annotated[
        Parent | None,
        Field(
            description=(
                'Key or id of the parent unit, ``""`` for none. Default: the part of the key '
                "before its last slash."
            )
        ),
    ] = None
    description: Annotated[
        UnlimitedText | None,
        Field(description="Description of any length."),
    ] = None


class BusinessUnitsArguments(InputModel):
    """The arguments of the whole tree."""

    units: Annotated[
        Units,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Units by key. A key is permanent, because HQ's id of the unit is derived "
                "from it; ``name`` and ``parent`` change in place. Each unit may have "
                "``name`` (default: the part of the key after its last slash; at most 255 "
                'characters), ``parent`` (the key or the id of another unit, ``""`` for none; '
                "default: the part of the key before its last slash), ``description``, and "
                "``id`` to adopt an existing unit."
            )
        ),
    ]
    complete: Annotated[
        Flag | None,
        FieldRole.PATCHABLE,
        Field(
            description="Whether to remove all units that are not declared here; False by default."
        ),
    ] = None
    on_destroy: Annotated[
        DestroyPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``retain`` (the default), which leaves the units in HQ, or ``remove``, which "
                "removes the declared units."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


PROVIDER_ONLY_FIELDS: Final = list_fields(BusinessUnitsArguments, FieldRole.PROVIDER_ONLY)
"""Options of this provider; never sent."""


class BusinessUnit(ResponseModel):
    """A unit in HQ's response; unknown fields are ignored.

    Its texts keep HQ's Unicode form, because a PUT repeats other users' units unchanged.
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
        """Return the unit as part of a PUT; HQ would clear a field that is missing."""
        return {name: value for name in PUT_FIELDS if (value := getattr(self, name)) is not None}
