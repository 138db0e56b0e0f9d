"""Create once: look for the object before another POST, and adopt one that exists already."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Generic, TypeVar

from bim360_provider.core.entity import Inputs, Row
from bim360_provider.core.replacements import format_replacement_message
from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, ConflictError, HqError, UnansweredError
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import normalize

__all__ = [
    "LOOKUP_DELAYS",
    "MAX_LEFTOVER_AGE",
    "MAX_POSTS",
    "SHARED_OWNERSHIP_RISK",
    "AdoptionDecision",
    "adopt_or_refuse",
    "create_once",
    "create_row",
    "decide_by_ownership",
    "is_recent_leftover",
    "refuse_used_name",
    "try_patch",
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


def create_row(
    run: Run,
    label: str,
    kind: str,
    post: Callable[[], Row],
    find_created: Callable[[datetime], Row | None],
) -> Row:
    """Create one object as ``create_once`` does, and record that a resource of this run owns it.

    An object that another resource owns is not the result of this POST.
    """
    claim = run.ownership.claim

    def post_and_claim() -> Row:
        row = post()
        if claim(row.id):
            return row
        msg = (
            f"BIM 360: HQ's response to a create has the id {row.id}, which another resource of "
            "this stack has. A proxy or gateway may mix up responses: check HTTPS_PROXY and the "
            "base URL."
        )
        raise OpenOutcomeError(msg)

    def find_and_claim(since: datetime) -> Row | None:
        row = find_created(since)
        return row if row is not None and claim(row.id) else None

    return create_once(run, label, kind, post_and_claim, find_and_claim)


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


@dataclass(frozen=True)
class AdoptionDecision(Generic[Row]):
    """The object to adopt, or None, with the reason.

    Attributes:
        row: The object to adopt.
        reason: One sentence: why this object, or why none.
        is_implicit: The adoption is not declared, so it is a warning.
    """

    row: Row | None
    reason: str
    is_implicit: bool = False


def decide_by_ownership(
    run: Run, kind: str, label: str, candidates: Sequence[Row], inputs: Inputs
) -> AdoptionDecision[Row] | None:
    """Return the decision if a resource of this stack has one of the objects, or replaces it.

    Args:
        run: The engine run.
        kind: The entity.
        label: What to write before the name of an object, such as ``company``; may be empty.
        candidates: The objects with the declared name.
        inputs: The normalized arguments.
    """
    for candidate in candidates:
        if run.ownership.is_owned(candidate.id) or run.ownership.is_owned_elsewhere(candidate.id):
            who = f"{label} '{candidate.name}' ({candidate.id})".lstrip()
            return AdoptionDecision(None, f"another resource of this stack has {who}")
        if run.ownership.find_previous_state(candidate.id) is not None:
            message = format_replacement_message(kind, candidate.id, inputs)
            return AdoptionDecision(candidate, message, is_implicit=True)
    return None


def adopt_or_refuse(run: Run, failure: str, decision: AdoptionDecision[Row], error: HqError) -> Row:
    """Report the decision and return the object to adopt.

    Args:
        run: The engine run.
        failure: The beginning of the error, such as ``could not create user 'ada@example.com':``.
        decision: The object to adopt, or None.
        error: HQ's refusal to create another object.

    Raises:
        ConflictError: No object can be adopted; the message has the reason.
    """
    if decision.row is None:
        msg = f"{failure} {decision.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    notify = run.warn if decision.is_implicit else run.info
    notify(f"BIM 360: {decision.reason}.")
    return decision.row


def try_patch(
    run: Run, fields: Collection[str], outcome: str, send: Callable[[], Created]
) -> tuple[Created | None, set[str]]:
    """Change an object whose id is known; a failure is a warning, so that the id is not lost.

    Args:
        run: The engine run.
        fields: The fields to change.
        outcome: What is certain, for the warning, such as ``The project exists``.
        send: Sends the PATCH.

    Returns:
        The result of the PATCH or None, and the fields that could not be applied.
    """
    try:
        return send(), set()
    except Bim360Error as error:
        run.warn(f"{error} {outcome}; the next `pulumi up` tries again.")
        return None, set(fields)
