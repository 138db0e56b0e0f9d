"""Random programs, changes of other users and network faults, compared with a model."""

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fuzz.state_machine import ProjectLifecycles

LIFECYCLE_SETTINGS = settings(
    max_examples=16,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    phases=(Phase.generate,),
)
"""Without shrinking, which takes minutes here: ``make fuzz`` shrinks a failure."""


def test_no_project_is_lost_duplicated_or_incomplete() -> None:
    """The same few lifecycles run every time; ``make fuzz`` runs others."""
    run_state_machine_as_test(ProjectLifecycles, settings=LIFECYCLE_SETTINGS)
