"""The progress of a run: what is done, and how long the rest will take."""

from itertools import accumulate

import pytest

from bim360_provider.dynamic import stack_state
from bim360_provider.dynamic.progress import ProgressReport, format_time_left


def report_progress(total: int, seconds: list[float]) -> list[str]:
    """Return the messages of a run whose resources take these seconds, one after the other."""
    times = iter([0.0, *accumulate(seconds)])
    messages: list[str] = []
    report = ProgressReport(messages.append, lambda: next(times))
    for _ in range(total):
        report.add()
    for _ in seconds:
        report.finish()
    return messages


def test_a_run_at_the_rate_limit_reports_once_a_minute() -> None:
    """HQ allows 96 requests a minute; 1,000 creates take more than ten."""
    messages = report_progress(1000, [0.625] * 240)

    assert messages == [
        "BIM 360: 96 of 1,000 resources done; about 9 minutes left.",
        "BIM 360: 192 of 1,000 resources done; about 8 minutes left.",
    ]


def test_the_pace_is_that_of_the_last_minute() -> None:
    """Unchanged resources are done at once, and the others at the limit."""
    messages = report_progress(1000, [0.0] * 500 + [0.625] * 192)

    assert messages[1] == "BIM 360: 692 of 1,000 resources done; about 3 minutes left."


def test_a_short_run_and_the_last_resource_report_nothing() -> None:
    """The engine itself reports the end."""
    assert report_progress(90, [0.625] * 90) == []
    assert report_progress(2, [30.0, 40.0]) == []


def test_a_run_without_a_program_counts_its_resources_only_for_a_report() -> None:
    """A refresh and a destroy read the state for it, which takes seconds."""
    times = iter([0.0, 10.0, 70.0, 80.0])
    messages: list[str] = []
    counts = iter([12])
    report = ProgressReport(messages.append, lambda: next(times))

    for _ in range(4):
        report.finish(lambda: next(counts))

    assert messages == ["BIM 360: 3 of 12 resources done; about 4 minutes left."]
    assert list(counts) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (20, "less than a minute"),
        (70, "about 1 minute"),
        (480, "about 8 minutes"),
        (10_800, "about 3 hours"),
    ],
)
def test_the_time_left_has_no_false_precision(seconds: float, text: str) -> None:
    """It is an estimate."""
    assert format_time_left(seconds) == text


def test_the_resources_of_a_refresh_are_those_of_one_provider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each provider has a host, which does not see the others' calls."""
    project = "pulumi-python:dynamic/bim360:Project"
    rows = [
        {"type": project, "id": "1", "provider": "a"},
        {"type": project, "id": "2", "provider": "a"},
        {"type": project, "id": "3", "provider": "b"},
        {"type": "pulumi-python:dynamic/other:Item", "id": "4", "provider": "a"},
    ]
    monkeypatch.setattr(stack_state, "get_call_urn", lambda: "urn:pulumi:dev::p::t::n")
    monkeypatch.setattr(stack_state, "_load_rows", lambda _urn: rows)
    monkeypatch.setattr(stack_state, "_declared_names", {})

    counts = [stack_state.count_resources(each) for each in ("1", "3", "unknown")]
    monkeypatch.setattr(stack_state, "_declared_names", {"urn": "Tower"})

    assert counts == [2, 1, 0]
    assert stack_state.count_resources("1") == 0
