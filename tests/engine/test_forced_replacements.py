"""A forced replacement keeps its object: HQ cannot create one a second time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack, StackResult
from tests.engine.crashes.crash_harness import RUNS_ALL_CASES, mark_unsampled
from tests.support.replaced_stack import NON_KEY_CHANGES, ProgramFolder, list_surviving_values

Opened = Callable[..., Bim360Stack]

RESOURCES = ("units", "volt", "ada", "tower", "picture", "anna", "mia")
"""Resources to which Pulumi applies options; a team is a component."""

WAYS = ("replace_on_changes", "--replace", "taint", "replace_with")
CASES = [(way, delete_first) for way in WAYS for delete_first in (False, True)]
SAMPLE = (("replace_on_changes", False), ("--replace", True), ("replace_with", False))
"""The cases of the usual suite; `make crashes` runs all."""

PARENTS = ("units", "tower")
"""The resources with most dependents, which the usual suite replaces alone."""


class Site:
    """A stack with one of each entity, a week after its first up; no run may archive."""

    def __init__(self, place: ProgramFolder, stack: Bim360Stack) -> None:
        self.place, self.stack = place, stack
        options = {"import_strangers": "create", "remove_project_users": "allow"}
        self.stack.hq.call_control_plane("PATCH", "/options", options)
        first = stack.up()
        assert first.errors == ()
        self.urns = {s.name: s.urn for s in first.steps if "dynamic/bim360:" in s.type}
        self.stack.hq.call_control_plane("POST", "/clock", {"advance": 7 * 86_400})

    def held(self) -> dict[str, Any]:
        """Return the values at HQ."""
        return list_surviving_values(
            self.stack.hq.call_control_plane("GET", "/state")["accounts"][0]
        )

    def replaced(self, way: str, names: tuple[str, ...], *, delete_first: bool) -> StackResult:
        """Replace resources in one of the ways, and return the run."""
        options: dict[str, dict[str, Any]] = {
            name: {"delete_before_replace": True} if delete_first else {} for name in names
        }
        urns = [self.urns[name] for name in names]
        if way == "replace_on_changes":
            options = {
                name: {**each, "replace_on_changes": ["*"]} for name, each in options.items()
            }
            self.place.declare({name: NON_KEY_CHANGES[name] for name in names}, options)
            return self.stack.up()
        if way == "replace_with":
            options = {
                name: {**each, "replace_with": ["trigger"]} for name, each in options.items()
            }
            urns = [self.urns["trigger"]]
        self.place.declare({}, options)
        if way == "taint":
            self.stack.taint(*urns)
            return self.stack.up()
        return self.stack.up(replace=urns)


@pytest.fixture
def site(tmp_path: Path, bim360_stack: Opened) -> Site:
    """Return the stack after its first up."""
    place = ProgramFolder(tmp_path / "site")
    place.write_program()
    env = {"BIM360_ACTING_USER": ADMIN_EMAIL, "BIM360_MAX_ARCHIVES": "0"}
    return Site(place, bim360_stack(place.folder, stack="dev", env=env))


def archives(run: StackResult) -> list[object]:
    """Return the requests that archive, deactivate or remove."""
    rows = [row for row in run.requests if row["method"] in ("PATCH", "DELETE")]
    return [row for row in rows if row["method"] == "DELETE" or "status" in (row["body"] or {})]


@pytest.mark.parametrize(("way", "delete_first"), mark_unsampled(CASES, *SAMPLE))
def test_forced_replacements_of_a_whole_stack_keep_every_object(
    site: Site, way: str, delete_first: bool
) -> None:
    """Nothing is archived, removed, duplicated or lost, and a second run has no work."""
    before = site.held()

    run = site.replaced(way, RESOURCES, delete_first=delete_first)
    again = site.stack.up()

    assert run.errors == ()
    assert run.changes["replace"] >= len(RESOURCES)
    assert archives(run) == []
    assert site.held() == before
    assert again.requests == ()
    assert again.changes.keys() == {"same"}


@pytest.mark.parametrize("delete_first", mark_unsampled([False, True], True))
def test_the_replacement_of_each_resource_alone_keeps_what_depends_on_it(
    site: Site, delete_first: bool
) -> None:
    """With delete_before_replace, Pulumi deletes and creates the dependents as well."""
    before = site.held()

    team = next(each for each in site.urns if "crew" in each)
    for name in (*RESOURCES, team) if RUNS_ALL_CASES else PARENTS:
        run = site.replaced("--replace", (name,), delete_first=delete_first)
        assert run.errors == ()
        assert archives(run) == []
        assert site.held() == before
    again = site.stack.up()

    assert again.requests == ()
    assert again.changes.keys() == {"same"}


def test_a_message_says_that_nothing_was_created(site: Site) -> None:
    """Pulumi shows a replacement, so the message explains the result."""
    run = site.replaced("taint", ("tower",), delete_first=False)

    (line,) = [each.text for each in run.messages if "a second time" in each.text]
    (tower,) = site.stack.projects()
    text = "'Tower' cannot be created a second time, so the replacement keeps project"
    assert line == f"BIM 360: {text} {tower['id']}."
    assert [row["method"] for row in run.requests] == ["POST", "GET", "GET"]


def test_a_destroy_after_it_archives_once(site: Site, bim360_stack: Opened) -> None:
    """The replacement is a resource like any other."""
    site.replaced("--replace", ("tower",), delete_first=False)
    env = {"BIM360_ACTING_USER": ADMIN_EMAIL, "BIM360_MAX_ARCHIVES": "1"}

    run = bim360_stack(site.place.folder, stack="dev", env=env).destroy()

    assert run.errors == ()
    assert ["projects/" in str(row) for row in archives(run)].count(True) >= 1
    assert site.stack.projects()[0]["status"] == "archived"
