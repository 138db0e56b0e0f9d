"""Whether HQ's 404 means a deleted object, a new one or an account that is not visible."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bim360_provider.core.entity import DECLARED
from bim360_provider.core.run import Run
from bim360_provider.errors import NotFoundError
from bim360_provider.hq.api.base import EntityEndpoints
from bim360_provider.hq.transport.clock import parse_time

if TYPE_CHECKING:
    from bim360_provider.models import AccountUser, Company, Project

__all__ = [
    "CONSISTENCY_WINDOW",
    "add_refresh_hint",
    "is_deleted",
    "may_return_404",
    "read_cached",
    "read_or_none",
]

CONSISTENCY_WINDOW: Final = timedelta(minutes=5)
"""A run may start right after another; HQ lags by seconds (docs/reference/hq.md)."""


def may_return_404(run: Run, state: Mapping[str, Any]) -> bool:
    """Return whether a 404 about it is not to be believed at once, by HQ's time.

    Args:
        run: The account, and what this run knows.
        state: The outputs of the last run.

    Raises:
        Bim360Error: No token could be had.
    """
    made = parse_time(state.get("created_at"))
    return made is not None and run.server_now() - made < CONSISTENCY_WINDOW


Found = TypeVar("Found")

Row = TypeVar("Row", "Project", "Company", "AccountUser")


def read_or_none(
    run: Run, kind: str, state: Mapping[str, Any], get: Callable[[bool], Found]
) -> Found | None:
    """Return what HQ has, or None where a refresh finds it gone.

    Args:
        run: The account, and what this run knows.
        kind: HQ's word for it, as for ``is_gone``.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.
        get: Asks HQ; is told whether a 404 is not to be believed at once.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    young = may_return_404(run, state)
    try:
        return get(young)
    except NotFoundError as error:
        if "account_id" in state and is_deleted(run, error, kind):
            return None
        raise


def read_cached(
    collection: EntityEndpoints[Row], item_id: str, state: Mapping[str, Any], *, new_resource: bool
) -> Row:
    """Return what HQ has of one thing: for a refresh from a page of the list, if that is cheaper.

    Args:
        collection: What it is one of.
        item_id: Its id.
        state: The outputs of the last run; without them this is a look-up, which is always asked.
        young: A 404 is not to be believed at once.

    Raises:
        NotFoundError: There is none, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if "account_id" not in state:
        return collection.get(item_id, new_resource=new_resource)
    fields, since = state.get(DECLARED, ()), state.get("updated_at")
    return collection.get_cached(item_id, fields=fields, since=since, new_resource=new_resource)


def is_deleted(run: Run, error: NotFoundError, kind: str = "project") -> bool:
    """Return whether the thing is missing, rather than the whole account.

    Args:
        run: The account, and what this run knows.
        error: HQ's answer.
        kind: HQ's word for what was asked for: ``project``, ``company`` or ``user``.

    Raises:
        Bim360Error: HQ's words did not tell, and HQ could not be asked.
    """
    words = error.hq_message.casefold()
    if "account" in words:
        return False
    return kind in words or run.hq.projects.is_account_visible()


def add_refresh_hint(error: NotFoundError) -> NotFoundError:
    """Return the error of a change, with what to do where the thing was removed."""
    words = f"{error} If somebody removed it: `pulumi refresh`, then `pulumi up`."
    return NotFoundError(
        words, status=error.status, hq_message=error.hq_message, request=error.request
    )
