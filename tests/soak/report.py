"""The report of a soak: its counts and its findings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from tests.soak.config import SoakResult

MAX_VIOLATIONS_SHOWN: Final = 20
"""Findings printed; the folder has the others."""


def format_result(outcome: SoakResult) -> Iterator[str]:
    """Yield the lines of a report."""
    plan = outcome.config
    yield f"seed {plan.seed}, {plan.projects} projects, {plan.faults:.0%} faults"
    yield from _format_table("operations", outcome.operations)
    yield from _format_table("runs", outcome.runs)
    yield from _format_table("kills", outcome.kills)
    yield from _format_table("faults", outcome.faults)
    yield from _format_table("reported", outcome.notifications)
    share = outcome.faults.total() / max(outcome.requests_under_faults, 1)
    yield f"  {outcome.requests} requests, {outcome.requests_under_faults} of them before the end,"
    yield f"  {share:.0%} of these with a fault; {outcome.hours:.1f} hours of HQ's time,"
    yield f"  {outcome.seconds:.0f} seconds of ours; at the end one `{outcome.final_command}`"
    yield from (f"  BROKEN {each}" for each in outcome.violations[:MAX_VIOLATIONS_SHOWN])
    yield from (
        [f"  … and {rest} more"]
        if (rest := len(outcome.violations) - MAX_VIOLATIONS_SHOWN) > 0
        else []
    )
    verdict = f"kept in {outcome.folder}" if outcome.violations else "all invariants hold"
    yield f"  {verdict}"


def format_summary(outcomes: Sequence[SoakResult]) -> Iterator[str]:
    """Yield one line for each of several soaks."""
    heads = ("operations", "runs", "kills", "requests", "faults", "errors", "adopted", "seconds")
    yield f"{'seed':>6}" + "".join(f"{head:>12}" for head in heads) + "  verdict"
    for each in outcomes:
        counts = (
            *(each.operations.total(), each.runs.total(), each.kills.total(), each.requests),
            *(
                each.faults.total(),
                each.notifications["errors reported"],
                each.notifications["leftovers adopted"],
            ),
            round(each.seconds),
        )
        verdict = f"{len(each.violations)} findings" if each.violations else "holds"
        yield (
            f"{each.config.seed:>6}" + "".join(f"{count:>12}" for count in counts) + f"  {verdict}"
        )


def _format_table(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"  {title:<12}{counts.total():>6}"
    for name, count in sorted(counts.items()):
        yield f"    {name:<28}{count:>6}"
