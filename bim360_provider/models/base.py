"""The base models: arguments of a stack, and responses of HQ."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Final, TypeAlias

from pydantic import VERSION, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bim360_provider.models import enums, normalize

__all__ = [
    "AccountIdArgument",
    "AddressLine1Argument",
    "AddressLine2Argument",
    "CityArgument",
    "CountryArgument",
    "FieldRole",
    "Id",
    "InputModel",
    "PostalCodeArgument",
    "Region",
    "RegionArgument",
    "ResponseModel",
    "ShortText",
    "StateOrProvinceArgument",
    "list_fields",
]

Id: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_id)]
Region: TypeAlias = Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))]
ShortText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(255))]


class FieldRole(Enum):
    """What a change of an argument does; part of the argument's annotation in its model."""

    IDENTITY = "another value replaces the resource"
    PATCHABLE = "HQ changes it in place"
    CLEARABLE = 'HQ changes it in place, and "" clears it'
    CREATE_ONLY = "HQ accepts it only on create"
    PROVIDER_ONLY = "an option of this provider, never sent to HQ"


AccountIdArgument: TypeAlias = Annotated[
    Id | None,
    FieldRole.PROVIDER_ONLY,
    Field(description="Id of the account, with or without ``b.``. Set by the provider."),
]
RegionArgument: TypeAlias = Annotated[
    Region | None,
    FieldRole.PROVIDER_ONLY,
    Field(description="Region of the account. Set by the provider."),
]

AddressLine1Argument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(description='First line of the address, at most 255 characters; ``""`` clears it.'),
]
AddressLine2Argument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(description='Second line of the address, at most 255 characters; ``""`` clears it.'),
]
CityArgument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(description='City, at most 255 characters; ``""`` clears it.'),
]
StateOrProvinceArgument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(
        description=(
            "State or province from HQ's list for the country, such as ``New York``; "
            '``""`` clears it.'
        )
    ),
]
PostalCodeArgument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(description='Postal code as text, at most 255 characters; ``""`` clears it.'),
]
CountryArgument: TypeAlias = Annotated[
    ShortText | None,
    FieldRole.CLEARABLE,
    Field(description='Full name of the country, such as ``United States``; ``""`` clears it.'),
]


DEFERS_BUILD: Final = tuple(map(int, VERSION.split(".")[:2])) >= (2, 14)
"""Whether models are built at their first use, so that the host starts faster.

Before pydantic 2.14 that fails if several threads of the host use a model for the first time.
"""


class InputModel(BaseModel):
    """Arguments of a program; an unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=DEFERS_BUILD)


class ResponseModel(BaseModel):
    """A response of HQ; unknown fields are ignored.

    Texts are converted to Unicode's normal form C, as arguments are, so that a name that HQ stores
    in form D is not a change.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=DEFERS_BUILD)

    @model_validator(mode="before")
    @classmethod
    def _compose_texts(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {
            k: normalize.compose_text(v) if isinstance(v, str) else v for k, v in fields.items()
        }


def list_fields(model: type[BaseModel], *roles: FieldRole) -> tuple[str, ...]:
    """Return the names of a model's fields with one of the roles, in the model's order."""
    return tuple(
        name
        for name, field in model.model_fields.items()
        if any(role in field.metadata for role in roles)
    )
