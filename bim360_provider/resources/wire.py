"""What people write, as Pulumi can carry it."""

from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from pulumi import Input, Output

__all__ = ["Date", "Money", "carried"]

Date: TypeAlias = Input[date] | Input[str]
Money: TypeAlias = Input[float] | Input[int] | Input[Decimal] | Input[str]


def carried(value: Any) -> Any:
    """Return dates as ``YYYY-MM-DD``, decimals as numbers, sets and tuples as lists."""
    if isinstance(value, Output):
        return value.apply(carried)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (tuple, AbstractSet)):
        return [carried(element) for element in value]
    return value
