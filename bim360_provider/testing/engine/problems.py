"""What is wrong with inputs, as Pulumi words it."""

from collections.abc import Iterator

from bim360_provider.testing.engine import urns
from bim360_provider.testing.engine.provider import Checked
from bim360_provider.testing.engine.resources import Goal
from bim360_provider.testing.engine.values import masked


def problems_of(goal: Goal, checked: Checked) -> Iterator[str]:
    """Yield a line for each check failure."""
    subject = f"{goal.type} resource '{urns.name_of(goal.urn)}'"
    for name, reason in checked.failures:
        if name:
            value = masked(checked.inputs[name]) if name in checked.inputs else "<nil>"
            yield f"{subject}: property {name} value {{{value}}} has a problem: {reason}"
        else:
            yield f"{subject} has a problem: {reason}"
