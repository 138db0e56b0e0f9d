"""Run all checks in their order, each only where the ones before it passed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bim360_provider.doctor.checks import account, config, machine, network
from bim360_provider.doctor.context import CheckContext, Finding, report_skip
from bim360_provider.doctor.sources import Sources

__all__ = ["CHECKS", "Check", "run_checks"]


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: What is looked at.
        look: Looks at it.
        needs: Checks that have to be well before it.
    """

    name: str
    run: Callable[[CheckContext], Finding]
    needs: tuple[str, ...] = ()


CHECKS: Final = (
    Check("configuration", config.check_configuration),
    Check("credentials", config.check_credentials, ("configuration",)),
    Check("base URL", network.check_base_url, ("credentials",)),
    Check("token", network.check_token, ("base URL",)),
    Check("scopes", network.check_scopes, ("token",)),
    Check("account", account.check_account, ("token",)),
    Check("projects", account.check_projects, ("account",)),
    Check("acting user", account.check_acting_user, ("account",)),
    Check("clock", network.check_clock, ("base URL",)),
    Check("rate limit", network.check_rate_limit, ("credentials",)),
    Check("Pulumi CLI", machine.check_pulumi_cli),
    Check("versions", machine.check_sdk),
    Check("project", machine.check_project_file),
    Check("Python", machine.check_python),
)


def run_checks(
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
    case = CheckContext(sources)
    unwell: set[str] = set()
    try:
        for check in checks:
            begins(check.name)
            finding = _run_check(check, case, unwell)
            if finding.status in ("failed", "skipped"):
                unwell.add(check.name)
            yield _mask_finding(replace(finding, check=check.name), case)
    finally:
        if case.probe:
            case.probe.close()


def _run_check(check: Check, case: CheckContext, unwell: set[str]) -> Finding:
    before = next((name for name in check.needs if name in unwell), None)
    if before:
        return report_skip(f"because of: {before}")
    if "credentials" in check.needs and case.probe is None:
        return report_skip("the credentials cannot be read here")
    return check.run(case)


def _mask_finding(finding: Finding, case: CheckContext) -> Finding:
    """Return the finding without secrets, whatever a check or HQ put into it."""
    return replace(
        finding,
        seen=case.mask_secrets(finding.seen),
        remedy=case.mask_secrets(finding.remedy),
        details=tuple(case.mask_secrets(line) for line in finding.details),
    )
