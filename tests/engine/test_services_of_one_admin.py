"""One person who activates all services of a project, as in Autodesk's own sample file."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_ID
from bim360_provider.testing.stack import Bim360Stack

SAMPLE = ("admin", "doc_manager", "pm", "fng", "collab", "cost", "gng", "glue", "plan", "field")
"""``BIM360_Service_Template.csv``, the services of its one admin:
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

PROGRAM = """
from bim360_provider import Bim360Project, Bim360ProjectAdmin

tower = Bim360Project("tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01",
                      project_type="Office", value=1, currency="USD", service_types={has})
for service in {services}:
    Bim360ProjectAdmin(f"anna-{{service}}", project_id=tower.id, email="anna.halvorsen@example.com",
                       service_type=service, company_id="c0000000-0000-4000-8000-000000000001")
"""

Open = Callable[..., Bim360Stack]


class ServiceStack:
    """A stack of a project, and of one admin for each of some services."""

    def __init__(self, folder: Path, open_stack: Open) -> None:
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: services\nruntime: python\n")
        self._program = folder / "__main__.py"
        self.write_program(SAMPLE)
        self.stack = open_stack(folder, stack="dev")

    def write_program(self, services: tuple[str, ...], has: list[str] | None = None) -> None:
        """Write the program again; the project has the given services, or all of the account."""
        self._program.write_text(PROGRAM.format(services=services, has=has))

    def list_active_services(self) -> set[str]:
        """Return the services that are active in the project."""
        (tower,) = self.stack.projects()
        return {*tower["active_services"].split(",")}


@pytest.fixture
def site(tmp_path: Path, bim360_stack: Open) -> ServiceStack:
    """Return the stack with the ten services of the sample."""
    return ServiceStack(tmp_path / "site", bim360_stack)


def test_one_person_with_ten_services_is_one_up_with_one_request_each(site: ServiceStack) -> None:
    """Each service is then active; a second up sends nothing, a refresh finds nothing."""
    first = site.stack.up()
    second = site.stack.up()
    refresh = site.stack.refresh()

    sent = Counter(f"{row['method']} {row['path'].rpartition('/')[2]}" for row in first.requests)
    assert first.errors == ()
    assert sent == {"POST projects": 1, "POST users": 10}
    assert site.list_active_services() == {*SAMPLE}
    assert (second.requests, {*second.changes}) == ((), {"same"})
    assert (refresh.errors, {*refresh.changes}) == ((), {"same"})


def test_one_more_service_is_one_more_request(site: ServiceStack) -> None:
    """Services that the admin already has are not sent again."""
    site.write_program(SAMPLE[:3])
    site.stack.up()
    site.write_program(SAMPLE[:4])

    up = site.stack.up()

    (post,) = up.requests
    assert (post["body"]["service_type"], post["status"]) == ("fng", 201)
    assert site.list_active_services() == {*SAMPLE[:4]}


def test_services_that_the_person_has_are_adopted_in_one_up(site: ServiceStack) -> None:
    """Where another stack has activated them; each adoption is reported."""
    site.stack.up()
    state = site.stack.hq.call_control_plane("GET", "/state")
    (tower,) = state["accounts"][0]["projects"]
    site.write_program(())
    site.stack.up()
    site.write_program(SAMPLE)

    up = site.stack.up()

    adopted = [each.text for each in up.messages if "the existing admin was adopted" in each.text]
    assert up.errors == ()
    assert len(adopted) == 10
    assert site.stack.projects()[0]["users"] == tower["users"]


def test_a_service_that_was_removed_is_activated_by_the_next_up(site: ServiceStack) -> None:
    """A refresh finds it, and the other nine stay as they are."""
    site.stack.up()
    (tower,) = site.stack.projects()
    modules = [each for each in SAMPLE if each != "cost"]
    user = f"/projects/{tower['id']}/users/{ADMIN_ID}"
    site.stack.hq.call_control_plane("PATCH", user, {"modules": modules})

    refresh = site.stack.refresh()
    up = site.stack.up()

    (post,) = up.requests
    assert refresh.changes == {"same": 11, "delete": 1}
    assert (post["body"]["service_type"], post["status"]) == ("cost", 201)


def test_a_service_that_the_project_lacks_is_an_error_and_the_others_are_active(
    site: ServiceStack,
) -> None:
    """In one line, with what to do."""
    site.write_program(("pm", "schedule"), has=["pm"])

    up = site.stack.up()

    (error,) = [each for each in up.errors if "has no service" in each]
    assert (
        "has no service schedule; it has pm. Add schedule to the project's service_types" in error
    )
    assert site.list_active_services() == {"pm"}
