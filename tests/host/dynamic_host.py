"""Run the real ``python -m pulumi.dynamic`` and call it as Pulumi's engine does.

The protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bim360_provider.dynamic.providers import ProjectProvider
from tests.host.next_run import NextRun
from tests.support.sdk import SDK_VERSION

NO_ENGINE = "127.0.0.1:1"
URN = "urn:pulumi:demo::demo::pulumi-python:dynamic/bim360:Project::tower"
UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's own mark of an unknown value."""

SECRET_MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
SERIALIZED_PROVIDER: Any = serialize_provider(ProjectProvider())
ROOT = str(Path(__file__).parents[2])
"""The folder from which the host imports a provider of the tests."""

CALL_TIMEOUT = 30.0
"""Seconds for one call; if the host hangs, the test fails."""


def to_struct(bag: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a bag as protobuf stores it: each number is a double."""
    message = struct_pb2.Struct()
    message.update(dict(bag))
    return message


def to_inputs(bag: Mapping[str, Any], provider: str = SERIALIZED_PROVIDER) -> struct_pb2.Struct:
    """Return the arguments of a resource, with the reference to its provider."""
    return to_struct({**bag, "__provider": provider})


def to_plain(message: struct_pb2.Struct, provider: str = SERIALIZED_PROVIDER) -> dict[str, Any]:
    """Return a bag without the reference to its provider, which each response must contain."""
    bag = MessageToDict(message)
    assert bag.pop("__provider") == provider
    return bag


@dataclass
class DynamicHost:
    """A running host and the calls that the engine sends."""

    stub: Any
    output_file: Path
    process: "subprocess.Popen[bytes]"
    provider: str = SERIALIZED_PROVIDER

    def with_provider(self, provider: ResourceProvider) -> "DynamicHost":
        """Return the same host for resources of another provider."""
        reference: Any = serialize_provider(provider)
        return replace(self, provider=reference)

    def check(self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> Any:
        """Return the normalized arguments and the check failures."""
        old = to_inputs(olds, self.provider) if olds is not None else to_struct({})
        new = to_inputs(news, self.provider)
        request = provider_pb2.CheckRequest(urn=URN, olds=old, news=new)
        return self.stub.Check(request, timeout=CALL_TIMEOUT)

    def create(self, properties: Any) -> Any:
        """Create a project from checked arguments."""
        request = provider_pb2.CreateRequest(urn=URN, properties=properties)
        return self.stub.Create(request, timeout=CALL_TIMEOUT)

    def check_and_create(self, bag: Mapping[str, Any]) -> Any:
        """Check and create a project."""
        return self.create(self.check(bag).inputs)

    def diff(self, id_: str, olds: Any, news: Any) -> Any:
        """Return the changes of a diff."""
        request = provider_pb2.DiffRequest(id=id_, urn=URN, olds=olds, news=news)
        return self.stub.Diff(request, timeout=CALL_TIMEOUT)

    def update(self, id_: str, olds: Any, news: Any) -> Any:
        """Change a project."""
        request = provider_pb2.UpdateRequest(id=id_, urn=URN, olds=olds, news=news)
        return self.stub.Update(request, timeout=CALL_TIMEOUT)

    def read(self, id_: str, state: Any, declared: Any = None) -> Any:
        """Read a project."""
        request = provider_pb2.ReadRequest(id=id_, urn=URN, properties=state, inputs=declared)
        return self.stub.Read(request, timeout=CALL_TIMEOUT)

    def get(self, id_: str) -> Any:
        """Read an object for a ``.get()``, with the reference to the provider only.

        Engines for SDK 3.268 and newer send it as the arguments, older ones as the outputs.
        """
        reference = to_inputs({}, self.provider)
        state = reference if SDK_VERSION < (3, 268) else to_struct({})
        return self.read(id_, state, reference)

    def begin_run(self) -> None:
        """Make the host forget the last run."""
        self.with_provider(NextRun()).check({})

    def delete(self, id_: str, state: Any) -> None:
        """Delete a project in a separate run, as a destroy does."""
        self.begin_run()
        request = provider_pb2.DeleteRequest(id=id_, urn=URN, properties=state)
        self.stub.Delete(request, timeout=CALL_TIMEOUT)


@contextmanager
def start_host(
    folder: Path,
    config: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    engine: str = NO_ENGINE,
) -> Iterator[DynamicHost]:
    """Run a host and configure it; ``DynamicHost.output_file`` has the lines that it prints."""
    printed = folder / "printed.txt"
    with (
        printed.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - Pulumi's own module
            [sys.executable, "-u", "-m", "pulumi.dynamic", engine],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env={**os.environ, "PULUMI_PROJECT": "demo", "PYTHONPATH": ROOT, **(environ or {})},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = provider_pb2_grpc.ResourceProviderStub(channel)
                request = provider_pb2.ConfigureRequest(args=to_struct(config), acceptSecrets=True)
                stub.Configure(request, timeout=CALL_TIMEOUT)
                yield DynamicHost(stub, printed, process)
                if process.poll() is None:
                    stub.Cancel(empty_pb2.Empty(), timeout=CALL_TIMEOUT)
        finally:
            process.kill()


def get_error_message(error: grpc.RpcError) -> str:
    """Return the text that the engine would show for a failed call.

    Hosts of the SDK before 3.260 begin it with a text of gRPC instead of the error's class.
    """
    assert isinstance(error, grpc.Call)
    assert error.code() == grpc.StatusCode.UNKNOWN
    return str(error.details()).replace("Exception calling application: ", "BIM 360: ").strip()
