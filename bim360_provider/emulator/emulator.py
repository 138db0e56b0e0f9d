"""The emulator without sockets: it takes a request and returns a reply."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from pydantic import JsonValue

from bim360_provider.emulator.clock import EmulatorClock, format_http_date
from bim360_provider.emulator.control import routes
from bim360_provider.emulator.faults import FaultEffect, FaultInjector, Rule, apply_fault
from bim360_provider.emulator.http import gateway
from bim360_provider.emulator.http.errors import ApiError
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.http.routing import RequestContext
from bim360_provider.emulator.journal import NO_RESPONSE_STATUS, Journal
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import (
    build_default_seed,
    load_accounts,
    load_clients,
)
from bim360_provider.emulator.seed.models import Seed, validate_document
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import IN_MEMORY_PATH, Store


class Emulator:
    """A local HQ: its state, the seed that a reset restores, faults and a journal.

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
        # Reentrant: the control plane resets the emulator while its request holds the lock.
        self._lock = RLock()
        self._seed = seed or build_default_seed()
        self._overrides = options or {}
        self.journal = Journal()
        self.fault_injector = FaultInjector(faults)
        store = Store(database)
        try:
            self.hq = HqState(store, self._build_options(self._seed), clock or EmulatorClock())
            if store.is_new:
                with store.begin_transaction():
                    self._load_seed()
        except BaseException:
            store.close()
            raise

    @property
    def clock(self) -> EmulatorClock:
        """The emulator's time."""
        return self.hq.clock

    @property
    def options(self) -> Options:
        """The options in force."""
        return self.hq.options

    def handle(self, request: IncomingRequest) -> Reply:
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
        reply = self.handle(
            IncomingRequest(method, f"{routes.CONTROL_PREFIX}{path}", query, {}, content)
        )
        if reply.status >= routes.FIRST_ERROR_STATUS:
            raise routes.ControlError(reply.status, reply.parse_content()["error"])
        return reply.parse_content()

    @contextmanager
    def open_store(self) -> Iterator[Store]:
        """Yield the database; no request is handled meanwhile."""
        with self._lock:
            yield self.hq.store

    def reset(self) -> None:
        """Restore the seed: state, ids, clock, options, quotas, faults and journal."""
        with self._lock:
            self.clock.reset()
            self.hq.options = self._build_options(self._seed)
            self.hq.reset_quotas()
            self.journal.clear()
            self.fault_injector.reset()
            with self.hq.store.begin_transaction():
                self.hq.store.clear()
                self._load_seed()

    def replace_seed(self, seed: Seed) -> None:
        """Replace the seed, and reset to it.

        Raises:
            SeedError: One of its options is invalid; then nothing changes.
        """
        self._build_options(seed)
        with self._lock:
            self._seed = seed
            self.reset()

    def set_options(self, changes: Mapping[str, JsonValue]) -> Options:
        """Change options until the next reset, and return all.

        Raises:
            SeedError: One is invalid.
        """
        with self._lock:
            self.hq.options = _parse_options({**self.options.model_dump(), **changes})
            return self.options

    def close(self) -> None:
        """Close the database."""
        self.hq.store.close()

    def _handle_request(self, request: IncomingRequest) -> Reply:
        if request.path.startswith(routes.CONTROL_PREFIX):
            return routes.handle_request(request, self)
        context = gateway.route_request(request)
        fault = self.fault_injector.pick_fault(request, context.route_name)
        reply = (
            self._process_request(context) if fault is None else self._apply_fault(context, *fault)
        )
        status = NO_RESPONSE_STATUS if reply.delivery.drop else reply.status
        self.journal.record_request(context, status, self.clock.now())
        return reply

    def _process_request(self, context: RequestContext) -> Reply:
        try:
            with self.hq.store.begin_transaction():
                return gateway.dispatch_request(context, self.hq)
        except ApiError as error:
            return error.build_reply()

    def _apply_fault(self, context: RequestContext, number: int, then: FaultEffect) -> Reply:
        context.fault_number = number
        self.clock.advance(then.advance)
        real_reply = self._process_request(context) if then.is_processed else None
        return apply_fault(then, real_reply, context.error_type)

    def _build_options(self, seed: Seed) -> Options:
        return _parse_options({**seed.options, **self._overrides})

    def _load_seed(self) -> None:
        load_accounts(self.hq, self._seed.accounts)
        load_clients(self.hq, self._seed.clients)
        self.hq.store.mark_seeded()


def _parse_options(given: Mapping[str, JsonValue]) -> Options:
    return validate_document(Options, given, prefix="options.")
