"""One host process of Pulumi's dynamic providers."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from bim360_provider.testing.engine import processes
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.provider import Provider

# 400 MB, Pulumi's own limit for a message.
MAX_MESSAGE: Final = 400 * 1024 * 1024
CHANNEL_OPTIONS: Final = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
]


class Host(Provider):
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
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._closing = threading.Lock()

    def _stderr(self) -> Any:
        return self._process.stderr

    def _port(self, say: Callable[[str], None]) -> int:
        stdout = self._process.stdout
        first = stdout.readline().strip() if stdout is not None else b""
        if stdout is None or not first.isdigit():
            self._end()
            msg = f"the host of the dynamic providers did not start: it said {first.decode()!r}"
            raise LocalEngineError(msg)
        self._readers.append(processes.pass_on(stdout, say))
        return int(first)

    def close(self) -> None:
        """Say goodbye and end the process; calling it twice does no harm."""
        with self._closing:
            if self._process.poll() is None:
                with suppress(grpc.RpcError):  # it is being ended either way
                    self.stub.Cancel(empty_pb2.Empty())
            self._channel.close()
            self._end()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def _end(self) -> None:
        processes.end(self._process)
        for reader in self._readers:
            reader.join()
        processes.close(self._process)
