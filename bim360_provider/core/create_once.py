"""Create once: after an inconclusive response, look for the object before sending POST again."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, TypeVar

from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, ConflictError, UnansweredError
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import normalize

__all__ = [
    "LOOKUP_DELAYS",
    "MAX_LEFTOVER_AGE",
    "MAX_POSTS",
    "SHARED_OWNERSHIP_RISK",
    "create_once",
    "is_recent_leftover",
    "refuse_used_name",
    "was_created_since",
]

MAX_POSTS: Final = 3
"""The most POSTs that are sent while each response is inconclusive."""

LOOKUP_DELAYS: Final = (3.0, 4.0, 8.0)
"""Seconds before each search for the object that may have been created.

HQ returns 504 after about ten seconds although it creates the project, and lists show
it a moment later; the vendor's own set-up tool waits three seconds.
"""

SETTLE_TIMEOUT: Final = 300.0
"""Seconds after the first lost response in which searches and POSTs may begin.

Pulumi cannot interrupt its host, so a Ctrl-C waits as long; the next run checks again anyway.
"""

CLOCK_SLACK: Final = timedelta(seconds=2)
"""How far the clocks of HQ's own servers may differ."""

MAX_LEFTOVER_AGE: Final = timedelta(days=1)
"""A leftover of an interrupted run is adopted within a day; an older object has an owner."""

SHARED_OWNERSHIP_RISK: Final = (
    "HQ does not record who created it. If another stack or person declared the same at that time, "
    "both have it now, and each can change or remove it for the other: check who else declares it, "
    "and if so, take it out of this state with `pulumi state delete`"
)
"""The warning of each undeclared adoption: HQ's create has no idempotency key."""

EXCLUSIVE_KINDS: Final = frozenset({"project", "company", "user"})
"""Kinds of which HQ creates one per name; a member can be added twice without harm."""

Created = TypeVar("Created")


def refuse_used_name(name: str, kind: str, find_by_name: Callable[[str], Sequence[object]]) -> None:
    """Raise a conflict if HQ has the name in either Unicode form.

    HQ may compare names byte by byte and create a second object whose name looks the same. A name
    with one form only, such as an ASCII name, costs no request.

    Raises:
        ConflictError: The name is in use.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    if normalize.decompose_text(name) is None or not find_by_name(name):
        return
    detail = "the name is taken"
    msg = f"{kind} '{name}': {detail}"
    raise ConflictError(msg, status=HTTPStatus.CONFLICT, hq_message=detail, request=f"GET {kind}")


def create_once(
    run: Run,
    label: str,
    kind: str,
    post: Callable[[], Created],
    find_created: Callable[[datetime], Created | None],
) -> Created:
    """Create one object with POST, even if responses are lost.

    Args:
        run: The engine run.
        label: The name or the e-mail of the object, for messages.
        kind: The kind of object, such as ``project``.
        post: Sends the POST.
        find_created: Searches HQ for an object that was created at or after a moment of HQ's time.

    Raises:
        ConflictError: The object existed before.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    since = run.server_now() - CLOCK_SLACK
    clock, sends, deadline = run.clock, 0, math.inf
    while sends < MAX_POSTS and clock.monotonic() < deadline:
        sends += 1
        try:
            return post()
        except OpenOutcomeError:
            deadline = min(deadline, clock.monotonic() + SETTLE_TIMEOUT)
            found = _find_created(run, label, kind, lambda: find_created(since), deadline)
        except ConflictError:
            # After a lost response, the name may be in use by the object of our own POST.
            found = (
                _find_created(run, label, kind, lambda: find_created(since), deadline)
                if sends > 1
                else None
            )
            if found is None:
                raise
        if found is not None:
            risk = f" {SHARED_OWNERSHIP_RISK}." if kind in EXCLUSIVE_KINDS else ""
            who = f"{kind} '{label}'" + (f" ({found_id})" if (found_id := _get_id(found)) else "")
            detail = f"{who} was created, although HQ's response was lost.{risk}"
            notify = run.warn if risk else run.info
            notify(f"BIM 360: {detail}")
            return found
    count = "once" if sends == 1 else f"{sends} times"
    msg = (
        f"BIM 360: could not create {kind} '{label}': HQ's response was inconclusive {count}, "
        f"and no such {kind} was found. Run `pulumi up` again later."
    )
    raise UnansweredError(msg)


def _get_id(found: object) -> str:
    """Return HQ's id of the object; empty if it has none."""
    return str(getattr(found, "id", "") or "")


def _find_created(
    run: Run, label: str, kind: str, find: Callable[[], Created | None], deadline: float
) -> Created | None:
    """Search several times for the object of our own POST: lists may show it late."""
    failure: Bim360Error | None = None
    for delay in LOOKUP_DELAYS:
        if run.clock.monotonic() >= deadline:
            break
        run.sleep(delay, f"checking whether '{label}' was created")
        try:
            found = find()
        except Bim360Error as error:
            failure = error
            continue
        failure = None
        if found is not None:
            return found
    if failure is not None:
        msg = (
            f"BIM 360: '{label}' may have been created; HQ could not be reached to check: "
            f"{failure} Run `pulumi up` again: an existing {kind} is found by its name."
        )
        raise UnansweredError(msg)
    return None


def is_recent_leftover(created_at: str | None, settings: Settings, run_start: datetime) -> bool:
    """Return whether an interrupted or a simultaneous run may have created the object.

    Args:
        created_at: HQ's timestamp.
        settings: Which leftovers of such runs may be adopted.
        run_start: HQ's time at which this run began.
    """
    created = parse_time(created_at)
    if created is None:
        return False
    before = settings.adopt_leftovers and run_start - MAX_LEFTOVER_AGE <= created < run_start
    meanwhile = settings.adopt_simultaneous and created >= run_start
    return before or meanwhile


def was_created_since(created_at: str | None, since: datetime) -> bool:
    """Return whether HQ's timestamp is at or after a moment of HQ's time."""
    created = parse_time(created_at)
    return created is not None and created >= since
