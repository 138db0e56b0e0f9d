"""The base class of all dynamic providers: Pulumi's six calls."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final

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

from bim360_provider.dynamic.errors import shorten_errors

if TYPE_CHECKING:
    from bim360_provider.core.entity import Entity
    from bim360_provider.dynamic.calls import EntityCalls

__all__ = ["SECRETS_KEY", "Bim360ProviderBase"]

SECRETS_KEY: Final = "__secret"
"""Names of the arguments that are secrets, as one text; absent where none is.

Pulumi hands its host every value in the clear, so only the program can know which are secret.
"""

PropertyBag = dict[str, Any]


class Bim360ProviderBase(ResourceProvider):
    """Hands Pulumi's calls to the core.

    It is pickled into every state, so it holds nothing: by reference it is the same
    bytes on every machine, and no code and no secret travels with it.
    """

    serialize_as_secret_always = False
    entity: ClassVar[str]
    """The module of the core that stands behind it."""

    def __reduce__(self) -> tuple[type["Bim360ProviderBase"], tuple[()]]:
        """Pickle the reference alone."""
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Keep what the stack's configuration says; nothing is judged yet."""
        self._config = req.config

    @shorten_errors
    def check(self, olds: PropertyBag, news: PropertyBag) -> CheckResult:
        """Return the arguments in normal form, with every problem; sends nothing."""
        return self._create_calls().check(olds, news)

    @shorten_errors
    def diff(self, id_: str, olds: PropertyBag, news: PropertyBag) -> DiffResult:
        """Return whether anything would change; sends nothing."""
        return self._create_calls().diff(id_, olds, news)

    @shorten_errors
    def create(self, props: PropertyBag) -> CreateResult:
        """Create or adopt."""
        return self._create_calls().create(props)

    @shorten_errors
    def update(self, id_: str, olds: PropertyBag, news: PropertyBag) -> UpdateResult:
        """Change what differs."""
        return self._create_calls().update(id_, olds, news)

    @shorten_errors
    def read(self, id_: str, props: PropertyBag) -> ReadResult:
        """Read for a refresh, a ``.get()`` or after an import."""
        return self._create_calls().read(id_, props)

    @shorten_errors
    def delete(self, id_: str, props: PropertyBag) -> None:
        """Take it away as far as HQ can, or leave it."""
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
        """Return what answers."""
        from bim360_provider.dynamic.calls import EntityCalls  # noqa: PLC0415 - see above

        return EntityCalls(self.load_entity(), self.get_config())
