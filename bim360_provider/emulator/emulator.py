"""The emulator itself: a request in, a reply out, no sockets."""

import json
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from pydantic import JsonValue

from bim360_provider.emulator.clock import Clock, http_date
from bim360_provider.emulator.control import routes
from bim360_provider.emulator.faults import Rule, Then, spoil
from bim360_provider.emulator.http import gateway
from bim360_provider.emulator.http.errors import RefusedError
from bim360_provider.emulator.http.messages import Reply, Request
from bim360_provider.emulator.http.routing import Visit
from bim360_provider.emulator.instance import World
from bim360_provider.emulator.journal import NO_ANSWER, Journal
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import default_seed
from bim360_provider.emulator.seed.models import Seed
from bim360_provider.emulator.storage.database import IN_MEMORY, Store


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
        database: str = IN_MEMORY,
        options: Mapping[str, JsonValue] | None = None,
        clock: Clock | None = None,
        faults: Iterable[Rule] = (),
    ) -> None:
        self._lock = Lock()
        store = Store(database)
        try:
            self._world = World(seed or default_seed(), store, options or {}, clock, faults)
        except BaseException:
            store.close()
            raise

    @property
    def journal(self) -> Journal:
        """The requests so far."""
        return self._world.journal

    @property
    def clock(self) -> Clock:
        """The emulator's time."""
        return self._world.backend.clock

    @property
    def options(self) -> Options:
        """The options in force."""
        return self._world.backend.options

    def handle(self, request: Request) -> Reply:
        """Answer one request; every answer carries the ``Date`` of the emulator's clock."""
        with self._lock:
            reply = self._answer(request.with_single_slashes())
            return reply.dated(http_date(self.clock.now()))

    def ask(self, method: str, path: str, body: object = None, query: str = "") -> Any:
        """Call the control plane from inside the process and return the parsed answer.

        Raises:
            ControlError: The control plane refused; its message says why.
        """
        content = b"" if body is None else json.dumps(body).encode()
        reply = self.handle(Request(method, f"{routes.PREFIX}{path}", query, {}, content))
        if reply.status >= routes.FIRST_ERROR_STATUS:
            raise routes.ControlError(reply.status, reply.content()["error"])
        return reply.content()

    def close(self) -> None:
        """Close the database."""
        self._world.backend.store.close()

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(routes.PREFIX):
            return routes.answer(request, self._world)
        visit = gateway.arrive(request)
        struck = self._world.faults.pick(request, visit.route)
        reply = self._act(visit) if struck is None else self._misbehave(visit, *struck)
        status = NO_ANSWER if reply.delivery.drop else reply.status
        self.journal.record(visit, status, self.clock.now())
        return reply

    def _act(self, visit: Visit) -> Reply:
        try:
            with self._world.backend.store.transaction():
                return gateway.admit(visit, self._world.backend)
        except RefusedError as refused:
            return refused.reply()

    def _misbehave(self, visit: Visit, number: int, then: Then) -> Reply:
        visit.fault = number
        self.clock.advance(then.advance)
        return spoil(then, self._act(visit) if then.acts else None)
