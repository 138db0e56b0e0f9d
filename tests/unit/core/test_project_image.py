"""A picture, as far as no HQ is needed: what is wrong with it, and when it is another."""

from typing import Any

from bim360_provider.core.project_image import check, diff
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.emulator import ACCOUNT_ID
from tests.support.hq import build_settings

GIVEN: dict[str, Any] = {
    "project_id": "c17e6837-96cd-4839-868e-051a2ad65d28",
    "path": "/stack/tower.png",
    "sha256": "0" * 64,
}
STATE = {**GIVEN, "account_id": ACCOUNT_ID, "region": "US"}


def test_a_picture_is_complete_after_check() -> None:
    """With its account and its region; a project's id is taken as other Autodesk APIs write it."""
    inputs, found = check({}, {**GIVEN, "project_id": f"b.{GIVEN['project_id']}"}, build_settings())

    assert found == []
    assert inputs == STATE


def test_all_problems_of_a_picture_are_reported_at_once() -> None:
    """In one sentence each."""
    wrong = {**GIVEN, "project_id": "tower", "logo": "x"}
    _, found = check({}, wrong, build_settings(accountId=""))

    assert [each.argument for each in found] == ["logo", "project_id", "account_id"]


def test_an_unknown_project_passes() -> None:
    """It is created in the same run."""
    inputs, found = check({}, {**GIVEN, "project_id": UNKNOWN}, build_settings())

    assert found == []
    assert inputs["project_id"] is UNKNOWN


def test_only_another_content_is_a_change() -> None:
    """The same file may lie elsewhere on each machine."""
    assert diff(STATE, {**STATE, "path": "/elsewhere/tower.png"}).changed_arguments == ()
    assert diff(STATE, {**STATE, "sha256": "1" * 64}).changed_arguments == ("sha256",)
    assert diff(STATE, {**STATE, "sha256": "1" * 64}).replaces == ()


def test_another_project_or_place_is_another_picture() -> None:
    """The old one stays where it is."""
    assert diff(STATE, {**STATE, "project_id": "other"}).replaces == ("project_id",)
    assert diff(STATE, {**STATE, "project_id": UNKNOWN}).replaces == ("project_id",)
    assert diff(STATE, {**STATE, "region": "EMEA"}).replaces == ("region",)
