"""Runs the checks in order; a check is skipped if one that it needs has failed."""

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
        name: Name of the check, as printed.
        run: Returns the finding.
        needs: Names of the checks that must pass first.
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
    Check("folders", account.check_documents, ("account",)),
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
    report_start: Callable[[str], object] = lambda _name: None,
    checks: Sequence[Check] = CHECKS,
) -> Iterator[Finding]:
    """Yield the finding of each check, in order, without changing the account.

    Args:
        sources: The configuration and its sources.
        report_start: Called with the name of each check before it runs.
        checks: The checks to run.
    """
    context = CheckContext(sources)
    failed: set[str] = set()
    try:
        for check in checks:
            report_start(check.name)
            finding = _run_check(check, context, failed)
            if finding.status in ("failed", "skipped"):
                failed.add(check.name)
            yield _mask_finding(replace(finding, check=check.name), context)
    finally:
        if context.probe:
            context.probe.close()


def _run_check(check: Check, context: CheckContext, failed: set[str]) -> Finding:
    cause = next((name for name in check.needs if name in failed), None)
    if cause:
        return report_skip(f"skipped because of: {cause}")
    if "credentials" in check.needs and context.probe is None:
        return report_skip("skipped: the credentials are encrypted")
    return check.run(context)


def _mask_finding(finding: Finding, context: CheckContext) -> Finding:
    """Return the finding with all secrets masked."""
    return replace(
        finding,
        message=context.mask_secrets(finding.message),
        remedy=context.mask_secrets(finding.remedy),
        details=tuple(context.mask_secrets(line) for line in finding.details),
    )
