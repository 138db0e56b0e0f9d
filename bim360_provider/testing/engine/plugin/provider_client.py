"""Calls a provider over gRPC."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2

from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.marshal import from_struct, to_struct
from bim360_provider.testing.engine.state.resource import Goal, Resource
from bim360_provider.testing.engine.state.values import Properties, mark_secrets, mask_value

SEED_BYTES: Final = 32
"""Length of the random seed that Pulumi's engine sends with each Check."""


class HostError(Exception):
    """A provider call failed; the message is that of the provider."""


@dataclass(frozen=True)
class CheckResponse:
    """A provider's response to Check: normalized inputs, and failures as (property, reason)."""

    inputs: Properties
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DiffResponse:
    """A provider's response to Diff; ``has_changes`` is None if the engine must compare."""

    has_changes: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


@dataclass(frozen=True)
class ReadResponse:
    """A provider's response to Read; an empty id means that the object does not exist."""

    id: str
    outputs: Properties
    inputs: Properties | None


class ProviderClient:
    """Calls one provider through the stub of its service."""

    stub: Any
    """The ``ResourceProviderStub``."""

    def configure(self, config: Properties) -> None:
        """Send the configuration, with secrets in plain text as the host expects."""
        request = provider_pb2.ConfigureRequest(
            args=to_struct(config, keep_secrets=False),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        _call_provider(self.stub.Configure, request)

    def check(self, urn: str, olds: Properties, news: Properties) -> CheckResponse:
        """Return the normalized inputs and the failures of their validation."""
        request = provider_pb2.CheckRequest(
            **_build_identity(urn),
            olds=_to_plain_struct(olds),
            news=_to_plain_struct(news),
            randomSeed=os.urandom(SEED_BYTES),
        )
        response = _call_provider(self.stub.Check, request)
        failures = tuple((failure.property, failure.reason) for failure in response.failures)
        return CheckResponse(mark_secrets(from_struct(response.inputs), news), failures)

    def diff(
        self, urn: str, old: Resource, news: Properties, ignore: tuple[str, ...]
    ) -> DiffResponse:
        """Return whether a resource would change, and whether by replacement."""
        request = provider_pb2.DiffRequest(
            **_build_identity(urn),
            id=old.id,
            olds=_to_plain_struct(old.outputs),
            old_inputs=_to_plain_struct(old.inputs),
            news=_to_plain_struct(news),
            ignoreChanges=ignore,
        )
        response = _call_provider(self.stub.Diff, request)
        has_changes = {response.DIFF_NONE: False, response.DIFF_SOME: True}
        return DiffResponse(
            has_changes.get(response.changes),
            tuple(response.replaces),
            response.deleteBeforeReplace,
        )

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Create the object; return its id and outputs.

        Raises:
            HostError: The provider failed or returned no id.
        """
        request = provider_pb2.CreateRequest(
            **_build_identity(urn), properties=_to_plain_struct(inputs)
        )
        response = _call_provider(self.stub.Create, request)
        if not response.id:
            msg = "the provider created the object but returned no id"
            raise HostError(msg)
        return response.id, mark_secrets(from_struct(response.properties), inputs)

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Update the object in place; return its outputs."""
        request = provider_pb2.UpdateRequest(
            **_build_identity(urn),
            id=old.id,
            olds=_to_plain_struct(old.outputs),
            old_inputs=_to_plain_struct(old.inputs),
            news=_to_plain_struct(news),
        )
        response = _call_provider(self.stub.Update, request)
        return mark_secrets(from_struct(response.properties), news)

    def read(self, known: Resource) -> ReadResponse:
        """Read the object."""
        request = provider_pb2.ReadRequest(
            **_build_identity(known.urn),
            id=known.id,
            properties=_to_plain_struct(known.outputs),
            inputs=_to_plain_struct(known.inputs),
        )
        response = _call_provider(self.stub.Read, request)
        inputs = from_struct(response.inputs) if response.HasField("inputs") else None
        return ReadResponse(
            response.id,
            mark_secrets(from_struct(response.properties), known.outputs),
            None if inputs is None else mark_secrets(inputs, known.inputs),
        )

    def delete(self, old: Resource) -> None:
        """Delete the object."""
        request = provider_pb2.DeleteRequest(
            **_build_identity(old.urn),
            id=old.id,
            properties=_to_plain_struct(old.outputs),
            old_inputs=_to_plain_struct(old.inputs),
        )
        _call_provider(self.stub.Delete, request)


def describe_failures(goal: Goal, checked: CheckResponse) -> Iterator[str]:
    """Yield a line for each check failure, in Pulumi's wording."""
    subject = f"{goal.type} resource '{resource.get_name(goal.urn)}'"
    for name, reason in checked.failures:
        if name:
            value = mask_value(checked.inputs[name]) if name in checked.inputs else "<nil>"
            yield f"{subject}: property {name} value {{{value}}} has a problem: {reason}"
        else:
            yield f"{subject} has a problem: {reason}"


def _build_identity(urn: str) -> dict[str, Any]:
    return {"urn": urn, "name": resource.get_name(urn), "type": resource.get_type(urn)}


def _to_plain_struct(properties: Properties) -> Any:
    return to_struct(properties, keep_secrets=False)


def _call_provider(method: Callable[[Any], Any], request: Any) -> Any:
    try:
        return method(request)
    except grpc.RpcError as error:
        raise HostError(_describe_error(error)) from None


def _describe_error(error: grpc.RpcError) -> str:
    """Return the message of the provider, or that its host has ended."""
    details = error.details() if isinstance(error, grpc.Call) else str(error)
    if isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE:
        return f"the host of the dynamic providers has ended ({details})"
    return (details or "the provider failed without a message").strip()
