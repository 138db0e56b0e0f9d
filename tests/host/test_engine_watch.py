"""The host ends when the engine that started it dies."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from tests.host.dynamic_host import start_host
from tests.support.hq import PROJECT_INPUTS

PATIENCE = 20.0
"""Seconds in which a host notices and ends; it checks once per second."""


class Engine(grpc.GenericRpcHandler):
    """An engine that implements nothing and records that it was called."""

    def __init__(self) -> None:
        self.called = threading.Event()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> None:
        """Respond that nothing is implemented."""
        del handler_call_details
        self.called.set()


def test_a_host_ends_with_its_engine(tmp_path: Path) -> None:
    """A killed CLI cannot end its plugins, so the host ends itself."""
    engine = Engine()
    server = grpc.server(ThreadPoolExecutor(max_workers=1), handlers=[engine])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with start_host(tmp_path, {}, engine=f"127.0.0.1:{port}") as host:
        host.check(PROJECT_INPUTS)
        assert engine.called.wait(PATIENCE)
        assert host.process.poll() is None

        server.stop(None).wait()

        assert host.process.wait(PATIENCE) == 1
