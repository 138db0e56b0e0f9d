"""Resources as registered by the program and as stored in the state, and their URNs."""

from dataclasses import dataclass, field
from typing import Final

from bim360_provider.testing.engine.state.values import Properties

STACK_TYPE: Final = "pulumi:pulumi:Stack"

PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"

DYNAMIC_PACKAGE: Final = "pulumi-python"

DYNAMIC_PROVIDER_TYPE: Final = PROVIDER_TYPE_PREFIX + DYNAMIC_PACKAGE


def build_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Return the URN of a resource; ``parent`` is a URN or empty."""
    parent_type = get_qualified_type(parent) if parent else STACK_TYPE
    chain = type_ if parent_type == STACK_TYPE else f"{parent_type}${type_}"
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def build_stack_urn(stack: str, project: str) -> str:
    """Return the URN of the stack, which is the parent of all resources without one."""
    return build_urn(stack, project, "", STACK_TYPE, f"{project}-{stack}")


def get_qualified_type(urn: str) -> str:
    """Return the type of a resource, prefixed with those of its parents."""
    return urn.split("::", 3)[2]


def get_type(urn: str) -> str:
    """Return the type of a resource."""
    return get_qualified_type(urn).rsplit("$", 1)[-1]


def get_name(urn: str) -> str:
    """Return the name of a resource in the program."""
    return urn.split("::", 3)[3]


def get_package(type_: str) -> str:
    """Return the package of a type: the part before the first colon."""
    return type_.split(":", 1)[0]


def is_provider_type(type_: str) -> bool:
    """Return whether a type is that of an explicit provider."""
    return type_.startswith(PROVIDER_TYPE_PREFIX)


def split_reference(reference: str) -> tuple[str, str]:
    """Split a provider reference, ``<urn>::<id>``, into its two parts."""
    urn, _, id_ = reference.rpartition("::")
    return urn, id_


@dataclass(frozen=True)
class Goal:
    """A resource as the program registers it."""

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
    """A resource as its last step left it.

    Attributes:
        pending_delete: Its replacement exists, but the resource is not deleted yet.
        deleted: It is deleted, but its replacement is not created yet.
        taint: The next ``up`` replaces it.
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
    pending_delete: bool = False
    deleted: bool = False
    taint: bool = False

    def list_dependencies(self) -> set[str]:
        """Return the URNs that must outlive this resource."""
        by_property = (urn for urns in self.property_dependencies.values() for urn in urns)
        options = {self.parent, self.deleted_with, self.provider.rpartition("::")[0]}
        return {*options, *self.dependencies, *by_property} - {""}


def build_resource(goal: Goal, id_: str, inputs: Properties, outputs: Properties) -> Resource:
    """Return the resource for the state, after the step for a goal."""
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
    """The response to a registration; after a failure the outputs are unknown."""

    urn: str
    ok: bool = True
    id: str = ""
    outputs: Properties = field(default_factory=dict)


def build_registration_result(resource: Resource) -> RegistrationResult:
    """Return the response to the registration of a resource."""
    return RegistrationResult(resource.urn, id=resource.id, outputs=resource.outputs)
