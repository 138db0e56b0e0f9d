"""What people write, as Pulumi can carry it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from pulumi import Input, Output

__all__ = ["Date", "Money", "arguments", "carried"]

Date: TypeAlias = Input[date] | Input[str]
Money: TypeAlias = Input[float] | Input[int] | Input[Decimal] | Input[str]

NOT_ARGUMENTS: Final = frozenset({"self", "resource_name", "opts", "__class__"})


def arguments(local: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments among the local names of an ``__init__``, as Pulumi can carry them."""
    return {name: carried(each) for name, each in local.items() if name not in NOT_ARGUMENTS}


def carried(value: Any) -> Any:
    """Return dates as days, decimals as numbers, sets and tuples as lists, however deep."""
    if isinstance(value, Output):
        return value.apply(carried)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (list, tuple, AbstractSet)):
        return [carried(element) for element in value]
    if isinstance(value, Mapping):
        return {key: carried(element) for key, element in value.items()}
    return value
