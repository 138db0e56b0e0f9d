"""Rename: send a PATCH that has a name, and settle who gets the name first."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from bim360_provider.core.name_room import NameRoom
from bim360_provider.core.name_wait import NameParkedError, Wish, await_room
from bim360_provider.errors import ConflictError

if TYPE_CHECKING:
    from bim360_provider.models import Company, Project

__all__ = ["NameParkedError", "renamed", "renamed_later", "with_room"]

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
