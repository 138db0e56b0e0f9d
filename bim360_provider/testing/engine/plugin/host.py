"""Starts and stops the hosts of dynamic providers: one process per provider of a run."""

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

MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""Pulumi's own limit for a message."""

CHANNEL_OPTIONS: Final = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]

DEFAULT_PROVIDER: Final = ""
"""Reference of the default provider."""


class ProviderHost(ProviderClient):
    """A running ``python -u -m pulumi.dynamic``."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        engine: str,
        handle_line: Callable[[str], None],
    ) -> None:
        """Start the process and connect to it.

        Args:
            folder: Folder of the program, from which providers are imported.
            environment: Variables in addition to those of this process.
            engine: Address of the engine's log service.
            handle_line: Called with every line that the host prints.

        Raises:
            LocalEngineError: The host ended before it was ready.
        """
        self._process = processes.start_child(["host", engine], folder, environment)
        self._readers = [processes.forward_lines(self._get_stderr(), handle_line)]
        port = self._read_port(handle_line)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._close_lock = threading.Lock()

    def _get_stderr(self) -> Any:
        return self._process.stderr

    def _read_port(self, handle_line: Callable[[str], None]) -> int:
        stdout = self._process.stdout
        first = stdout.readline().strip() if stdout is not None else b""
        if stdout is None or not first.isdigit():
            self._end_process()
            msg = f"the host of the dynamic providers did not start; its output: {first.decode()!r}"
            raise LocalEngineError(msg)
        self._readers.append(processes.forward_lines(stdout, handle_line))
        return int(first)

    def close(self) -> None:
        """Cancel running calls and end the process; a second call does nothing."""
        with self._close_lock:
            if self._process.poll() is None:
                with suppress(grpc.RpcError):  # the process is ended anyway
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


class HostRegistry:
    """Starts each host at its first use and ends all hosts."""

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
        """Start the host of the default provider while the program is still loading.

        A failure is not reported here: it occurs again at the first use of the host.
        """

        def start() -> None:
            with suppress(LocalEngineError, HostError):
                self.get_host(DEFAULT_PROVIDER)

        self._warm_up_thread = threading.Thread(target=start, daemon=True)
        self._warm_up_thread.start()

    def is_configurable(self, reference: str) -> bool:
        """Return whether the configuration of a provider is known; in a preview it may not be."""
        return not has_unknown(self._get_config(reference))

    def get_host(self, reference: str) -> ProviderClient:
        """Return the host of a provider reference, started and configured.

        Raises:
            LocalEngineError: The host cannot start, or secrets of its configuration are unknown.
        """
        urn = resource.split_reference(reference)[0] if reference else DEFAULT_PROVIDER
        with self._lock:
            lock = self._start_locks.setdefault(urn, threading.Lock())
        with lock:
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
                f"the provider {name!r} has secrets, which the state does not store: "
                "pass them as secret config, or set them in the environment"
            )
            raise LocalEngineError(msg)
        host = ProviderHost(self._folder, self._environment, self._engine, self._record_line)
        host.configure(config)
        return host

    def _record_line(self, line: str) -> None:
        self._recorder.record_message("info", line)

    def kill(self) -> None:
        """Kill all hosts immediately."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            host.kill()

    def close(self) -> None:
        """End all hosts."""
        if self._warm_up_thread is not None:
            self._warm_up_thread.join()
        with self._lock:
            hosts, self._hosts = list(self._hosts.values()), {}
        for host in hosts:
            host.close()
