"""One host process of Pulumi's dynamic providers, and the calls the engine makes to it.

The protocol is ``pulumirpc.ResourceProvider``:
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bim360_provider.testing.engine import processes, urns
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.values import Properties, mark_secrets
from bim360_provider.testing.engine.wire import from_struct, to_struct

# 400 MB, Pulumi's own limit for a message.
MAX_MESSAGE: Final = 400 * 1024 * 1024
CHANNEL_OPTIONS: Final = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
]
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


class Host:
    """A running ``python -u -m pulumi.dynamic``."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        engine: str,
        say: Callable[[str], None],
    ) -> None:
        """Start the process and connect to it.

        Args:
            folder: The program's folder: providers are imported from there.
            environment: Added to this process's own.
            engine: Address of the engine's log service.
            say: Gets every line the host prints.

        Raises:
            LocalEngineError: The host ended before it was ready.
        """
        self._process = processes.start(["host", engine], folder, environment)
        self._readers = [processes.pass_on(self._stderr(), say)]
        port = self._port(say)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._closing = threading.Lock()

    def _stderr(self) -> Any:
        return self._process.stderr

    def _port(self, say: Callable[[str], None]) -> int:
        stdout = self._process.stdout
        first = stdout.readline().strip() if stdout is not None else b""
        if stdout is None or not first.isdigit():
            processes.end(self._process)
            msg = f"the host of the dynamic providers did not start: it said {first.decode()!r}"
            raise LocalEngineError(msg)
        self._readers.append(processes.pass_on(stdout, say))
        return int(first)

    def configure(self, config: Properties) -> None:
        """Hand over the provider's configuration, in plain as the host wants it."""
        request = provider_pb2.ConfigureRequest(
            args=to_struct(config, keep_secrets=False),
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        _call(self._stub.Configure, request)

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Ask whether inputs are valid, and for their normal form."""
        request = provider_pb2.CheckRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=_plain(olds),
            news=_plain(news),
            randomSeed=os.urandom(SEED_BYTES),
        )
        answer = _call(self._stub.Check, request)
        failures = tuple((failure.property, failure.reason) for failure in answer.failures)
        return Checked(mark_secrets(from_struct(answer.inputs), news), failures)

    def diff(  # noqa: PLR0913, PLR0917 -- the fields of the request
        self,
        urn: str,
        id_: str,
        olds: Properties,
        old_inputs: Properties,
        news: Properties,
        ignore: tuple[str, ...] = (),
    ) -> Diffed:
        """Ask whether a resource would change, and whether in place."""
        request = provider_pb2.DiffRequest(
            id=id_,
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=_plain(olds),
            old_inputs=_plain(old_inputs),
            news=_plain(news),
            ignoreChanges=ignore,
        )
        answer = _call(self._stub.Diff, request)
        words = {answer.DIFF_NONE: False, answer.DIFF_SOME: True}
        return Diffed(words.get(answer.changes), tuple(answer.replaces), answer.deleteBeforeReplace)

    def create(self, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """Create the object; return its id and outputs.

        Raises:
            HostError: The provider failed, or gave no id.
        """
        request = provider_pb2.CreateRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            properties=_plain(inputs),
        )
        answer = _call(self._stub.Create, request)
        if not answer.id:
            msg = "the provider created the object but returned no id for it"
            raise HostError(msg)
        return answer.id, mark_secrets(from_struct(answer.properties), inputs)

    def update(
        self, urn: str, id_: str, olds: Properties, old_inputs: Properties, news: Properties
    ) -> Properties:
        """Change the object in place; return its outputs."""
        request = provider_pb2.UpdateRequest(
            id=id_,
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=_plain(olds),
            old_inputs=_plain(old_inputs),
            news=_plain(news),
        )
        answer = _call(self._stub.Update, request)
        return mark_secrets(from_struct(answer.properties), news)

    def read(self, urn: str, id_: str, outputs: Properties, inputs: Properties) -> ReadBack:
        """Look the object up."""
        request = provider_pb2.ReadRequest(
            id=id_,
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            properties=_plain(outputs),
            inputs=_plain(inputs),
        )
        answer = _call(self._stub.Read, request)
        found = from_struct(answer.inputs) if answer.HasField("inputs") else None
        return ReadBack(
            answer.id,
            mark_secrets(from_struct(answer.properties), outputs),
            None if found is None else mark_secrets(found, inputs),
        )

    def delete(self, urn: str, id_: str, outputs: Properties, old_inputs: Properties) -> None:
        """Delete the object."""
        request = provider_pb2.DeleteRequest(
            id=id_,
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            properties=_plain(outputs),
            old_inputs=_plain(old_inputs),
        )
        _call(self._stub.Delete, request)

    def close(self) -> None:
        """Say goodbye and end the process; calling it twice does no harm."""
        with self._closing:
            if self._process.poll() is None:
                with suppress(grpc.RpcError):  # it is being ended either way
                    self._stub.Cancel(empty_pb2.Empty())
            self._channel.close()
            processes.end(self._process)
            for reader in self._readers:
                reader.join()
            processes.close(self._process)


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
