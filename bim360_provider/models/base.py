"""The base models: arguments of a stack, and responses of HQ."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from bim360_provider.models import normalize

__all__ = ["InputModel", "ResponseModel"]


class InputModel(BaseModel):
    """What people write: a name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ResponseModel(BaseModel):
    """What HQ answers: what it adds one day is passed over.

    Its texts are read in Unicode's normal form C, the form in which arguments are kept: a name
    that HQ holds in form D is the same name, and not a change.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _compose_texts(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {
            k: normalize.compose_text(v) if isinstance(v, str) else v for k, v in fields.items()
        }
