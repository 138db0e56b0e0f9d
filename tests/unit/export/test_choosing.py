"""Which projects are meant."""

from datetime import date

import pytest

from bim360_provider.export.reader import STATUSES, Choice
from bim360_provider.models import Project

PROJECTS = [
    Project(id="1", name="Mercy Hospital", status="active", created_at="2024-05-01T23:59:59.000Z"),
    Project(id="2", name="HOSPITAL WING", status="pending", created_at="2025-01-01T00:00:00.000Z"),
    Project(id="3", name="School", status="archived", created_at="2025-06-01T12:00:00.000Z"),
    Project(id="4", status="inactive"),
]


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(), "124"),
        (Choice(statuses=STATUSES), "1234"),
        (Choice(statuses=("archived",)), "3"),
        (Choice(names=("*hospital*",)), "12"),
        (Choice(names=("School", "mercy*"), statuses=STATUSES), "13"),
        (Choice(created_from=date(2024, 5, 1)), "12"),
        (Choice(created_from=date(2024, 5, 2)), "2"),
        (Choice(created_until=date(2025, 1, 1)), "124"),
        (Choice(created_until=date(2024, 12, 31)), "14"),
    ],
)
def test_only_what_fits_is_meant(choice: Choice, ids: str) -> None:
    """Every condition has to hold; of the patterns one."""
    assert "".join(project.id for project in choice.among(PROJECTS)) == ids
