"""The progress of an up, in the engine's messages."""

from collections.abc import Callable
from pathlib import Path

from bim360_provider.testing.stack import Bim360Stack

PROGRAM = """
from bim360_provider import Bim360Project
from bim360_provider.dynamic import progress

progress.REPORT_INTERVAL = {interval}
for number in range(3):
    Bim360Project(
        f"p{{number}}", name=f"P{{number}}", start_date="2027-03-01", end_date="2029-09-30",
        project_type="Office", value=1, currency="USD",
    )
"""


def list_reports(stack: Bim360Stack, folder: Path, *, interval: float) -> list[str]:
    """Run an up, and return its messages up to the time left."""
    (folder / "__main__.py").write_text(PROGRAM.format(interval=interval))
    return [message.text.partition(";")[0] for message in stack.up().messages]


def test_a_long_up_reports_how_many_resources_are_done(
    tmp_path: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """The program knows all of them before the first one is created; a short run is silent."""
    (tmp_path / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
    stack = bim360_stack(tmp_path, stack="dev")

    reports = list_reports(stack, tmp_path, interval=0.0)

    assert reports == [f"BIM 360: {done} of 3 resources done" for done in (1, 2)]
    assert list_reports(stack, tmp_path, interval=60.0) == []
