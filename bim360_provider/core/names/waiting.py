"""Wait until a name is free, within bounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bim360_provider.core.names.renames import NameRoom
from bim360_provider.errors import Bim360Error, ConflictError

if TYPE_CHECKING:
    from bim360_provider.models import Company, Project

__all__ = ["NameParkedError", "Wish", "await_room", "renamed", "renamed_later", "with_room"]

STEP: Final = 0.1
"""Seconds between two looks at what Pulumi has compared meanwhile."""

QUIET: Final = 1.0
"""Seconds without any resource compared, after which none is expected to give the name up."""

CROWD: Final = 4
"""Changes under way from which on Pulumi may compare nothing else before one of them has ended.

Its host has four threads, and its program's side four for each parallel step:
https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/dynamic/__main__.py
"""


class NameParkedError(ConflictError):
    """The name is not free yet, and waiting would stop the one that frees it."""


@dataclass(frozen=True)
class Wish:
    """A name that is in use, and the resource that is to have it."""

    room: NameRoom
    item_id: str
    name: str
    error: ConflictError

    def refused(self, words: str) -> ConflictError:
        """Return the error, with the reason and the advice."""
        who = f"{self.room.kind} {self.item_id}"
        hq = self.error
        asked = f"change name of {who} to '{self.name}'"
        msg = f"BIM 360: could not {asked}: HQ answered {hq.status}: {words}."
        return ConflictError(msg, status=hq.status, words=hq.words, request=hq.request)


def _park(wish: Wish) -> None:
    """Leave the rename to the update that vacates the name.

    Raises:
        NameParkedError: Unless the name is free by now.
    """
    room, hq = wish.room, wish.error
    rename = room.renames.of(room.key, wish.item_id)
    with room.renames.turn:
        if room.vacate(wish.name, wish.item_id):
            return
        if rename is None:
            raise hq
        rename.parked = True
    who = f"{room.kind} '{rename.old}' ({wish.item_id})"
    words = f"{who} waits for the name '{wish.name}', which another resource may give up"
    room.client.transport.tell(
        f"BIM 360: {words}; if it does not get it now, the next `pulumi up` tries again.",
        warning=True,
    )
    raise NameParkedError(str(hq), status=hq.status, words=hq.words, request=hq.request)


def await_room(wish: Wish) -> None:
    """Return once the name is free.

    Raises:
        ConflictError: It is not to become free.
        NameParkedError: Waiting would stop the resource that has it.
    """
    room = wish.room
    while True:
        wanted = room.end(wish.name, wish.item_id)
        holder = None if wanted is None else _holder(wish, wanted)
        if holder is not None and room.renames.correct(room.key, holder.id, str(wanted)):
            continue  # it gives up a name that the state does not have
        if holder is None or holder.id == wish.item_id:
            if room.vacate(wish.name, wish.item_id):
                return None
            raise wish.refused(_unseen(wish, wanted))
        known = room.renames.is_compared(room.key, holder.id)
        if known and room.end(wish.name, wish.item_id) != wanted:
            continue  # it was compared a moment ago, and gives the name up
        if known:
            raise wish.refused(_held(wish, str(wanted), holder.id, known=True))
        crowded = _is_crowded_before(room, holder.id)
        if crowded is not None:
            rename = room.renames.of(room.key, wish.item_id)
            if crowded or (rename and rename.kept):
                return _park(wish)
            raise wish.refused(_held(wish, str(wanted), holder.id, known=False))


def _holder(wish: Wish, name: str) -> Any:
    """Return what has a name at HQ, or None; if HQ cannot be read, raise the refusal."""
    try:
        found = wish.room.collection.named(name)
    except Bim360Error:
        raise wish.error from None
    return next((each for each in found if each.id != wish.item_id), next(iter(found), None))


def _is_crowded_before(room: NameRoom, item_id: str) -> bool | None:
    """Wait until Pulumi has compared a resource, as long as it can and does compare others.

    Returns:
        None once it has; otherwise whether too many changes are under way for it to go on.
    """
    clock, count = room.client.transport.clock, room.renames.count(room.key)
    ends = clock.monotonic() + QUIET
    while clock.monotonic() < ends:
        if room.renames.may_park(CROWD):
            return True
        clock.sleep(STEP)
        if room.renames.is_compared(room.key, item_id):
            return None
        if room.renames.count(room.key) != count:
            count, ends = room.renames.count(room.key), clock.monotonic() + QUIET
    return room.renames.unsettled >= CROWD


def _held(wish: Wish, name: str, holder_id: str, *, known: bool) -> str:
    """Return who has the name, and what to do."""
    kind = wish.room.kind
    owner = "another resource of this stack, which keeps it" if known else "not renamed in this run"
    who = f"{kind} '{name}' ({holder_id}) has that name and is {owner}"
    return f"{_before(wish, name)}{who}. Rename that {kind} first, or declare another name"


def _unseen(wish: Wish, name: str | None) -> str:
    """Return the message that the owner of the name cannot be seen, with what to do."""
    kind, shown = wish.room.kind, name or wish.name
    who = f"'{shown}' is in use, yet no {kind} with that name can be found"
    return f"{_before(wish, shown)}{who}. Run `pulumi up` again later, or declare another name"


def _before(wish: Wish, name: str) -> str:
    """Return by which other renames the name is needed."""
    return "" if name == wish.name else f"what has it is to become '{name}', and "


Values = Mapping[str, Any]

Created = TypeVar("Created")

Row = TypeVar("Row", "Project", "Company")


def renamed(room: NameRoom, item_id: str, body: Values, send: Callable[[Values], Row]) -> Row:
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
    rename = room.renames.of(room.key, item_id)
    try:
        return _sent(room, item_id, body, send)
    except ConflictError:
        is_done = rename is not None and rename.row is not None
        if not (is_done or room.vacate(body["name"], item_id)):
            raise
        with room.renames.turn:  # or another update could set the name at the same moment
            return _sent(room, item_id, body, send)


def renamed_later(
    room: NameRoom,
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
    await_room(Wish(room, item_id, body["name"], error))
    with room.renames.turn:
        return _sent(room, item_id, body, send)


def with_room(
    room: NameRoom,
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
        return _created(room, name, create), False
    except ConflictError as error:
        try:
            return adopt(error), True
        except ConflictError:
            if not room.vacate(name):  # its owner may have been compared meanwhile
                raise
            return create(), False


def _created(room: NameRoom, name: str, create: Callable[[], Created]) -> Created:
    """Create, and once more if the name was in use by a resource of this run that gives it up."""
    try:
        return create()
    except ConflictError:
        if not room.vacate(name):
            raise
        return create()


def _sent(room: NameRoom, item_id: str, body: Values, send: Callable[[Values], Row]) -> Row:
    """Send what another update has not done yet."""
    rename = room.renames.of(room.key, item_id)
    if rename is not None and rename.row is not None and rename.new == body["name"]:
        rest = {name: value for name, value in body.items() if name != "name"}
        done: Row = rename.row
        return send(rest) if rest else done
    row = send(body)
    room.done(item_id, row)
    return row
