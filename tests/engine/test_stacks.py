"""The project's own stacks, whole, on the local engine."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, EMEA_ACCOUNT_ID
from bim360_provider.testing.stack import Bim360Stack

ROOT = Path(__file__).parents[2]

Open = Callable[[str], Bim360Stack]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project's Pulumi files, to be changed at will."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=lambda *_: ["__pycache__"])
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return folder


@pytest.fixture
def opened(bim360_stack: Callable[..., Bim360Stack], project: Path) -> Open:
    """Return a function that opens a stack of the copy; copying a template takes no time."""

    def open_stack(name: str) -> Bim360Stack:
        stack = bim360_stack(project, stack=name)
        stack.hq.ask("PATCH", "/options", {"job_duration": 0})
        return stack

    return open_stack


def sent(rows: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Return how often each method was used."""
    return Counter(row["method"] for row in rows)


def tokens(stack: Bim360Stack) -> int:
    """Return how many tokens were asked for."""
    rows = stack.hq.ask("GET", "/requests")
    return sum(row["path"] == "/authentication/v2/token" for row in rows)


def registered(stack: Bim360Stack, state: Path) -> list[str]:
    """Return what the state holds, in the order of registration."""
    assert stack.up().ok
    resources = json.loads(state.read_text())["deployment"]["resources"]
    return [resource["urn"] for resource in resources]


def test_a_preview_of_the_demo_asks_hq_nothing(opened: Open) -> None:
    """Not even for a token: everything is known without HQ."""
    stack = opened("demo")

    result = stack.preview()

    assert result.errors == ()
    assert result.changes == {"create": 12}
    assert sent(result.requests) == {}
    assert tokens(stack) == 0


def test_the_demo_costs_a_request_a_project(opened: Open) -> None:
    """Ten creates, a look at each of three copies, and a PATCH for what is archived."""
    stack = opened("demo")

    result = stack.up()

    assert result.errors == ()
    assert sent(result.requests) == {"POST": 10, "GET": 3, "PATCH": 1}
    assert {row["status"] for row in result.requests} == {200, 201}
    # One for each provider: Pulumi runs each in a process of its own.
    assert tokens(stack) == 2


def test_the_demo_puts_each_project_in_its_account(opened: Open) -> None:
    """The shell's account is the US one; the European provider goes before it."""
    stack = opened("demo")

    result = stack.up()

    homes = Counter(project["account_id"] for project in stack.projects())
    assert result.ok
    assert homes == {ACCOUNT_ID: 8, EMEA_ACCOUNT_ID: 2}


def test_a_second_up_of_the_demo_does_nothing(opened: Open) -> None:
    """No change, no request, and no token either."""
    stack = opened("demo")
    stack.up()
    before = tokens(stack)

    result = stack.up()

    assert result.changes == {"same": 13}
    assert result.requests == ()
    assert tokens(stack) == before


def test_the_demo_can_be_taken_down_and_brought_back(opened: Open) -> None:
    """Names stay taken at HQ: the second life has the ids of the first."""
    stack = opened("demo")
    first = stack.up().outputs
    destroyed = stack.destroy()
    left = {project["status"] for project in stack.projects()}

    second = stack.up()

    assert destroyed.ok
    assert left == {"archived"}
    assert second.ok
    assert second.outputs == first
    assert len(stack.projects()) == 10


def test_after_its_second_life_the_demo_is_as_declared(opened: Open) -> None:
    """Adopting leaves nothing for the next up, which the demo promises to be quiet."""
    stack = opened("demo")
    for run in (stack.up, stack.destroy, stack.up):
        assert run().ok

    result = stack.up()

    assert not result.changed
    assert result.requests == ()


def test_fifty_lines_are_fifty_posts(opened: Open) -> None:
    """And one token: nothing is looked up, nothing is read back."""
    stack = opened("portfolio")

    result = stack.up()

    assert result.errors == ()
    assert result.changes == {"create": 51}
    assert sent(result.requests) == {"POST": 50}
    assert tokens(stack) == 1
    assert result.outputs["count"] == 50


def test_a_portfolio_in_another_order_is_the_same(opened: Open, project: Path) -> None:
    """People sort their lists; the same resources are registered, in the same order."""
    stack = opened("portfolio")
    assert stack.up().ok
    file = project / "stacks" / "portfolio.csv"
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(lines)  # noqa: S311 - any other order will do
    file.write_text("\n".join([header, *lines]), encoding="utf-8")

    result = stack.up()

    names = [step.name for step in result.steps if step.type.endswith("bim360:Project")]
    assert sorted(names) == sorted(set(names))
    assert result.changes == {"same": 52}
    assert result.requests == ()


def test_changing_one_line_of_a_portfolio_is_one_request(opened: Open, project: Path) -> None:
    """One PATCH with one field."""
    stack = opened("portfolio")
    assert stack.up().ok
    file = project / "stacks" / "portfolio.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("HC-2001", "HC-3001"), encoding="utf-8")

    result = stack.up()

    assert [(row["method"], row["body"]) for row in result.requests] == [
        ("PATCH", {"job_number": "HC-3001"})
    ]


def test_a_mistake_in_a_portfolio_stops_it_before_anything_is_declared(
    opened: Open, project: Path
) -> None:
    """One block of text without a traceback, and not a single request."""
    stack = opened("portfolio")
    file = project / "stacks" / "portfolio.csv"
    text = file.read_text(encoding="utf-8")
    text = text.replace("2027-02-01", "01.02.2027", 1).replace(",USD,", ",US$,", 1)
    file.write_text(text, encoding="utf-8")

    result = stack.up()

    assert not result.ok
    assert result.requests == ()
    assert "line 2, start_date:" in result.errors[0]
    assert "line 2, currency:" in result.errors[0]
    assert "Traceback" not in "".join(message.text for message in result.messages)


def test_a_stack_without_a_file_is_told_which_there_are(opened: Open) -> None:
    """A typing mistake is the likeliest reason."""
    stack = opened("west-coast")

    result = stack.preview()

    assert result.errors[0].startswith(
        "there is no stacks/west-coast.py or stacks/west_coast.py for the stack 'west-coast'. "
        "The stacks here are demo, portfolio:"
    )


def test_a_stacks_name_may_have_dashes_where_its_file_has_underscores(
    opened: Open, project: Path
) -> None:
    """Stacks are often named with dashes, which no module's name can have."""
    source = 'import pulumi\n\npulumi.export("ran", True)\n'
    (project / "stacks" / "west_coast.py").write_text(source)

    result = opened("west-coast").up()

    assert result.outputs == {"ran": True}


@pytest.mark.parametrize("stack", ["__main__", "json"])
def test_a_stack_is_only_ever_a_file_of_the_folder(opened: Open, stack: str) -> None:
    """Neither the runner itself nor a module of the standard library is a stack."""
    result = opened(stack).preview()

    assert "there is no stacks/" in result.errors[0]
