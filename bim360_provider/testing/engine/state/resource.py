"""A resource as the program registers it and as the state keeps it; its URN."""

from dataclasses import dataclass, field
from typing import Final

from bim360_provider.testing.engine.state.values import Properties

STACK_TYPE: Final = "pulumi:pulumi:Stack"

PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"

DYNAMIC_PACKAGE: Final = "pulumi-python"

DYNAMIC_PROVIDER_TYPE: Final = PROVIDER_TYPE_PREFIX + DYNAMIC_PACKAGE


def build_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Build the URN of a resource from its parent's (``""`` for none)."""
    above = get_qualified_type(parent) if parent else STACK_TYPE
    chain = type_ if above == STACK_TYPE else f"{above}${type_}"
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def build_stack_urn(stack: str, project: str) -> str:
    """Build the URN of the stack itself, which is the parent of what has no other."""
    return build_urn(stack, project, "", STACK_TYPE, f"{project}-{stack}")


def get_qualified_type(urn: str) -> str:
    """Return the type with those of the parents before it."""
    return urn.split("::", 3)[2]


def get_type(urn: str) -> str:
    """Return the resource's own type."""
    return get_qualified_type(urn).rsplit("$", 1)[-1]


def get_name(urn: str) -> str:
    """Return the name the program gave the resource."""
    return urn.split("::", 3)[3]


def get_package(type_: str) -> str:
    """Return the package a type belongs to: what is before the first colon."""
    return type_.split(":", 1)[0]


def is_provider_type(type_: str) -> bool:
    """Tell whether a type is an explicit provider's."""
    return type_.startswith(PROVIDER_TYPE_PREFIX)


def split_reference(reference: str) -> tuple[str, str]:
    """Split a provider reference, ``<urn>::<id>``, into its two parts."""
    urn, _, id_ = reference.rpartition("::")
    return urn, id_


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

    def list_dependencies(self) -> set[str]:
        """Return the URNs that must outlive this resource."""
        by_property = (urn for urns in self.property_dependencies.values() for urn in urns)
        named = {self.parent, self.deleted_with, self.provider.rpartition("::")[0]}
        return {*named, *self.dependencies, *by_property} - {""}


def build_resource(goal: Goal, id_: str, inputs: Properties, outputs: Properties) -> Resource:
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


@dataclass(frozen=True)
class RegistrationResult:
    """The answer to one registration; a failed one leaves the program's outputs unknown."""

    urn: str
    ok: bool = True
    id: str = ""
    outputs: Properties = field(default_factory=dict)


def build_registration_result(resource: Resource) -> RegistrationResult:
    """Answer with a resource as it now is."""
    return RegistrationResult(resource.urn, id=resource.id, outputs=resource.outputs)
