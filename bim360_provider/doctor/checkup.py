"""Run all checks in their order, each only where the ones before it passed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.doctor.checks import account, config, machine, network
from bim360_provider.doctor.context import Case, Finding, skipped
from bim360_provider.doctor.sources import Sources

__all__ = ["CHECKS", "Check", "examine"]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: What is looked at.
        look: Looks at it.
        needs: Checks that have to be well before it.
    """

    name: str
    look: Callable[[Case], Finding]
    needs: tuple[str, ...] = ()


CHECKS: Final = (
    Check("configuration", config.configuration),
    Check("credentials", config.credentials, ("configuration",)),
    Check("base URL", network.base_url, ("credentials",)),
    Check("token", network.token, ("base URL",)),
    Check("scopes", network.granted_scopes, ("token",)),
    Check("account", account.account, ("token",)),
    Check("projects", account.projects, ("account",)),
    Check("acting user", account.acting_user, ("account",)),
    Check("clock", network.clock, ("base URL",)),
    Check("rate limit", network.rate_limit, ("credentials",)),
    Check("Pulumi CLI", machine.pulumi_cli),
    Check("versions", machine.sdk),
    Check("project", machine.project_file),
    Check("Python", machine.python),
)


def examine(
    sources: Sources,
    begins: Callable[[str], object] = lambda _name: None,
    checks: Sequence[Check] = CHECKS,
) -> Iterator[Finding]:
    """Yield the finding of each check, in order; nothing in the account is changed.

    Args:
        sources: What was told, and by whom.
        begins: Is told the name of each check before it is made.
        checks: What is looked at; all there is, unless told otherwise.
    """
    case = Case(sources)
    unwell: set[str] = set()
    try:
        for check in checks:
            begins(check.name)
            finding = _finding(check, case, unwell)
            if finding.status in ("failed", "skipped"):
                unwell.add(check.name)
            yield _safe(replace(finding, check=check.name), case)
    finally:
        if case.asking:
            case.asking.close()


def _finding(check: Check, case: Case, unwell: set[str]) -> Finding:
    before = next((name for name in check.needs if name in unwell), None)
    if before:
        return skipped(f"because of: {before}")
    if "credentials" in check.needs and case.asking is None:
        return skipped("the credentials cannot be read here")
    return check.look(case)


def _safe(finding: Finding, case: Case) -> Finding:
    """Return the finding without secrets, whatever a check or HQ put into it."""
    return replace(
        finding,
        seen=case.masked(finding.seen),
        remedy=case.masked(finding.remedy),
        details=tuple(case.masked(line) for line in finding.details),
    )
