"""What a check found: how it stands, what was seen, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Status", "failed", "fine", "skipped", "warned"]

Status = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes:
        check: What was looked at.
        status: ``skipped`` is what could not be looked at because of something before it.
        seen: What was found, a sentence or less.
        remedy: What to do about it; empty where there is nothing to do.
        details: More lines, for people who want to know where a value comes from.
    """

    check: str
    status: Status
    seen: str
    remedy: str = ""
    details: tuple[str, ...] = ()


def fine(seen: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that all is well."""
    return Finding("", "ok", seen, details=details)


def warned(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it works, but somebody should look at it."""
    return Finding("", "warning", seen, remedy, details)


def failed(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it does not work."""
    return Finding("", "failed", seen, remedy, details)


def skipped(why: str) -> Finding:
    """Return that it could not be looked at."""
    return Finding("", "skipped", why)
