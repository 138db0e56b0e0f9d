"""The base class of all dynamic providers: Pulumi's six calls, with expected errors on one line."""

import functools
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeVar

from pulumi.dynamic import (
    CheckResult,
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from bim360_provider.dynamic import IS_HOST
from bim360_provider.errors import Bim360Error

if TYPE_CHECKING:
    from bim360_provider.core.entity import Entity
    from bim360_provider.dynamic.calls import EntityCalls

__all__ = ["DEBUG_VARIABLE", "SECRETS_KEY", "Bim360ProviderBase", "shorten_errors"]


DEBUG_VARIABLE: Final = "BIM360_DEBUG"
"""The environment variable that keeps the tracebacks of expected errors."""


MESSAGE_PREFIX: Final = "BIM 360: "


P = ParamSpec("P")


R = TypeVar("R")


class _ShortError(Exception):
    """The error that Pulumi prints: ``BIM 360: could not …``."""


_ShortError.__module__ = "builtins"


_ShortError.__qualname__ = MESSAGE_PREFIX.rstrip(": ")


def shorten_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Return the method with expected errors shortened to their message.

    Any other exception is a bug of this package and keeps its traceback.
    """

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except Bim360Error as error:
            if os.environ.get(DEBUG_VARIABLE):
                raise
            _hide_frames(hidden=True)
            raise _ShortError(str(error).removeprefix(MESSAGE_PREFIX)).with_traceback(
                None
            ) from None
        except Exception:
            _hide_frames(hidden=False)
            raise

    return wrapper


def _hide_frames(*, hidden: bool) -> None:
    """Set whether the host prints frames; change nothing outside the host."""
    if not IS_HOST:
        return
    if hidden:
        sys.tracebacklimit = 0
    elif hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


PROVIDER_KEY: Final = "__provider"
"""The property with the serialized provider, by which Pulumi's host finds it."""

SECRETS_KEY: Final = "__secret"
"""The names of the secret arguments, as one text; absent if there is none.

Pulumi passes all values to its host in plain text, so only the program knows the secrets.
"""


PropertyBag = dict[str, Any]


class Bim360ProviderBase(ResourceProvider):
    """Passes Pulumi's calls to the core.

    It is pickled into every state, so it has no attributes: the reference is the same on
    every machine and contains no code and no secret.
    """

    serialize_as_secret_always = False
    entity: ClassVar[str]
    """The name of its module in the core."""

    def __reduce__(self) -> tuple[type["Bim360ProviderBase"], tuple[()]]:
        """Pickle only a reference to the class."""
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Save the stack's configuration without validating it."""
        self._config = req.config

    @shorten_errors
    def check(self, olds: PropertyBag, news: PropertyBag) -> CheckResult:
        """Return the normalized arguments and every problem; send nothing."""
        return self._create_calls().check(olds, news)

    @shorten_errors
    def diff(self, id_: str, olds: PropertyBag, news: PropertyBag) -> DiffResult:
        """Return whether anything would change; send nothing."""
        return self._create_calls().diff(id_, olds, news)

    @shorten_errors
    def create(self, props: PropertyBag) -> CreateResult:
        """Create or adopt the object."""
        return self._create_calls().create(props)

    @shorten_errors
    def update(self, id_: str, olds: PropertyBag, news: PropertyBag) -> UpdateResult:
        """Update the arguments that differ."""
        return self._create_calls().update(id_, olds, news)

    @shorten_errors
    def read(self, id_: str, props: PropertyBag) -> ReadResult:
        """Read the object for a refresh, a ``.get()`` or an import."""
        return self._create_calls().read(id_, props)

    @shorten_errors
    def delete(self, id_: str, props: PropertyBag) -> None:
        """Delete, archive or keep the object, as far as HQ can."""
        self._create_calls().delete(id_, props)

    @classmethod
    def load_entity(cls) -> "Entity":
        """Return the module of the core."""
        entity: Entity = import_module(f"bim360_provider.core.{cls.entity}")
        return entity

    def get_config(self) -> Config | None:
        """Return the stack's configuration; None until there is one."""
        return getattr(self, "_config", None)

    def _create_calls(self) -> "EntityCalls":
        """Return the implementation of the calls."""
        from bim360_provider.dynamic.calls import EntityCalls  # noqa: PLC0415 - the module is loaded by the first call

        return EntityCalls(self.load_entity(), self.get_config())
