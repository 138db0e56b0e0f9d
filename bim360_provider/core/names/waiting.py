"""Wait until a name is free, within bounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bim360_provider.core.names.renames import NameExchange
from bim360_provider.errors import Bim360Error, ConflictError

if TYPE_CHECKING:
    from bim360_provider.models import Company, Project

__all__ = [
    "NameParkedError",
    "NameRequest",
    "create_or_adopt",
    "patch_after_wait",
    "patch_with_rename",
    "wait_for_name",
]

POLL_INTERVAL: Final = 0.1
"""Seconds between two looks at what Pulumi has compared meanwhile."""

QUIET_PERIOD: Final = 1.0
"""Seconds without any resource compared, after which none is expected to give the name up."""

MAX_OPEN_CHANGES: Final = 4
"""Changes under way from which on Pulumi may compare nothing else before one of them has ended.

Its host has four threads, and its program's side four for each parallel step:
https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/dynamic/__main__.py
"""


class NameParkedError(ConflictError):
    """The name is not free yet, and waiting would stop the one that frees it."""


@dataclass(frozen=True)
class NameRequest:
    """A name that is in use, and the resource that is to have it."""

    exchange: NameExchange
    item_id: str
    name: str
    error: ConflictError

    def build_refusal(self, words: str) -> ConflictError:
        """Return the error, with the reason and the advice."""
        who = f"{self.exchange.kind} {self.item_id}"
        hq = self.error
        asked = f"change name of {who} to '{self.name}'"
        msg = f"BIM 360: could not {asked}: HQ answered {hq.status}: {words}."
        return ConflictError(msg, status=hq.status, hq_message=hq.hq_message, request=hq.request)


def _park_rename(wish: NameRequest) -> None:
    """Leave the rename to the update that vacates the name.

    Raises:
        NameParkedError: Unless the name is free by now.
    """
    room, hq = wish.exchange, wish.error
    rename = room.renames.find_rename(room.scope, wish.item_id)
    with room.renames.vacate_lock:
        if room.vacate_name(wish.name, wish.item_id):
            return
        if rename is None:
            raise hq
        rename.is_parked = True
    who = f"{room.kind} '{rename.old_name}' ({wish.item_id})"
    words = f"{who} waits for the name '{wish.name}', which another resource may give up"
    room.run.warn(f"BIM 360: {words}; if it does not get it now, the next `pulumi up` tries again.")
    raise NameParkedError(str(hq), status=hq.status, hq_message=hq.hq_message, request=hq.request)


def wait_for_name(wish: NameRequest) -> None:
    """Return once the name is free.

    Raises:
        ConflictError: It is not to become free.
        NameParkedError: Waiting would stop the resource that has it.
    """
    room = wish.exchange
    while True:
        wanted = room.find_blocking_name(wish.name, wish.item_id)
        holder = None if wanted is None else _find_holder(wish, wanted)
        if holder is not None and room.renames.correct_old_name(room.scope, holder.id, str(wanted)):
            continue  # it gives up a name that the state does not have
        if holder is None or holder.id == wish.item_id:
            if room.vacate_name(wish.name, wish.item_id):
                return None
            raise wish.build_refusal(_describe_missing_holder(wish, wanted))
        known = room.renames.is_compared(room.scope, holder.id)
        if known and room.find_blocking_name(wish.name, wish.item_id) != wanted:
            continue  # it was compared a moment ago, and gives the name up
        if known:
            raise wish.build_refusal(
                _describe_holder(wish, str(wanted), holder.id, is_compared=True)
            )
        crowded = _wait_for_comparison(room, holder.id)
        if crowded is not None:
            rename = room.renames.find_rename(room.scope, wish.item_id)
            if crowded or (rename and rename.is_kept):
                return _park_rename(wish)
            raise wish.build_refusal(
                _describe_holder(wish, str(wanted), holder.id, is_compared=False)
            )


def _find_holder(wish: NameRequest, name: str) -> Any:
    """Return what has a name at HQ, or None; if HQ cannot be read, raise the refusal."""
    try:
        found = wish.exchange.collection.search_by_name(name)
    except Bim360Error:
        raise wish.error from None
    return next((each for each in found if each.id != wish.item_id), next(iter(found), None))


def _wait_for_comparison(room: NameExchange, item_id: str) -> bool | None:
    """Wait until Pulumi has compared a resource, as long as it can and does compare others.

    Returns:
        None once it has; otherwise whether too many changes are under way for it to go on.
    """
    clock, count = room.run.clock, room.renames.count_compared(room.scope)
    ends = clock.monotonic() + QUIET_PERIOD
    while clock.monotonic() < ends:
        if room.renames.may_park(MAX_OPEN_CHANGES):
            return True
        clock.sleep(POLL_INTERVAL)
        if room.renames.is_compared(room.scope, item_id):
            return None
        if room.renames.count_compared(room.scope) != count:
            count, ends = room.renames.count_compared(room.scope), clock.monotonic() + QUIET_PERIOD
    return room.renames.unsettled_count >= MAX_OPEN_CHANGES


def _describe_holder(wish: NameRequest, name: str, holder_id: str, *, is_compared: bool) -> str:
    """Return who has the name, and what to do."""
    kind = wish.exchange.kind
    owner = (
        "another resource of this stack, which keeps it"
        if is_compared
        else "not renamed in this run"
    )
    who = f"{kind} '{name}' ({holder_id}) has that name and is {owner}"
    return f"{_describe_dependency(wish, name)}{who}. Rename that {kind} first, or declare another name"


def _describe_missing_holder(wish: NameRequest, name: str | None) -> str:
    """Return the message that the owner of the name cannot be seen, with what to do."""
    kind, shown = wish.exchange.kind, name or wish.name
    who = f"'{shown}' is in use, yet no {kind} with that name can be found"
    return f"{_describe_dependency(wish, shown)}{who}. Run `pulumi up` again later, or declare another name"


def _describe_dependency(wish: NameRequest, name: str) -> str:
    """Return by which other renames the name is needed."""
    return "" if name == wish.name else f"what has it is to become '{name}', and "


Values = Mapping[str, Any]

Created = TypeVar("Created")

Row = TypeVar("Row", "Project", "Company")


def patch_with_rename(
    room: NameExchange, item_id: str, body: Values, send: Callable[[Values], Row]
) -> Row:
    """Send a PATCH; a name that another resource of this run gives up is vacated first.

    Args:
        room: The names of this kind and account.
        item_id: HQ's id of what is changed.
        body: The fields to change.
        send: Sends a PATCH.

    Returns:
        HQ's response to the last PATCH, or to the one with which another update set the name.

    Raises:
        ConflictError: The name is in use, and no resource that has been compared gives it up.
        Bim360Error: Any other failure of a request.
    """
    if "name" not in body:
        return send(body)
    rename = room.renames.find_rename(room.scope, item_id)
    try:
        return _patch_remaining_fields(room, item_id, body, send)
    except ConflictError:
        is_done = rename is not None and rename.row is not None
        if not (is_done or room.vacate_name(body["name"], item_id)):
            raise
        with room.renames.vacate_lock:  # or another update could set the name at the same moment
            return _patch_remaining_fields(room, item_id, body, send)


def patch_after_wait(
    room: NameExchange,
    item_id: str,
    body: Values,
    send: Callable[[Values], Row],
    error: ConflictError,
) -> Row:
    """Wait for the resource that has the name to be compared, and then go on as ``renamed``.

    Args:
        room: The names of this kind and account.
        item_id: HQ's id of what is changed.
        body: The fields to change.
        send: Sends a PATCH.
        error: HQ's refusal.

    Raises:
        ConflictError: No resource of this stack gives the name up.
        NameParkedError: Waiting would stop the resource that has the name.
        Bim360Error: Any other failure of a request.
    """
    wait_for_name(NameRequest(room, item_id, body["name"], error))
    with room.renames.vacate_lock:
        return _patch_remaining_fields(room, item_id, body, send)


def create_or_adopt(
    room: NameExchange,
    name: str,
    create: Callable[[], Created],
    adopt: Callable[[ConflictError], Created],
) -> tuple[Created, bool]:
    """Create, or adopt what has the name and is not to give it up in this run.

    Args:
        room: The names of this kind and account.
        name: The declared name.
        create: Creates, unless the name is in use.
        adopt: Adopts what has the name, or raises the error that says why not.

    Returns:
        What was created or adopted, and whether it was adopted.

    Raises:
        ConflictError: The name is in use by something else.
        Bim360Error: Any other failure of a request.
    """
    try:
        return _create_with_retry(room, name, create), False
    except ConflictError as error:
        try:
            return adopt(error), True
        except ConflictError:
            if not room.vacate_name(name):  # its owner may have been compared meanwhile
                raise
            return create(), False


def _create_with_retry(room: NameExchange, name: str, create: Callable[[], Created]) -> Created:
    """Create, and once more if the name was in use by a resource of this run that gives it up."""
    try:
        return create()
    except ConflictError:
        if not room.vacate_name(name):
            raise
        return create()


def _patch_remaining_fields(
    room: NameExchange, item_id: str, body: Values, send: Callable[[Values], Row]
) -> Row:
    """Send what another update has not done yet."""
    rename = room.renames.find_rename(room.scope, item_id)
    if rename is not None and rename.row is not None and rename.new_name == body["name"]:
        rest = {name: value for name, value in body.items() if name != "name"}
        done: Row = rename.row
        return send(rest) if rest else done
    row = send(body)
    room.record_rename(item_id, row)
    return row
