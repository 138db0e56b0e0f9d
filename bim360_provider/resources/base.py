"""The base class of all resources: permanent type tokens and lookup by id."""

import inspect
from typing import Any, ClassVar, TypeVar

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import Resource

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.resources.argument_checks import ArgumentNameCheck

__all__ = ["Bim360Resource", "await_resource"]

ResourceT = TypeVar("ResourceT", bound="Bim360Resource")


class Bim360Resource(ArgumentNameCheck, Resource):
    """A resource of this package.

    A class that names ``module`` and ``name`` is a type of its own; its subclasses
    keep that type, because another type would replace every resource of theirs.
    """

    PROVIDER: ClassVar[type[Bim360ProviderBase]]
    """What stands behind it."""

    _token: ClassVar[dict[str, Any]] = {}
    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give a class its type, or that of the class it is derived from."""
        if kwargs:
            cls._token = kwargs
            own = inspect.get_annotations(cls)
            cls._fields = tuple(name for name in own if name.islower() and name[0] != "_")
            # They are for people and type checkers. Pulumi would resolve all of them once for each
            # resource, a quarter of what a program costs, to find nothing that it converts.
            cls.__annotations__ = {}
        super().__init_subclass__(**cls._token)

    @classmethod
    def type_token(cls) -> str:
        """Return the type that Pulumi's state and import files know it by."""
        return f"pulumi-python:dynamic/{cls._token['module']}:{cls._token['name']}"

    @classmethod
    def get(  # noqa: PYI019 - Python 3.10 has no Self
        cls: type[ResourceT],
        resource_name: str,
        id: Input[str],  # noqa: A002 - Pulumi's own name for it
        opts: ResourceOptions | None = None,
    ) -> ResourceT:
        """Look at one that exists, by its id; Pulumi will never change or destroy it.

        One that does not exist is an error in the preview.

        Args:
            resource_name: Pulumi's name for it, unique in the stack.
            id: HQ's id of it, as the documents of each resource say, with or without ``b.``.
            opts: Pulumi's resource options.
        """
        found = cls.__new__(cls)
        by_id = ResourceOptions.merge(opts, ResourceOptions(id=id))
        fields = dict.fromkeys(cls._fields)
        Resource.__init__(found, cls.PROVIDER(), resource_name, fields, by_id)
        await_resource(found)
        return found


def await_resource(resource: Resource) -> None:
    """Have Pulumi wait for a resource, and not for each of its outputs besides.

    At a program's end Pulumi waits for all outputs that nobody has built upon, and looks at each of
    them again whenever one is done: for a thousand projects that is longer than anything else. All
    outputs of a resource are done in one step, together with its URN, which Pulumi still waits for.

    A function that is called, and no ``__init__`` in between: that would be one more line of the
    stack trace that Pulumi keeps of each resource in the state.
    """
    for name, output in vars(resource).items():
        if isinstance(output, Output) and name not in {"id", "urn"}:
            getattr(output, "_untrack", _do_nothing)()


def _do_nothing() -> None:
    """Stand in for what only some versions of Pulumi have."""
