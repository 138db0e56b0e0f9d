"""The emulator without sockets: it takes a request and returns a reply."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
        seed: The initial state; the built-in seed by default.
        database: The file of the state, or memory.
        options: Options, which override those of the seed.
        clock: The clock; real time by default.
        faults: The initial fault rules, also in force after a reset.

    Raises:
        SeedError: The seed or an option is invalid.
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
        """Handle one request; every reply has the ``Date`` of the emulator's clock."""
        with self._lock:
            reply = self._handle_request(request.collapse_slashes())
            return reply.add_date(format_http_date(self.clock.now()))

    def call_control_plane(
        self, method: str, path: str, body: object = None, query: str = ""
    ) -> Any:
        """Call the control plane in this process and return the parsed reply.

        Raises:
            ControlError: The control plane refused the request; the message says why.
        """
        content = b"" if body is None else json.dumps(body).encode()
        reply = self.handle(Request(method, f"{routes.CONTROL_PREFIX}{path}", query, {}, content))
        if reply.status >= routes.FIRST_ERROR_STATUS:
            raise routes.ControlError(reply.status, reply.parse_content()["error"])
        return reply.parse_content()

    @contextmanager
    def open_store(self) -> Iterator[Store]:
        """Yield the database; no request is handled meanwhile."""
        with self._lock:
            yield self._instance.backend.store

    def close(self) -> None:
        """Close the database."""
        self._instance.backend.store.close()

    def _handle_request(self, request: Request) -> Reply:
        if request.path.startswith(routes.CONTROL_PREFIX):
            return routes.handle_request(request, self._instance)
        context = gateway.route_request(request)
        fault = self._instance.faults.pick_fault(request, context.route_name)
        reply = (
            self._process_request(context) if fault is None else self._apply_fault(context, *fault)
        )
        status = NO_RESPONSE_STATUS if reply.delivery.drop else reply.status
        self.journal.record_request(context, status, self.clock.now())
        return reply

    def _process_request(self, context: RequestContext) -> Reply:
        try:
            with self._instance.backend.store.begin_transaction():
                return gateway.dispatch_request(context, self._instance.backend)
        except ApiError as error:
            return error.build_reply()

    def _apply_fault(self, context: RequestContext, number: int, then: FaultEffect) -> Reply:
        context.fault_number = number
        self.clock.advance(then.advance)
        return apply_fault(then, self._process_request(context) if then.is_processed else None)
