"""The pages on business units, pictures and look-ups say what the code does, word by word."""

import base64
import inspect
import pickle
from pathlib import Path
from typing import Any

import pytest

import bim360_provider
from bim360_provider.core.business_units import check
from bim360_provider.core.business_units.tree import plan_structure
from bim360_provider.core.project_image import compute_digest
from bim360_provider.core.settings import Settings
from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import BusinessUnitsProvider, ProjectImageProvider
from bim360_provider.errors import InputError
from bim360_provider.models.business_units import BusinessUnit, BusinessUnitArguments
from bim360_provider.models.project_image import MAX_SIZE
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section

UNITS = "docs/reference/business_units.md"
PICTURES = "docs/reference/project_image.md"
LOOK_UPS = "docs/reference/lookups.md"
ID = "b0000000-0000-4000-8000-000000000001"
HERE = Settings.resolve({"bim360:accountId": "a1d5e9b2-0000-4000-8000-000000000001"}, {})

MISTAKES: list[Any] = [
    {"North": {"descripton": "x"}},
    {"Nort/West": {}, "North": {}},
    {"West": {"parent": "Somewhere"}},
    {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}},
    {"a": {"id": ID}, "b": {"id": ID}},
    {"a": {"name": "North"}, "North": {}},
]

LIVE = [
    BusinessUnit(id="n", name="North"),
    BusinessUnit(id="w", name="West", parent_id="n"),
    BusinessUnit(id="s", name="South", parent_id="w"),
    BusinessUnit(id="b0000000-…", name="North America"),
]
FLAWS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"North America": {"id": "x", "name": "North America", "parent_id": ""}}, ()),
    ({"East": {"id": "e", "name": "East", "parent_id": "b0000000-…-"}}, ()),
    ({}, ("w",)),
    ({"North": {"id": "n", "name": "North", "parent_id": "w"}}, ()),
]


@pytest.mark.parametrize("units", MISTAKES)
def test_mistakes_in_a_tree_are_those_of_the_page(units: Any) -> None:
    """People search for the message that they got."""
    _, found = check({}, {"units": units}, HERE)
    shown = read_section(UNITS, "## Check").splitlines()

    assert [str(each) for each in found if str(each) not in shown] == []


@pytest.mark.parametrize(("wanted", "former"), FLAWS)
def test_what_only_hq_can_tell_is_said_as_in_the_page(
    wanted: dict[str, Any], former: tuple[str, ...]
) -> None:
    """Each flaw of a structure stands there."""
    flaws = plan_structure(LIVE, wanted, former, complete=False).flaws
    shown = read_section(UNITS, "## Check")

    assert len(flaws) == 1
    assert f"\n{flaws[0]}.\n".replace("…-,", "…,") in shown


def test_every_field_of_a_unit_has_its_row() -> None:
    """With what is taken where it is not given."""
    table = parse_rows(read_section(UNITS, "### A unit"))

    assert {parse_name(row[0]) for row in table} == set(BusinessUnitArguments.model_fields)


@pytest.mark.parametrize(
    ("provider", "page"), [(BusinessUnitsProvider, UNITS), (ProjectImageProvider, PICTURES)]
)
def test_an_import_finds_its_reference(provider: type[Bim360ProviderBase], page: str) -> None:
    """Pulumi finds the code by these characters alone."""
    reference = base64.b64encode(pickle.dumps(provider(), protocol=4)).decode()

    assert f"\n{reference}\n" in read_document(page)


@pytest.mark.parametrize("content", [None, b"", b"<svg/>", b"GIF89a".ljust(MAX_SIZE + 1)])
def test_what_is_wrong_with_a_file_is_said_as_in_the_page(
    tmp_path: Path, content: bytes | None
) -> None:
    """After the name of the file."""
    file = tmp_path / "tower.png"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(InputError) as caught:
        compute_digest(file)

    words = str(caught.value).removeprefix(f"BIM 360: could not send {file}: ")
    assert f"\n{words}\n" in read_section(PICTURES, "## Check and preview")


def test_every_look_up_has_its_row_with_its_arguments() -> None:
    """Account and region are told once for all."""
    table = {parse_name(row[0]): row[1] for row in parse_rows(read_document(LOOK_UPS))}
    functions = [name for name in bim360_provider.__all__ if name.startswith("get_")]

    assert sorted(table) == sorted(functions)
    for name in functions:
        arguments = set(inspect.signature(getattr(bim360_provider, name)).parameters)
        asked = arguments - {"account_id", "region"}
        assert [each for each in asked if f"`{each}`" not in table[name]] == []
