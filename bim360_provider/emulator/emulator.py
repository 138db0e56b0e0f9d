"""The emulator itself: a request in, a reply out, no sockets."""

import json
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from pydantic import JsonValue

from bim360_provider.emulator.clock import EmulatorClock, format_http_date
from bim360_provider.emulator.control import routes
from bim360_provider.emulator.faults import FaultEffect, Rule, apply_fault
from bim360_provider.emulator.http import gateway
from bim360_provider.emulator.http.errors import ApiError
from bim360_provider.emulator.http.messages import Reply, Request
from bim360_provider.emulator.http.routing import RequestContext
from bim360_provider.emulator.instance import EmulatorInstance
from bim360_provider.emulator.journal import NO_RESPONSE_STATUS, Journal
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import build_default_seed
from bim360_provider.emulator.seed.models import Seed
from bim360_provider.emulator.storage.database import IN_MEMORY_PATH, Store


class Emulator:
    """A local HQ.

    Args:
        seed: What there is at the start; the built-in seed when left out.
        database: A file that keeps the state, or memory.
        options: Options that win over the seed's own.
        clock: Its time; real time when left out.
        faults: Fault rules in force from the start, and again after a reset.

    Raises:
        SeedError: The seed or an option has a mistake.
        StoreError: The file cannot be used.
    """

    def __init__(
        self,
        seed: Seed | None = None,
        *,
        database: str = IN_MEMORY_PATH,
        options: Mapping[str, JsonValue] | None = None,
        clock: EmulatorClock | None = None,
        faults: Iterable[Rule] = (),
    ) -> None:
        self._lock = Lock()
        store = Store(database)
        try:
            self._instance = EmulatorInstance(
                seed or build_default_seed(), store, options or {}, clock, faults
            )
        except BaseException:
            store.close()
            raise

    @property
    def journal(self) -> Journal:
        """The requests so far."""
        return self._instance.journal

    @property
    def clock(self) -> EmulatorClock:
        """The emulator's time."""
        return self._instance.backend.clock

    @property
    def options(self) -> Options:
        """The options in force."""
        return self._instance.backend.options

    def handle(self, request: Request) -> Reply:
        """Answer one request; every answer carries the ``Date`` of the emulator's clock."""
        with self._lock:
            reply = self._handle_request(request.collapse_slashes())
            return reply.add_date(format_http_date(self.clock.now()))

    def call_control_plane(
        self, method: str, path: str, body: object = None, query: str = ""
    ) -> Any:
        """Call the control plane from inside the process and return the parsed answer.

        Raises:
            ControlError: The control plane refused; its message says why.
        """
        content = b"" if body is None else json.dumps(body).encode()
        reply = self.handle(Request(method, f"{routes.CONTROL_PREFIX}{path}", query, {}, content))
        if reply.status >= routes.FIRST_ERROR_STATUS:
            raise routes.ControlError(reply.status, reply.parse_content()["error"])
        return reply.parse_content()

    def close(self) -> None:
        """Close the database."""
        self._instance.backend.store.close()

    def _handle_request(self, request: Request) -> Reply:
        if request.path.startswith(routes.CONTROL_PREFIX):
            return routes.handle_request(request, self._instance)
        visit = gateway.route_request(request)
        struck = self._instance.faults.pick_fault(request, visit.route_name)
        reply = (
            self._process_request(visit) if struck is None else self._apply_fault(visit, *struck)
        )
        status = NO_RESPONSE_STATUS if reply.delivery.drop else reply.status
        self.journal.record_request(visit, status, self.clock.now())
        return reply

    def _process_request(self, visit: RequestContext) -> Reply:
        try:
            with self._instance.backend.store.begin_transaction():
                return gateway.dispatch_request(visit, self._instance.backend)
        except ApiError as refused:
            return refused.build_reply()

    def _apply_fault(self, visit: RequestContext, number: int, then: FaultEffect) -> Reply:
        visit.fault_number = number
        self.clock.advance(then.advance)
        return apply_fault(then, self._process_request(visit) if then.is_processed else None)
