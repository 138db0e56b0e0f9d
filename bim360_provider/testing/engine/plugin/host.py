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
from bim360_provider.testing.engine.plugin.provider_client import HostError, ProviderClient
from bim360_provider.testing.engine.results import LocalEngineError, Recorder
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.values import Properties, has_secret_digest, has_unknown

# 400 MB, Pulumi's own limit for a message.
MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024

CHANNEL_OPTIONS: Final = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]


class ProviderHost(ProviderClient):
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
        self._process = processes.start_child(["host", engine], folder, environment)
        self._readers = [processes.forward_lines(self._get_stderr(), say)]
        port = self._read_port(say)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._close_lock = threading.Lock()

    def _get_stderr(self) -> Any:
        return self._process.stderr

    def _read_port(self, say: Callable[[str], None]) -> int:
        stdout = self._process.stdout
        first = stdout.readline().strip() if stdout is not None else b""
        if stdout is None or not first.isdigit():
            self._end_process()
            msg = f"the host of the dynamic providers did not start: it said {first.decode()!r}"
            raise LocalEngineError(msg)
        self._readers.append(processes.forward_lines(stdout, say))
        return int(first)

    def close(self) -> None:
        """Say goodbye and end the process; calling it twice does no harm."""
        with self._close_lock:
            if self._process.poll() is None:
                with suppress(grpc.RpcError):  # it is being ended either way
                    self.stub.Cancel(empty_pb2.Empty())
            self._channel.close()
            self._end_process()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def _end_process(self) -> None:
        processes.end_child(self._process)
        for reader in self._readers:
            reader.join()
        processes.close_streams(self._process)


DEFAULT_PROVIDER: Final = ""
"""Stands for the default provider where a provider's URN is expected."""


class HostRegistry:
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
        self._configs: dict[str, Properties] = {DEFAULT_PROVIDER: config}
        self._hosts: dict[str, ProviderHost] = {}
        self._lock = threading.Lock()
        self._start_locks: dict[str, threading.Lock] = {}
        self._warm_up_thread: threading.Thread | None = None

    def set_config(self, urn: str, config: Properties) -> None:
        """Set the configuration of an explicit provider, before its first use in this run."""
        with self._lock:
            self._configs[urn] = config

    def start_default_host(self) -> None:
        """Start the default provider's host now, while the program is still being loaded.

        A failure is not told here: the first resource that needs the host will meet it again.
        """

        def start() -> None:
            with suppress(LocalEngineError, HostError):
                self.get_host(DEFAULT_PROVIDER)

        self._warm_up_thread = threading.Thread(target=start, daemon=True)
        self._warm_up_thread.start()

    def is_configurable(self, reference: str) -> bool:
        """Tell whether a provider's configuration is fully known; in a preview it may not be."""
        return not has_unknown(self._get_config(reference))

    def get_host(self, reference: str) -> ProviderClient:
        """Return the host of a provider reference, started and configured.

        Raises:
            LocalEngineError: It cannot start, or secrets of its configuration are not known.
        """
        urn = resource.split_reference(reference)[0] if reference else DEFAULT_PROVIDER
        with self._lock:
            gate = self._start_locks.setdefault(urn, threading.Lock())
        with gate:
            host = self._hosts.get(urn)
            if host is None:
                host = self._start_host(reference)
                self._hosts[urn] = host
        return host

    def _get_config(self, reference: str) -> Properties:
        urn = resource.split_reference(reference)[0] if reference else DEFAULT_PROVIDER
        with self._lock:
            if urn not in self._configs:
                name = resource.get_name(urn)
                msg = f"the provider {name!r} is neither in the program nor in the state"
                raise LocalEngineError(msg)
            return self._configs[urn]

    def _start_host(self, reference: str) -> ProviderHost:
        config = self._get_config(reference)
        if has_secret_digest(config):
            name = resource.get_name(resource.split_reference(reference)[0])
            msg = (
                f"the provider {name!r} has secrets which the state does not keep: "
                "give them as secret config, or set them in the environment"
            )
            raise LocalEngineError(msg)
        host = ProviderHost(self._folder, self._environment, self._engine, self._record_line)
        host.configure(config)
        return host

    def _record_line(self, line: str) -> None:
        self._recorder.record_message("info", line)

    def kill(self) -> None:
        """End every host at once, in the middle of whatever it does."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            host.kill()

    def close(self) -> None:
        """End every host that was started."""
        if self._warm_up_thread is not None:
            self._warm_up_thread.join()
        with self._lock:
            hosts, self._hosts = list(self._hosts.values()), {}
        for host in hosts:
            host.close()
