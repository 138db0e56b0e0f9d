"""The hosts of Pulumi's dynamic providers: one process for each provider of a run."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from bim360_provider.testing.engine.plugin import processes
from bim360_provider.testing.engine.plugin.provider_client import HostError, Provider
from bim360_provider.testing.engine.results import LocalEngineError, Recorder
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.values import Properties, has_sealed, has_unknown

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


DEFAULT: Final = ""
"""Stands for the default provider where a provider's URN is expected."""


class Hosts:
    """Starts each host when it is first needed, and ends all of them."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        engine: str,
        recorder: Recorder,
        config: Properties,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._engine = engine
        self._recorder = recorder
        self._configs: dict[str, Properties] = {DEFAULT: config}
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()
        self._starting: dict[str, threading.Lock] = {}
        self._warming: threading.Thread | None = None

    def declare(self, urn: str, config: Properties) -> None:
        """Set the configuration of an explicit provider, before its first use in this run."""
        with self._lock:
            self._configs[urn] = config

    def warm_up(self) -> None:
        """Start the default provider's host now, while the program is still being loaded.

        A failure is not told here: the first resource that needs the host will meet it again.
        """

        def start() -> None:
            with suppress(LocalEngineError, HostError):
                self.of(DEFAULT)

        self._warming = threading.Thread(target=start, daemon=True)
        self._warming.start()

    def is_open(self, reference: str) -> bool:
        """Tell whether a provider's configuration is fully known; in a preview it may not be."""
        return not has_unknown(self._config(reference))

    def of(self, reference: str) -> Provider:
        """Return the host of a provider reference, started and configured.

        Raises:
            LocalEngineError: It cannot start, or secrets of its configuration are not known.
        """
        urn = resource.split_reference(reference)[0] if reference else DEFAULT
        with self._lock:
            gate = self._starting.setdefault(urn, threading.Lock())
        with gate:
            host = self._hosts.get(urn)
            if host is None:
                host = self._start(reference)
                self._hosts[urn] = host
        return host

    def _config(self, reference: str) -> Properties:
        urn = resource.split_reference(reference)[0] if reference else DEFAULT
        with self._lock:
            if urn not in self._configs:
                name = resource.name_of(urn)
                msg = f"the provider {name!r} is neither in the program nor in the state"
                raise LocalEngineError(msg)
            return self._configs[urn]

    def _start(self, reference: str) -> Host:
        config = self._config(reference)
        if has_sealed(config):
            name = resource.name_of(resource.split_reference(reference)[0])
            msg = (
                f"the provider {name!r} has secrets which the state does not keep: "
                "give them as secret config, or set them in the environment"
            )
            raise LocalEngineError(msg)
        host = Host(self._folder, self._environment, self._engine, self._say)
        host.configure(config)
        return host

    def _say(self, line: str) -> None:
        self._recorder.say("info", line)

    def kill(self) -> None:
        """End every host at once, in the middle of whatever it does."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            host.kill()

    def close(self) -> None:
        """End every host that was started."""
        if self._warming is not None:
            self._warming.join()
        with self._lock:
            hosts, self._hosts = list(self._hosts.values()), {}
        for host in hosts:
            host.close()
