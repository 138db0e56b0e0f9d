"""``Bim360BusinessUnits``: the tree of an account's business units."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import BusinessUnitsProvider
from bim360_provider.resources.argument_checks import refuse_secret
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import build_properties

__all__ = ["Bim360BusinessUnits"]

Unit: TypeAlias = Mapping[str, Input[str]]


class Bim360BusinessUnits(Bim360Resource, module="bim360", name="BusinessUnits"):
    """The business units of an account, as one tree: HQ reads and writes them as a whole.

    Best one for each account. Units that other people made stay as they are. Wire projects to
    ``ids``, which every preview knows: ``business_unit_id=units.ids["North/West"]``.

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
    """What HQ or the provider fills in."""

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
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            units: The units by key. A key stays for ever: ``name`` and ``parent`` change in place,
                and the id with which HQ knows the unit is made of the key, once. Each unit may
                have ``name`` (else what follows the key's last slash, at most 255 characters),
                ``parent`` (the key or the id of another unit, ``""`` for none; else what stands
                before that slash), ``description``, and ``id`` to take over a unit that exists.
            complete: True also takes away all units that are not declared here; by default False.
            on_destroy: ``retain`` (the default), which leaves the units where they are, or
                ``remove``, which takes the declared ones away.
            opts: Pulumi's resource options.

        Raises:
            InputError: In the program's end: the units as a whole, and so their keys, are a secret.
        """
        if isinstance(units, Output):
            units = refuse_secret(f"Bim360BusinessUnits '{resource_name}'", "units", units, units)
        given = {"units": units, "complete": complete, "on_destroy": on_destroy}
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)
