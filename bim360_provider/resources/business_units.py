"""``Bim360BusinessUnits``: the tree of an account's business units."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import BusinessUnitsProvider
from bim360_provider.resources.argument_checks import refuse_secret
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties

__all__ = ["Bim360BusinessUnits"]

Unit: TypeAlias = Mapping[str, Input[str]]


class Bim360BusinessUnits(Bim360Resource, module="bim360", name="BusinessUnits"):
    """The business units of an account, as one tree, which HQ reads and writes as a whole.

    Declare one resource per account. Units that are not declared stay as they are. Pass ``ids`` to
    projects; it is known in each preview: ``business_unit_id=units.ids["North/West"]``.

    Example:
        >>> units = Bim360BusinessUnits("units", units={
        ...     "North": {},
        ...     "North/West": {"description": "Oregon and Washington"},
        ... })

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/
    """

    units: Output[Mapping[str, Mapping[str, str]]]
    complete: Output[bool | None]
    on_destroy: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    ids: Output[Mapping[str, str]]
    undeclared: Output[Mapping[str, str]]
    undropped: Output[list[str]]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = BusinessUnitsProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "region",
        "ids",
        "undeclared",
        "undropped",
    )
    """Outputs that HQ or the provider sets."""

    def __init__(
        self,
        resource_name: str,
        *,
        units: Input[Mapping[str, Input[Unit]]],
        complete: Input[bool] | None = None,
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare business units.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            units: Units by key. A key is permanent, because HQ's id of the unit is derived from it;
                ``name`` and ``parent`` change in place. Each unit may have ``name`` (default: the
                part of the key after its last slash; at most 255 characters), ``parent`` (the key
                or the id of another unit, ``""`` for none; default: the part of the key before its
                last slash), ``description``, and ``id`` to adopt an existing unit.
            complete: Whether to remove all units that are not declared here; False by default.
            on_destroy: ``retain`` (the default), which leaves the units in HQ, or ``remove``, which
                removes the declared units.
            opts: Pulumi's resource options.

        Raises:
            InputError: At the program's end: the units as a whole, and so their keys, are a secret.
        """
        if isinstance(units, Output):
            units = refuse_secret(f"Bim360BusinessUnits '{resource_name}'", "units", units, units)
        given = {"units": units, "complete": complete, "on_destroy": on_destroy}
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
