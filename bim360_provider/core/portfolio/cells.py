"""Cells as values: the dates, amounts and lists that spreadsheets write in their own ways."""

import re
from collections.abc import Callable
from typing import Any, Final

from bim360_provider.core.portfolio.amounts import amount
from bim360_provider.core.portfolio.dates import day
from bim360_provider.models import enums
from bim360_provider.models.aliases import ALIASES, compact

__all__ = ["value_of"]

Reader = Callable[[str], Any]


def value_of(argument: str, text: str, date_format: str | None = None) -> Any:
    """Return the value of a cell that is not empty.

    Args:
        argument: The project's argument that the column gives.
        text: What the cell says.
        date_format: How the file writes dates, in ``strptime``'s language; ``YYYY-MM-DD`` is
            always understood.

    Raises:
        ValueError: It cannot be understood; the words say what to write.
    """
    if argument in DATES:
        return day(text, date_format)
    reader = READERS.get(argument)
    return reader(text) if reader else text


def _services(text: str) -> list[str]:
    """Return a list: the vendor's set-up tool lets people choose what stands between."""
    parts = (part.strip() for part in re.split(r"[,;|\r\n]+", text))
    return [word for part in parts if part for word in _words(part)]


def _words(part: str) -> list[str]:
    """Return the services that spaces separate; ``Project Management`` is one in two words."""
    words = part.split()
    known = [word for word in words if word.lower() in enums.SERVICE_TYPES]
    is_name = compact(part) in ALIASES or (not known and part != part.lower())
    return [part] if is_name else words


DATES: Final = ("start_date", "end_date")

READERS: Final[dict[str, Reader]] = {
    "value": amount,
    "copy_timeout": amount,
    "service_types": _services,
}
