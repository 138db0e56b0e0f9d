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
from bim360_provider.testing.engine.state.values import Properties, mark_secrets, masked

SEED_BYTES: Final = 32  # what Pulumi's engine sends with each Check


class HostError(Exception):
    """A provider call failed; the message is the provider's own."""


@dataclass(frozen=True)
class Checked:
    """A provider's answer to Check: the inputs to go on with, and what is wrong with them."""

    inputs: Properties
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Diffed:
    """A provider's answer to Diff; ``changed`` is None where it leaves it to the engine."""

    changed: bool | None
    replaces: tuple[str, ...]
    delete_before_replace: bool


@dataclass(frozen=True)
class ReadBack:
    """A provider's answer to Read; an empty id says that the object is gone."""

    id: str
    outputs: Properties
    inputs: Properties | None


class Provider:
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
        _call(self.stub.Configure, request)

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Ask whether inputs are valid, and for their normal form."""
        request = provider_pb2.CheckRequest(
            **_names(urn), olds=_plain(olds), news=_plain(news), randomSeed=os.urandom(SEED_BYTES)
        )
        answer = _call(self.stub.Check, request)
        failures = tuple((failure.property, failure.reason) for failure in answer.failures)
        return Checked(mark_secrets(from_struct(answer.inputs), news), failures)

    def diff(self, urn: str, old: Resource, news: Properties, ignore: tuple[str, ...]) -> Diffed:
        """Ask whether a resource would change, and whether in place."""
        request = provider_pb2.DiffRequest(
            **_names(urn),
            id=old.id,
            olds=_plain(old.outputs),
            old_inputs=_plain(old.inputs),
            news=_plain(news),
            ignoreChanges=ignore,
        )
        answer = _call(self.stub.Diff, request)
        words = {answer.DIFF_NONE: False, answer.DIFF_SOME: True}
        return Diffed(words.get(answer.changes), tuple(answer.replaces), answer.deleteBeforeReplace)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Create the object; return its id and outputs.

        Raises:
            HostError: The provider failed, or gave no id.
        """
        request = provider_pb2.CreateRequest(**_names(urn), properties=_plain(inputs))
        answer = _call(self.stub.Create, request)
        if not answer.id:
            msg = "the provider created the object but returned no id for it"
            raise HostError(msg)
        return answer.id, mark_secrets(from_struct(answer.properties), inputs)

    def update(self, urn: str, old: Resource, news: Properties) -> Properties:
        """Change the object in place; return its outputs."""
        request = provider_pb2.UpdateRequest(
            **_names(urn),
            id=old.id,
            olds=_plain(old.outputs),
            old_inputs=_plain(old.inputs),
            news=_plain(news),
        )
        answer = _call(self.stub.Update, request)
        return mark_secrets(from_struct(answer.properties), news)

    def read(self, known: Resource) -> ReadBack:
        """Look the object up."""
        request = provider_pb2.ReadRequest(
            **_names(known.urn),
            id=known.id,
            properties=_plain(known.outputs),
            inputs=_plain(known.inputs),
        )
        answer = _call(self.stub.Read, request)
        found = from_struct(answer.inputs) if answer.HasField("inputs") else None
        return ReadBack(
            answer.id,
            mark_secrets(from_struct(answer.properties), known.outputs),
            None if found is None else mark_secrets(found, known.inputs),
        )

    def delete(self, doomed: Resource) -> None:
        """Delete the object."""
        request = provider_pb2.DeleteRequest(
            **_names(doomed.urn),
            id=doomed.id,
            properties=_plain(doomed.outputs),
            old_inputs=_plain(doomed.inputs),
        )
        _call(self.stub.Delete, request)


def _names(urn: str) -> dict[str, Any]:
    return {"urn": urn, "name": resource.name_of(urn), "type": resource.type_of(urn)}


def _plain(properties: Properties) -> Any:
    return to_struct(properties, keep_secrets=False)


def _call(method: Callable[[Any], Any], request: Any) -> Any:
    try:
        return method(request)
    except grpc.RpcError as error:
        raise HostError(_reason(error)) from None


def _reason(error: grpc.RpcError) -> str:
    """Return what the provider said; a host that died says nothing, so say that."""
    details = error.details() if isinstance(error, grpc.Call) else str(error)
    if isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.UNAVAILABLE:
        return f"the host of the dynamic providers is gone ({details})"
    return (details or "the provider failed without a message").strip()


def problems_of(goal: Goal, checked: Checked) -> Iterator[str]:
    """Yield a line for each check failure."""
    subject = f"{goal.type} resource '{resource.name_of(goal.urn)}'"
    for name, reason in checked.failures:
        if name:
            value = masked(checked.inputs[name]) if name in checked.inputs else "<nil>"
            yield f"{subject}: property {name} value {{{value}}} has a problem: {reason}"
        else:
            yield f"{subject} has a problem: {reason}"
