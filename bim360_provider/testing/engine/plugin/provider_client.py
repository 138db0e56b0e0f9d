"""The calls of the engine to a provider."""

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

SEED_BYTES: Final = 32  # what Pulumi's engine sends with each Check


class HostError(Exception):
    """A provider call failed; the message is the provider's own."""


@dataclass(frozen=True)
class CheckResponse:
    """A provider's answer to Check: the inputs to go on with, and what is wrong with them."""

    inputs: Properties
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DiffResponse:
    """A provider's answer to Diff; ``changed`` is None where it leaves it to the engine."""

    has_changes: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


@dataclass(frozen=True)
class ReadResponse:
    """A provider's answer to Read; an empty id says that the object is gone."""

    id: str
    outputs: Properties
    inputs: Properties | None


class ProviderClient:
    """A provider, behind the stub of its service."""

    stub: Any
    """The ``ResourceProviderStub``."""

    def configure(self, config: Properties) -> None:
        """Hand over the provider's configuration, in plain as the host wants it."""
        request = provider_pb2.ConfigureRequest(
            args=to_struct(config, keep_secrets=False),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        _call_provider(self.stub.Configure, request)

    def check(self, urn: str, olds: Properties, news: Properties) -> CheckResponse:
        """Ask whether inputs are valid, and for their normal form."""
        request = provider_pb2.CheckRequest(
            **_build_identity(urn),
            olds=_to_plain_struct(olds),
            news=_to_plain_struct(news),
            randomSeed=os.urandom(SEED_BYTES),
        )
        answer = _call_provider(self.stub.Check, request)
        failures = tuple((failure.property, failure.reason) for failure in answer.failures)
        return CheckResponse(mark_secrets(from_struct(answer.inputs), news), failures)

    def diff(
        self, urn: str, old: Resource, news: Properties, ignore: tuple[str, ...]
    ) -> DiffResponse:
        """Ask whether a resource would change, and whether in place."""
        request = provider_pb2.DiffRequest(
            **_build_identity(urn),
            id=old.id,
            olds=_to_plain_struct(old.outputs),
            old_inputs=_to_plain_struct(old.inputs),
            news=_to_plain_struct(news),
            ignoreChanges=ignore,
        )
        answer = _call_provider(self.stub.Diff, request)
        words = {answer.DIFF_NONE: False, answer.DIFF_SOME: True}
        return DiffResponse(
            words.get(answer.changes), tuple(answer.replaces), answer.deleteBeforeReplace
        )

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Create the object; return its id and outputs.

        Raises:
            HostError: The provider failed, or gave no id.
        """
        request = provider_pb2.CreateRequest(
            **_build_identity(urn), properties=_to_plain_struct(inputs)
        )
        answer = _call_provider(self.stub.Create, request)
        if not answer.id:
            msg = "the provider created the object but returned no id for it"
            raise HostError(msg)
        return answer.id, mark_secrets(from_struct(answer.properties), inputs)

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Change the object in place; return its outputs."""
        request = provider_pb2.UpdateRequest(
            **_build_identity(urn),
            id=old.id,
            olds=_to_plain_struct(old.outputs),
            old_inputs=_to_plain_struct(old.inputs),
            news=_to_plain_struct(news),
        )
        answer = _call_provider(self.stub.Update, request)
        return mark_secrets(from_struct(answer.properties), news)

    def read(self, known: Resource) -> ReadResponse:
        """Look the object up."""
        request = provider_pb2.ReadRequest(
            **_build_identity(known.urn),
            id=known.id,
            properties=_to_plain_struct(known.outputs),
            inputs=_to_plain_struct(known.inputs),
        )
        answer = _call_provider(self.stub.Read, request)
        found = from_struct(answer.inputs) if answer.HasField("inputs") else None
        return ReadResponse(
            answer.id,
            mark_secrets(from_struct(answer.properties), known.outputs),
            None if found is None else mark_secrets(found, known.inputs),
        )

    def delete(self, doomed: Resource) -> None:
        """Delete the object."""
        request = provider_pb2.DeleteRequest(
            **_build_identity(doomed.urn),
            id=doomed.id,
            properties=_to_plain_struct(doomed.outputs),
            old_inputs=_to_plain_struct(doomed.inputs),
        )
        _call_provider(self.stub.Delete, request)


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
    """Return what the provider said; a host that died says nothing, so say that."""
    details = error.details() if isinstance(error, grpc.Call) else str(error)
    if isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE:
        return f"the host of the dynamic providers is gone ({details})"
    return (details or "the provider failed without a message").strip()


def describe_failures(goal: Goal, checked: CheckResponse) -> Iterator[str]:
    """Yield a line for each check failure."""
    subject = f"{goal.type} resource '{resource.get_name(goal.urn)}'"
    for name, reason in checked.failures:
        if name:
            value = mask_value(checked.inputs[name]) if name in checked.inputs else "<nil>"
            yield f"{subject}: property {name} value {{{value}}} has a problem: {reason}"
        else:
            yield f"{subject} has a problem: {reason}"
