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
"""Times a POST is sent when each time nobody can say whether HQ acted."""

LOOKUP_DELAYS: Final = (3.0, 4.0, 8.0)
"""Seconds before each look for what may have been made.

HQ answers 504 after some ten seconds although it makes the project, and lists show
it a moment later; the vendor's own set-up tool waits three.
"""

SETTLE_TIMEOUT: Final = 300.0
"""Seconds after the first lost answer until no look and no POST is begun any more.

Pulumi cannot interrupt its host, so a Ctrl-C waits as long; the next run finds out as well.
"""

CLOCK_SLACK: Final = timedelta(seconds=2)
"""What the clocks of HQ's own machines may be apart."""

MAX_LEFTOVER_AGE: Final = timedelta(days=1)
"""An interrupted run is taken up within a day; what is older has an owner."""

SHARED_OWNERSHIP_RISK: Final = (
    "HQ does not record who created it. If another stack or person declared the same at that time, "
    "both have it now, and each can change or remove it for the other: check who else declares it, "
    "and if so, take it out of this state with `pulumi state delete`"
)
"""Warning of each adoption that is not declared: HQ's create has no idempotency key."""

EXCLUSIVE_KINDS: Final = frozenset({"project", "company", "user"})
"""Kinds that HQ gives to the first who creates one; a member is the same for all."""

Created = TypeVar("Created")


def refuse_used_name(name: str, kind: str, named: Callable[[str], Sequence[object]]) -> None:
    """Raise what HQ's 409 would be, where HQ has the name in either Unicode form.

    HQ may compare names byte by byte: then it would create a namesake that looks the same. A name
    that has one form only, such as one in ASCII, costs no request.

    Raises:
        ConflictError: The name is taken.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if normalize.decompose_text(name) is None or not named(name):
        return
    words = "the name is taken"
    msg = f"{kind} '{name}': {words}"
    raise ConflictError(msg, status=HTTPStatus.CONFLICT, hq_message=words, request=f"GET {kind}")


def create_once(
    run: Run,
    called: str,
    kind: str,
    post: Callable[[], Created],
    ours: Callable[[datetime], Created | None],
) -> Created:
    """Return what one POST makes, however many answers get lost.

    Args:
        run: The account, and what this run knows.
        called: What people call it: its name or its e-mail.
        kind: What it is, such as ``project``.
        post: Sends the POST.
        ours: Asks HQ for what that POST may have made, not before the moment given, in HQ's time.

    Raises:
        ConflictError: It was there before we began.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    since = run.server_now() - CLOCK_SLACK
    clock, sends, ends = run.clock, 0, math.inf
    while sends < MAX_POSTS and clock.monotonic() < ends:
        sends += 1
        try:
            return post()
        except OpenOutcomeError:
            ends = min(ends, clock.monotonic() + SETTLE_TIMEOUT)
            found = _find_created(run, called, kind, lambda: ours(since), ends)
        except ConflictError:
            # After a lost answer, the name may be taken by what we made ourselves.
            found = (
                _find_created(run, called, kind, lambda: ours(since), ends) if sends > 1 else None
            )
            if found is None:
                raise
        if found is not None:
            risk = f" {SHARED_OWNERSHIP_RISK}." if kind in EXCLUSIVE_KINDS else ""
            who = f"{kind} '{called}'" + (f" ({found_id})" if (found_id := _get_id(found)) else "")
            words = f"{who} was created, although HQ's response was lost.{risk}"
            notify = run.warn if risk else run.info
            notify(f"BIM 360: {words}")
            return found
    often = "once" if sends == 1 else f"{sends} times"
    msg = (
        f"BIM 360: could not create {kind} '{called}': HQ gave no clear answer {often}, "
        f"and no such {kind} is to be seen. Run `pulumi up` again later."
    )
    raise UnansweredError(msg)


def _get_id(found: object) -> str:
    """Return HQ's id of what was found, if it is one object with an id."""
    return str(getattr(found, "id", "") or "")


def _find_created(
    run: Run, called: str, kind: str, find: Callable[[], Created | None], ends: float
) -> Created | None:
    """Look for what we may have made; lists may show it late, so look several times."""
    failed: Bim360Error | None = None
    for pause in LOOKUP_DELAYS:
        if run.clock.monotonic() >= ends:
            break
        run.sleep(pause, f"looking whether '{called}' was made")
        try:
            found = find()
        except Bim360Error as error:
            failed = error
            continue
        failed = None
        if found is not None:
            return found
    if failed is not None:
        msg = (
            f"BIM 360: '{called}' may have been made, and HQ could not be asked: {failed} "
            f"Run `pulumi up` again: a {kind} that was made is found by its name."
        )
        raise UnansweredError(msg)
    return None


def is_recent_leftover(created_at: str | None, settings: Settings, began: datetime) -> bool:
    """Return whether an interrupted run, or one beside us, may just have made it.

    Args:
        created_at: HQ's timestamp of it.
        settings: Say which of the two rules about such runs are in force.
        began: HQ's time at which this run began.
    """
    created = parse_time(created_at)
    if created is None:
        return False
    before = settings.adopt_leftovers and began - MAX_LEFTOVER_AGE <= created < began
    meanwhile = settings.adopt_simultaneous and created >= began
    return before or meanwhile


def was_created_since(created_at: str | None, since: datetime) -> bool:
    """Return whether HQ's timestamp of a thing is not before a moment of HQ's time."""
    created = parse_time(created_at)
    return created is not None and created >= since
