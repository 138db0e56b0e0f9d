"""A provider that resets the host, so that one process can serve many tests."""

from typing import Any

from pulumi.dynamic import CheckResult, ResourceProvider

from bim360_provider.core.names.renames import RenameRegistry
from bim360_provider.core.replacements import ReplacementTracker
from bim360_provider.core.run import Ownership
from bim360_provider.dynamic import shared

__all__ = ["NextRun"]


class NextRun(ResourceProvider):
    """Forgets owners, renames and replacements: Pulumi starts a new host for each run."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Reset the run; return the arguments unchanged."""
        del olds
        vars(shared.replacements).update(vars(ReplacementTracker()))
        vars(shared.owners).update(
            vars(
                Ownership(
                    find_previous_state=shared.owners.find_previous_state,
                    is_owned_elsewhere=shared.owners.is_owned_elsewhere,
                )
            )
        )
        vars(shared.renames).update(vars(RenameRegistry()))
        return CheckResult(news, [])
