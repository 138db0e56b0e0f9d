"""The provider hosts of one run: one for the default provider, one for each explicit one."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from bim360_provider.testing.engine import urns
from bim360_provider.testing.engine.errors import LocalEngineError
from bim360_provider.testing.engine.host import Host
from bim360_provider.testing.engine.provider import HostError, Provider
from bim360_provider.testing.engine.recording import Recorder
from bim360_provider.testing.engine.values import Properties, has_sealed, has_unknown

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
        urn = urns.split_reference(reference)[0] if reference else DEFAULT
        with self._lock:
            gate = self._starting.setdefault(urn, threading.Lock())
        with gate:
            host = self._hosts.get(urn)
            if host is None:
                host = self._start(reference)
                self._hosts[urn] = host
        return host

    def _config(self, reference: str) -> Properties:
        urn = urns.split_reference(reference)[0] if reference else DEFAULT
        with self._lock:
            if urn not in self._configs:
                msg = (
                    f"the provider {urns.name_of(urn)!r} is neither in the program nor in the state"
                )
                raise LocalEngineError(msg)
            return self._configs[urn]

    def _start(self, reference: str) -> Host:
        config = self._config(reference)
        if has_sealed(config):
            name = urns.name_of(urns.split_reference(reference)[0])
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
