"""Whole programs with admins, members and teams on the local engine."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack

PROGRAM = """
from bim360_provider import Bim360Project, Bim360ProjectAdmin, Bim360ProjectMember, Bim360Team
import pulumi

tower = Bim360Project("tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01",
                      project_type="Office", value=1, currency="USD",
                      service_types=["doc_manager", "pm"])
anna = Bim360ProjectAdmin("anna", project_id=tower.id, email="anna.halvorsen@example.com",
                          service_type="doc_manager",
                          company_id="c0000000-0000-4000-8000-000000000001")
Bim360ProjectMember("ada", project_id=anna.project_id, email="Ada@example.com",
                    industry_roles=["Architect"], document_management="{access}")
team = Bim360Team("crew", project_id=anna.project_id, members=[
    {{"email": f"m{{n:03}}@example.com", "document_management": "user"}} for n in {numbers}])
pulumi.export("unfinished", team.unfinished)
"""

Open = Callable[..., Bim360Stack]


class MemberStack:
    """A stack whose program changes."""

    def __init__(self, folder: Path, open_stack: Open) -> None:
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
        self._program = folder / "__main__.py"
        self.write_program("range(60)")
        env = {"BIM360_ACTING_USER": ADMIN_EMAIL}
        self.stack = open_stack(folder, stack="dev", env=env)
        self.stack.hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})

    def write_program(self, numbers: str, access: str = "user") -> None:
        """Write the program again."""
        self._program.write_text(PROGRAM.format(numbers=numbers, access=access))


@pytest.fixture
def site(tmp_path: Path, bim360_stack: Open) -> MemberStack:
    """Return a stack of a project, its first admin, one member and a team of sixty."""
    return MemberStack(tmp_path / "site", bim360_stack)


def test_a_project_is_pending_until_its_first_admin_is_added(site: MemberStack) -> None:
    """One up creates, activates and fills it; a second one sends nothing."""
    first = site.stack.up()
    second = site.stack.up()

    (tower,) = site.stack.projects()
    posts = Counter(
        row["path"].rpartition("/")[2] for row in first.requests if row["method"] == "POST"
    )
    assert first.errors == ()
    assert tower["status"] == "active"
    assert len(tower["users"]) == 62
    assert posts == {"projects": 1, "users": 1, "import": 3}
    assert second.requests == ()
    assert first.outputs["unfinished"] == []


def test_one_more_is_one_import_and_a_refresh_finds_nothing(site: MemberStack) -> None:
    """In another order, too."""
    site.stack.up()
    site.write_program("reversed(range(61))")

    up = site.stack.up()
    refresh = site.stack.refresh()
    again = site.stack.up()

    imports = [row["body"] for row in up.requests if row["path"].endswith("/import")]
    assert [len(each) for each in imports] == [1]
    assert (up.errors, refresh.errors) == ((), ())
    assert again.requests == ()
    assert again.changes.keys() == {"same"}


def test_a_preview_warns_before_access_is_changed(site: MemberStack) -> None:
    """With the access that HQ drops; the preview itself sends no request."""
    site.stack.up()
    site.write_program("range(60)", access="admin")

    preview = site.stack.preview()

    warnings = [each.text for each in preview.messages if each.severity == "warning"]
    assert any("HQ then drops access to all modules" in text for text in warnings)
    assert preview.requests == ()


def test_a_destroy_succeeds_and_names_the_remaining_people(site: MemberStack) -> None:
    """Members stay in an archived project."""
    site.stack.up()

    destroy = site.stack.destroy()

    warnings = [each.text for each in destroy.messages if "HQ documents no way" in each.text]
    assert destroy.errors == ()
    assert [row["method"] for row in destroy.requests] == ["PATCH"]
    assert len(warnings) == 3
    assert site.stack.projects()[0]["status"] == "archived"
