"""The project's own stacks, complete, on the local engine."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, EMEA_ACCOUNT_ID
from bim360_provider.testing.stack import Bim360Stack, StackResult, open_stacks

ROOT = Path(__file__).parents[2]

RESOURCES = 29
"""The stack, a provider, ten projects, and the people in them."""

ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")

Open = Callable[[str], Bim360Stack]


@dataclass
class RecordedRun:
    """One run: what it did, the requests to BIM 360, and its state afterwards."""

    result: StackResult
    tokens: int
    projects: list[dict[str, Any]]

    def of(self, what: str) -> Counter[str]:
        """How often each method was sent to one route of an account, ids left out."""
        return Counter(
            row["method"]
            for row in self.result.requests
            if ID.sub(":id", row["path"]).partition("/accounts/:id/")[2] == what
        )

    @property
    def sent(self) -> Counter[str]:
        """How often each method was sent, without tokens."""
        return Counter(row["method"] for row in self.result.requests)


@dataclass
class RunHistory:
    """The runs of one stack; each test checks one of them."""

    stack: Bim360Stack
    acts: list[RecordedRun] = field(default_factory=list)

    def play(self, run: Callable[[], StackResult]) -> None:
        """Add a run."""
        before = self._tokens()
        result = run()
        self.acts.append(RecordedRun(result, self._tokens() - before, self.stack.projects()))

    def _tokens(self) -> int:
        rows = self.stack.hq.call_control_plane("GET", "/requests")
        return sum(row["path"] == "/authentication/v2/token" for row in rows)


def copy_of_the_project(folder: Path) -> Path:
    """Return a copy of the project's Pulumi files for the test to change."""
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=lambda *_: ["__pycache__"])
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project's Pulumi files for the test to change."""
    return copy_of_the_project(tmp_path / "project")


@pytest.fixture
def opened(bim360_stack: Callable[..., Bim360Stack], project: Path) -> Open:
    """Return a function that opens a stack of the copy."""
    return lambda name: bim360_stack(project, stack=name)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunHistory]:
    """Preview, up, up again, destroy, up, and up again."""
    folder = tmp_path_factory.mktemp("demo")
    with open_stacks(folder) as open_stack:
        story = RunHistory(open_stack(copy_of_the_project(folder / "project"), stack="demo"))
        stack = story.stack
        stack.hq.call_control_plane("PATCH", "/options", {"job_duration": 0})
        for run in (stack.preview, stack.up, stack.up, stack.destroy, stack.up, stack.up):
            story.play(run)
        yield story


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunHistory]:
    """Up, then with lines reordered, one line changed, a project renamed, and with mistakes."""
    folder = tmp_path_factory.mktemp("portfolio")
    project = copy_of_the_project(folder / "project")
    file = project / "stacks" / "portfolio.csv"
    text = file.read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    changed = text.replace("HC-2001", "HC-3001")
    wrong = text.replace("2027-02-01", "01.02.2027", 1).replace(",USD,", ",US$,", 1)
    reordered = "\n".join([header, *reversed(lines)])
    renamed = "\n".join(["resource_name," + header, *("," + line for line in lines)]).replace(
        "\n,Harborview Office Park", "\nharborview-office-park,Harborview Tower"
    )
    with open_stacks(folder) as open_stack:
        story = RunHistory(open_stack(project, stack="portfolio"))
        for version in (text, reordered, changed, renamed, wrong):
            file.write_text(version, encoding="utf-8")
            story.play(story.stack.up)
        yield story


def test_a_preview_of_the_demo_sends_no_request(demo: RunHistory) -> None:
    """Not even for a token: everything is known without HQ."""
    preview = demo.acts[0]

    assert preview.result.errors == ()
    assert preview.result.changes == {"create": RESOURCES}
    assert preview.sent == {}
    assert preview.tokens == 0


def test_the_demo_costs_a_request_a_project(demo: RunHistory) -> None:
    """Ten creates, a look at each of three copies, and a PATCH for the one that is archived."""
    up = demo.acts[1]

    assert up.result.errors == ()
    assert up.result.changes == {"create": RESOURCES}
    assert up.of("projects") == {"POST": 10}
    assert up.of("projects/:id") == {"PATCH": 1}
    assert up.of("jobs/:id") == {"GET": 3}
    # One for each provider: Pulumi runs each in a process of its own.
    assert up.tokens == 2


def test_the_people_of_the_demo_cost_a_request_each_or_less(demo: RunHistory) -> None:
    """Nine admins one by one; a team of two in one go, with its roles looked up once."""
    up = demo.acts[1]

    assert up.of("projects/:id/users") == {"POST": 9}
    assert up.of("projects/:id/users/import") == {"POST": 1}
    assert up.of("projects/:id/industry_roles") == {"GET": 1}


def test_the_projects_of_the_demo_become_active(demo: RunHistory) -> None:
    """All that have an admin; the finished garage is archived."""
    statuses = {project["name"]: project["status"] for project in demo.acts[1].projects}

    assert statuses.pop("Riverside Parking Garage") == "archived"
    assert set(statuses.values()) == {"active"}


def test_the_demo_creates_each_project_in_its_account(demo: RunHistory) -> None:
    """The environment names the US account; the European provider takes precedence."""
    requests = demo.acts[1].result.requests

    posts = Counter(
        row["path"].split("/")[4]
        for row in requests
        if row["method"] == "POST" and row["path"].endswith("/projects")
    )

    assert posts == {ACCOUNT_ID: 8, EMEA_ACCOUNT_ID: 2}


@pytest.mark.parametrize("again", [2, 5])
def test_a_second_up_of_the_demo_does_nothing(demo: RunHistory, again: int) -> None:
    """No change, no request, and no token either; also after it was recreated."""
    up = demo.acts[again]

    assert up.result.changes == {"same": RESOURCES}
    assert up.sent == {}
    assert up.tokens == 0


def test_destroying_the_demo_archives_its_projects(demo: RunHistory) -> None:
    """HQ cannot delete a project."""
    destroyed = demo.acts[3]

    assert destroyed.result.ok
    assert {project["status"] for project in destroyed.projects} == {"archived"}


def test_the_demo_can_be_recreated(demo: RunHistory) -> None:
    """HQ keeps the names: the recreated projects have the same ids."""
    first, second = demo.acts[1], demo.acts[4]

    assert second.result.errors == ()
    assert second.result.outputs == first.result.outputs
    assert len(second.projects) == 10
    assert [each["name"] for each in second.projects if each["status"] == "archived"] == [
        "Riverside Parking Garage"
    ]


def test_fifty_lines_send_fifty_posts(portfolio: RunHistory) -> None:
    """And one token: nothing is looked up or read."""
    up = portfolio.acts[0]

    assert up.result.errors == ()
    assert up.result.changes == {"create": 51}
    assert up.sent == {"POST": 50, "GET": 1}, "names with accents are looked for in one list"
    assert up.tokens == 1
    assert up.result.outputs["count"] == 50


def test_a_portfolio_in_another_order_is_the_same(portfolio: RunHistory) -> None:
    """People sort their lists."""
    up = portfolio.acts[1]

    assert up.result.changes == {"same": 51}
    assert up.sent == {}


def test_changing_one_line_of_a_portfolio_is_one_request(portfolio: RunHistory) -> None:
    """One PATCH with one field."""
    requests = portfolio.acts[2].result.requests

    assert [(row["method"], row["body"]) for row in requests] == [
        ("PATCH", {"job_number": "HC-3001"})
    ]


def test_a_project_with_a_resource_name_is_renamed_in_place(portfolio: RunHistory) -> None:
    """Without the column another name is another project, and the old one is archived."""
    up = portfolio.acts[3]

    bodies = [row["body"] for row in up.result.requests]
    assert up.result.changes == {"update": 1, "same": 50}
    assert bodies == [{"name": "Harborview Tower", "job_number": "HC-2001"}]


def test_mistakes_in_a_portfolio_stop_it_before_anything_is_declared(portfolio: RunHistory) -> None:
    """One block of text without a traceback, not a single request, and nothing archived."""
    up = portfolio.acts[4]

    assert not up.result.ok
    assert "portfolio.csv has 2 mistakes, and nothing was declared:" in up.result.errors[0]
    assert "line 2, start_date: " in up.result.errors[0]
    assert "line 2, currency: " in up.result.errors[0]
    assert "Traceback" not in "".join(message.text for message in up.result.messages)
    assert up.sent == {}


def test_an_error_for_a_missing_stack_file_lists_the_files(opened: Open) -> None:
    """A typing mistake is the likeliest reason."""
    stack = opened("west-coast")

    result = stack.preview()

    assert result.errors[0].startswith(
        "there is no stacks/west-coast.py or stacks/west_coast.py for the stack 'west-coast'. "
        "The stacks here are demo, portfolio, team:"
    )


def test_a_stack_may_have_dashes_where_its_file_has_underscores(
    opened: Open, project: Path
) -> None:
    """Stacks are often named with dashes, which module names cannot have."""
    source = 'import pulumi\n\npulumi.export("ran", True)\n'
    (project / "stacks" / "west_coast.py").write_text(source)

    result = opened("west-coast").up()

    assert result.outputs == {"ran": True}


@pytest.mark.parametrize("stack", ["__main__", "json"])
def test_a_stack_can_only_be_a_file_of_the_folder(opened: Open, stack: str) -> None:
    """Neither the runner itself nor a module of the standard library is a stack."""
    result = opened(stack).preview()

    assert "there is no stacks/" in result.errors[0]


def test_a_team_stack_is_created_and_destroyed(opened: Open) -> None:
    """Project, companies, people and team by outputs: created, unchanged, destroyed."""
    stack = opened("team")

    created, again, destroyed = stack.up(), stack.up(), stack.destroy()

    assert (created.errors, again.errors, destroyed.errors) == ((), (), ())
    assert again.requests == ()
    assert [project["status"] for project in stack.projects()] == ["archived"]


def test_a_team_stack_creates_an_active_project_with_members(opened: Open) -> None:
    """The admin and three members, each with the named roles."""
    stack = opened("team")
    stack.up()

    (account, *_) = stack.hq.call_control_plane("GET", "/state")["accounts"]
    (project,) = account["projects"]
    assert project["status"] == "active"
    assert len(project["users"]) == 4
