"""The two forms of model: what people write, and what HQ answers.

Both are built when they are first used: the host is started for every command, and most
commands use two or three of them. From pydantic 2.14 on, threads may do that at once.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from bim360_provider.models import normal

__all__ = ["Answered", "Written"]


class Written(BaseModel):
    """What people write: a name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Answered(BaseModel):
    """What HQ answers: what it adds one day is passed over.

    Its texts are read in Unicode's normal form C, the form in which arguments are kept: a name
    that HQ holds in form D is the same name, and not a change.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _compose(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {k: normal.composed(v) if isinstance(v, str) else v for k, v in fields.items()}
