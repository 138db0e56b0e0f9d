"""The outline of a review: what would change, in a few lines."""

from io import StringIO

from rich.console import Console

from bim360_provider.review.analysis import build_review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.terminal import print_outline
from tests.unit.review.plan_factory import PROJECT_INPUTS, PlanStep, build_plan, build_step


def outline(*steps: PlanStep, width: int = 80) -> list[str]:
    """Return the lines of the outline of a plan."""
    console = Console(file=StringIO(), width=width)
    print_outline(build_review(read_plan(build_plan(*steps))), console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def create_project(name: str) -> PlanStep:
    """Return a step that creates a project."""
    return build_step("create", None, {**PROJECT_INPUTS, "name": name}, name=name.lower())


def test_new_projects_are_named_and_other_new_resources_are_counted() -> None:
    """With the plural of each entity."""
    companies = [
        build_step("create", None, {"name": name}, kind="Company", name=name) for name in "AB"
    ]
    anna = build_step("create", None, {"email": "a@example.com"}, kind="AccountUser", name="anna")

    lines = outline(create_project("North"), create_project("South"), *companies, anna)

    assert lines == ["   + 2 projects: North, South", "   + 1 person, 2 companies"]


def test_many_names_are_cut_at_the_width_of_the_terminal() -> None:
    """One line, however many projects there are."""
    lines = outline(*(create_project(f"Project {number}") for number in range(30)), width=40)

    assert lines == ["   + 30 projects: Project 0, Project 1,…"]


def test_a_change_shows_its_fields_before_and_after() -> None:
    """What the program changes."""
    lines = outline(build_step("update", PROJECT_INPUTS, {**PROJECT_INPUTS, "city": "Oslo"}))

    assert lines == ["   ~ project Tower, city: (nothing) → Oslo"]


def test_a_change_by_hand_shows_what_the_run_restores() -> None:
    """From the value at HQ to the declared one."""
    by_hand = {**PROJECT_INPUTS, "end_date": "2030-01-31"}

    lines = outline(
        build_step("refresh", PROJECT_INPUTS, by_hand),
        build_step("update", by_hand, PROJECT_INPUTS),
    )

    assert lines == ["   ~ project Tower, end: 2030-01-31 → 2029-09-30"]


def test_a_removed_project_is_archived() -> None:
    """The verb of a review."""
    lines = outline(build_step("delete", PROJECT_INPUTS, None))

    assert lines == ["   ~ project Tower, archived"]


def test_more_than_six_changes_are_counted() -> None:
    """A large plan keeps the outline short."""
    changed = {**PROJECT_INPUTS, "value": 1}

    lines = outline(*(build_step("update", PROJECT_INPUTS, changed, name=n) for n in "abcdefgh"))

    assert len(lines) == 7
    assert lines[-1] == "   … and 2 more"


def test_a_plan_without_changes_has_one_line() -> None:
    """As Pulumi reports it."""
    assert outline(build_step("same", PROJECT_INPUTS, PROJECT_INPUTS)) == ["   No changes."]
