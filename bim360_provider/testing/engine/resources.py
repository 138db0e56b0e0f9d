"""A resource as the program asks for it, and as the state remembers it."""

from dataclasses import dataclass, field

from bim360_provider.testing.engine.values import Properties


@dataclass(frozen=True)
class Goal:
    """What one registration of the program asks for."""

    urn: str
    type: str
    custom: bool
    inputs: Properties
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A resource as it was left by the last step that touched it.

    ``condemned`` marks one whose replacement exists and which is still to be deleted;
    ``deleted`` marks one deleted ahead of a replacement that is still to be made; ``taint`` one
    that the next ``up`` is to replace.
    """

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    protect: bool = False
    external: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()
    condemned: bool = False
    deleted: bool = False
    taint: bool = False

    def needs(self) -> set[str]:
        """Return the URNs that must outlive this resource."""
        by_property = (urn for urns in self.property_dependencies.values() for urn in urns)
        named = {self.parent, self.deleted_with, self.provider.rpartition("::")[0]}
        return {*named, *self.dependencies, *by_property} - {""}


def resource_for(goal: Goal, id_: str, inputs: Properties, outputs: Properties) -> Resource:
    """Return what the state is to remember of a goal that was met."""
    return Resource(
        urn=goal.urn,
        type=goal.type,
        custom=goal.custom,
        id=id_,
        inputs=inputs,
        outputs=outputs,
        parent=goal.parent,
        provider=goal.provider,
        dependencies=goal.dependencies,
        property_dependencies=goal.property_dependencies,
        protect=goal.protect,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        secret_outputs=goal.secret_outputs,
    )
