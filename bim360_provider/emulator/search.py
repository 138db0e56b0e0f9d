"""The query of a search: criteria, how they are joined, and how alike is alike enough.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-search-GET/
"""

from collections.abc import Sequence

from bim360_provider.emulator.errors import invalid
from bim360_provider.emulator.fields import TEXT_LIMIT
from bim360_provider.emulator.store import Value

OPERATORS = ("OR", "AND")
"""OR is the default now; it was AND in the 2016 draft."""

JUDGEMENTS = {"true": True, "false": False}
HOW = ("operator", "partial")

ALIKE = "instr(folded({0}), folded(?)) > 0"
SAME = "folded({0}) = folded(?)"
"""Whether HQ tells upper from lower case in a search is not known (inference)."""


def condition(query: dict[str, str], criteria: Sequence[str]) -> tuple[str, list[Value]]:
    """Return the SQL condition of a search and its values.

    Args:
        query: The query parameters.
        criteria: The columns that may be searched for.

    Raises:
        HqError: 400, there is nothing to search for, or a parameter is malformed (inference).
    """
    wanted = {name: query[name] for name in criteria if query.get(name)}
    if not wanted:
        raise invalid(problem=f"search needs one of {', '.join(criteria)}")
    for name, value in wanted.items():
        if len(value) > TEXT_LIMIT:
            raise invalid(problem=f"{name} has {len(value)} characters; the limit is {TEXT_LIMIT}")
    operator = query.get("operator") or OPERATORS[0]
    if operator not in OPERATORS:
        raise invalid(problem=f'operator "{operator}" is not one of {", ".join(OPERATORS)}')
    form = ALIKE if _partial(query) else SAME
    return f" {operator} ".join(form.format(name) for name in wanted), [*wanted.values()]


def _partial(query: dict[str, str]) -> bool:
    """Documented: a search is fuzzy unless told otherwise."""
    given = query.get("partial") or "true"
    if given not in JUDGEMENTS:
        raise invalid(problem=f'partial "{given}" is neither true nor false')
    return JUDGEMENTS[given]
