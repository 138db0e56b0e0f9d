"""Wait until a name is free, within bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.entity import Fields, Row
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.errors import Bim360Error, ConflictError

__all__ = [
    "NameParkedError",
    "NameRequest",
    "create_or_adopt",
    "patch_after_wait",
    "patch_unparked_fields",
    "patch_with_rename",
    "wait_for_name",
]

POLL_INTERVAL: Final = 0.1
"""Seconds between two checks of the resources that Pulumi has compared."""

QUIET_PERIOD: Final = 1.0
"""Seconds without a comparison, after which no resource is expected to vacate the name."""

MAX_OPEN_CHANGES: Final = 4
"""The number of pending changes at which Pulumi may stop comparing until one ends.

Its host has four threads, and its program's side four for each parallel step:
https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/dynamic/__main__.py
"""


class NameParkedError(ConflictError):
    """The name is not free yet, and waiting would block the update that vacates it."""


@dataclass(frozen=True)
class NameRequest:
    """A name that is in use, and the resource that needs it."""

    exchange: NameExchange
    item_id: str
    name: str
    error: ConflictError

    def build_refusal(self, detail: str) -> ConflictError:
        """Return the error, with the reason and the advice."""
        who = f"{self.exchange.kind} {self.item_id}"
        error = self.error
        action = f"change name of {who} to '{self.name}'"
        msg = f"BIM 360: could not {action}: HQ answered {error.status}: {detail}."
        return ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )


def _park_rename(request: NameRequest) -> None:
    """Leave the rename to the update that vacates the name.

    Raises:
        NameParkedError: Unless the name is free by now.
    """
    exchange, error = request.exchange, request.error
    rename = exchange.renames.find_rename(exchange.scope, request.item_id)
    with exchange.renames.vacate_lock:
        if exchange.vacate_name(request.name, request.item_id):
            return
        if rename is None:
            raise error
        rename.is_parked = True
    who = f"{exchange.kind} '{rename.old_name}' ({request.item_id})"
    message = f"{who} waits for the name '{request.name}', which another resource may give up"
    exchange.run.warn(
        f"BIM 360: {message}; if it does not get it now, the next `pulumi up` tries again."
    )
    raise NameParkedError(
        str(error), status=error.status, hq_message=error.hq_message, request=error.request
    )


def wait_for_name(request: NameRequest) -> None:
    """Return once the name is free.

    Raises:
        ConflictError: The name will not become free.
        NameParkedError: Waiting would block the resource that has the name.
    """
    exchange = request.exchange
    while True:
        wanted = exchange.find_blocking_name(request.name, request.item_id)
        holder = None if wanted is None else _find_holder(request, wanted)
        if holder is not None and exchange.renames.correct_old_name(
            exchange.scope, holder.id, str(wanted)
        ):
            continue  # it vacates a name that the state does not have
        if holder is None or holder.id == request.item_id:
            if exchange.vacate_name(request.name, request.item_id):
                return None
            raise request.build_refusal(_describe_missing_holder(request, wanted))
        known = exchange.renames.is_compared(exchange.scope, holder.id)
        if known and exchange.find_blocking_name(request.name, request.item_id) != wanted:
            continue  # it was compared meanwhile and vacates the name
        if known:
            raise request.build_refusal(
                _describe_holder(request, str(wanted), holder.id, is_compared=True)
            )
        is_crowded = _wait_for_comparison(exchange, holder.id)
        if is_crowded is not None:
            rename = exchange.renames.find_rename(exchange.scope, request.item_id)
            if is_crowded or (rename and rename.is_kept):
                return _park_rename(request)
            raise request.build_refusal(
                _describe_holder(request, str(wanted), holder.id, is_compared=False)
            )


def _find_holder(request: NameRequest, name: str) -> Any:
    """Return the object with a name, or None; raise the refusal if HQ cannot be read."""
    try:
        found = request.exchange.collection.search_by_name(name)
    except Bim360Error:
        raise request.error from None
    return next((each for each in found if each.id != request.item_id), next(iter(found), None))


def _wait_for_comparison(exchange: NameExchange, item_id: str) -> bool | None:
    """Wait until Pulumi has compared a resource, while it compares others.

    Returns:
        None once it has; otherwise whether too many changes are pending for it to continue.
    """
    clock, count = exchange.run.clock, exchange.renames.count_compared(exchange.scope)
    deadline = clock.monotonic() + QUIET_PERIOD
    while clock.monotonic() < deadline:
        if exchange.renames.may_park(MAX_OPEN_CHANGES):
            return True
        clock.sleep(POLL_INTERVAL)
        if exchange.renames.is_compared(exchange.scope, item_id):
            return None
        if exchange.renames.count_compared(exchange.scope) != count:
            count, deadline = (
                exchange.renames.count_compared(exchange.scope),
                clock.monotonic() + QUIET_PERIOD,
            )
    return exchange.renames.unsettled_count >= MAX_OPEN_CHANGES


def _describe_holder(request: NameRequest, name: str, holder_id: str, *, is_compared: bool) -> str:
    """Return which object has the name, and what to do."""
    kind = request.exchange.kind
    owner = (
        "another resource of this stack, which keeps it"
        if is_compared
        else "not renamed in this run"
    )
    who = f"{kind} '{name}' ({holder_id}) has that name and is {owner}"
    reason = f"{_describe_dependency(request, name)}{who}"
    return f"{reason}. Rename that {kind} first, or declare another name"


def _describe_missing_holder(request: NameRequest, name: str | None) -> str:
    """Return the message that no owner of the name was found, and what to do."""
    kind, name_in_use = request.exchange.kind, name or request.name
    who = f"'{name_in_use}' is in use, yet no {kind} with that name can be found"
    reason = f"{_describe_dependency(request, name_in_use)}{who}"
    return f"{reason}. Run `pulumi up` again later, or declare another name"


def _describe_dependency(request: NameRequest, name: str) -> str:
    """Return for which other rename the name is needed."""
    return "" if name == request.name else f"its owner needs the name '{name}', and "


def patch_with_rename(
    exchange: NameExchange, item_id: str, body: Fields, send: Callable[[Fields], Row]
) -> Row:
    """Send a PATCH; first vacate a name that another resource of this run releases.

    Args:
        exchange: The names of this kind and account.
        item_id: HQ's id of the object.
        body: The fields to change.
        send: Sends a PATCH.

    Returns:
        HQ's response to the last PATCH, or to the one with which another update set the name.

    Raises:
        ConflictError: The name is in use, and no compared resource vacates it.
        Bim360Error: Any other failure of a request.
    """
    if "name" not in body:
        return send(body)
    rename = exchange.renames.find_rename(exchange.scope, item_id)
    try:
        return _patch_remaining_fields(exchange, item_id, body, send)
    except ConflictError:
        is_done = rename is not None and rename.row is not None
        if not (is_done or exchange.vacate_name(body["name"], item_id)):
            raise
        # Otherwise another update could set the name at the same moment.
        with exchange.renames.vacate_lock:
            return _patch_remaining_fields(exchange, item_id, body, send)


def patch_after_wait(
    exchange: NameExchange,
    item_id: str,
    body: Fields,
    send: Callable[[Fields], Row],
    error: ConflictError,
) -> Row:
    """Wait until the resource with the name is compared, then send the PATCH.

    Args:
        exchange: The names of this kind and account.
        item_id: HQ's id of the object.
        body: The fields to change.
        send: Sends a PATCH.
        error: HQ's refusal.

    Raises:
        ConflictError: No resource of this stack vacates the name.
        NameParkedError: Waiting would block the resource that has the name.
        Bim360Error: Any other failure of a request.
    """
    wait_for_name(NameRequest(exchange, item_id, body["name"], error))
    with exchange.renames.vacate_lock:
        return _patch_remaining_fields(exchange, item_id, body, send)


def patch_unparked_fields(
    body: Fields, patch: Callable[[Fields], Row | None]
) -> tuple[Row | None, set[str]]:
    """Send a PATCH; return HQ's response, and the fields that another update will set."""
    try:
        return patch(body), set()
    except NameParkedError:
        # HQ cannot rename an archived project, so the archiving waits as well.
        parked = {"name"} | ({"status"} if body.get("status") == "archived" else set())
        rest = {name: value for name, value in body.items() if name not in parked}
        return patch(rest), parked


def create_or_adopt(
    exchange: NameExchange,
    name: str,
    create: Callable[[], Row],
    adopt: Callable[[ConflictError], Row],
) -> tuple[Row, bool]:
    """Create an object, or adopt the one that has the name and keeps it in this run.

    Args:
        exchange: The names of this kind and account.
        name: The declared name.
        create: Creates, unless the name is in use.
        adopt: Adopts the object with the name, or raises an error with the reason.

    Returns:
        The object, and whether it was adopted.

    Raises:
        ConflictError: The name is in use by another object.
        Bim360Error: Any other failure of a request.
    """
    try:
        return _create_with_retry(exchange, name, create), False
    except ConflictError as error:
        try:
            return adopt(error), True
        except ConflictError:
            if not exchange.vacate_name(name):  # its owner may have been compared meanwhile
                raise
            return create(), False


def _create_with_retry(exchange: NameExchange, name: str, create: Callable[[], Row]) -> Row:
    """Create; try again if a resource of this run has vacated the name."""
    try:
        return create()
    except ConflictError:
        if not exchange.vacate_name(name):
            raise
        return create()


def _patch_remaining_fields(
    exchange: NameExchange, item_id: str, body: Fields, send: Callable[[Fields], Row]
) -> Row:
    """Send the fields that another update has not set yet."""
    rename = exchange.renames.find_rename(exchange.scope, item_id)
    if rename is not None and rename.row is not None and rename.new_name == body["name"]:
        rest = {name: value for name, value in body.items() if name != "name"}
        done: Row = rename.row
        return send(rest) if rest else done
    row = send(body)
    exchange.record_rename(item_id, row)
    return row
