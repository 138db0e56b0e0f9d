"""The two forms of model: what people write, and what HQ answers.

Both are built when they are first used: the host is started for every command, and most
commands use two or three of them. From pydantic 2.14 on, threads may do that at once.
"""

from pydantic import BaseModel, ConfigDict

__all__ = ["Answered", "Written"]


class Written(BaseModel):
    """What people write: a name that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Answered(BaseModel):
    """What HQ answers: what it adds one day is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
