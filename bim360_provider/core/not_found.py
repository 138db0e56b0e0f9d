"""Decide whether a 404 means a deleted object, a recent one or an invisible account."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, TypeVar

from bim360_provider.core.entity import Row, State
from bim360_provider.core.run import Run
from bim360_provider.errors import NotFoundError
from bim360_provider.hq.api.base import EntityEndpoints
from bim360_provider.hq.transport.clock import parse_time

__all__ = [
    "CONSISTENCY_WINDOW",
    "is_deleted",
    "may_return_404",
    "read_cached",
    "read_or_none",
    "read_row",
    "suggest_refresh",
]

CONSISTENCY_WINDOW: Final = timedelta(minutes=5)
"""How long HQ may return 404 for a recent object; see docs/reference/hq.md."""


def may_return_404(run: Run, state: Mapping[str, Any]) -> bool:
    """Return whether the object is so recent that HQ may still return 404, by HQ's time.

    Args:
        run: The engine run.
        state: The outputs of the last run.

    Raises:
        Bim360Error: No token was issued.
    """
    created = parse_time(state.get("created_at"))
    return created is not None and run.server_now() - created < CONSISTENCY_WINDOW


Found = TypeVar("Found")


def read_or_none(
    run: Run, kind: str, state: Mapping[str, Any], get: Callable[[bool], Found]
) -> Found | None:
    """Return the object, or None if a refresh finds that it no longer exists.

    Args:
        run: The engine run.
        kind: HQ's name for its kind, as for ``is_deleted``.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.
        get: Reads the object; its argument says whether a 404 may be temporary.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    is_new = may_return_404(run, state)
    try:
        return get(is_new)
    except NotFoundError as error:
        if "account_id" in state and is_deleted(run, error, kind):
            return None
        raise


def read_row(
    run: Run, kind: str, collection: EntityEndpoints[Row], item_id: str, state: State
) -> Row | None:
    """Return one object as ``read_cached`` reads it; None as for ``read_or_none``."""
    return read_or_none(
        run,
        kind,
        state,
        lambda is_new: read_cached(collection, item_id, state, new_resource=is_new),
    )


def read_cached(
    collection: EntityEndpoints[Row], item_id: str, state: Mapping[str, Any], *, new_resource: bool
) -> Row:
    """Return one object: for a refresh from a page of the list, if that is cheaper.

    Args:
        collection: The endpoints of its kind.
        item_id: Its id.
        state: The outputs of the last run; without them this is a look-up, which always sends GET.
        new_resource: A 404 may be temporary.

    Raises:
        NotFoundError: The object does not exist, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    if "account_id" not in state:
        return collection.get(item_id, new_resource=new_resource)
    fields, since = state.get("declared", ()), state.get("updated_at")
    return collection.get_cached(item_id, fields=fields, since=since, new_resource=new_resource)


def is_deleted(run: Run, error: NotFoundError, kind: str = "project") -> bool:
    """Return whether a 404 means the object, rather than the whole account.

    Args:
        run: The engine run.
        error: HQ's 404.
        kind: HQ's name for the kind of object: ``project``, ``company`` or ``user``.

    Raises:
        Bim360Error: HQ's message was ambiguous, and the request to check failed.
    """
    message = error.hq_message.casefold()
    if "account" in message:
        return False
    return kind in message or run.hq.projects.is_account_visible()


@contextmanager
def suggest_refresh(removed: str = "it was removed") -> Iterator[None]:
    """Add the advice for an object that was removed to a 404 of the code inside."""
    try:
        yield
    except NotFoundError as error:
        message = f"{error} If {removed}: run `pulumi refresh`, then `pulumi up`."
        raise NotFoundError(
            message, status=error.status, hq_message=error.hq_message, request=error.request
        ) from None
