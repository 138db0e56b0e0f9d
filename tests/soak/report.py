"""A soak for people: its counts and its findings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from tests.soak.config import Outcome

SHOWN: Final = 20
"""Findings printed; after the first few, the folder tells more."""


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the lines of a report."""
    plan = outcome.plan
    yield f"seed {plan.seed}, {plan.projects} projects, {plan.faults:.0%} faults"
    yield from _table("operations", outcome.operations)
    yield from _table("runs", outcome.runs)
    yield from _table("kills", outcome.kills)
    yield from _table("faults", outcome.faults)
    yield from _table("told", outcome.told)
    share = outcome.faults.total() / max(outcome.in_bad_weather, 1)
    yield f"  {outcome.requests} requests, {outcome.in_bad_weather} of them in bad weather, and"
    yield f"  {share:.0%} of these with a fault; {outcome.hours:.1f} hours of HQ's time,"
    yield f"  {outcome.seconds:.0f} seconds of ours; at the end one `{outcome.final}`"
    yield from (f"  BROKEN {each}" for each in outcome.violations[:SHOWN])
    yield from [f"  … and {rest} more"] if (rest := len(outcome.violations) - SHOWN) > 0 else []
    verdict = f"kept in {outcome.folder}" if outcome.violations else "all invariants hold"
    yield f"  {verdict}"


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield one line for each of several soaks."""
    heads = ("operations", "runs", "kills", "requests", "faults", "errors", "adopted", "seconds")
    yield f"{'seed':>6}" + "".join(f"{head:>12}" for head in heads) + "  verdict"
    for each in outcomes:
        counts = (
            *(each.operations.total(), each.runs.total(), each.kills.total(), each.requests),
            *(each.faults.total(), each.told["errors told"], each.told["leftovers adopted"]),
            round(each.seconds),
        )
        verdict = f"{len(each.violations)} findings" if each.violations else "holds"
        yield f"{each.plan.seed:>6}" + "".join(f"{count:>12}" for count in counts) + f"  {verdict}"


def _table(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"  {title:<12}{counts.total():>6}"
    for name, count in sorted(counts.items()):
        yield f"    {name:<28}{count:>6}"
