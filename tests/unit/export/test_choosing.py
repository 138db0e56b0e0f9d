"""Select the projects of an export."""

from datetime import date

import pytest

from bim360_provider.export.reader import PROJECT_STATUSES, Selection
from bim360_provider.models import Project

PROJECTS = [
    Project(id="1", name="Mercy Hospital", status="active", created_at="2024-05-01T23:59:59.000Z"),
    Project(id="2", name="HOSPITAL WING", status="pending", created_at="2025-01-01T00:00:00.000Z"),
    Project(id="3", name="School", status="archived", created_at="2025-06-01T12:00:00.000Z"),
    Project(id="4", status="inactive"),
]


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (Selection(), "124"),
        (Selection(statuses=PROJECT_STATUSES), "1234"),
        (Selection(statuses=("archived",)), "3"),
        (Selection(name_patterns=("*hospital*",)), "12"),
        (Selection(name_patterns=("School", "mercy*"), statuses=PROJECT_STATUSES), "13"),
        (Selection(created_from=date(2024, 5, 1)), "12"),
        (Selection(created_from=date(2024, 5, 2)), "2"),
        (Selection(created_until=date(2025, 1, 1)), "124"),
        (Selection(created_until=date(2024, 12, 31)), "14"),
    ],
)
def test_a_selection_filters_projects(selection: Selection, ids: str) -> None:
    """A project must match all conditions and one of the patterns."""
    assert "".join(project.id for project in selection.filter_projects(PROJECTS)) == ids
