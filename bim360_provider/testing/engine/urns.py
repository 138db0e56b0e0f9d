"""URNs: ``urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>``.

See https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
"""

from typing import Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_TYPE_PREFIX: Final = "pulumi:providers:"
DYNAMIC_PACKAGE: Final = "pulumi-python"
DYNAMIC_PROVIDER_TYPE: Final = PROVIDER_TYPE_PREFIX + DYNAMIC_PACKAGE


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Build the URN of a resource from its parent's (``""`` for none)."""
    above = qualified_type(parent) if parent else STACK_TYPE
    chain = type_ if above == STACK_TYPE else f"{above}${type_}"
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def of_stack(stack: str, project: str) -> str:
    """Build the URN of the stack itself, which is the parent of what has no other."""
    return make(stack, project, "", STACK_TYPE, f"{project}-{stack}")


def qualified_type(urn: str) -> str:
    """Return the type with those of the parents before it."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Return the resource's own type."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Return the name the program gave the resource."""
    return urn.split("::", 3)[3]


def package_of(type_: str) -> str:
    """Return the package a type belongs to: what is before the first colon."""
    return type_.split(":", 1)[0]


def is_provider(type_: str) -> bool:
    """Tell whether a type is an explicit provider's."""
    return type_.startswith(PROVIDER_TYPE_PREFIX)


def split_reference(reference: str) -> tuple[str, str]:
    """Split a provider reference, ``<urn>::<id>``, into its two parts."""
    urn, _, id_ = reference.rpartition("::")
    return urn, id_
