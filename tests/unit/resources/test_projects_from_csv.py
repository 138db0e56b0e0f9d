"""``projects_from_csv`` in a program: declared projects, result, messages and errors."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions

from bim360_provider import Bim360Project, projects_from_csv
from bim360_provider.core.csv_import.table import COLUMN_ARGUMENTS
from bim360_provider.errors import InputError
from bim360_provider.resources import csv_projects

HEADER = "name,start_date,end_date,project_type,value,currency"
LINE = "Tower,2027-01-01,2028-01-01,Office,3000000,EUR"
THREE = (LINE, LINE.replace("Tower", "Bridge"), LINE.replace("Tower", "Ålesund Kai"))


class Declared:
    """Stands for ``Bim360Project``, which needs an engine, and notes what it is given."""

    def __init__(
        self, resource_name: str, opts: ResourceOptions | None = None, **arguments: Any
    ) -> None:
        self.resource_name = resource_name
        self.opts = opts
        self.arguments = arguments


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[Declared]:
    """Return the declared projects, in order."""
    found: list[Declared] = []

    def declare(*args: Any, **kwargs: Any) -> Declared:
        found.append(Declared(*args, **kwargs))
        return found[-1]

    monkeypatch.setattr(csv_projects, "Bim360Project", declare)
    return found


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the logged messages."""
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lines.append)
    return lines


@pytest.fixture
def pending() -> Iterator[asyncio.Future[str]]:
    """Return a value that is not known yet."""
    loop = asyncio.new_event_loop()
    yield loop.create_future()
    loop.close()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes lines to a file."""

    def write(*lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "portfolio.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return path

    return write


def test_projects_are_declared_in_the_order_of_their_names(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """The order of the lines has no effect."""
    for order in (THREE, THREE[::-1]):
        projects_from_csv(file(*order))

    names = [each.resource_name for each in declared]
    assert names == ["bridge", "tower", "alesund-kai-7a383e30"] * 2


def test_a_new_line_does_not_affect_other_projects(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """A resource name depends only on the project's name."""
    projects_from_csv(file(THREE[0], THREE[2]))

    assert [each.resource_name for each in declared] == ["tower", "alesund-kai-7a383e30"]


def test_projects_are_returned_by_their_names(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """A program can use one of them."""
    found = projects_from_csv(file(*THREE))

    assert list(found) == ["Bridge", "Tower", "Ålesund Kai"]
    assert [id(each) for each in found.values()] == [id(each) for each in declared]


def test_a_cell_takes_precedence_over_a_common_argument(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """An empty cell has the common value."""
    path = file(f"{LINE},any", f"{THREE[1]},", header=f"{HEADER},adopt")

    projects_from_csv(path, adopt="archived", country=None)

    assert [each.arguments["adopt"] for each in declared] == ["archived", "any"]
    assert all("country" not in each.arguments for each in declared)


def test_a_common_argument_may_be_unknown(
    declared: list[Declared], file: Callable[..., Path], pending: asyncio.Future[str]
) -> None:
    """An example is the id of a template that is created in the same run."""
    path = file(LINE)

    projects_from_csv(path, template_project_id=pending, service_types=("pm", pending))

    assert declared[0].arguments["template_project_id"] is pending
    assert declared[0].arguments["service_types"] == ["pm", pending]


def test_each_project_has_the_options(declared: list[Declared], file: Callable[..., Path]) -> None:
    """An example is protection."""
    opts = ResourceOptions(protect=True)

    projects_from_csv(file(*THREE), opts=opts)

    assert [each.opts for each in declared] == [opts] * 3


@pytest.mark.parametrize("where", ["provider", "parent"])
def test_an_explicit_provider_checks_the_closed_lists_itself(
    declared: list[Declared], file: Callable[..., Path], where: str
) -> None:
    """It may accept unknown values; the other rules apply."""
    opts = ResourceOptions()
    setattr(opts, where, object())

    projects_from_csv(file(LINE.replace("EUR", "XYZ")), opts=opts)
    with pytest.raises(InputError, match="line 2, value: "):
        projects_from_csv(file(LINE.replace("3000000", "much")), opts=opts)

    assert [each.arguments["currency"] for each in declared] == ["XYZ"]


def test_a_value_outside_of_hqs_lists_is_a_mistake(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """The next test allows such values."""
    with pytest.raises(InputError, match="line 2, currency: 'XYZ' is not a valid value"):
        projects_from_csv(file(LINE.replace("EUR", "XYZ")))

    assert declared == []


@pytest.mark.parametrize("setting", ["allow", "perhaps"])
def test_the_environment_can_allow_unknown_values(
    declared: list[Declared],
    file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
) -> None:
    """A broken configuration is reported by the provider only."""
    monkeypatch.setenv("BIM360_UNKNOWN_VALUES", setting)

    projects_from_csv(file(LINE.replace("EUR", "XYZ")))

    assert len(declared) == 1


@pytest.mark.usefixtures("declared")
def test_ignored_columns_are_logged(file: Callable[..., Path], logged: list[str]) -> None:
    """They are logged once."""
    path = file(f"{LINE},created,x", header=f"{HEADER},result,folders_created_from")

    projects_from_csv(path)

    assert logged == [f"{path}: ignored columns: result, folders_created_from"]


def test_a_file_with_mistakes_declares_no_project(
    declared: list[Declared], file: Callable[..., Path]
) -> None:
    """This includes its valid lines."""
    path = file(*THREE, LINE.replace("2028-01-01", "2026-01-01"))

    with pytest.raises(InputError) as caught:
        projects_from_csv(path)

    assert str(caught.value).splitlines() == [
        f"{path} has 2 mistakes, and nothing was declared:",
        "  line 5, end_date: must be after start_date, but 2026-01-01 is not after 2027-01-01",
        "  line 5, name: 'Tower' is already the project of line 2",
    ]
    assert declared == []


def test_pulumi_prints_the_mistakes_without_a_traceback(file: Callable[..., Path]) -> None:
    """Pulumi does so only for a ``RunError``."""
    path = file("Tower")

    with pytest.raises(pulumi.RunError):
        projects_from_csv(path)


def test_the_message_for_a_missing_file_has_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path may belong to another folder."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InputError) as caught:
        projects_from_csv("portfolio.csv")

    assert str(caught.value) == (
        f"portfolio.csv: cannot be read (from {tmp_path}): No such file or directory"
    )


@pytest.mark.parametrize(
    ("path", "says"), [(".", ": cannot be read (from "), ("a\0b.csv", " is not a path of a file: ")]
)
def test_an_invalid_path_is_an_input_error(path: str, says: str) -> None:
    """There is no traceback."""
    with pytest.raises(InputError) as caught:
        projects_from_csv(path)

    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_each_argument_of_a_project_may_be_a_column() -> None:
    """The test compares the two lists."""
    signature = inspect.signature(Bim360Project.__init__).parameters

    assert set(COLUMN_ARGUMENTS) == set(signature) - {"self", "resource_name", "opts"}
