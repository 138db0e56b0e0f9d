"""The base class of all resources: permanent type tokens and lookup by id."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Final, TypeVar

from pulumi import CustomResource, Input, Output, ResourceOptions, log, runtime
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import serialize_provider

from bim360_provider.dynamic.base import PROVIDER_KEY, Bim360ProviderBase
from bim360_provider.dynamic.progress import ProgressReport
from bim360_provider.resources.argument_checks import ArgumentNameCheck

__all__ = ["Bim360Resource"]

progress: Final = ProgressReport(log.info)
"""The progress of an up; only the program knows how many resources it declares."""

ResourceT = TypeVar("ResourceT", bound="Bim360Resource")


class Bim360Resource(ArgumentNameCheck, Resource):
    """A resource of this package.

    A class with ``module`` and ``name`` has its own type; its subclasses keep that type, because
    another type would replace their resources.
    """

    PROVIDER: ClassVar[type[Bim360ProviderBase]]
    """The dynamic provider of the resource."""

    _token: ClassVar[dict[str, Any]] = {}
    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Set the type of a class, by default its base class's."""
        if kwargs:
            cls._token = kwargs
            own = inspect.get_annotations(cls)
            cls._fields = tuple(name for name in own if name.islower() and name[0] != "_")
            # Annotations serve users and type checkers. Pulumi would resolve all of them for each
            # resource, a quarter of a program's run time, and convert nothing.
            cls.__annotations__ = {}
        super().__init_subclass__(**cls._token)

    @classmethod
    def type_token(cls) -> str:
        """Return the type in Pulumi's state and import files."""
        return f"pulumi-python:dynamic/{cls._token['module']}:{cls._token['name']}"

    @classmethod
    def get(  # noqa: PYI019 - Python 3.10 has no Self
        cls: type[ResourceT],
        resource_name: str,
        id: Input[str],  # noqa: A002 - Pulumi's own name for it
        opts: ResourceOptions | None = None,
    ) -> ResourceT:
        """Read an existing resource by its id; Pulumi never changes or destroys it.

        An unknown id is an error in the preview.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack.
            id: HQ's id of the resource, with or without ``b.``; see the resource's page in docs/.
            opts: Pulumi's resource options.
        """
        found = cls.__new__(cls)
        by_id = ResourceOptions.merge(opts, ResourceOptions(id=id))
        fields = dict.fromkeys(cls._fields)
        Resource.__init__(found, cls.PROVIDER(), resource_name, fields, by_id)
        _await_resource(found)
        return found

    def _register(
        self, resource_name: str, properties: Mapping[str, Any], opts: ResourceOptions | None
    ) -> None:
        """Register the resource, as ``__init__`` of Pulumi's dynamic resource does.

        Pulumi takes the third ``__init__`` on the stack for the resource's own, and saves its
        callers as the place of the declaration. With Pulumi's dynamic resource in between, that
        would be this package, and one more line in the state of each resource:
        https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/resource.py
        """
        sent = {**properties, PROVIDER_KEY: self._serialize_provider()}
        CustomResource.__init__(self, self.type_token(), resource_name, sent, opts)
        _await_resource(self)

    @classmethod
    @cache
    def _serialize_provider(cls) -> str:
        """Return the reference to the provider; all resources of a class have the same."""
        reference: str = serialize_provider(cls.PROVIDER())
        return reference


def _await_resource(resource: Resource) -> None:
    """Make Pulumi wait for a resource only once, and not for each of its outputs.

    At a program's end Pulumi waits for all unused outputs and checks all of them again whenever one
    resolves, which takes most of the time of a program with a thousand projects. All outputs of a
    resource resolve together with its URN, for which Pulumi still waits.
    """
    for name, output in vars(resource).items():
        if isinstance(output, Output) and name not in {"id", "urn"}:
            _untrack(output)
    # Only newer versions of Pulumi have it; getattr() would return an attribute of its value.
    registration = vars(resource.urn).get("_data")
    if registration is not None and not runtime.is_dry_run():
        progress.add()
        registration.add_done_callback(lambda _: progress.finish())


def _do_nothing(_: Output[Any]) -> None:
    """Replace a method that only newer versions of Pulumi have."""


# Read from the class: an output has every attribute, as an attribute of its value.
_untrack: Final[Callable[[Output[Any]], None]] = getattr(Output, "_untrack", _do_nothing)
