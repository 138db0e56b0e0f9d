"""Random programs, people and bad weather, held against a model."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.state_machine import ProjectLifecycles

LIFECYCLE_SETTINGS = settings(
    max_examples=16, stateful_step_count=20, derandomize=True, deadline=None
)


def test_no_project_is_lost_doubled_or_half_made() -> None:
    """The same few lives every time; ``make fuzz`` plays others."""
    run_state_machine_as_test(ProjectLifecycles, settings=LIFECYCLE_SETTINGS)
