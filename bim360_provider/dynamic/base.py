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

from bim360_provider.dynamic.errors import one_line

if TYPE_CHECKING:
    from bim360_provider.core.entity import Entity
    from bim360_provider.dynamic.calls import Calls

__all__ = ["MASKED_KEY", "Door"]

MASKED_KEY: Final = "__secret"
"""Names of the arguments that are secrets, as one text; absent where none is.

Pulumi hands its host every value in the clear, so only the program can know which are secret.
"""

Bag = dict[str, Any]


class Door(ResourceProvider):
    """Hands Pulumi's calls to the core.

    It is pickled into every state, so it holds nothing: by reference it is the same
    bytes on every machine, and no code and no secret travels with it.
    """

    serialize_as_secret_always = False
    entity: ClassVar[str]
    """The module of the core that stands behind it."""

    def __reduce__(self) -> tuple[type["Door"], tuple[()]]:
        """Pickle the reference alone."""
        return type(self), ()

    def configure(self, req: ConfigureRequest) -> None:
        """Keep what the stack's configuration says; nothing is judged yet."""
        self._config = req.config

    @one_line
    def check(self, olds: Bag, news: Bag) -> CheckResult:
        """Return the arguments in normal form, with every problem; sends nothing."""
        return self._calls().check(olds, news)

    @one_line
    def diff(self, id_: str, olds: Bag, news: Bag) -> DiffResult:
        """Return whether anything would change; sends nothing."""
        return self._calls().diff(id_, olds, news)

    @one_line
    def create(self, props: Bag) -> CreateResult:
        """Create or adopt."""
        return self._calls().create(props)

    @one_line
    def update(self, id_: str, olds: Bag, news: Bag) -> UpdateResult:
        """Change what differs."""
        return self._calls().update(id_, olds, news)

    @one_line
    def read(self, id_: str, props: Bag) -> ReadResult:
        """Read for a refresh, a ``.get()`` or after an import."""
        return self._calls().read(id_, props)

    @one_line
    def delete(self, id_: str, props: Bag) -> None:
        """Take it away as far as HQ can, or leave it."""
        self._calls().delete(id_, props)

    @classmethod
    def core(cls) -> "Entity":
        """Return the module of the core."""
        entity: Entity = import_module(f"bim360_provider.core.{cls.entity}")
        return entity

    def configured(self) -> Config | None:
        """Return the stack's configuration; None until there is one."""
        return getattr(self, "_config", None)

    def _calls(self) -> "Calls":
        """Return what answers."""
        from bim360_provider.dynamic.calls import Calls  # noqa: PLC0415 - see above

        return Calls(self.core(), self.configured())
